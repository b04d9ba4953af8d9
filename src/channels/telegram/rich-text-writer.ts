import { sharedMarks, type Mark, type RichText, type Run } from './rich-text.ts'

/** Builds rich text from the top: keeps which marks are open, how far lines are indented, and the space between blocks. */
export class RichTextWriter {
  readonly #runs: Run[] = []
  #marks: readonly Mark[] = []
  #indent = ''
  #gapLines = 0
  #atLineStart = false

  get text(): RichText {
    return this.#runs
  }

  /** Writes under `mark`, as far as Telegram lets it stand inside what is open. */
  under(mark: Mark, write: () => void): void {
    const outer = this.#marks
    this.#marks = nested(outer, mark)
    write()
    this.#marks = outer
  }

  isInside(tag: Mark['tag']): boolean {
    return this.#marks.some((mark) => mark.tag === tag)
  }

  /** Every further line begins with `indent` as well. */
  indented(indent: string, write: () => void): void {
    const outer = this.#indent
    this.#indent += indent
    write()
    this.#indent = outer
  }

  /** What is written next begins after so many line ends. At the beginning there is nothing to be apart from. */
  gap(lines: number): void {
    if (this.#runs.length > 0) this.#gapLines = Math.max(this.#gapLines, lines)
  }

  write(text: string): void {
    if (text === '') return
    this.#writeGap()
    this.#push(this.isInside('pre') ? text : this.#withIndent(text), this.#marks)
    this.#atLineStart = text.endsWith('\n')
  }

  #withIndent(text: string): string {
    if (this.#indent === '') return text
    return text
      .split('\n')
      .map((line, index) => (line !== '' && (index > 0 || this.#atLineStart) ? this.#indent + line : line))
      .join('\n')
  }

  /** The space between two blocks belongs to what holds both: not to the code before, but to the quote around. */
  #writeGap(): void {
    if (this.#gapLines === 0) return
    const before = this.#runs.at(-1)?.marks ?? []
    const common = before.slice(0, sharedMarks(before, this.#marks))
    this.#push('\n'.repeat(this.#gapLines), common)
    this.#gapLines = 0
    this.#atLineStart = true
  }

  #push(text: string, marks: readonly Mark[]): void {
    this.#runs.push({ text, marks })
  }
}

/**
 * Telegram's rules: code takes no other formatting, a link holds no code, a quote no quote. What breaks them is not
 * refused but silently undone, so it is settled here, where it can be chosen what is kept.
 */
function nested(outer: readonly Mark[], mark: Mark): readonly Mark[] {
  const has = (tag: Mark['tag']): boolean => outer.some((each) => each.tag === tag)
  if (has(mark.tag) || has('code') || has('pre')) return outer
  if (mark.tag === 'code' && has('a')) return outer
  if (mark.tag === 'code' || mark.tag === 'pre') return [...outer.filter((each) => each.tag === 'blockquote'), mark]
  return [...outer, mark]
}
