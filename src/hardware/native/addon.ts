import { PincerError, sentenceOf } from '../../errors.ts'

declare const heldLine: unique symbol

/** A line that we hold. It is given back by `gpioRelease`, or when it is forgotten while nobody waits for its edges. */
export interface HeldLine {
  readonly [heldLine]: never
}

/** A GPIO chip as the kernel describes it; a line's offset is its place in `lines`. */
export interface GpioChip {
  /** The kernel's name, for example `gpiochip0`, and what the driver calls the chip, for example `pinctrl-bcm2711`. */
  readonly name: string
  readonly label: string
  readonly lines: readonly GpioChipLine[]
}

export interface GpioChipLine {
  /** Empty when the line has none. */
  readonly name: string
  readonly consumer: string
  /** Of `gpioFlags`. */
  readonly flags: number
}

/** What a line is to be; of `gpioFlags`, added up. Neither `input` nor `output`: it stays as it is. */
export interface LineSettings {
  readonly flags: number
  /** The level of an output from the first moment on. */
  readonly value: 0 | 1
  readonly debounceUs: number
}

export interface LineListener {
  /** `atMs` is monotonic. Edges of a line are numbered without gaps: one that is missing was lost. */
  readonly onEdge: (isRising: boolean, atMs: number, number: number) => void
  /** The line has nothing more to tell: its chip is gone. Called once, with the kernel's name of the error. */
  readonly onGone: (code: string) => void
}

export interface GpioRequest extends LineSettings {
  /** The chip's device file. */
  readonly path: string
  readonly offset: number
  /** At most 31 bytes. */
  readonly consumer: string
  readonly listener?: LineListener
}

/** The bits that the kernel's GPIO character device gives to what a line can be. */
export interface GpioFlags {
  readonly used: number
  readonly activeLow: number
  readonly input: number
  readonly output: number
  readonly edgeRising: number
  readonly edgeFalling: number
  readonly openDrain: number
  readonly openSource: number
  readonly biasUp: number
  readonly biasDown: number
  readonly biasOff: number
}

export interface I2cOutcome {
  /** Fewer messages than were asked for: nothing answered. Some adapters tell it in no other way. */
  readonly messagesDone: number
  /** Empty unless everything was done. */
  readonly bytes: Uint8Array
}

/**
 * What the C files beside this one do. Everything but `i2cTransfer` works at once. What fails throws, or rejects with, an
 * Error that has the kernel's name as `code` (isNativeError); a wrong argument is EINVAL, a line given back EBADF.
 */
export interface Addon {
  readonly gpioFlags: GpioFlags
  gpioChip(path: string): GpioChip
  gpioRequest(request: GpioRequest): HeldLine
  gpioGet(line: HeldLine): 0 | 1
  gpioSet(line: HeldLine, level: 0 | 1): void
  gpioReconfigure(line: HeldLine, settings: LineSettings): void
  /** May be called any number of times. */
  gpioRelease(line: HeldLine): void
  /**
   * One transaction on an open adapter: what is written and, after a repeated start, what is read; at most 8192 bytes
   * each, null or 0 for neither. An empty array is a write of the address alone. It has a thread of its own. One at a time
   * for each adapter: EBUSY while another is under way, as long as it may be stuck.
   */
  i2cTransfer(fd: number, address: number, write: Uint8Array | null, readBytes: number): Promise<I2cOutcome>
  /** The adapter's own time-out, which it counts in steps of 10 ms, and how often it tries an address again. */
  i2cSetTimeout(fd: number, timeoutMs: number, retries: number): void
  /**
   * Outside the event loop: when that has run nothing for `stuckMs` (at the earliest for half of it), what was added is
   * driven, and `onFired` called as soon as the loop runs again. One in a process: EBUSY while it is started.
   */
  watchdogStart(stuckMs: number, onFired: () => void): void
  /** The level that the line gets then; answers a number for watchdogRemove. Remove it before the line is released. */
  watchdogAddLine(line: HeldLine, level: 0 | 1): number
  /** The same for a file that is written from its beginning: at most 63 bytes. */
  watchdogAddFile(fd: number, text: string): number
  /** May be called any number of times. When it returns, this is not driven any more. */
  watchdogRemove(number: number): void
  watchdogStop(): void
  /** Runs this now while signals are held back, for file calls that they would break off. */
  undisturbed<Result>(work: () => Result): Result
  /** One datagram to the service manager: an absolute path, or a name behind `@`. */
  notify(path: string, text: string): void
  /** The user id at the other end of a connected Unix socket. */
  peerUserId(fd: number): number
  /** Whether something that knows the time keeps the wall clock, or did some hours ago. */
  clockIsKept(): boolean
}

