import * as v from 'valibot'
import { isPincerError } from '../errors.ts'
import type { WebReach, WebReachOptions } from '../guard/web-reach.ts'
import type { HttpClient } from '../http/http-client.ts'
import { limits } from '../limits.ts'
import { defineTool, type Tool, type ToolContext } from './tool.ts'
import type { FetchPageOptions } from './web/fetch-page.ts'
import type { SearchEngine } from './web/search.ts'
import type * as WebPart from './web/web-part.ts'

export interface WebToolsOptions {
  readonly reach: WebReachOptions
  /** A client that connects to what `admit` lets through and to nothing else; undefined where a proxy stands in between. */
  readonly guardedClient: GuardedClient | undefined
  /** Undefined: no search. */
  readonly engine: SearchEngine | undefined
  /** The client for addresses that stand in the configuration. */
  readonly client: () => Promise<HttpClient>
  /** What reads pages and answers of search engines, loaded when it is first needed. */
  readonly part: () => Promise<typeof WebPart>
  readonly userAgent: string
}

type GuardedClient = (admit: WebReach['admit']) => Promise<HttpClient>

/** `web_fetch` and `web_search`. All that they answer is text from outside. */
export function createWebTools(options: WebToolsOptions): readonly Tool[] {
  const { guardedClient, engine } = options
  return [
    ...(guardedClient === undefined ? [] : [webFetch(options, guardedClient)]),
    ...(engine === undefined ? [] : [webSearch(options, engine)]),
  ]
}

function webFetch(options: WebToolsOptions, guardedClient: GuardedClient): Tool {
  const { part, userAgent } = options
  return defineTool({
    name: 'web_fetch',
    description: 'Read a web page',
    arguments: v.strictObject({ url: v.string() }),
    access: 'read',
    acts: () => false,
    actsUnlessOwnerWrote: ({ url }) => url,
    timeoutMs: limits.webTimeoutMs,
    async run({ url }, context) {
      const { fetchPage, WebReach } = await part()
      const reach = new WebReach(options.reach)
      // One for each call: nothing of what a site left behind is there when the next is read.
      const http = await guardedClient((...asked) => reach.admit(...asked))
      try {
        return await whyStopped(context, fetchPage(url, { http, reach, userAgent, ...endsOf(context) }))
      } finally {
        await http.close()
      }
    },
  })
}

function webSearch({ client, part, userAgent }: WebToolsOptions, engine: SearchEngine): Tool {
  return defineTool({
    name: 'web_search',
    description: 'Search the web',
    arguments: v.strictObject({
      query: v.pipe(v.string(), v.minLength(1), v.maxLength(limits.webQueryCharsMax)),
    }),
    access: 'read',
    acts: () => false,
    actsUnlessOwnerWrote: ({ query }) => query,
    timeoutMs: limits.webTimeoutMs,
    async run({ query }, context) {
      const { searchWeb } = await part()
      return whyStopped(context, searchWeb(query, { http: await client(), engine, userAgent, ...endsOf(context) }))
    },
  })
}

function endsOf(context: ToolContext): Pick<FetchPageOptions, 'signal' | 'foreign'> {
  return { signal: context.signal, foreign: (source) => context.foreign(source) }
}

/** The client knows that it was stopped; the signal knows whether by a person or by the time. */
async function whyStopped(context: ToolContext, work: Promise<string>): Promise<string> {
  try {
    return await work
  } catch (error) {
    const reason: unknown = context.signal.reason
    throw isPincerError(error) && error.code === 'stopped' && isPincerError(reason) ? reason : error
  }
}
