import fs from 'node:fs'

/** Loaded before a program (`node --import`): the disk takes nothing more while the file in `DISK_FULL` is there. */
const flag = process.env['DISK_FULL'] ?? ''
const probe = await fs.promises.open('/dev/null')
const handles = Object.getPrototypeOf(probe) as object
await probe.close()
type Operation = (this: unknown, ...args: never[]) => Promise<unknown>
for (const name of ['write', 'writeFile']) {
  const original = Reflect.get(handles, name) as Operation
  Reflect.set(handles, name, async function (this: unknown, ...args: never[]) {
    if (fs.existsSync(flag)) throw Object.assign(new Error(`ENOSPC: made to fail, ${name}`), { code: 'ENOSPC' })
    return original.apply(this, args)
  })
}
