import type { Edge, Level } from '../../../src/hardware/ports.ts'
import type { VirtioAnswer, VirtioDevice, VirtioRequest } from './virtio-device.ts'

// Virtio 1.2, section 5.18: the GPIO device.
const feature = { interrupts: 1 } as const
const queueOf = { requests: 0, events: 1 } as const
const kind = { getNames: 1, getDirection: 2, setDirection: 3, getValue: 4, setValue: 5, setInterrupt: 6 } as const
const direction = { none: 0, output: 1, input: 2 } as const
const interrupt = { off: 0, rising: 1, falling: 2, both: 3, high: 4, low: 8 } as const
const status = { ok: 0, failed: 1 } as const
const event = { ended: 0, happened: 1 } as const

/** What a logic analyser on the header would note: one entry for each change of what the guest does with a line. */
export interface PinEvent {
  readonly line: string
  readonly does: 'drives high' | 'drives low' | 'listens'
}

interface Line {
  readonly name: string
  direction: 'input' | 'output'
  /** What the guest drives while the line is an output. */
  latch: Level
  /** What the wire outside has on it, `undefined` where nothing is connected. */
  driven: Level | undefined
  interrupts: number
  /** The buffer that the guest has left here to be told of the next edge. */
  tell: ((event: number) => void) | undefined
  /** An edge came while the guest was still busy with the one before: it is told as soon as there is a buffer. */
  pending: boolean
  /** The guest has looked at the level since it last changed. */
  isSeen: boolean
}

/**
 * A GPIO controller whose header pins are in the test's hands. A line that the guest gives back keeps its direction
 * and level (`keep`, as on a Raspberry Pi) or becomes an input (`drop`, as on many other boards).
 */
export class VirtualGpio implements VirtioDevice {
  readonly name = 'gpio'
  readonly features = feature.interrupts
  readonly queues = 2
  readonly config: Uint8Array
  whenReleased: 'keep' | 'drop' = 'keep'
  /** Everything the guest did with its lines since the start, oldest first. */
  readonly log: PinEvent[] = []
  readonly #lines: readonly Line[]
  readonly #names: Uint8Array
  #watchers: (() => void)[] = []

