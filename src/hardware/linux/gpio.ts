import type { Clock } from '../../clock.ts'
import { isHardwareError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { checkDebounce } from '../line-checks.ts'
import type { Addon, HeldLine, LineListener, LineSettings } from '../native/addon.ts'
import type { Bias, GpioPort, InputLine, InputRequest, Level, LineInfo, OutputLine, OutputRequest } from '../ports.ts'
import { DebouncedLine } from './debounced-line.ts'
import { edgeFault, lineFault, nameOf } from './gpio-faults.ts'
import { allLines, findLine, type FoundLine, type GpioPlace } from './gpio-lines.ts'
import { ListeningLine } from './listening-line.ts'
import type { LoopWatchdog, Watched } from './loop-watchdog.ts'

/** Chips whose kernel driver takes a request with a pull and leaves the pull as it is (pinctrl-mcp23s08.c up to Linux 7.3). */
const withoutPull = /^mcp23[0s]/

export interface LinuxGpioOptions {
  /** Loads our own addon; called when a line is first looked for. */
  readonly addon: () => Addon
  readonly clock: Clock
  readonly log: Log
  /** `/`, or a folder that looks like it. */
  readonly root: string
  /** Drives outputs when the event loop is stuck. */
  readonly watchdog?: LoopWatchdog
}

/** A line that we hold. What fails is a HardwareError. */
interface Line {
  get(): Level
  set(level: Level): void
  release(): void
  /** While it is away from this level, the watchdog would drive it there. */
  watched(whenStuck: Level): Watched | undefined
}

/**
 * The GPIO lines of this machine, through the kernel's character device. Nothing is remembered of chips: each request
 * finds its line anew, so one that was unplugged and is back works again.
 */
export class LinuxGpio implements GpioPort {
  readonly #options: LinuxGpioOptions
  readonly #listening = new Set<ListeningLine>()
  #addon: Addon | undefined

  constructor(options: LinuxGpioOptions) {
    this.#options = options
  }

  async lines(): Promise<readonly LineInfo[]> {
    const { place, addon } = this.#opened()
    const { output, used } = addon.gpioFlags
    return allLines(place).map(({ info: { name, consumer, flags }, address }) => ({
      name,
      address,
      // Not every holder says who it is.
      consumer: consumer === '' && (flags & used) !== 0 ? 'the kernel' : consumer,
      direction: (flags & output) === 0 ? 'input' : 'output',
    }))
  }

  async peek(line: string): Promise<Level> {
    const { place } = this.#opened()
    const held = this.#take(findLine(line, place), 'pincer', { flags: 0, value: 0, debounceUs: 0 })
    try {
      return held.get()
    } finally {
      held.release()
    }
  }

  async requestOutput(request: OutputRequest): Promise<OutputLine> {
    const { line, consumer, initial, activeLow = false, whenStuck } = request
    const { place, addon } = this.#opened()
    const { gpioFlags } = addon
    const flags = gpioFlags.output | (activeLow ? gpioFlags.activeLow : 0)
    const held = this.#take(findLine(line, place), consumer, { flags, value: initial, debounceUs: 0 })
    const watched = whenStuck === undefined ? undefined : held.watched(whenStuck)
    try {
      if (initial !== whenStuck) watched?.away()
    } catch (error) {
      try {
        // Nobody gets this line to switch it off: it must not stay on.
        if (whenStuck !== undefined) held.set(whenStuck)
      } finally {
        held.release()
      }
      throw error
    }
    return {
      async set(level) {
        if (level !== whenStuck) watched?.away()
        held.set(level)
        if (level === whenStuck) watched?.back()
      },
      get: async () => held.get(),
      async release() {
        watched?.back()
        held.release()
      },
    }
  }

  async requestInput(request: InputRequest): Promise<InputLine> {
    const { line, consumer, bias = 'as-is', activeLow = false, debounceMs = 0, onEdge } = request
    const { place, addon } = this.#opened()
    const { gpioFlags } = addon
    const found = findLine(line, place)
    const name = nameOf(found)
    checkDebounce(name, debounceMs)
    const flags = gpioFlags.input | biasFlag(bias, addon) | (activeLow ? gpioFlags.activeLow : 0)
    if (flags & (gpioFlags.biasUp | gpioFlags.biasDown) && withoutPull.test(found.address))
      this.#options.log.warn(
        'gpio',
        `Line ${name}: the kernel's driver of this chip sets no pull, and does not say so. Give the line a resistor.`,
      )
    const settings = { flags, value: 0, debounceUs: debounceMs * 1_000 } as const
    try {
      if (onEdge !== undefined) return this.#listen(found, request, settings, onEdge)
      const held = this.#take(found, consumer, settings)
      return { get: async () => held.get(), release: async () => held.release() }
    } catch (error) {
      if (debounceMs === 0 || !isHardwareError(error) || error.kernel !== 'EINVAL') throw error
      // Some chips the kernel cannot debounce. Where it refused something else, it does so again.
      const listen = (heard: () => void) => this.#listen(found, request, { ...settings, debounceUs: 0 }, heard)
      return DebouncedLine.open({ clock: this.#options.clock, debounceMs, onEdge, listen })
    }
  }

  #listen(
    found: FoundLine,
    { line, consumer }: InputRequest,
    settings: LineSettings,
    onEdge: NonNullable<InputRequest['onEdge']>,
  ): ListeningLine {
    const { place, addon } = this.#opened()
    const { edgeRising, edgeFalling } = addon.gpioFlags
    const bothEdges = { ...settings, flags: settings.flags | edgeRising | edgeFalling }
    const listening = ListeningLine.open({
      ...this.#options,
      name: nameOf(found),
      onEdge,
      take: (listener) => this.#take(findLine(line, place), consumer, bothEdges, listener),
      onReleased: () => this.#listening.delete(listening),
    })
    this.#listening.add(listening)
    return listening
  }

  /** Nobody is told of edges any more. Lines that are held without listening are their holders' to give back. */
  close(): void {
    for (const line of this.#listening) line.close()
  }

  #opened(): { readonly place: GpioPlace; readonly addon: Addon } {
    const addon = (this.#addon ??= this.#options.addon())
    return { place: { root: this.#options.root, addon }, addon }
  }

  #take(line: FoundLine, consumer: string, settings: LineSettings, listener?: LineListener): Line {
    const { place, addon } = this.#opened()
    const told = <Result>(work: () => Result, fault = lineFault): Result => {
      try {
        return work()
      } catch (error) {
        throw fault(error, line, place)
      }
    }
    const needsEdges = listener !== undefined || settings.debounceUs > 0
    const { path, offset } = line
    const held: HeldLine = told(
      () => addon.gpioRequest({ path, offset, consumer, ...settings, ...(listener && { listener }) }),
      needsEdges ? edgeFault : lineFault,
    )
    return {
      get: () => told(() => addon.gpioGet(held)),
      set: (level) => told(() => addon.gpioSet(held, level)),
      release: () => addon.gpioRelease(held),
      watched: (whenStuck) => {
        const watched = this.#options.watchdog?.watchLine(held, whenStuck)
        return watched && { away: () => told(() => watched.away()), back: () => watched.back() }
      },
    }
  }
}

function biasFlag(bias: Bias, { gpioFlags }: Addon): number {
  switch (bias) {
    case 'up':
      return gpioFlags.biasUp
    case 'down':
      return gpioFlags.biasDown
    case 'off':
      return gpioFlags.biasOff
    case 'as-is':
      return 0
  }
}
