export type ContentKind = 'html' | 'text' | 'binary' | 'unknown'

/** `type` is one word of ours where the header is none: what a header says freely goes nowhere. */
export function parseContentType(header: string | undefined): {
  readonly type: string
  readonly charset: string | undefined
} {
  const [essence = '', ...parameters] = (header ?? '').slice(0, 500).split(';')
  const type = essence.trim().toLowerCase()
  const charset = parameters.map((each) => /^\s*charset\s*=\s*"?([\w.:-]{1,40})"?\s*$/i.exec(each)?.[1]).find(Boolean)
  return { type: /^[a-z0-9.+-]{1,40}\/[a-z0-9.+-]{1,60}$/.test(type) ? type : 'unknown type', charset }
}

export function kindOf(type: string): ContentKind {
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html'
  if (type === 'unknown type' || type === 'application/octet-stream') return 'unknown'
  if (type.startsWith('text/') || /\+(?:xml|json|yaml)$/.test(type)) return 'text'
  const [, word = ''] = type.split('/')
  const isText = /^(?:x-)?(?:json|xml|javascript|ecmascript|yaml|toml|ndjson|jsonlines|sh|sql|xml-dtd)$/.test(word)
  return isText && type.startsWith('application/') ? 'text' : 'binary'
}