  constructor(names: readonly string[]) {
    this.#lines = names.map((name) => ({
      name,
      direction: 'input',
      latch: 0,
      driven: undefined,
      interrupts: interrupt.off,
      tell: undefined,
      pending: false,
      isSeen: false,
    }))
    this.#names = Buffer.from(names.map((name) => `${name}\0`).join(''))
    this.config = new Uint8Array(8)
    const config = new DataView(this.config.buffer)
    config.setUint16(0, names.length, true)
    config.setUint32(4, this.#names.length, true)
  }

  /** Puts a level on a line from outside; `undefined` lets go of it. */
  drive(line: string, level: Level | undefined): void {
    const pin = this.#line(line)
    const before = levelOf(pin)
    pin.driven = level
    const now = levelOf(pin)
    if (now !== before) {
      pin.isSeen = false
      this.#edge(pin, now === 1 ? 'rising' : 'falling')
    }
    this.#changed()
  }

  /** The level at the pin, as a meter shows it. A pin that nobody drives is low. */
  measure(line: string): Level {
    return levelOf(this.#line(line))
  }

  directionOf(line: string): 'input' | 'output' {
    return this.#line(line).direction
  }

  /** Whether the guest waits for an edge of this line. */
  isWatched(line: string): boolean {
    return this.#line(line).tell !== undefined
  }

  /**
   * Waits until the guest has looked at the level that was last driven. Of a line whose edges it debounces, which is looked
   * at when it has been quiet for long enough: this level counts now, and what is driven next is no bouncing.
   */
  async seen(line: string): Promise<void> {
    await this.until(() => this.#line(line).isSeen)
  }

  /** What the guest did with one line, in order. */
  logOf(line: string): readonly PinEvent['does'][] {
    return this.log.filter((each) => each.line === line).map(({ does }) => does)
  }

  /** Waits until the condition holds; it is looked at after each thing that the guest or the test does to a line. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#watchers.push(resolve))
  }

  powerLost(): void {
    for (const pin of this.#lines) {
      pin.interrupts = interrupt.off
      pin.tell = undefined
      pin.pending = false
      this.#set(pin, 'input', 0)
    }
  }

  async request({ queue, written, sizesBytes }: VirtioRequest): Promise<VirtioAnswer> {
    const [request] = written
    const [answerBytes] = sizesBytes
    if (request === undefined || answerBytes === undefined) throw new Error('A GPIO request has one buffer each way.')
    const fields = new DataView(request.buffer, request.byteOffset, request.byteLength)
    if (queue === queueOf.events) return this.#nextEdge(fields.getUint16(0, true))
    const answer = new Uint8Array(answerBytes)
    if (fields.getUint16(0, true) === kind.getNames) {
      answer.set(this.#names, 1)
      return [answer]
    }
    const pin = this.#lines[fields.getUint16(2, true)]
    const value = pin && this.#act(pin, fields.getUint16(0, true), fields.getUint32(4, true))
    answer.set(value === undefined ? [status.failed, 0] : [status.ok, value])
    this.#changed()
    return [answer]
  }

  /** What the guest is answered, `undefined` for a request that makes no sense. */
  #act(pin: Line, request: number, value: number): number | undefined {
    switch (request) {
      case kind.getDirection:
        return direction[pin.direction]
      case kind.getValue:
        pin.isSeen = true
        return levelOf(pin)
      case kind.setValue:
        // A line is given its level before its direction: until then the level waits in the latch.
        this.#set(pin, pin.direction, value === 0 ? 0 : 1)
        return 0
      case kind.setDirection:
        if (value === direction.none && this.whenReleased === 'keep') return 0
        this.#set(pin, value === direction.output ? 'output' : 'input', pin.latch)
        return 0
      case kind.setInterrupt:
        this.#setInterrupts(pin, value)
        return 0
      default:
        return undefined
    }
  }

  #set(pin: Line, to: 'input' | 'output', latch: Level): void {
    const before = says(pin)
    pin.direction = to
    pin.latch = latch
    if (says(pin) !== before) this.log.push({ line: pin.name, does: says(pin) })
  }

  #setInterrupts(pin: Line, interrupts: number): void {
    pin.interrupts = interrupts
    pin.pending = false
    if (interrupts !== interrupt.off) return
    pin.tell?.(event.ended)
    pin.tell = undefined
  }

  #edge(pin: Line, edge: Edge): void {
    const isLevel = (pin.interrupts & (edge === 'rising' ? interrupt.high : interrupt.low)) !== 0
    if (!isLevel && (pin.interrupts & interrupt[edge]) === 0) return
    if (pin.tell === undefined) {
      // A level is looked at again as soon as there is a buffer: by then it may be over.
      pin.pending ||= !isLevel
      return
    }
    pin.tell(event.happened)
    pin.tell = undefined
  }

  #nextEdge(offset: number): Promise<VirtioAnswer> {
    const pin = this.#lines[offset]
    if (pin === undefined) throw new Error(`The guest waits for edges of line ${offset}, which does not exist.`)
    const held =
      (pin.interrupts & interrupt.high && levelOf(pin) === 1) || (pin.interrupts & interrupt.low && levelOf(pin) === 0)
    if (pin.pending || held) {
      pin.pending = false
      return Promise.resolve([Uint8Array.of(event.happened)])
    }
    return new Promise((resolve) => {
      pin.tell = (what) => resolve([Uint8Array.of(what)])
      this.#changed()
    })
  }

  #line(name: string): Line {
    const pin = this.#lines.find((each) => each.name === name)
    if (pin === undefined) throw new Error(`The virtual board has no line ${name}.`)
    return pin
  }

  #changed(): void {
    const watchers = this.#watchers
    this.#watchers = []
    for (const look of watchers) look()
  }
}

function levelOf(pin: Line): Level {
  return pin.direction === 'output' ? pin.latch : (pin.driven ?? 0)
}

function says(pin: Line): PinEvent['does'] {
  if (pin.direction === 'input') return 'listens'
  return pin.latch === 1 ? 'drives high' : 'drives low'
}
