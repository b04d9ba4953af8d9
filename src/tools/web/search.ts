import * as v from 'valibot'
import { PincerError } from '../../errors.ts'
import type { HttpClient, HttpRequest } from '../../http/http-client.ts'
import { readBody } from '../../http/read-body.ts'
import { limits } from '../../limits.ts'
import { oneLine } from './clean-text.ts'
import { deadlines } from './deadlines.ts'
import { wordsOfHtml } from './html-text.ts'

/** Who searches for us. The address of a SearXNG is its owner's word: it may be a private one. */
export type SearchEngine =
  | { readonly kind: 'brave'; readonly key: string }
  | { readonly kind: 'tavily'; readonly key: string }
  | { readonly kind: 'searxng'; readonly address: string }

export interface SearchOptions {
  readonly http: HttpClient
  readonly engine: SearchEngine
  readonly userAgent: string
  readonly signal: AbortSignal
  readonly foreign: (source: string) => void
}

interface Found {
  readonly title: string
  readonly address: string
  readonly snippet: string
}

/**
 * Titles, addresses and snippets of what the engine found, the best first. Fails with PincerError; its sentence holds
 * nothing of what the engine said.
 */
export async function searchWeb(query: string, options: SearchOptions): Promise<string> {
  const { http, engine, userAgent, signal, foreign } = options
  const name = engineNames[engine.kind]
  const request = requestOf(engine, query)
  const asked = { ...request, headers: { accept: 'application/json', 'user-agent': userAgent, ...request.headers } }
  const response = await http.request({ ...asked, deadlines }, signal)
  const { bytes, isCut } = await readBody(response.body, limits.webSearchBodyBytesMax)
  if (response.status !== 200) throw failure(statusSentence(engine, response.status))
  const found = isCut ? undefined : resultsOf(engine, bytes.toString('utf8'))
  if (found === undefined) throw failure(`${name} answered something that is no list of results. Try again later.`)
  foreign(`a search with ${name}`)
  if (found.length === 0) return 'Nothing was found. Try other words.'
  return found.slice(0, limits.webSearchResultsMax).map(shown).join('\n')
}

const engineNames = { brave: 'Brave', tavily: 'Tavily', searxng: 'SearXNG' } as const

function requestOf(engine: SearchEngine, query: string): Omit<HttpRequest, 'deadlines'> {
  const count = limits.webSearchResultsMax
  switch (engine.kind) {
    case 'brave': {
      const words = new URLSearchParams({ q: query, count: String(count), text_decorations: 'false' })
      const url = `https://api.search.brave.com/res/v1/web/search?${words.toString()}`
      return { method: 'GET', url, headers: { 'x-subscription-token': engine.key } }
    }
    case 'tavily':
      return {
        method: 'POST',
        url: 'https://api.tavily.com/search',
        headers: { authorization: `Bearer ${engine.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, max_results: count }),
      }
    case 'searxng': {
      const words = new URLSearchParams({ q: query, format: 'json' })
      return { method: 'GET', url: `${engine.address.replace(/\/+$/, '')}/search?${words.toString()}`, headers: {} }
    }
  }
}

function resultsOf(engine: SearchEngine, body: string): readonly Found[] | undefined {
  switch (engine.kind) {
    case 'brave': {
      const parsed = v.safeParse(braveAnswer, body)
      if (!parsed.success) return undefined
      // Without any hit the answer has no web part. Titles and descriptions are pieces of HTML.
      return (parsed.output.web?.results ?? []).flatMap((each) => {
        const { output, success } = v.safeParse(braveResult, each)
        if (!success) return []
        return result(wordsOfHtml(output.title), output.url, wordsOfHtml(output.description ?? ''))
      })
    }
    case 'tavily':
    case 'searxng': {
      const parsed = v.safeParse(plainAnswer, body)
      if (!parsed.success) return undefined
      return parsed.output.results.flatMap((each) => {
        const { output, success } = v.safeParse(plainResult, each)
        return success ? result(output.title, output.url, output.content ?? '') : []
      })
    }
  }
}

const json = v.pipe(v.string(), v.parseJson())
const braveAnswer = v.pipe(
  json,
  v.object({ type: v.string(), web: v.nullish(v.object({ results: v.array(v.unknown()) })) }),
)
const braveResult = v.object({ title: v.string(), url: v.string(), description: v.nullish(v.string()) })
const plainAnswer = v.pipe(json, v.object({ results: v.array(v.unknown()) }))
const plainResult = v.object({ title: v.string(), url: v.string(), content: v.nullish(v.string()) })

/** An address that nobody can fetch is no result. */
function result(title: string, address: string, snippet: string): readonly Found[] {
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol) || url.href.length > limits.webLinkCharsMax) return []
  return [
    {
      title: oneLine(title, limits.webTitleCharsMax) || '(no title)',
      address: url.href,
      snippet: oneLine(snippet, limits.webSnippetCharsMax),
    },
  ]
}

function shown({ title, address, snippet }: Found, index: number): string {
  const lines = [`${index + 1}. ${title}`, address, snippet]
  return lines.filter((line) => line !== '').join('\n   ')
}

function statusSentence(engine: SearchEngine, status: number): string {
  const name = engineNames[engine.kind]
  const answered = `${name} answered ${status}`
  if (engine.kind === 'searxng' && status === 403) {
    return `${answered}: it does not answer programs. Add json to search.formats in its settings.yml.`
  }
  if (engine.kind === 'searxng' && status >= 300 && status < 500) {
    return `${answered}: there is no search. Check the address in web.search of pincer.yaml.`
  }
  if ([401, 403, 422].includes(status)) {
    return `${answered}: it does not take the key or the question. Check ${name.toUpperCase()}_API_KEY.`
  }
  // Tavily has numbers of its own for a plan that is used up.
  if ([402, 429, 432, 433].includes(status)) return `${answered}: what its plan allows is used up. Try again later.`
  return `${answered}: it has trouble of its own. Try again later.`
}

function failure(sentence: string): PincerError {
  return new PincerError('network', sentence)
}
