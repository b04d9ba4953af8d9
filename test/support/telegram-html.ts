/**
 * Telegram's reading of HTML, as strict as the server's: which tags there are, how they nest, what an attribute may be,
 * and the words of its refusals. Beside the text and its entities it says which formatting Telegram would undo.
 */
export interface Entity {
  readonly type:
    | 'bold'
    | 'italic'
    | 'underline'
    | 'strikethrough'
    | 'spoiler'
    | 'code'
    | 'pre'
    | 'text_link'
    | 'text_mention'
    | 'blockquote'
    | 'expandable_blockquote'
  readonly offset: number
  readonly length: number
  readonly url?: string
  readonly language?: string
}

export type ParsedHtml =
  | { readonly ok: true; readonly text: string; readonly entities: readonly Entity[]; readonly lost: readonly string[] }
  | { readonly ok: false; readonly error: string }

const types: Readonly<Record<string, Entity['type']>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
  a: 'text_link',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
}

interface OpenTag {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly offset: number
}

class Refusal extends Error {}

/** Reads a message in parse mode HTML. The text is not trimmed yet. */
export function parseTelegramHtml(html: string): ParsedHtml {
  try {
    return { ok: true, ...new Parser(html).parse() }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.message }
    throw error
  }
}

class Parser {
  readonly #html: string
  #at = 0
  #text = ''
  readonly #open: OpenTag[] = []
  readonly #entities: Entity[] = []
  /** Of code with a class: together with a `pre` around it or in it, it is one block in that language. */
  readonly #languages = new Map<Entity, string>()

  constructor(html: string) {
    this.#html = html
  }

