import fs from 'node:fs'

type Operation = (this: unknown, ...args: never[]) => Promise<unknown>

/** The file operations that can be made to fail. */
export type DiskOperation = 'write' | 'writeFile' | 'sync' | 'datasync' | 'truncate' | 'rename' | 'copyFile' | 'open'

/** Stands between the program and the real disk of this process: counts its operations, and lets some of them fail. */
export interface DiskFaults {
  /** Operations so far, in order; without the opening of files. */
  readonly done: DiskOperation[]
  /** The handle of each datasync, also of those that failed. */
  readonly syncedHandles: object[]
  /** These fail from now on with this kernel error; `open` only where the file is opened to be written. `write` then writes half of what it is given, as a full disk does. */
  fail(operations: readonly DiskOperation[], code?: string): void
  heal(): void
  /** Operations wait until `release` is called. */
  hold(operations: readonly DiskOperation[]): void
  release(): void
  restore(): void
}

export async function createDiskFaults(): Promise<DiskFaults> {
  const probe = await fs.promises.open('/dev/null')
  const handles = Object.getPrototypeOf(probe) as object
  await probe.close()
  const done: DiskOperation[] = []
  const syncedHandles: object[] = []
  let failing: readonly DiskOperation[] = []
  let held: readonly DiskOperation[] = []
  let waiting: (() => void)[] = []
  let errorCode = 'ENOSPC'
  const undo: (() => void)[] = []

  const patch = (owner: object, name: DiskOperation): void => {
    const original = Reflect.get(owner, name) as Operation
    Reflect.set(owner, name, async function (this: unknown, ...args: never[]) {
      if (held.includes(name)) await new Promise<void>((resolve) => waiting.push(resolve))
      if (name !== 'open') done.push(name)
      if (name === 'datasync') syncedHandles.push(this as object)
      const mayPass = name === 'open' && !isForWriting(args[1])
      if (mayPass || !failing.includes(name)) return original.apply(this, args)
      if (name === 'write') {
        const [content]: readonly unknown[] = args
        const bytes = content instanceof Uint8Array ? content : Buffer.from(String(content))
        fs.writeSync((this as { fd: number }).fd, bytes, 0, Math.floor(bytes.length / 2))
      }
      throw Object.assign(new Error(`${errorCode}: made to fail, ${name}`), { code: errorCode })
    })
    undo.push(() => Reflect.set(owner, name, original))
  }
  for (const name of ['write', 'writeFile', 'sync', 'datasync', 'truncate'] as const) patch(handles, name)
  for (const name of ['rename', 'copyFile', 'open'] as const) patch(fs.promises, name)

  return {
    done,
    syncedHandles,
    fail(operations, code = 'ENOSPC') {
      failing = operations
      errorCode = code
    },
    heal: () => (failing = []),
    hold: (operations) => (held = operations),
    release() {
      held = []
      for (const go of waiting.splice(0)) go()
      waiting = []
    },
    restore() {
      for (const each of undo) each()
    },
  }
}

function isForWriting(flags: unknown): boolean {
  const { O_WRONLY, O_RDWR } = fs.constants
  return typeof flags === 'number' ? (flags & (O_WRONLY | O_RDWR)) !== 0 : flags !== undefined && flags !== 'r'
}
