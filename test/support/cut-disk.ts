import fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UnsyncedDisk } from './unsynced-disk.ts'

type Operation = (this: unknown, ...args: never[]) => Promise<unknown>

/** Thrown into whoever waits for the disk when the power was cut. */
export class PowerCut extends Error {}

/**
 * Stands between the program and the disk of this process. `quiet` waits until nothing is being written, so that a test
 * on a fake clock waits for real files. The power can be cut at any operation: what no fsync has confirmed is gone then,
 * and what the program was doing never comes back, so that a new one can start on the same files in the same process.
 * An fsync only notes what is confirmed: nothing here is to survive this machine.
 */
export class CutDisk {
  /** Changes of the disk so far. */
  count = 0
  /** Names of the changes, in order, while not undefined. */
  names: string[] | undefined
  #inFlight = 0
  readonly #working = new Set<Promise<unknown>>()
  #isDead = false
  #cutAt: number | undefined
  #cutAfter = false
  #losesUnsynced = true
  #disk = new UnsyncedDisk()
  /** The open handles, with the life that opened each. */
  readonly #open = new Map<object, { readonly life: number; readonly close: Operation }>()
  #life = 0
  readonly #undo: (() => void)[] = []

  static async install(): Promise<CutDisk> {
    const disk = new CutDisk()
    const probe = await fs.promises.open('/dev/null')
    const handles = Object.getPrototypeOf(probe) as object
    await probe.close()
    disk.#patch(handles)
    return disk
  }

  /** Whatever still runs comes to an operation that never ends, as by a cut; the disk is that of this machine again. */
  async restore(): Promise<void> {
    this.#isDead = true
    await this.#settled()
    await this.#closeAll()
    for (const each of this.#undo.splice(0).toReversed()) each()
  }

  /** What was begun of a program that is dead comes to the disk before anything else does. */
  async #settled(): Promise<void> {
    while (this.#working.size > 0) await Promise.allSettled(this.#working)
  }

  #begin(work: Promise<unknown>): Promise<unknown> {
    this.#working.add(work)
    const end = (): void => void this.#working.delete(work)
    work.then(end, end)
    return work
  }

  async #closeAll(): Promise<void> {
    const open = [...this.#open]
    this.#open.clear()
    for (const [handle, { close }] of open) await close.call(handle)
  }

  /** Cuts at the change that comes after `operations` others, before it or behind it. */
  cutAt(operations: number, options: { readonly after: boolean; readonly losesUnsynced?: boolean }): void {
    this.#cutAt = this.count + operations
    this.#cutAfter = options.after
    this.#losesUnsynced = options.losesUnsynced ?? true
  }

  /** Cuts now: also a kill, where what was written stays although nothing has confirmed it. */
  async cut(losesUnsynced = true): Promise<void> {
    this.#isDead = true
    this.#losesUnsynced = losesUnsynced
    await this.revive()
  }

  /** After a `PowerCut`: the dead program is gone for good, and the disk holds what it would. */
  async revive(): Promise<void> {
    // Whatever of it still runs comes to an operation that never ends.
    for (let round = 0; round < 5; round++) await new Promise(setImmediate)
    await this.#settled()
    await this.#closeAll()
    if (this.#losesUnsynced) this.#disk.cut()
    this.#disk = new UnsyncedDisk()
    this.#life++
    this.#inFlight = 0
    this.#cutAt = undefined
    this.#isDead = false
  }

  /** Nothing is being written, nor about to be. Throws PowerCut. */
  async quiet(): Promise<void> {
    do {
      await new Promise(setImmediate)
      if (this.#isDead) throw new PowerCut()
    } while (this.#inFlight > 0)
  }

  #patch(handles: object): void {
    const disk = (): UnsyncedDisk => this.#disk
    for (const name of ['write', 'writeFile']) {
      this.#wrap(handles, name, (self) => disk().willWrite(pathOf(self), fs.fstatSync(fdOf(self)).size))
    }
    for (const name of ['sync', 'datasync']) {
      this.#wrap(
        handles,
        name,
        () => undefined,
        (self) => {
          const stat = fs.fstatSync(fdOf(self))
          if (stat.isDirectory()) disk().folderSynced(pathOf(self))
          else disk().synced(pathOf(self), stat.size)
          return Promise.resolve(undefined)
        },
      )
    }
    this.#wrap(handles, 'truncate', () => undefined)
    this.#wrap(fs.promises, 'copyFile', () => undefined)
    this.#wrap(fs.promises, 'rm', () => undefined)
    this.#wrap(fs.promises, 'rename', (_self, [from, to]) => disk().willRename(lasting(from), lasting(to)))
    this.#wrapOpen()
    for (const name of ['read', 'stat']) this.#wait(handles, name)
    for (const name of ['readFile', 'readdir', 'mkdir', 'stat', 'lstat', 'realpath', 'chmod', 'utimes']) {
      this.#wait(fs.promises, name)
    }
  }

  /** What changes nothing takes its time too. */
  #wait(owner: object, name: string): void {
    const original = Reflect.get(owner, name) as Operation
    const wait = (self: unknown, args: never[]): Promise<unknown> => this.#waitFor(() => original.apply(self, args))
    Reflect.set(owner, name, function (this: unknown, ...args: never[]) {
      return wait(this, args)
    })
    this.#undo.push(() => Reflect.set(owner, name, original))
  }