  parse(): { text: string; entities: readonly Entity[]; lost: readonly string[] } {
    while (this.#at < this.#html.length) {
      const sign = this.#html[this.#at]
      if (sign === '&') this.#text += this.#reference()
      else if (sign !== '<') this.#text += this.#html[this.#at++]
      else if (this.#html[this.#at + 1] === '/') this.#endTag()
      else this.#startTag()
    }
    const unclosed = this.#open.at(-1)
    if (unclosed !== undefined) throw new Refusal(`Can't find end tag corresponding to start tag "${unclosed.tag}"`)
    if (!this.#text.isWellFormed()) {
      throw new Refusal(
        'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
      )
    }
    return { text: this.#text, ...settled(this.#entities) }
  }

  #startTag(): void {
    const begin = this.#at++
    const tag = this.#take(/[^\s>]*/y).toLowerCase()
    if (this.#at >= this.#html.length) throw this.#refusal(`Unclosed start tag`, begin)
    if (!Object.hasOwn(types, tag)) throw this.#refusal(`Unsupported start tag "${tag}"`, begin)
    const attributes = new Map<string, string>()
    for (;;) {
      this.#take(/\s*/y)
      if (this.#html[this.#at] === '>') break
      const name = this.#take(/[^\s=>/"']*/y)
      if (name === '') throw this.#refusal(`Empty attribute name in the tag "${tag}"`, begin)
      this.#take(/\s*/y)
      if (this.#at >= this.#html.length) throw this.#refusal(`Unclosed start tag "${tag}"`, begin)
      if (this.#html[this.#at] !== '=') attributes.set(name, '')
      else attributes.set(name, this.#attributeValue(tag, begin))
    }
    this.#at++
    if (tag === 'span' && attributes.get('class') !== 'tg-spoiler') {
      throw this.#refusal('Tag "span" must have class "tg-spoiler"', begin)
    }
    this.#open.push({ tag, attributes, offset: this.#text.length })
  }

  #attributeValue(tag: string, begin: number): string {
    this.#at++
    this.#take(/\s*/y)
    if (this.#at >= this.#html.length) throw this.#refusal(`Unclosed start tag "${tag}"`, begin)
    const quote = this.#html[this.#at] ?? ''
    let value = ''
    if (quote === '"' || quote === "'") {
      this.#at++
      while (this.#at < this.#html.length && this.#html[this.#at] !== quote) {
        value += this.#html[this.#at] === '&' ? this.#reference() : this.#html[this.#at++]
      }
      this.#at++
    } else {
      const token = this.#at
      value = this.#take(/[A-Za-z0-9.-]*/y).toLowerCase()
      if (!/[\s>]/.test(this.#html[this.#at] ?? '')) throw this.#refusal('Unexpected end of name token', token)
    }
    if (this.#at >= this.#html.length) throw this.#refusal('Unclosed start tag', begin)
    return value
  }

  #endTag(): void {
    const begin = this.#at
    const open = this.#open.pop()
    if (open === undefined) throw this.#refusal('Unexpected end tag', begin)
    this.#at += 2
    const tag = this.#take(/[^\s>]*/y).toLowerCase()
    this.#take(/\s*/y)
    if (this.#html[this.#at] !== '>') throw this.#refusal('Unclosed end tag', begin)
    this.#at++
    if (tag !== '' && tag !== open.tag) {
      throw new Refusal(
        `Unmatched end tag at byte offset ${this.#byteOffset(begin)}, expected "</${open.tag}>", found "</${tag}>"`,
      )
    }
    if (this.#text.length > open.offset) this.#close(open)
  }

  #close({ tag, attributes, offset }: OpenTag): void {
    const length = this.#text.length - offset
    const last = this.#entities.at(-1)
    const isSameStretch = last?.offset === offset && last.length === length
    const codeLanguage = /^language-(.+)/.exec(attributes.get('class') ?? '')?.[1]
    const innerLanguage = last === undefined ? undefined : this.#languages.get(last)
    if (tag === 'pre' && isSameStretch && innerLanguage !== undefined) {
      this.#entities.splice(-1, 1, { type: 'pre', offset, length, language: innerLanguage })
    } else if (tag === 'code' && isSameStretch && last.type === 'pre' && codeLanguage !== undefined) {
      this.#entities.splice(-1, 1, { type: 'pre', offset, length, language: codeLanguage })
    } else if (tag === 'code') {
      const code: Entity = { type: 'code', offset, length }
      this.#entities.push(code)
      if (codeLanguage !== undefined) this.#languages.set(code, codeLanguage)
    } else if (tag === 'a') {
      const url = attributes.get('href') || this.#text.slice(offset)
      const isMention = /^tg:(\/\/)?user\?id=\d+$/i.test(url)
      // An address that is none is dropped without a word: the text stays.
      if (isMention || isWebAddress(url)) {
        this.#entities.push({ type: isMention ? 'text_mention' : 'text_link', offset, length, url })
      } else this.#entities.push({ type: 'text_link', offset, length })
    } else if (tag === 'blockquote' && attributes.has('expandable')) {
      this.#entities.push({ type: 'expandable_blockquote', offset, length })
    } else {
      this.#entities.push({ type: types[tag] ?? 'bold', offset, length })
    }
  }

  /** The character of a reference, or `&` where it is none that Telegram knows. */
  #reference(): string {
    const [whole, decimal, hex, name] =
      /^&(?:#(\d+)|#x([\da-fA-F]+)|([A-Za-z]+));?/.exec(this.#html.slice(this.#at, this.#at + 32)) ?? []
    const code = decimal === undefined ? Number.parseInt(hex ?? '0', 16) : Number(decimal)
    const isNumber = code > 0 && code < 0x10_ffff && (whole?.replace(';', '').length ?? 0) < 10
    const character = isNumber
      ? String.fromCodePoint(code)
      : new Map([
          ['lt', '<'],
          ['gt', '>'],
          ['amp', '&'],
          ['quot', '"'],
        ]).get(name ?? '')
    this.#at += character === undefined ? 1 : (whole?.length ?? 1)
    return character ?? '&'
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#html)?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #refusal(what: string, at: number): Refusal {
    return new Refusal(`${what} at byte offset ${this.#byteOffset(at)}`)
  }

  #byteOffset(at: number): number {
    return Buffer.byteLength(this.#html.slice(0, at))
  }
}

const endOf = (entity: Entity): number => entity.offset + entity.length
const areApart = (one: Entity, other: Entity): boolean => endOf(one) <= other.offset || endOf(other) <= one.offset

/** Formatting that breaks a rule of nesting is not refused: the server takes it away. */
function settled(found: readonly Entity[]): {
  entities: readonly Entity[]
  lost: readonly string[]
} {
  const kept: Entity[] = []
  const lost: string[] = []
  const sorted = found.toSorted((one, other) => one.offset - other.offset || other.length - one.length)
  for (const entity of sorted) {
    const around = kept.filter((each) => !areApart(each, entity))
    const isLost =
      (entity.type === 'text_link' && entity.url === undefined) ||
      (isQuote(entity) && around.some(isQuote)) ||
      (isWhole(entity) && around.some(isWhole)) ||
      (!isQuote(entity) && around.some(isCode)) ||
      // The other way about: a link or bold text with code inside it.
      (isCode(entity) && around.some((each) => !isQuote(each)))
    if (isLost) lost.push(`${entity.type} at ${entity.offset}`)
    else kept.push(entity)
  }
  return { entities: kept, lost }
}

const isQuote = ({ type }: Entity): boolean => type === 'blockquote' || type === 'expandable_blockquote'
const isCode = ({ type }: Entity): boolean => type === 'code' || type === 'pre'
const isWhole = (entity: Entity): boolean =>
  isCode(entity) || entity.type === 'text_link' || entity.type === 'text_mention'

function isWebAddress(url: string): boolean {
  if (/^(?:tg|ton|tonsite):(?:\/\/)?[\w-]+/i.test(url)) return true
  const [, protocol, rest = ''] = /^(?:([^:/?#@[\]]*):\/\/)?([^/?#]*)/.exec(url) ?? []
  if (protocol !== undefined && !/^https?$/i.test(protocol)) return false
  const host = rest.replace(/^.*@/, '').replace(/:\d+$/, '')
  if (/^\[[\d:a-f.]+\]$/i.test(host)) return true
  return host.includes('.') && host !== '.' && !/[\s"<>\\^`{|}[\]#:]/.test(host)
}
