import type { Clock } from '../../clock.ts'
import type { Board } from '../board.ts'
import { checkDebounce, givenBack } from '../line-checks.ts'
import type { GpioPort, InputLine, InputRequest, Level, LineInfo, OutputLine, OutputRequest } from '../ports.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import { logical, SimulatedLine } from './line.ts'

/** GPIO as the character device gives it on a Raspberry Pi, one line for each header pin that is one. */
export class SimulatedGpio implements GpioPort {
  readonly #lines: readonly SimulatedLine[]
  readonly #beforeOutput: () => void

  /** `beforeOutput` is called before any output changes what is connected to it. */
  constructor(options: { readonly board: Board; readonly clock: Clock; readonly beforeOutput: () => void }) {
    this.#lines = options.board.pins.flatMap(({ name, line: address }) => {
      if (address === undefined) return []
      const offset = Number(address.slice(address.lastIndexOf(':') + 1))
      return [new SimulatedLine({ name, address, offset, clock: options.clock })]
    })
    this.#beforeOutput = options.beforeOutput
  }

  async lines(): Promise<readonly LineInfo[]> {
    return this.#lines.map((line) => ({
      name: line.name,
      address: line.address,
      consumer: line.holder?.consumer ?? '',
      direction: line.direction,
    }))
  }

  async peek(line: string): Promise<Level> {
    return this.#free(line).pinLevel()
  }

  async requestOutput({ line: wanted, consumer, initial, activeLow = false }: OutputRequest): Promise<OutputLine> {
    const line = this.#free(wanted)
    const holder = { kind: 'output', consumer, activeLow } as const
    this.#beforeOutput()
    line.holdOutput(holder, initial)
    const mustHold = (): void => {
      if (line.holder !== holder) throw givenBack(`Line ${line.name}`)
    }
    return {
      set: async (level: Level) => {
        mustHold()
        this.#beforeOutput()
        line.drive(holder, level)
      },
      get: async () => {
        mustHold()
        return logical(line.pinLevel(), activeLow)
      },
      release: async () => line.release(holder),
    }
  }

  async requestInput(request: InputRequest): Promise<InputLine> {
    const { consumer, bias = 'as-is', activeLow = false, debounceMs = 0, onEdge } = request
    const line = this.#free(request.line)
    checkDebounce(line.name, debounceMs)
    // An output that becomes an input lets go of what it drove.
    this.#beforeOutput()
    const holder = line.holdInput({ consumer, activeLow, debounceMs, onEdge }, bias)
    return {
      get: async () => {
        if (line.holder !== holder) throw givenBack(`Line ${line.name}`)
        return line.read(holder)
      },
      release: async () => line.release(holder),
    }
  }

  /** The line by its name or address, for what is wired to it; `undefined` when there is none. */
  line(wanted: string): SimulatedLine | undefined {
    return this.#lines.find((line) => line.name === wanted || line.address === wanted)
  }

  close(): void {
    for (const line of this.#lines) line.close()
  }

  #free(wanted: string): SimulatedLine {
    const line = this.line(wanted)
    if (line === undefined) throw hardwareFault('ENODEV', remedies['no-line'](wanted))
    if (line.holder !== undefined) throw hardwareFault('EBUSY', remedies['line-held'](line.name, line.holder.consumer))
    return line
  }
}
