/** As much of a terminal as the user interface needs: what a person would read, row by row. Fails on what it does not know. */
export class VirtualScreen {
  readonly #columns: number
  #rows: string[][] = [[]]
  #row = 0
  #column = 0

  constructor(columns: number) {
    this.#columns = columns
  }

  write(text: string): void {
    // oxlint-disable-next-line no-control-regex
    for (const [, parameters, command, plain] of text.matchAll(/\x1b\[([?0-9;]*)([A-Za-z])|([^])/g)) {
      if (command !== undefined) this.#obey(command, parameters ?? '')
      else this.#put(plain ?? '')
    }
  }

  /** The rows that hold anything, joined; trailing blanks of a row are not told. */
  get text(): string {
    return this.#rows
      .map((row) =>
        Array.from(row, (cell) => cell ?? ' ')
          .join('')
          .trimEnd(),
      )
      .join('\n')
      .trimEnd()
  }

  #put(character: string): void {
    if (character === '\n') {
      this.#column = 0
      this.#down()
      return
    }
    if (character === '\r') {
      this.#column = 0
      return
    }
    // As xterm: the cursor waits at the edge until the next character.
    if (this.#column === this.#columns) {
      this.#column = 0
      this.#down()
    }
    const row = (this.#rows[this.#row] ??= [])
    row[this.#column++] = character
  }

  #down(): void {
    this.#row++
    this.#rows[this.#row] ??= []
  }

  #obey(command: string, parameters: string): void {
    const count = Number(parameters === '' ? 1 : parameters)
    switch (command) {
      case 'A':
        this.#row = Math.max(0, this.#row - count)
        break
      case 'B':
        this.#row += count
        break
      case 'C':
        this.#column += count
        break
      case 'D':
        this.#column = Math.max(0, Math.min(this.#column, this.#columns - 1) - count)
        break
      case 'G':
        this.#column = count - 1
        break
      case 'J':
        this.#rows.length = this.#row + 1
        this.#clearRow()
        break
      case 'K':
        this.#clearRow()
        break
      case 'm':
      case 'h':
      case 'l':
        break
      default:
        throw new Error(`The virtual screen does not know ESC[${parameters}${command}`)
    }
  }

  #clearRow(): void {
    const row = this.#rows[this.#row]
    if (row !== undefined) row.length = Math.min(row.length, this.#column)
  }
}
