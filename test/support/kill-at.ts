import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { patchFileHandles } from './file-handles.ts'
import { UnsyncedDisk } from './unsynced-disk.ts'

/**
 * Loaded before a program: kills it at its Nth change of the disk (`KILL_AT`), before the change,
 * after it, or in its middle (`KILL_HOW`). With `KILL_ONLY` only changes of that name count. With `KILL_POWER` the power
 * goes with it: what was not synced is gone too.
 * With `KILL_TELL` it names each change on file descriptor 3 instead.
 */
const killAt = Number(process.env['KILL_AT'] ?? 0)
const killHow = process.env['KILL_HOW'] ?? 'before'
const killOnly = process.env['KILL_ONLY']
const cutsPower = process.env['KILL_POWER'] !== undefined
const tells = process.env['KILL_TELL'] !== undefined
const disk = new UnsyncedDisk()
let count = 0

type Operation = (this: unknown, ...args: never[]) => Promise<unknown>

function die(): void {
  if (cutsPower) disk.cut()
  process.kill(process.pid, 'SIGKILL')
}

function replace(owner: object, name: string, operation: (original: Operation) => Operation): void {
  Reflect.set(owner, name, operation(Reflect.get(owner, name) as Operation))
}

/** `half` does a part of the operation at once; without it the middle is: begun, and not waited for. */
function patch(owner: object, name: string, half?: (self: unknown, args: readonly unknown[]) => void): void {
  replace(
    owner,
    name,
    (original) =>
      async function (this: unknown, ...args: never[]) {
        const counts = killOnly === undefined || killOnly === name
        if (counts) count++
        if (tells) fs.writeSync(3, `${JSON.stringify({ event: 'operation', name })}\n`)
        if (!counts || count !== killAt) return original.apply(this, args)
        if (killHow === 'after') await original.apply(this, args)
        if (killHow === 'middle') {
          if (half) half(this, args)
          else void original.apply(this, args)
        }
        die()
        return new Promise(() => undefined)
      },
  )
}

function writeHalf(target: number | string, content: unknown): void {
  const bytes = Buffer.from(content as string | Uint8Array)
  const fd = typeof target === 'number' ? target : fs.openSync(target, 'a', 0o600)
  fs.writeSync(fd, bytes, 0, Math.floor(bytes.length / 2))
}

const fdOf = (self: unknown): number => (self as { fd: number }).fd
const pathOf = (self: unknown): string => fs.readlinkSync(`/proc/self/fd/${fdOf(self)}`)
/** A name below an open folder (`/proc/self/fd/7/name`) means something only as long as that is open. */
const lasting = (path: unknown): string => join(fs.realpathSync(dirname(String(path))), basename(String(path)))

function losesUnsynced(handles: object): void {
  for (const name of ['write', 'writeFile']) {
    replace(
      handles,
      name,
      (original) =>
        function (this: unknown, ...args) {
          disk.willWrite(pathOf(this), fs.fstatSync(fdOf(this)).size)
          return original.apply(this, args)
        },
    )
  }
  for (const name of ['sync', 'datasync']) {
    replace(
      handles,
      name,
      (original) =>
        async function (this: unknown, ...args) {
          // What is written from now on is not in what this fsync confirms.
          const [path, stat] = [pathOf(this), fs.fstatSync(fdOf(this))]
          await original.apply(this, args)
          if (stat.isDirectory()) disk.folderSynced(path)
          else disk.synced(path, stat.size)
        },
    )
  }
}

if (cutsPower) {
  replace(
    fs.promises,
    'rename',
    (original) =>
      function (this: unknown, ...args) {
        const [from, to]: readonly unknown[] = args
        disk.willRename(lasting(from), lasting(to))
        return original.apply(this, args)
      },
  )
  replace(
    fs.promises,
    'link',
    (original) =>
      async function (this: unknown, ...args) {
        const made = await original.apply(this, args)
        disk.made(String(args[1]))
        return made
      },
  )
  replace(
    fs.promises,
    'mkdir',
    (original) =>
      async function (this: unknown, ...args) {
        const [path, options]: readonly unknown[] = args
        const made = await original.apply(this, args)
        const recursive = typeof options === 'object' && options !== null && Reflect.get(options, 'recursive') === true
        // A recursive one answers the first folder that it made, with which go all below it, or nothing.
        const first = recursive ? made : path
        if (typeof first === 'string') disk.made(lasting(first))
        return made
      },
  )
  replace(
    fs.promises,
    'open',
    (original) =>
      async function (this: unknown, ...args) {
        const [path]: readonly unknown[] = args
        const isNew = !fs.existsSync(String(path))
        const handle = await original.apply(this, args)
        if (isNew) disk.made(lasting(path))
        return handle
      },
  )
}

patchFileHandles((handles) => {
  if (cutsPower) losesUnsynced(handles)
  patch(handles, 'write', (self, [content]) => writeHalf(fdOf(self), content))
  patch(handles, 'writeFile', (self, [content]) => writeHalf(fdOf(self), content))
  for (const name of ['sync', 'datasync', 'truncate']) patch(handles, name)
})
for (const name of ['rename', 'link', 'copyFile']) patch(fs.promises, name)
for (const name of ['appendFile', 'writeFile']) {
  patch(fs.promises, name, (_self, [path, content]) => writeHalf(String(path), content))
}
// Programs that import single names from node:fs/promises see the patched ones too.
syncBuiltinESMExports()
