const encodeAll = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
/** As it stands between the quotes of JSON. */
export const jsonInside = (text: string): string => JSON.stringify(text).slice(1, -1)
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const html = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Ways in which a program or a model writes a secret down. */
export const writings: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'percent escapes': encodeURIComponent,
  'percent escapes in lower case': (secret) =>
    encodeURIComponent(secret).replaceAll(/%../g, (escape) => escape.toLowerCase()),
  'every byte escaped': encodeAll,
  'a form of a page': (secret) => new URLSearchParams({ a: secret }).toString().slice(2).replaceAll('+', '%20'),
  JSON: jsonInside,
  'JSON inside JSON': (secret) => jsonInside(jsonInside(secret)),
  'JSON with every character escaped': (secret) =>
    Array.from(secret, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'JSON with slashes escaped': (secret) => jsonInside(secret).replaceAll('/', '\\/'),
  'percent escapes inside JSON': (secret) => jsonInside(encodeURIComponent(secret)),
  HTML: html,
  'decimal references': (secret) => Array.from(secret, (each) => `&#${each.charCodeAt(0)};`).join(''),
  hexadecimal: (secret) => Buffer.from(secret).toString('hex'),
  'hexadecimal in capitals': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'hexadecimal in pairs': (secret) => Buffer.from(secret).toString('hex').replaceAll(/../g, '$& '),
  'hexadecimal with colons': (secret) =>
    Buffer.from(secret)
      .toString('hex')
      .replaceAll(/..(?=.)/g, '$&:'),
  'hexadecimal with dashes in capitals': (secret) =>
    Buffer.from(secret)
      .toString('hex')
      .toUpperCase()
      .replaceAll(/..(?=.)/g, '$&-'),
  'octal escapes': (secret) =>
    [...Buffer.from(secret)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  'base64, first place': (secret) => base64(secret),
  'base64, second place': (secret) => Buffer.from(`x${secret}`).toString('base64'),
  'base64, third place': (secret) => Buffer.from(`xy${secret}`).toString('base64'),
  'base64 in the middle': (secret) => Buffer.from(`{"key": "${secret}", "other": 1}`).toString('base64'),
  base64url: (secret) => Buffer.from(`xy${secret}z`).toString('base64url'),
  'base64 in lines': (secret) => Buffer.from(`some ${secret} more`).toString('base64').replaceAll(/.{19}/g, '$&\n'),
  'base64 in the lines of JSON': (secret) => jsonInside(base64(secret).replaceAll(/.{19}/g, '$&\r\n')),
  'base64 of base64 escaped': (secret) => encodeURIComponent(base64(secret)),
  'base64 twice': (secret) => base64(base64(secret)),
  'base64 twice, second and third place': (secret) => base64(`x${base64(`xy${secret}`)}`),
  'base64 twice, third and second place': (secret) => base64(`xy${base64(`x${secret}`)}`),
  'base64 twice in the middle': (secret) => base64(`{"key": "${base64(`key=${secret}; other=1`)}", "n": 1}`),
  'base64url twice': (secret) => Buffer.from(Buffer.from(`x${secret}`).toString('base64url')).toString('base64url'),
  'base64 twice in lines': (secret) =>
    base64(base64(`some ${secret} more`).replaceAll(/.{19}/g, '$&\n')).replaceAll(/.{23}/g, '$&\n'),
  'base64 twice in the lines of JSON': (secret) =>
    jsonInside(base64(base64(secret).replaceAll(/.{19}/g, '$&\r\n')).replaceAll(/.{23}/g, '$&\n')),
  'base64 twice, escaped': (secret) => encodeURIComponent(base64(base64(secret))),
  'hexadecimal in base64': (secret) => base64(Buffer.from(secret).toString('hex')),
  'with what has no width between': (secret) => Array.from(secret).join('\u200b\u2060'),
  'in lines': (secret) => secret.replaceAll(/.{7}/g, '$&\n    '),
  'spelt out': (secret) => Array.from(secret).join(' '),
}