  async #waitFor(work: () => Promise<unknown>): Promise<unknown> {
    const life = this.#life
    if (this.#isDead) return never()
    this.#inFlight++
    try {
      const found = await this.#begin(work())
      return life === this.#life && !this.#isDead ? found : await never()
    } finally {
      if (life === this.#life) this.#inFlight--
    }
  }

  /** `close` stands in each handle itself. */
  #wrapClose(handle: object, life: number): void {
    const close = Reflect.get(handle, 'close') as Operation
    this.#open.set(handle, { life, close })
    Reflect.set(handle, 'close', () => {
      if (this.#isDead || life !== this.#life) return never()
      this.#open.delete(handle)
      return this.#waitFor(() => close.call(handle))
    })
  }

  #wrap(
    owner: object,
    name: string,
    before: (self: unknown, args: readonly unknown[]) => void,
    instead?: (self: unknown) => Promise<unknown>,
  ): void {
    const original = Reflect.get(owner, name) as Operation
    const change = (self: unknown, args: never[]): Promise<unknown> =>
      this.#change(name, self, args, original, before, instead)
    Reflect.set(owner, name, function (this: unknown, ...args: never[]) {
      return change(this, args)
    })
    this.#undo.push(() => Reflect.set(owner, name, original))
  }

  #change(
    name: string,
    self: unknown,
    args: never[],
    original: Operation,
    before: (self: unknown, args: readonly unknown[]) => void,
    instead: ((self: unknown) => Promise<unknown>) | undefined,
  ): Promise<unknown> {
    const life = this.#life
    const born = typeof self === 'object' && self !== null ? this.#open.get(self)?.life : undefined
    if (this.#isDead || (born !== undefined && born !== life)) return never()
    this.names?.push(name)
    const isLast = this.count++ === this.#cutAt
    if (isLast && !this.#cutAfter) {
      this.#isDead = true
      return never()
    }
    before(self, args)
    this.#inFlight++
    const doing = this.#begin(instead === undefined ? original.apply(self, args) : instead(self))
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        if (life !== this.#life) return
        this.#inFlight--
        if (isLast) this.#isDead = true
        if (!this.#isDead) settle()
      }
      doing.then(
        (value) => end(() => resolve(value)),
        (error: unknown) => end(() => reject(error)),
      )
    })
  }

  #wrapOpen(): void {
    const original = Reflect.get(fs.promises, 'open') as Operation
    const open = async (args: never[]): Promise<unknown> => {
      if (this.#isDead) return never()
      const life = this.#life
      const [path]: readonly unknown[] = args
      const isNew = !fs.existsSync(String(path))
      this.#inFlight++
      try {
        const handle = (await this.#begin(original.apply(fs.promises, args))) as fs.promises.FileHandle
        if (life !== this.#life || this.#isDead) {
          await handle.close()
          return await never()
        }
        if (isNew) this.#disk.made(lasting(path))
        this.#wrapClose(handle, life)
        return handle
      } finally {
        if (life === this.#life) this.#inFlight--
      }
    }
    Reflect.set(fs.promises, 'open', (...args: never[]) => open(args))
    this.#undo.push(() => Reflect.set(fs.promises, 'open', original))
  }
}

const fdOf = (self: unknown): number => (self as { fd: number }).fd
const pathOf = (self: unknown): string => fs.readlinkSync(`/proc/self/fd/${fdOf(self)}`)
const lasting = (path: unknown): string => join(fs.realpathSync(dirname(String(path))), basename(String(path)))

function never(): Promise<never> {
  return new Promise(() => undefined)
}
