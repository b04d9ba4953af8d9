import { createInterface, type Interface, type Key } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { completeWord, type Completions } from './completion.ts'
import { Keys } from './keys.ts'
import type { Paint } from './paint.ts'
import { wrapText } from './wrapping.ts'
import { writeText } from './write-text.ts'

export interface ScreenOptions {
  readonly input: Readable
  /** `columns`, where a terminal has it, is where lines are broken. */
  readonly output: Writable & { readonly columns?: number }
  readonly paint: Paint
  readonly completions: Completions
  /** Newest first. */
  readonly history: readonly string[]
  readonly historyLinesMax: number
  /** A whole message: one line, or all lines of a paste joined. */
  readonly onSubmit: (text: string) => void
  readonly onInterrupt: () => void
  /** Ctrl-Z. */
  readonly onSuspend: () => void
  /** Ctrl-D on an empty line, or the terminal is gone. */
  readonly onClosed: () => void
  readonly mayRemember: (line: string) => boolean
}

const bracketedPaste = { on: '\x1b[?2004h', off: '\x1b[?2004l' }

/**
 * A line being edited at the bottom, with text appearing above it. Pasted lines are joined to one message, which is sent
 * by the Enter that the person presses: a paste alone never sends anything.
 */
export class Screen {
  readonly #options: ScreenOptions
  readonly #keys: Keys
  readonly #readline: Interface
  /** The terminal has moved the cursor as it broke its rows anew; readline would go up by the rows that there were. */
  readonly #onResize = (): void => void Object.assign(this.#readline, { prevRows: this.#readline.getCursorPos().rows })
  #prompt = ''
  #status = ''
  #pasting = false
  #pastedLines: string[] = []
  readonly #typed: string[] = []
  /** True while prompt and line stand on the screen; after Enter they do not, until they are drawn again. */
  #drawn = false
  #open = true

  constructor(options: ScreenOptions) {
    this.#options = options
    this.#keys = new Keys(options.input, () => this.#gone())
    this.#readline = createInterface({
      input: this.#keys,
      output: options.output,
      terminal: true,
      history: [...options.history],
      historySize: options.historyLinesMax,
      removeHistoryDuplicates: true,
      completer: (line: string) => completeWord(line, options.completions),
    })
    // Before readline does what the key asks for.
    this.#keys.prependListener('keypress', (_text: string | undefined, key: Key) => this.#onKey(key))
    if (!options.paint.movesCursor) this.#keys.on('keypress', (_text, key: Key) => this.#eraseOnDumb(key))
    options.output.prependListener('resize', this.#onResize)
    this.#readline.on('line', (line) => this.#onLine(line))
    // Emitted before `line`, with readline's own array: what is removed here is forgotten.
    this.#readline.on('history', (history: string[]) => {
      const newest = history[0]
      const isPaste = this.#pasting || this.#pastedLines.length > 0
      if (newest === undefined) return
      if (isPaste || !options.mayRemember(newest)) history.shift()
      else this.#typed.push(newest)
    })
    this.#readline.on('SIGINT', () => {
      this.#pasting = false
      options.onInterrupt()
    })
    this.#readline.on('SIGTSTP', () => options.onSuspend())
    this.#readline.on('close', () => this.#gone())
    if (options.paint.movesCursor) options.output.write(bracketedPaste.on)
  }

  /** What was typed and may be remembered, oldest first. */
  get typed(): readonly string[] {
    return this.#typed
  }

  /** Prints whole lines above the line being typed. Resolves once they are written. */
  print(text: string): Promise<void> {
    const { output } = this.#options
    const written = writeText(output, `${this.#erase()}${wrapText(text, output.columns)}\n`)
    this.#draw()
    return written
  }

  setPrompt(prompt: string): void {
    this.#prompt = prompt
    this.#redraw()
  }

  /** One line above the prompt that comes and goes; an empty one shows nothing. */
  setStatus(status: string): void {
    if (status === this.#status) return
    this.#status = status
    this.#redraw()
  }

  /** Takes away what has been typed but not sent. */
  takeDraft(): string {
    const draft = [...this.#pastedLines, this.#readline.line].join(' ')
    this.#pastedLines = []
    if (!this.#open) return draft
    this.#options.output.write(this.#erase())
    // Not by readline's own keys: on a dumb terminal it has none that clear the line.
    Object.assign(this.#readline, { line: '', cursor: 0 })
    this.#draw()
    return draft
  }

  putDraft(draft: string): void {
    if (this.#open && draft !== '') this.#readline.write(draft)
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    const { output, paint } = this.#options
    output.write(`${this.#drawn ? '\n' : ''}${paint.movesCursor ? bracketedPaste.off : ''}`)
    this.#drawn = false
    output.off('resize', this.#onResize)
    this.#readline.close()
    this.#keys.release()
  }

  #gone(): void {
    this.close()
    this.#options.onClosed()
  }

  #onKey(key: Key): void {
    if (key.name === 'paste-start') this.#pasting = true
    if (key.name === 'paste-end') this.#pasting = false
    const isEnter = key.name === 'return' || key.name === 'enter'
    if (!isEnter || this.#status === '' || !this.#open) return
    // What stands on the screen after Enter stays there: only the line itself may.
    const status = this.#status
    this.setStatus('')
    this.#status = status
  }

  /** On a dumb terminal readline takes Backspace for a character: it stands on the line, and was echoed. */
  #eraseOnDumb(key: Key): void {
    if (key.name !== 'backspace') return
    const before = Array.from(this.#readline.line.slice(0, -1))
    const line = before.slice(0, -1).join('')
    Object.assign(this.#readline, { line, cursor: line.length })
    const goneBack = key.sequence === '\b' ? '' : '\b'
    if (before.length > 0) this.#options.output.write(`${goneBack} \b`)
  }

  #onLine(line: string): void {
    this.#drawn = false
    if (this.#pasting) {
      this.#pastedLines.push(line)
      this.#draw()
      return
    }
    const text = [...this.#pastedLines, line].join('\n')
    this.#pastedLines = []
    this.#options.onSubmit(text)
    if (!this.#drawn) this.#draw()
  }

  /** What must be written to go to the first row of the line being typed and clear from there. */
  #erase(): string {
    if (!this.#drawn) return ''
    this.#drawn = false
    if (!this.#options.paint.movesCursor) return '\n'
    const rows = this.#readline.getCursorPos().rows
    return `${rows > 0 ? `\x1b[${rows}A` : ''}\r\x1b[J`
  }

  #redraw(): void {
    if (!this.#open) return
    this.#options.output.write(this.#erase())
    this.#draw()
  }

  #draw(): void {
    if (!this.#open) return
    this.#drawn = true
    const prompt = this.#pastedLines.length > 0 ? '... ' : this.#prompt
    this.#readline.setPrompt(this.#status === '' ? prompt : `${this.#status}\n${prompt}`)
    // readline would go up by the rows it last drew, over what was just printed; and it miscounts them after a paste.
    Object.assign(this.#readline, { prevRows: 0 })
    this.#readline.prompt(true)
  }
}
