import { badRequest, isObject, type Parameters } from './fake-bot-request.ts'
import { parseTelegramHtml, type Entity } from './telegram-html.ts'

export interface FormattedText {
  readonly text: string
  readonly entities: readonly Entity[]
}

const rawBytesMax = 1 << 15

/** The text of a message as the server keeps it: parsed, cleaned, trimmed, neither empty nor too long. */
export function messageText(parameters: Parameters): FormattedText {
  const formatted = formattedText(parameters, 'text', 'entities')
  if (formatted === undefined) throw badRequest('message text is empty')
  if (!hasSomethingToRead(formatted.text)) throw badRequest('text must be non-empty')
  // Published as characters after parsing. The server counts some as one that are two units: this is the stricter way.
  if (formatted.text.length > 4096) throw badRequest('message is too long')
  return formatted
}

export function captionText(parameters: Parameters): FormattedText | undefined {
  const formatted = formattedText(parameters, 'caption', 'caption_entities')
  if (formatted !== undefined && formatted.text.length > 1024) throw badRequest('message caption is too long')
  return formatted
}

function formattedText(parameters: Parameters, name: string, entitiesName: string): FormattedText | undefined {
  const raw = parameters.text(name)
  if (raw === undefined || raw === '') return undefined
  if (Buffer.byteLength(raw) > rawBytesMax) throw badRequest('text is too long')
  const mode = parameters.text('parse_mode')?.toLowerCase() ?? ''
  if (mode === '' || mode === 'none') return cleaned(raw, entitiesOf(parameters.json(entitiesName), raw))
  if (mode === 'markdown' || mode === 'markdownv2') throw badRequest('the fake reads HTML alone')
  if (mode !== 'html') throw badRequest('unsupported parse_mode')
  const parsed = parseTelegramHtml(raw)
  if (!parsed.ok) throw badRequest(`can't parse entities: ${parsed.error}`)
  return cleaned(parsed.text, parsed.entities)
}

const givenTypes: readonly string[] = [
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'code',
  'pre',
  'text_link',
  'text_mention',
  'blockquote',
  'expandable_blockquote',
] satisfies Entity['type'][]

function entitiesOf(given: unknown, text: string): readonly Entity[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) throw badRequest('expected an Array of MessageEntity')
  return given.map((entity: unknown) => {
    const refusal = (why: string): Error => badRequest(`can't parse MessageEntity: ${why}`)
    if (!isObject(entity)) throw refusal('expected an Object')
    const { type, offset, length } = entity
    if (typeof offset !== 'number') throw refusal(`Can't find field "offset"`)
    if (typeof length !== 'number') throw refusal(`Can't find field "length"`)
    if (typeof type !== 'string' || !givenTypes.includes(type)) throw refusal('Unsupported type specified')
    if (offset + length > text.length) {
      const ends = `ends after the end of the text at UTF-16 offset ${offset + length}`
      throw badRequest(`entity beginning at UTF-16 offset ${offset} ${ends}`)
    }
    if (isInsidePair(text, offset)) throw badRequest('entity begins in a middle of a UTF-16 symbol')
    if (isInsidePair(text, offset + length)) throw badRequest('entity ends in a middle of a UTF-16 symbol')
    return entity as unknown as Entity
  })
}

function isInsidePair(text: string, at: number): boolean {
  return /[\udc00-\udfff]/.test(text[at] ?? '') && /[\ud800-\udbff]/.test(text[at - 1] ?? '')
}

const spaces = /[\0-\x09\x0b\x0c\x0e-\x20]/
const swallowed = /\r|[\u2028-\u202e]|\u0333|\u033f|\u030a/

/** Controls become spaces, direction overrides and some marks go, white space around goes; entities move along. */
function cleaned(raw: string, entities: readonly Entity[]): FormattedText {
  /** Where each unit of the raw text is in the clean one. */
  const places: number[] = []
  let text = ''
  for (const unit of raw.split('')) {
    places.push(text.length)
    if (spaces.test(unit)) text += ' '
    else if (!swallowed.test(unit)) text += unit
  }
  places.push(text.length)
  const end = text.replace(/[ \n]+$/, '').length
  const placed = entities
    .map((entity) => {
      const from = places[entity.offset] ?? 0
      return { entity, from, to: Math.min(places[entity.offset + entity.length] ?? 0, end) }
    })
    .filter(({ from, to }) => to > from)
  const leading = /^[ \n]*/.exec(text)?.[0].length ?? 0
  const start = Math.min(leading, end, ...placed.map(({ from }) => from))
  const moved = placed.map(({ entity, from, to }) =>
    Object.assign({}, entity, { offset: from - start, length: to - from }),
  )
  return { text: text.slice(start, end), entities: moved }
}

function hasSomethingToRead(text: string): boolean {
  return /[^\s\u00a0\u1680\u180e\u2000-\u200f\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc]/.test(text)
}

/** What the server finds in the text of a person. */
export function foundEntities(text: string): readonly { type: string; offset: number; length: number }[] {
  const of = (type: string, pattern: RegExp): { type: string; offset: number; length: number }[] =>
    [...text.matchAll(pattern)].map((match) => ({ type, offset: match.index, length: match[0].length }))
  return [
    ...of('bot_command', /(?<![\w/])\/\w{1,64}(?:@\w{3,32})?/g),
    ...of('mention', /(?<![\w/])@\w{3,32}/g),
    ...of('url', /https?:\/\/[^\s]+/g),
  ].toSorted((one, other) => one.offset - other.offset)
}
