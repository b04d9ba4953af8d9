import { PincerError } from '../../errors.ts'
import type { WebReach } from '../../guard/web-reach.ts'
import type { HttpClient, HttpResponse } from '../../http/http-client.ts'
import { readBody } from '../../http/read-body.ts'
import { limits } from '../../limits.ts'
import { decodeText, looksBinary } from './charset.ts'
import { cleanText } from './clean-text.ts'
import { kindOf, parseContentType } from './content-type.ts'
import { deadlines } from './deadlines.ts'
import { htmlToText } from './html-text.ts'
import { statusSentence } from './status-sentence.ts'

export interface FetchPageOptions {
  /** Opens connections only to what `reach` admits. */
  readonly http: HttpClient
  readonly reach: WebReach
  readonly userAgent: string
  readonly signal: AbortSignal
  /** Called with the address once somebody has answered: from then on even a failure may hold a name that they chose. */
  readonly foreign: (source: string) => void
}

/**
 * The page at an address as text: a line with the status and the address that answered, then the page. Fails with
 * PincerError of the codes `address_refused`, `network` and `stopped`; its sentence holds nothing of the page or its
 * head, but for the name of a host that a redirect led to.
 */
export async function fetchPage(address: string, options: FetchPageOptions): Promise<string> {
  const { url, response, redirects, isDowngraded } = await followRedirects(address, options)
  if (response.status < 200 || response.status > 299) {
    throw new PincerError('network', statusSentence(url.host, response.status))
  }
  const { lines, text } = await readPage(response, url, options.signal)
  const via = redirects === 0 ? '' : `, after ${redirects} ${redirects === 1 ? 'redirect' : 'redirects'}`
  const head = [`${response.status} ${url.href}${via}`, ...lines]
  if (isDowngraded) head.push('A redirect left https for plain http: anybody on the way may have read or changed this.')
  return `${head.join('\n')}\n\n${text === '' ? '(no text)' : text}`
}

async function followRedirects(address: string, { http, reach, userAgent, signal, foreign }: FetchPageOptions) {
  let url = reach.address(address)
  let isDowngraded = false
  for (let redirects = 0; redirects <= limits.webRedirectsMax; redirects++) {
    const response = await http.request(
      { method: 'GET', url: url.href, headers: { ...headers, 'user-agent': userAgent }, deadlines },
      signal,
    )
    foreign(url.href)
    const location = redirectCodes.has(response.status) ? response.headers['location'] : undefined
    if (location === undefined) return { url, response, redirects, isDowngraded }
    const next = reach.address(location, url)
    isDowngraded ||= url.protocol === 'https:' && next.protocol === 'http:'
    url = next
  }
  const sentence = `${url.host} was not read: more than ${limits.webRedirectsMax} redirects in a row. Try the address of the page itself.`
  throw new PincerError('network', sentence)
}

const redirectCodes: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const headers = { accept: 'text/html,text/*;q=0.9,application/json;q=0.9,application/xml;q=0.8,*/*;q=0.1' } as const

async function readPage(
  response: HttpResponse,
  url: URL,
  signal: AbortSignal,
): Promise<{ readonly lines: readonly string[]; readonly text: string }> {
  const { type, charset } = parseContentType(response.headers['content-type'])
  const declared = kindOf(type)
  if (declared === 'binary') return { lines: [], text: binaryNote(type, response.headers['content-length']) }
  const { bytes, isCut } = await readBody(response.body, limits.webBodyBytesMax)
  const lines = isCut ? [`Only the first ${sizeText(limits.webBodyBytesMax)} of it were read.`] : []
  if (looksBinary(bytes)) return { lines, text: binaryNote(type, isCut ? undefined : String(bytes.length)) }
  const source = decodeText(bytes, charset, isCut)
  const isHtml =
    declared === 'html' || (declared === 'unknown' && /^\s*<(?:!doctype html|html|head|body)\b/i.test(source))
  if (isHtml) {
    const page = await htmlToText(source, url, signal)
    if (page.isCut) lines.push('Only its beginning is shown: the page is very long or very deep.')
    return { lines, text: [page.title, page.text].filter((part) => part !== '').join('\n\n') }
  }
  const text = cleanText(source).trim()
  if (text.length <= limits.webTextCharsMax) return { lines, text }
  return {
    lines: [...lines, `Only the first ${limits.webTextCharsMax} characters are shown.`],
    text: text.slice(0, limits.webTextCharsMax).toWellFormed(),
  }
}

function binaryNote(type: string, length: string | undefined): string {
  const sizeBytes = length !== undefined && /^\d{1,15}$/.test(length) ? sizeText(Number(length)) : 'size not told'
  return `(not text, so not shown: ${type}, ${sizeBytes})`
}

function sizeText(sizeBytes: number): string {
  if (sizeBytes < 1024) return `${sizeBytes} bytes`
  if (sizeBytes < 1024 * 1024) return `${Math.round(sizeBytes / 1024)} KB`
  return `${(sizeBytes / (1024 * 1024)).toFixed(1).replace(/\.0$/, '')} MB`
}
