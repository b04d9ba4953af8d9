import { Parser } from 'htmlparser2'
import { PincerError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { cleanText, oneLine } from './clean-text.ts'
import { TextWriter } from './text-writer.ts'

export interface PageText {
  readonly title: string
  readonly text: string
  /** There was more than is read of one page. */
  readonly isCut: boolean
}

/**
 * The text of a page that a person would see, in the order of its source; where the page names its main part, that part.
 * Read piece by piece: the rest of Pincer, which holds limits of outputs, must not wait for a large page. Fails with
 * `stopped` when the signal aborts.
 */
export async function htmlToText(html: string, address: URL, signal: AbortSignal): Promise<PageText> {
  const page = new PageReader(address)
  let isCut = false
  for (let start = 0; start < html.length && !isCut; start += limits.webPieceChars) {
    await new Promise((resolve) => setImmediate(resolve))
    if (signal.aborted) throw new PincerError('stopped', 'Reading the page was stopped.')
    page.read(html.slice(start, start + limits.webPieceChars))
    isCut = page.isFull
  }
  return { ...page.end(), isCut }
}

/** The words of a short piece of HTML. */
export function wordsOfHtml(html: string): string {
  let words = ''
  const parser = new Parser({ ontext: (text) => (words += text) })
  parser.end(html)
  return words
}

class PageReader {
  readonly #parser: Parser
  readonly #writer: TextWriter
  #base: URL
  #title: string | undefined
  #isTitle = false
  /** Elements that are open, and those of them inside one that is not shown, it included. */
  #open = 0
  #hidden = 0

  constructor(address: URL) {
    this.#base = address
    this.#writer = new TextWriter()
    this.#parser = new Parser({
      onopentag: (name, attributes) => this.#onOpen(name, attributes),
      onclosetag: (name) => this.#onClose(name),
      ontext: (text) => this.#onText(text),
    })
  }

  read(piece: string): void {
    this.#parser.write(piece)
  }

  /** Elements without end are a page for machines: finding what a tag closes takes time with each that is open. */
  get isFull(): boolean {
    return this.#writer.isFull || this.#open > limits.webNestingMax
  }

  end(): { readonly title: string; readonly text: string } {
    this.#parser.end()
    return { title: oneLine(this.#title ?? '', limits.webTitleCharsMax), text: cleanText(this.#writer.end()) }
  }

  #onOpen(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#open += 1
    if (this.#hidden > 0 || unshown.has(name) || isHidden(attributes)) {
      this.#hidden += 1
      return
    }
    switch (name) {
      case 'title':
        this.#isTitle = this.#title === undefined
        return
      case 'base':
        this.#base = URL.parse(attributes['href'] ?? '', this.#base.href) ?? this.#base
        return
      case 'a':
        this.#writer.openLink(this.#linkTo(attributes['href']))
        return
      case 'img':
        this.#writer.text(attributes['alt'] ?? '')
        return
      default:
        this.#writer.open(name)
    }
  }

  #onClose(name: string): void {
    this.#open -= 1
    if (this.#hidden > 0) this.#hidden -= 1
    else if (name === 'title') this.#isTitle = false
    else if (name === 'a') this.#writer.closeLink()
    else this.#writer.close(name)
  }

  #onText(text: string): void {
    if (this.#hidden > 0) return
    if (this.#isTitle) this.#title = (this.#title ?? '') + text
    else this.#writer.text(text)
  }

  /** Undefined for what leads nowhere from here: a place in the same page, a script, an address too long to be used. */
  #linkTo(href: string | undefined): string | undefined {
    if (href === undefined || href.startsWith('#') || href.length > limits.webLinkCharsMax) return undefined
    const url = URL.parse(href, this.#base.href)
    if (url === null || !/^https?:$/.test(url.protocol) || url.href.length > limits.webLinkCharsMax) return undefined
    return url.href.replaceAll('(', '%28').replaceAll(')', '%29')
  }
}

const unshown: ReadonlySet<string> = new Set(
  'script style template svg math iframe object embed canvas video audio noembed noframes select datalist button textarea'.split(
    ' ',
  ),
)

/** What is written to be read by machines alone is the oldest way to speak to a model behind a person's back. */
function isHidden(attributes: Readonly<Record<string, string>>): boolean {
  if ('hidden' in attributes || attributes['aria-hidden'] === 'true') return true
  const style = attributes['style']?.slice(0, limits.webStyleCharsMax)
  return (
    style !== undefined &&
    /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:opacity|font-size)\s*:\s*0(?:\.0*)?(?![.\d]))/i.test(
      style,
    )
  )
}
