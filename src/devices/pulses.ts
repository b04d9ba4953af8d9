import type { PulseConfig } from '../config/config.ts'
import { formatDuration } from '../duration.ts'
import type { Edge, GpioPort } from '../hardware/ports.ts'
import type { CounterStore } from './counter-store.ts'
import type { Reading } from './device.ts'
import { HeldInput } from './held-input.ts'
import { Listeners } from './listeners.ts'
import { stateReading } from './reader.ts'
import type { Reader, ReadingFrame } from './reader.ts'
import { inUnits } from './units.ts'
import type { Quantity } from './units.ts'

interface PulseOptions {
  readonly config: PulseConfig
  readonly gpio: GpioPort
  readonly frame: ReadingFrame
}

/**
 * A push button: pressed or released, and how often it was pressed since the start. As a contact it is taken to connect
 * the line to ground, unless it has a pull-down; `invert` turns it.
 */
export function createButton({ config, gpio, frame }: PulseOptions): Reader {
  const { line, pull, debounceMs, invert } = config
  const listeners = new Listeners()
  let presses = 0
  let pressedMs: number | undefined
  let changedMs: number | undefined
  let value: 'pressed' | 'released' | undefined
  const onEdge = (edge: Edge, atMs: number): void => {
    changedMs = atMs
    value = edge === 'rising' ? 'pressed' : 'released'
    if (edge === 'rising') {
      presses++
      pressedMs = atMs
    }
    listeners.tell(edge)
  }
  const activeLow = (pull !== 'down') !== invert
  const input = new HeldInput({
    gpio,
    device: frame.device,
    line,
    bias: pull,
    debounceMs,
    activeLow,
    onEdge,
    listens: true,
  })
  const readings = (): readonly Reading[] => {
    if (value === undefined) return []
    const nowMs = frame.clock.monotonicMs()
    const state = stateReading(frame, value)
    const count = countReading(frame, 'presses', presses)
    return [
      changedMs === undefined ? state : { ...state, heldMs: nowMs - changedMs },
      pressedMs === undefined ? count : { ...count, note: `last ${formatDuration(nowMs - pressedMs)} ago` },
    ]
  }
  const look = async (): Promise<void> => {
    try {
      value = (await input.level()) === 1 ? 'pressed' : 'released'
    } catch (error) {
      value = undefined
      throw error
    }
  }
  return {
    quantities: ['state', 'presses'],
    open: look,
    async read() {
      await look()
      return readings()
    },
    known: readings,
    watch: (listener) => listeners.add(listener),
    close: () => input.close(),
  }
}

/** Counts the rising edges of its line, or with `invert` the falling ones; the count is kept over restarts. */
export function createCounter({ config, gpio, frame, store }: PulseOptions & { readonly store: CounterStore }): Reader {
  const { line, pull, debounceMs, invert } = config
  const { device, clock } = frame
  const listeners = new Listeners()
  const minute = new LastMinute()
  let count = 0
  /** Since when edges are counted without a gap. */
  let openedMs: number | undefined
  const onEdge = (edge: Edge, atMs: number): void => {
    if (edge === 'falling') return
    count++
    minute.add(atMs)
    store.set(device, line, count)
    listeners.tell(edge)
  }
  const input = new HeldInput({ gpio, device, line, bias: pull, debounceMs, activeLow: invert, onEdge, listens: true })
  let loading: Promise<void> | undefined
  const load = (): Promise<void> => {
    loading ??= store.load(device, line).then((before) => void (count += before))
    return loading
  }
  const look = async (): Promise<void> => {
    await load()
    try {
      await input.level()
      openedMs ??= clock.monotonicMs()
    } catch (error) {
      openedMs = undefined
      throw error
    }
  }
  const readings = (): readonly Reading[] => {
    if (openedMs === undefined) return []
    const nowMs = clock.monotonicMs()
    const counted = countReading(frame, 'count', count)
    // Less than a minute says nothing about a minute.
    return nowMs - openedMs < minuteMs ? [counted] : [counted, countReading(frame, 'rate', minute.sum(nowMs))]
  }
  return {
    quantities: ['count', 'rate'],
    open: look,
    async read() {
      await look()
      return readings()
    },
    known: readings,
    watch: (listener) => listeners.add(listener),
    async close() {
      await input.close()
      await store.save()
    },
  }
}

const minuteMs = 60_000

/** How many of something happened in the last minute, to a second. */
class LastMinute {
  readonly #perSecond = new Uint32Array(60)
  #latestS = 0

  add(atMs: number): void {
    const second = this.#turnTo(atMs)
    this.#perSecond[second % 60] = (this.#perSecond[second % 60] ?? 0) + 1
  }

  sum(nowMs: number): number {
    this.#turnTo(nowMs)
    return this.#perSecond.reduce((sum, each) => sum + each, 0)
  }

  /** Empties the seconds that have passed since the latest; edges may arrive a little late, never in a second of before. */
  #turnTo(atMs: number): number {
    const second = Math.max(Math.floor(atMs / 1_000), this.#latestS)
    for (let each = Math.max(this.#latestS + 1, second - 59); each <= second; each++) this.#perSecond[each % 60] = 0
    this.#latestS = second
    return second
  }
}

function countReading(frame: ReadingFrame, quantity: Quantity, count: number): Reading {
  const { device, source, simulated, clock } = frame
  return { device, quantity, ...inUnits(quantity, count, 'metric'), timeMs: clock.nowMs(), ageMs: 0, source, simulated }
}
