import { type Board, type BoardPin, findPin } from './board.ts'
import type { GpioPort, InputLine, InputRequest, Level, LineInfo, OutputLine, OutputRequest } from './ports.ts'

/**
 * Lines by the names of a board's file, over a port that has those of the kernel: kernels call one and the same line
 * GPIO4 or GPIO_GCLK, and TXD0 is not everywhere the line at the pin TXD0. What is no pin of the board goes through.
 */
export class BoardGpio implements GpioPort {
  readonly #board: Board
  readonly #kernel: GpioPort

  constructor(board: Board, kernel: GpioPort) {
    this.#board = board
    this.#kernel = kernel
  }

  async lines(): Promise<readonly LineInfo[]> {
    const lines = await this.#kernel.lines()
    return lines.map((line) => {
      const pin = this.#board.pins.find((each) => isLineOf(each, line))
      return pin === undefined ? line : Object.assign({}, line, { name: pin.name })
    })
  }

  async peek(line: string): Promise<Level> {
    return this.#kernel.peek(await this.#kernelLine(line))
  }

  async requestOutput(request: OutputRequest): Promise<OutputLine> {
    return this.#kernel.requestOutput({ ...request, line: await this.#kernelLine(request.line) })
  }

  async requestInput(request: InputRequest): Promise<InputLine> {
    return this.#kernel.requestInput({ ...request, line: await this.#kernelLine(request.line) })
  }

  async #kernelLine(line: string): Promise<string> {
    const pin = findPin(this.#board, line)
    if (pin?.line === undefined) return line
    if (pin.line.includes(':')) return pin.line
    const found = (await this.#kernel.lines()).find((each) => isLineOf(pin, each))
    // One that is not there is the kernel's to refuse.
    return found?.address ?? pin.line
  }
}

/** Behind a name some kernels say what the line is used for: `P9_22 [spi0_sclk]`. */
function isLineOf({ line }: BoardPin, { name, address }: LineInfo): boolean {
  return line !== undefined && (address === line || name === line || name.startsWith(`${line} `))
}
