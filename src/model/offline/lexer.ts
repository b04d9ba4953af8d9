/** One word, comma, quoted name or sign, with its place in the message. */
export interface Token {
  /** Lower case, straight apostrophes. */
  readonly word: string
  /** `joined`: a hyphen or an underscore ties it to the token before. */
  readonly joined: boolean
  /** `name`: can only be a device's name, since it is in quotes or is spelt exactly so, with its hyphens. */
  readonly form: 'word' | 'name'
  readonly start: number
  readonly end: number
}

export interface Sentence {
  readonly tokens: readonly Token[]
  /** Whether it ends with a question mark. */
  readonly question: boolean
}

// In order: `a.m.`, a number with a decimal point (one unknown word, never the end of a sentence), a quoted name, a chunk of
// words, the end of a sentence, any other sign.
const pattern =
  /[ap]\.m\.?(?![\p{L}\d])|\d+\.\d[\p{L}\d]*|["“”„][^"“”„\n]*["“”„]|[\p{L}\p{M}\p{N}_-]+(?:['’][\p{L}_-]+)*|[.!?;\n\r]+|[^\s\u00a0]/giu

/** Cuts a message into sentences. `names` are the devices' names: one with a hyphen, spelt exactly so, is one token. */
export function lex(text: string, names: ReadonlySet<string>): readonly Sentence[] {
  const sentences: Sentence[] = []
  let tokens: Token[] = []
  for (const match of text.matchAll(pattern)) {
    const part = match[0]
    if (/^[.!?;\n\r]/.test(part)) {
      const question = part.includes('?')
      if (tokens.length > 0 || question) sentences.push({ tokens, question })
      tokens = []
    } else {
      tokens.push(...tokensOf(part, match.index, names))
    }
  }
  if (tokens.length > 0) sentences.push({ tokens, question: false })
  return sentences
}

function tokensOf(part: string, start: number, names: ReadonlySet<string>): Token[] {
  const end = start + part.length
  const whole = part.toLowerCase().replaceAll('’', "'")
  if (/^[ap]\.m/.test(whole)) return [{ word: whole.replaceAll('.', ''), joined: false, form: 'word', start, end }]
  if (/^["“”„]./.test(part)) return [{ word: whole.slice(1, -1).trim(), joined: false, form: 'name', start, end }]
  if (/[-_]/.test(whole) && names.has(whole)) return [{ word: whole, joined: false, form: 'name', start, end }]
  if (whole === '&') return [{ word: 'and', joined: false, form: 'word', start, end }]
  if (/^(?:(?:what|how)'?s|it's)$/.test(whole)) {
    const at = { joined: false, form: 'word', start, end } as const
    return [
      { ...at, word: whole.replace(/'?s$/, '') },
      { ...at, word: 'is' },
    ]
  }
  return splitChunk(whole, start, names)
}

/** `grow-light's` is `grow`, `light` (joined), `'s`; a hyphen that joins nothing stays a sign that nobody understands. */
function splitChunk(chunk: string, start: number, names: ReadonlySet<string>): Token[] {
  const possessive = /^([^']+)'s$/.exec(chunk)?.[1]
  if (possessive !== undefined) {
    const end = start + chunk.length
    const owner = names.has(possessive)
      ? [{ word: possessive, joined: false, form: 'name', start, end: end - 2 } as const]
      : splitChunk(possessive, start, names)
    return [...owner, { word: "'s", joined: false, form: 'word', start: end - 2, end }]
  }
  const tokens: Token[] = []
  let joinable = false
  let joined = false
  for (const match of chunk.matchAll(/[-_]+|[^-_]+/g)) {
    const word = match[0]
    const at = start + match.index
    const joins = /^[-_]$/.test(word) && joinable && match.index + 1 < chunk.length
    if (!joins) tokens.push({ word, joined, form: 'word', start: at, end: at + word.length })
    joined = joins
    joinable = !/^[-_]/.test(word)
  }
  return tokens
}
