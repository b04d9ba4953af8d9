import type { Clock, Timer } from '../../clock.ts'
import type { Bias, Edge, Level } from '../ports.ts'

/** What is connected to the pin from outside; `undefined`: nothing drives it. */
export type Outside = Level | undefined

interface InputHolder {
  readonly kind: 'input'
  readonly consumer: string
  readonly activeLow: boolean
  readonly debounceMs: number
  readonly onEdge: ((edge: Edge, atMs: number) => void) | undefined
  /** The debounced level, active-low applied. */
  level: Level
  /** Since when the pin has differed from `level`. */
  differsSinceMs: number | undefined
}

interface OutputHolder {
  readonly kind: 'output'
  readonly consumer: string
  readonly activeLow: boolean
}

export type Holder = InputHolder | OutputHolder

/**
 * One line of the GPIO chip, its holder and what happens at its pin. What comes from outside is a plan with times;
 * the line works through it whenever somebody looks. Timers run only while a listener waits for planned edges.
 */
export class SimulatedLine {
  readonly name: string
  readonly address: string
  holder: Holder | undefined
  readonly #clock: Clock
  #direction: 'input' | 'output' = 'input'
  #driven: Level = 0
  #bias: 'up' | 'down' | 'off'
  #outside: Outside
  #plan: readonly { readonly atMs: number; readonly outside: Outside }[] = []
  #timer: Timer | undefined

  constructor(options: {
    readonly name: string
    readonly address: string
    readonly offset: number
    readonly clock: Clock
  }) {
    this.name = options.name
    this.address = options.address
    this.#clock = options.clock
    // The pulls with which a BCM2711 starts: up for lines 0 to 8, down for those above.
    this.#bias = options.offset <= 8 ? 'up' : 'down'
  }

  get direction(): 'input' | 'output' {
    return this.#direction
  }

  holdOutput(holder: OutputHolder, initial: Level): void {
    this.holder = holder
    this.drive(holder, initial)
    this.#direction = 'output'
  }

  holdInput(request: Pick<InputHolder, 'consumer' | 'activeLow' | 'debounceMs' | 'onEdge'>, bias: Bias): InputHolder {
    this.#run()
    this.#direction = 'input'
    if (bias !== 'as-is') this.#bias = bias
    const level = logical(this.#pinLevel(), request.activeLow)
    const holder: InputHolder = { ...request, kind: 'input', level, differsSinceMs: undefined }
    this.holder = holder
    this.#arm()
    return holder
  }

  /** The level and the direction stay, as on a Raspberry Pi. */
  release(holder: Holder): void {
    // Given back twice: the line may be somebody else's by now, who waits for its edges.
    if (this.holder !== holder) return
    this.holder = undefined
    this.#disarm()
  }

  drive(holder: OutputHolder, level: Level): void {
    this.#driven = logical(level, holder.activeLow)
  }

  /** The debounced level with active-low applied, as its holder reads it. */
  read(holder: InputHolder): Level {
    this.#run()
    return holder.level
  }

  /** What a meter at the pin shows. */
  pinLevel(): Level {
    this.#run()
    return this.#pinLevel()
  }

  /** The level the board drives the pin to; `undefined` while it is an input. */
  drivenLevel(): Level | undefined {
    return this.#direction === 'output' ? this.#driven : undefined
  }

  /** What is connected outside when the plan is done. */
  restingOutside(): Outside {
    const last = this.#plan.at(-1)
    return last === undefined ? this.#outside : last.outside
  }

  /** Changes what is connected outside, at these times from now; a plan that is not done yet is dropped. */
  connect(steps: readonly { readonly inMs: number; readonly outside: Outside }[]): void {
    this.#run()
    const nowMs = this.#clock.monotonicMs()
    this.#plan = steps.map(({ inMs, outside }) => ({ atMs: nowMs + inMs, outside }))
    this.#run()
    this.#arm()
  }

  close(): void {
    this.holder = undefined
    this.#disarm()
  }

  #pinLevel(): Level {
    if (this.#direction === 'output') return this.#driven
    return this.#outside ?? (this.#bias === 'up' ? 1 : 0)
  }

  /** Works through all that was planned until now, in order. */
  #run(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const { atMs, outside } of this.#plan.filter((step) => step.atMs <= nowMs)) {
      this.#settle(atMs)
      this.#outside = outside
      this.#notice(atMs)
    }
    this.#plan = this.#plan.filter((step) => step.atMs > nowMs)
    this.#settle(nowMs)
  }

  /** The pin may have changed at `atMs`: without debounce that is an edge, with it the wait starts or is called off. */
  #notice(atMs: number): void {
    const { holder } = this
    if (holder?.kind !== 'input') return
    if (logical(this.#pinLevel(), holder.activeLow) === holder.level) holder.differsSinceMs = undefined
    else holder.differsSinceMs ??= atMs
    this.#settle(atMs)
  }

  /** Takes over a level that has been there for the whole debounce time. */
  #settle(nowMs: number): void {
    const { holder } = this
    if (holder?.kind !== 'input' || holder.differsSinceMs === undefined) return
    const edgeMs = holder.differsSinceMs + holder.debounceMs
    if (edgeMs > nowMs) return
    holder.differsSinceMs = undefined
    holder.level = holder.level === 1 ? 0 : 1
    const edge: Edge = holder.level === 1 ? 'rising' : 'falling'
    // Edges reach a reader after the fact, as events from the kernel do, and never after the line was given back.
    queueMicrotask(() => {
      if (this.holder === holder) holder.onEdge?.(edge, edgeMs)
    })
  }

  #arm(): void {
    this.#disarm()
    const { holder } = this
    if (holder?.kind !== 'input' || holder.onEdge === undefined) return
    const settlesMs = holder.differsSinceMs === undefined ? [] : [holder.differsSinceMs + holder.debounceMs]
    const nextMs = Math.min(...this.#plan.map((step) => step.atMs), ...settlesMs)
    if (nextMs === Infinity) return
    this.#timer = this.#clock.after(Math.max(0, nextMs - this.#clock.monotonicMs()), () => {
      this.#run()
      this.#arm()
    })
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}

/** Active-low turns levels round, in both directions. */
export function logical(level: Level, activeLow: boolean): Level {
  return activeLow ? (level === 1 ? 0 : 1) : level
}
