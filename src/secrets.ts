import type { Redact } from './log.ts'

const mask = '[secret]'

/** A shorter value would blank ordinary words out of every text. */
const knownCharsMin = 8

/**
 * What a secret looks like when nobody told us of it. Every repetition is bounded and no two neighbours share
 * characters without a bound, so no text can make the search slow. What is kept (`$1`) says what was taken out.
 */
const shapes: readonly { readonly pattern: RegExp; readonly kept: string }[] = [
  // Telegram: bot id, colon, 35 characters; a commit hash behind a number is longer.
  { pattern: /(?<!\d)\d{6,12}:[\w-]{34,36}(?![\w-])/g, kept: '' },
  // Discord: base64 of the bot id, time, signature.
  { pattern: /(?<![\w-])[MNO][\w-]{23,28}\.[\w-]{6}\.[\w-]{27,45}(?![\w-])/g, kept: '' },
  // OpenAI, Anthropic, OpenRouter and others; a digit keeps words such as sk-learn out.
  { pattern: /(?<![\w-])sk-(?=[A-Za-z_-]{0,200}\d)[\w-]{16,300}/g, kept: '' },
  {
    pattern:
      /(?<!\w)(?:gh[pousr]_\w{20,255}|github_pat_\w{20,255}|gsk_\w{20,255}|AIza[\w-]{30,40}|tvly-[\w-]{16,100}|xai-\w{20,200})/g,
    kept: '',
  },
  { pattern: /(\bBearer\s{1,4})(?=[A-Za-z._~+/=-]{0,400}\d)[\w.~+/=-]{8,1000}/gi, kept: '$1' },
  {
    pattern:
      /(\b(?:authorization|x-api-key)["']?\s{0,4}[:=]\s{0,4}["']?(?:bearer |basic )?)(?!\[secret\])[^\s"',;]{8,1000}/gi,
    kept: '$1',
  },
  { pattern: /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{0,200}:[^\s/@]{1,300}(?=@)/gi, kept: '$1' },
]

/** Replaces the given secrets (of at least 8 characters) and whatever has the shape of one by `[secret]`. */
export function createRedact(secrets: readonly string[]): Redact {
  // The longest first: one secret may hold another.
  const known = [...new Set(secrets)]
    .filter((secret) => secret.length >= knownCharsMin)
    .sort((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const secret of known) clean = clean.replaceAll(secret, mask)
    for (const { pattern, kept } of shapes) clean = clean.replace(pattern, `${kept}${mask}`)
    return clean
  }
}
