import fs from 'node:fs'
import { patchFileHandles } from './file-handles.ts'

/** Loaded before a program: the disk takes nothing more while the file in `DISK_FULL` is there. */
const flag = process.env['DISK_FULL'] ?? ''
type Operation = (this: unknown, ...args: never[]) => Promise<unknown>

patchFileHandles((handles) => {
  for (const name of ['write', 'writeFile']) {
    const original = Reflect.get(handles, name) as Operation
    Reflect.set(handles, name, async function (this: unknown, ...args: never[]) {
      if (fs.existsSync(flag)) throw Object.assign(new Error(`ENOSPC: made to fail, ${name}`), { code: 'ENOSPC' })
      return original.apply(this, args)
    })
  }
})
