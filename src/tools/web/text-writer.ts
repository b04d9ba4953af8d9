import { limits } from '../../limits.ts'

interface Block {
  readonly text: string
  /** Follows the block before without an empty line: items of a list, rows of a table. */
  readonly isTight: boolean
}

/** Blocks of text from the elements of a page, much as Markdown writes them. */
export class TextWriter {
  #blocks: Block[] = []
  #chars = 0
  /** The block that is being written. */
  #inline = ''
  #isAtSpace = false
  /** Stands before the next block: the sign of a heading or an item. */
  #sign = ''
  #lists: { count: number | undefined }[] = []
  #tables: { cells: number; isInCell: boolean }[] = []
  #quotes = 0
  #preformatted = 0
  #link: { readonly address: string; start: number; isWritten: boolean } | undefined
  #main: { readonly from: number; to: number | undefined } | undefined

  get isFull(): boolean {
    return this.#chars > limits.webTextCharsMax
  }

  text(text: string): void {
    const words = this.#preformatted > 0 ? text : text.replaceAll(/\s+/g, ' ')
    // Looking at the end of what grows piece by piece would copy it each time.
    const added = this.#preformatted === 0 && (this.#inline === '' || this.#isAtSpace) ? words.trimStart() : words
    this.#append(added)
    if (this.#inline.length > limits.webBlockCharsMax) this.#flush()
  }

  open(name: string): void {
    if (name === 'br') {
      this.#append(this.#isInCell ? ' ' : '\n')
      return
    }
    if (name === 'td' || name === 'th') {
      this.#openCell()
      return
    }
    if (!blocks.has(name)) return
    // Whether the row before has ended is not known where its last cell holds something unclosed.
    if (name === 'tr') this.#endRow()
    else if (name === 'table') this.#flush()
    else this.#endBlock()
    const heading = /^h([1-6])$/.exec(name)
    if (heading !== null) this.#sign = `${'#'.repeat(Number(heading[1]))} `
    if (name === 'li') this.#sign = this.#itemSign()
    if (name === 'ul' || name === 'menu') this.#lists.push({ count: undefined })
    if (name === 'ol') this.#lists.push({ count: 0 })
    if (name === 'blockquote') this.#quotes += 1
    if (name === 'pre') this.#preformatted += 1
    if (name === 'table') this.#tables.push({ cells: 0, isInCell: false })
    if (name === 'main') this.#main ??= { from: this.#blocks.length, to: undefined }
    if (name === 'hr') this.text('---')
  }

  close(name: string): void {
    const table = this.#tables.at(-1)
    if (name === 'td' || name === 'th') {
      if (table !== undefined) table.isInCell = false
      return
    }
    if (!blocks.has(name)) return
    if (name === 'table' || name === 'tr') this.#endRow()
    else this.#endBlock()
    // An item or heading without words leaves no sign behind.
    this.#sign = ''
    if (name === 'ul' || name === 'menu' || name === 'ol') this.#lists.pop()
    if (name === 'blockquote') this.#quotes -= 1
    if (name === 'pre') this.#preformatted -= 1
    if (name === 'table') this.#tables.pop()
    if (name === 'main' && this.#main !== undefined) this.#main.to ??= this.#blocks.length
  }

  openLink(address: string | undefined): void {
    this.closeLink()
    if (address !== undefined) this.#link = { address, start: this.#inline.length, isWritten: false }
  }

  closeLink(): void {
    this.#writeLink()
    this.#link = undefined
  }

  end(): string {
    this.#flush()
    const { from, to } = this.#main ?? { from: 0, to: undefined }
    const main = joined(this.#blocks.slice(from, to))
    return main.length >= limits.webMainCharsMin ? main : joined(this.#blocks)
  }

  get #isInCell(): boolean {
    return this.#tables.at(-1)?.isInCell ?? false
  }

  #append(words: string): void {
    if (words === '') return
    this.#inline += words
    this.#isAtSpace = /\s$/.test(words)
  }

  #openCell(): void {
    const table = this.#tables.at(-1)
    if (table === undefined) return
    if (table.cells > 0) this.#append(this.#isAtSpace ? '| ' : ' | ')
    table.cells += 1
    table.isInCell = true
  }

  #endRow(): void {
    const table = this.#tables.at(-1)
    this.#flush()
    if (table === undefined) return
    table.cells = 0
    table.isInCell = false
  }

  /** A cell is one line of its table, whatever stands in it. */
  #endBlock(): void {
    if (this.#isInCell) this.text(' ')
    else this.#flush()
  }

  #itemSign(): string {
    const list = this.#lists.at(-1)
    if (list?.count === undefined) return '- '
    list.count += 1
    return `${list.count}. `
  }

  /** The first words of a link carry its address, also where it goes on over several blocks. */
  #writeLink(): void {
    const link = this.#link
    if (link === undefined || link.isWritten) return
    const before = this.#inline.slice(0, link.start)
    const words = this.#inline.slice(link.start).trim()
    if (words === '') return
    const gap = /^\s/.test(this.#inline.slice(link.start)) && before !== '' ? ' ' : ''
    const after = this.#isAtSpace ? ' ' : ''
    const shown = words === link.address ? words : `[${words}](${link.address})`
    this.#inline = `${before}${gap}${shown}${after}`
    link.isWritten = true
  }

  #flush(): void {
    this.#writeLink()
    if (this.#link !== undefined) this.#link.start = 0
    const words = this.#preformatted > 0 ? this.#inline.replaceAll(/^\n+|\s+$/g, '') : this.#inline.trim()
    this.#inline = ''
    if (words === '') return
    const level = Math.min(this.#lists.length, limits.webListLevelsMax)
    const isItem = level > 0
    const margin = `${'> '.repeat(Math.min(this.#quotes, limits.webListLevelsMax))}${'  '.repeat(Math.max(0, level - 1))}`
    // Further blocks of an item stand below its words.
    const first = this.#sign === '' && isItem ? '  ' : this.#sign
    const [head = '', ...rest] = words.split('\n')
    const further = `${margin}${isItem ? '  ' : ''}`
    const lines = [`${margin}${first}${head.trimEnd()}`, ...rest.map((line) => `${further}${line.trimEnd()}`)]
    const text = lines.join('\n')
    this.#sign = ''
    this.#blocks.push({ text, isTight: isItem || this.#tables.length > 0 })
    this.#chars += text.length
  }
}

function joined(all: readonly Block[]): string {
  return all
    .map(({ text, isTight }, index) => {
      if (index === 0) return text
      return `${isTight && all[index - 1]?.isTight === true ? '\n' : '\n\n'}${text}`
    })
    .join('')
}

const blocks: ReadonlySet<string> = new Set(
  'address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
)