/** The functions as C has them: everything by position. */
interface RawAddon extends Omit<Addon, 'gpioRequest' | 'gpioReconfigure' | 'i2cTransfer'> {
  gpioRequest(
    path: string,
    offset: number,
    consumer: string,
    flags: number,
    value: number,
    debounceUs: number,
    onEdge: LineListener['onEdge'] | null,
    onGone: LineListener['onGone'] | null,
  ): HeldLine
  gpioReconfigure(line: HeldLine, flags: number, value: number, debounceUs: number): void
  i2cTransfer(
    fd: number,
    address: number,
    write: Uint8Array | null,
    readBytes: number,
    onDone: (code: string | null, messagesDone: number, bytes: Uint8Array) => void,
  ): void
}

const functionNames = [
  'gpioChip',
  'gpioRequest',
  'gpioGet',
  'gpioSet',
  'gpioReconfigure',
  'gpioRelease',
  'i2cTransfer',
  'i2cSetTimeout',
  'watchdogStart',
  'watchdogAddLine',
  'watchdogAddFile',
  'watchdogRemove',
  'watchdogStop',
  'undisturbed',
  'notify',
  'peerUserId',
  'clockIsKept',
] as const satisfies readonly (keyof RawAddon)[]

/** Loads the compiled addon from its file. One that does not load, or is of another version: PincerError `hardware`. */
export function loadAddon(path: string): Addon {
  const raw = open(path)
  return {
    ...raw,
    gpioRequest: ({ path, offset, consumer, flags, value, debounceUs, listener }) =>
      raw.gpioRequest(
        path,
        offset,
        consumer,
        flags,
        value,
        debounceUs,
        listener?.onEdge ?? null,
        listener?.onGone ?? null,
      ),
    gpioReconfigure: (line, { flags, value, debounceUs }) => raw.gpioReconfigure(line, flags, value, debounceUs),
    i2cTransfer: (fd, address, write, readBytes) =>
      new Promise((resolve, reject) => {
        raw.i2cTransfer(fd, address, write, readBytes, (code, messagesDone, bytes) => {
          if (code === null) resolve({ messagesDone, bytes })
          else reject(Object.assign(new Error(`I2C_RDWR: ${code}`), { code, syscall: 'I2C_RDWR' }))
        })
      }),
  }
}

/** Whether this was thrown by the addon (or by Node's own file functions, which do the same). */
export function isNativeError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

function open(path: string): RawAddon {
  const module: { exports: unknown } = { exports: {} }
  try {
    process.dlopen(module, path)
  } catch (cause) {
    throw new PincerError(
      'hardware',
      `${path} does not load (${sentenceOf(cause)}): compile it for this machine by \`npm run native\`.`,
      { cause },
    )
  }
  if (isRawAddon(module.exports)) return module.exports
  throw new PincerError('hardware', `${path} is of another version of Pincer: run \`npm run native\` again.`)
}

function isRawAddon(value: unknown): value is RawAddon {
  if (typeof value !== 'object' || value === null || !('gpioFlags' in value)) return false
  const { gpioFlags } = value
  return (
    typeof gpioFlags === 'object' &&
    gpioFlags !== null &&
    Object.values(gpioFlags).every((flag) => typeof flag === 'number') &&
    functionNames.every((name) => name in value && typeof Reflect.get(value, name) === 'function')
  )
}
