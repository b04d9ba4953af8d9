import { limits } from './limits.ts'
import { plainView, type TextView, unescapedView } from './secret-views.ts'

/** One way in which a known secret may be written, without white space. */
export interface KnownForm {
  readonly text: string
  /** The character before, or behind, holds some bits of the secret too (base64). */
  readonly spillsBefore: boolean
  readonly spillsBehind: boolean
}

/** All forms of one secret that are searched for by themselves; escapes are taken off before. */
export function knownForms(secret: string): readonly KnownForm[] {
  const values = [secret, ...linesOf(secret)].map((value) => value.trim())
  return values.filter((value) => squeezed(value).length >= limits.secretCharsMin).flatMap(formsOf)
}

/** A private key is also shown line by line; its first and last line are no secret. */
function linesOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/)
  if (lines.length === 1) return []
  return lines.filter((line) => line.trim().length >= limits.secretLineCharsMin && !line.startsWith('-----'))
}

function formsOf(value: string): readonly KnownForm[] {
  const bytes = Buffer.from(value)
  const hex = bytes.toString('hex')
  const forms = new Map<string, KnownForm>()
  const pairs = [':', '-'].map((sign) => hex.replaceAll(/..(?=.)/g, `$&${sign}`))
  const inHex = [hex, ...pairs].flatMap((text) => [text, text.toUpperCase()])
  for (const text of [squeezed(value), unescaped(value), ...inHex]) {
    forms.set(text, { text, spillsBefore: false, spillsBehind: false })
  }
  for (const offset of [0, 1, 2]) {
    const inside = base64At(bytes, offset)
    forms.set(inside.text, inside)
    const text = inside.text.replaceAll('+', '-').replaceAll('/', '_')
    forms.set(text, { ...inside, text })
  }
  return [...forms.values()]
}

/**
 * The characters that base64 has for these bytes wherever they stand at this offset of a group of three, without those
 * at both ends that hold bits of their neighbours too.
 */
function base64At(bytes: Buffer, offset: number): KnownForm {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  const first = [0, 2, 3][offset] ?? 0
  const end = Math.floor(((offset + bytes.length) * 8) / 6)
  return { text: text.slice(first, end), spillsBefore: offset > 0, spillsBehind: (offset + bytes.length) % 3 > 0 }
}

/** A secret may itself have what looks like an escape: it is taken off with those around it. */
function unescaped(value: string): string {
  let view = plainView(value)
  for (let inner: TextView | undefined = view; inner !== undefined; inner = unescapedView(inner)) view = inner
  return String.fromCharCode(...view.codes.subarray(0, view.length))
}

function squeezed(text: string): string {
  return text.replaceAll(/\s/g, '')
}
