import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/**
 * Loaded before a program (`node --import`): kills it at its Nth change of the disk (`KILL_AT`), before the change,
 * after it, or in its middle (`KILL_HOW`). With `KILL_TELL` it names each change on file descriptor 3 instead.
 */
const killAt = Number(process.env['KILL_AT'] ?? 0)
const killHow = process.env['KILL_HOW'] ?? 'before'
const tells = process.env['KILL_TELL'] !== undefined
let count = 0

type Operation = (this: unknown, ...args: never[]) => Promise<unknown>

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

/** `half` does a part of the operation at once; without it the middle is: begun, and not waited for. */
function patch(owner: object, name: string, half?: (self: unknown, args: readonly unknown[]) => void): void {
  const original = Reflect.get(owner, name) as Operation
  const patched = async function (this: unknown, ...args: never[]): Promise<unknown> {
    count++
    if (tells) fs.writeSync(3, `${JSON.stringify({ event: 'operation', name })}\n`)
    if (count !== killAt) return original.apply(this, args)
    if (killHow === 'after') await original.apply(this, args)
    if (killHow === 'middle') {
      if (half) half(this, args)
      else void original.apply(this, args)
    }
    die()
    return new Promise(() => undefined)
  }
  Reflect.set(owner, name, patched)
}

function writeHalf(target: number | string, content: unknown): void {
  const bytes = Buffer.from(content as string | Uint8Array)
  const fd = typeof target === 'number' ? target : fs.openSync(target, 'a', 0o600)
  fs.writeSync(fd, bytes, 0, Math.floor(bytes.length / 2))
}

const probe = await fs.promises.open('/dev/null')
const handles = Object.getPrototypeOf(probe) as object
await probe.close()
const fdOf = (self: unknown): number => (self as { fd: number }).fd

patch(handles, 'write', (self, [content]) => writeHalf(fdOf(self), content))
patch(handles, 'writeFile', (self, [content]) => writeHalf(fdOf(self), content))
for (const name of ['sync', 'datasync', 'truncate']) patch(handles, name)
for (const name of ['rename', 'copyFile']) patch(fs.promises, name)
for (const name of ['appendFile', 'writeFile']) {
  patch(fs.promises, name, (_self, [path, content]) => writeHalf(String(path), content))
}
// Programs that import single names from node:fs/promises see the patched ones too.
syncBuiltinESMExports()
