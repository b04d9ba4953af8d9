import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import * as v from 'valibot'
import { listening, type LocalServer } from './local-server.ts'
import { searchCertificate, searchCertificateKey } from './search-certificate.ts'
import { tunnel } from './tunnel.ts'

export type SearchKind = 'brave' | 'tavily' | 'searxng'

/** How it answers a question that it takes. */
export type SearchAnswer =
  | { readonly kind: 'results'; readonly words: string }
  | { readonly kind: 'status'; readonly status: number; readonly body: string; readonly location?: string }
  /** Bytes without end, or none behind the first. */
  | { readonly kind: 'endless' }
  | { readonly kind: 'slow' }

export interface FakeSearch {
  readonly server: LocalServer
  /** The questions that it took. */
  readonly questions: readonly string[]
  /** Why it did not take the others. */
  readonly refusals: readonly string[]
  will(answer: SearchAnswer): void
}

type Judged = { readonly refused: string; readonly status: number } | { readonly question: string }

/**
 * A search engine on this machine, as strict as its documentation: Brave takes GET with a header of its own, at most 400
 * characters and 50 words, and up to 20 results; Tavily POST of JSON with a bearer key; SearXNG GET with `format=json`,
 * in plain HTTP. None takes a parameter that it does not know.
 */
export async function fakeSearch(t: Test, kind: SearchKind, key: string): Promise<FakeSearch> {
  const questions: string[] = []
  const refusals: string[] = []
  let answer: SearchAnswer = { kind: 'results', words: 'nothing new' }
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const judged = rules[kind](request, await text(request), key)
    if ('refused' in judged) {
      refusals.push(judged.refused)
      const body = { type: 'ErrorResponse', error: { code: judged.refused }, detail: { error: judged.refused } }
      response.writeHead(judged.status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      return
    }
    questions.push(judged.question)
    give(response, kind, answer)
  }
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error))
  }
  const secure = { cert: searchCertificate, key: searchCertificateKey }
  const server =
    kind === 'searxng'
      ? await listening(t, createServer(listener), 'http')
      : await listening(t, createSecureServer(secure, listener), 'https')
  return { server, questions, refusals, will: (next) => void (answer = next) }
}

/** A proxy that leads every tunnel to one server, whatever host it is asked for; `asked` has what it was asked. */
export async function proxyTo(
  t: Test,
  target: LocalServer,
): Promise<LocalServer & { readonly asked: readonly string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(502).end()
  })
  server.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    tunnel(socket, target.port)
  })
  return { ...(await listening(t, server, 'http')), asked }
}

const tavilyBody = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    query: v.pipe(v.string(), v.minLength(1)),
    max_results: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)),
  }),
)

const rules: Readonly<Record<SearchKind, (request: IncomingMessage, body: string, key: string) => Judged>> = {
  brave({ method, url = '', headers }, _body, key) {
    const { pathname, searchParams } = new URL(url, 'https://api.search.brave.com')
    const q = searchParams.get('q') ?? ''
    if (headers.host !== 'api.search.brave.com') return { refused: 'another host', status: 421 }
    if (method !== 'GET' || pathname !== '/res/v1/web/search') return { refused: 'no such endpoint', status: 404 }
    if (headers['x-subscription-token'] !== key) return { refused: 'SUBSCRIPTION_TOKEN_INVALID', status: 422 }
    if (!/application\/json|\*\/\*/.test(headers.accept ?? '')) return { refused: 'accept', status: 406 }
    if (q.trim() === '' || q.length > 400 || q.trim().split(/\s+/).length > 50) return { refused: 'q', status: 422 }
    if (!/^([1-9]|1\d|20)$/.test(searchParams.get('count') ?? '20')) return { refused: 'count', status: 422 }
    return strictly(searchParams, ['q', 'count', 'text_decorations'], q, 422)
  },
  tavily({ method, url = '', headers }, body, key) {
    if (headers.host !== 'api.tavily.com') return { refused: 'another host', status: 421 }
    if (method !== 'POST' || url !== '/search') return { refused: 'no such endpoint', status: 404 }
    if (headers.authorization !== `Bearer ${key}`) return { refused: 'missing or invalid API key', status: 401 }
    if (!headers['content-type']?.startsWith('application/json')) return { refused: 'content-type', status: 422 }
    const parsed = v.safeParse(tavilyBody, body)
    return parsed.success ? { question: parsed.output.query } : { refused: 'body', status: 422 }
  },
  searxng({ method, url = '' }) {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const q = searchParams.get('q') ?? ''
    if (method !== 'GET' || pathname !== '/search') return { refused: 'no such endpoint', status: 404 }
    if (q.trim() === '') return { refused: 'No query', status: 400 }
    if (searchParams.get('format') !== 'json') return { refused: 'format', status: 403 }
    return strictly(searchParams, ['q', 'format'], q, 400)
  },
}

function strictly(given: URLSearchParams, known: readonly string[], question: string, status: number): Judged {
  const names = [...given.keys()]
  const isKnown = names.every((name) => known.includes(name)) && new Set(names).size === names.length
  return isKnown ? { question } : { refused: `parameters ${names.join()}`, status }
}

function give(response: ServerResponse, kind: SearchKind, answer: SearchAnswer): void {
  const json = { 'content-type': 'application/json' }
  switch (answer.kind) {
    case 'results':
      response.writeHead(200, json).end(resultsOf(kind, answer.words))
      return
    case 'status':
      response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location })
      response.end(answer.body)
      return
    case 'endless':
      response.writeHead(200, json)
      withoutEnd(response)
      return
    case 'slow':
      response.writeHead(200, json)
      response.write('{')
  }
}

/** As much as is taken, for as long as somebody takes it. */
export function withoutEnd(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write('[ '.repeat(32_768)));
  }
  response.on('drain', more)
  more()
}

function resultsOf(kind: SearchKind, words: string): string {
  const url = 'https://example.org/news'
  if (kind === 'brave') {
    const results = [{ title: words, url, description: `<strong>${words}</strong>`, type: 'search_result' }]
    return JSON.stringify({ type: 'search', query: { original: 'x' }, web: { type: 'search', results } })
  }
  const results = [{ title: words, url, content: words, score: 0.9, engine: 'x' }]
  return JSON.stringify({ query: 'x', answer: null, images: [], results, response_time: 1 })
}
