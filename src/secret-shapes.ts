/**
 * What a secret looks like when nobody told us of it. Every repetition is bounded and no two neighbours share
 * characters without a bound, so no text can make the search slow; none takes a quote or a backslash of JSON away. What
 * is kept (`$1`) says what was taken out.
 */
const shapes: readonly { readonly pattern: RegExp; readonly kept: string }[] = [
  // Telegram: bot id, colon (also as in a URL), 35 characters; a commit hash behind a number is longer.
  { pattern: /(?<!\d)\d{6,12}(?::|%3A)[\w-]{34,36}(?![\w-])/gi, kept: '' },
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
      /(\b(?:authorization|x-api-key)["']?\s{0,4}[:=]\s{0,4}["']?(?:bearer |basic )?)(?!\[secret\])[^\s"'\\,;{}[\]]{8,1000}/gi,
    kept: '$1',
  },
  { pattern: /(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:"\\]{0,200}:[^\s/@"\\]{1,300}(?=@)/gi, kept: '$1' },
  // A private key, in lines or with the line breaks of JSON.
  {
    pattern:
      /(-----BEGIN (?:[A-Z]{1,12} ){0,2}PRIVATE KEY-----)(?:(?:\s|\\[nr]){1,4}[A-Za-z0-9+/=]{16,128}){1,400}(?:(?:\s|\\[nr]){1,4}[A-Za-z0-9+/=]{1,128})?/g,
    kept: '$1',
  },
]

/** Puts `mask` in the place of everything that has the shape of a secret. */
export function maskShapes(text: string, mask: string): string {
  let clean = text
  for (const { pattern, kept } of shapes) clean = clean.replace(pattern, `${kept}${mask}`)
  return clean
}
