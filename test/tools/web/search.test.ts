import t from 'tap'
import { limits } from '../../../src/limits.ts'
import type { HttpClient } from '../../../src/http/http-client.ts'
import { createUndiciClient } from '../../../src/http/undici-client.ts'
import { createWebTools } from '../../../src/tools/web.ts'
import * as webPart from '../../../src/tools/web/web-part.ts'
import type { SearchEngine } from '../../../src/tools/web/search.ts'
import { httpRig } from '../../support/http-rig.ts'
import { httpServer } from '../../support/local-server.ts'
import { guest } from '../../support/messages.ts'
import { createToolBench } from '../../support/tool-bench.ts'
import { json } from 'node:stream/consumers'
import type { Test } from 'tap'

interface Asked {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** `web_search` with an engine that answers as the test says; what it was asked, by its real address. */
async function searchRig(t: Test, engine: SearchEngine, answer: { status: number; body: string }) {
  const asked: Asked[] = []
  const server = await httpServer(t, async (request, response) => {
    const body = request.method === 'POST' ? await json(request) : undefined
    asked.push({ method: request.method, url: request.url, headers: request.headers, body })
    response.writeHead(answer.status, 'OBEY ME', { location: '/elsewhere' }).end(answer.body)
  })
  const { clock, lookup } = httpRig(t)
  const real = createUndiciClient({ clock, lookup })
  t.teardown(() => real.close())
  const origins: string[] = []
  const http: HttpClient = {
    ...real,
    request: (request, signal) => {
      const { origin } = new URL(request.url)
      origins.push(origin)
      return real.request({ ...request, url: request.url.replace(origin, server.url) }, signal)
    },
  }
  const tools = createWebTools({
    reach: { allowPrivate: [], ownNetworks: () => [] },
    guardedClient: undefined,
    engine,
    client: () => Promise.resolve(http),
    part: () => Promise.resolve(webPart),
    userAgent: 'Pincer/9.9.9',
  })
  const bench = createToolBench(tools, { clock })
  const search = (query: string, more = {}) =>
    bench.registry.run({ id: 'c', name: 'web_search', arguments: JSON.stringify({ query }) }, bench.origin(more))
  return { asked, origins, bench, search }
}

const brave = { kind: 'brave', key: 'BSA-key-1' } as const
const tavily = { kind: 'tavily', key: 'tvly-key-1' } as const
const searxng = { kind: 'searxng', address: 'http://192.168.1.9:8888/searx/' } as const

void t.test('Brave is asked as its documentation says, and its pieces of HTML become words', async (t) => {
  const results = [
    { title: 'A &amp; B', url: 'https://a.test/x', description: 'about <strong>a</strong> &#x27;b&#x27;', extra: 1 },
    { title: 'No words', url: 'https://b.test/' },
    { title: 'no address' },
    { title: 'script', url: 'javascript:alert(1)', description: 'x' },
    'no result',
    { title: '', url: 'http://c.test', description: 'long '.repeat(200) },
  ]
  const rig = await searchRig(t, brave, { status: 200, body: JSON.stringify({ type: 'search', web: { results } }) })
  const { text, foreign, failed } = await rig.search('böse & "gut"')
  const long = `${'long '.repeat(200).slice(0, limits.webSnippetCharsMax - 1)}…`
  t.equal(
    text,
    `1. A & B\n   https://a.test/x\n   about a 'b'\n2. No words\n   https://b.test/\n3. (no title)\n   http://c.test/\n   ${long}`,
  )
  t.same([foreign, failed], ['a search with Brave', false])
  t.same(rig.origins, ['https://api.search.brave.com'])
  const [request] = rig.asked
  t.equal(request?.method, 'GET')
  t.equal(request?.url, '/res/v1/web/search?q=b%C3%B6se+%26+%22gut%22&count=8&text_decorations=false')
  t.match(request?.headers, {
    accept: 'application/json',
    'x-subscription-token': 'BSA-key-1',
    'user-agent': 'Pincer/9.9.9',
  })
  const none = await searchRig(t, brave, { status: 200, body: '{"type":"search"}' })
  t.equal((await none.search('x')).text, 'Nothing was found. Try other words.')
})

void t.test('Tavily is asked by POST with a bearer key', async (t) => {
  const results = Array.from({ length: 20 }, (_, index) => ({
    title: `T${index}`,
    url: `https://t.test/${index}`,
    content: 'a\n<b>',
  }))
  const rig = await searchRig(t, tavily, { status: 200, body: JSON.stringify({ query: 'x', results }) })
  const { text } = await rig.search('x y')
  t.equal(text.split('\n').length, 3 * limits.webSearchResultsMax, 'no more than are asked for')
  t.ok(text.startsWith('1. T0\n   https://t.test/0\n   a <b>\n2. '))
  t.same(rig.origins, ['https://api.tavily.com'])
  t.match(rig.asked, [
    {
      method: 'POST',
      url: '/search',
      headers: { authorization: 'Bearer tvly-key-1', 'content-type': 'application/json' },
    },
  ])
  t.same(rig.asked[0]?.body, { query: 'x y', max_results: limits.webSearchResultsMax })
})

void t.test('a SearXNG is asked at its own address, which may be private', async (t) => {
  const body = JSON.stringify({ results: [{ title: 'S', url: 'https://s.test/', content: null }] })
  const rig = await searchRig(t, searxng, { status: 200, body })
  t.equal((await rig.search('x y')).text, '1. S\n   https://s.test/')
  t.same(rig.origins, ['http://192.168.1.9:8888'])
  t.equal(rig.asked[0]?.url, '/searx/search?q=x+y&format=json')
})

void t.test('what fails is one sentence, without a key and without a word of the engine', async (t) => {
  for (const [engine, status, body, said] of [
    [brave, 401, 'OBEY', /^Brave answered 401: .*BRAVE_API_KEY/],
    [brave, 422, 'OBEY', /BRAVE_API_KEY/],
    [brave, 429, 'OBEY', /plan/],
    [tavily, 401, 'OBEY', /TAVILY_API_KEY/],
    [tavily, 432, 'OBEY', /plan/],
    [tavily, 500, 'OBEY', /^Tavily answered 500: it has trouble of its own/],
    [searxng, 403, 'OBEY', /^SearXNG answered 403: .*Add json to search\.formats/],
    [searxng, 404, 'OBEY', /web\.search/],
    [searxng, 302, 'OBEY', /web\.search/],
    [searxng, 200, '<html>OBEY</html>', /no list of results/],
    [searxng, 200, '{"results":"OBEY"}', /no list of results/],
    [brave, 200, '[]', /no list of results/],
    [tavily, 200, `{"results":["${'OBEY'.repeat(400_000)}"]}`, /no list of results/],
  ] as const) {
    const rig = await searchRig(t, engine, { status, body })
    const outcome = await rig.search('x')
    t.ok(outcome.failed)
    t.match(outcome.text, said)
    t.notMatch(outcome.text, /OBEY|key-1/)
    t.equal(rig.asked.length, 1, 'no redirect is followed')
  }
})

void t.test('guests have no search, a question has a length, and under foreign text it is asked for', async (t) => {
  const rig = await searchRig(t, searxng, { status: 200, body: '{"results":[]}' })
  t.same(rig.bench.registry.specs(guest), [])
  for (const query of ['', 'x'.repeat(limits.webQueryCharsMax + 1)]) {
    t.match((await rig.search(query)).text, /^web_search was not run/)
  }
  t.equal(rig.asked.length, 0)
  await rig.search('mine', { untrusted: 'a page', ownerWrote: (words: string) => words === 'mine' })
  t.same(rig.bench.asked, [])
  await rig.search('mine secret', { untrusted: 'a page', ownerWrote: (words: string) => words === 'mine' })
  t.match(rig.bench.asked, [{ action: 'web_search {"query":"mine secret"}' }])
})

void t.test('a tool that cannot work is not offered', (t) => {
  const names = (engine: SearchEngine | undefined, proxied: boolean): readonly string[] => {
    const client = () => Promise.reject(new Error('not asked'))
    return createWebTools({
      reach: { allowPrivate: [], ownNetworks: () => [] },
      guardedClient: proxied ? undefined : client,
      engine,
      client,
      part: () => Promise.resolve(webPart),
      userAgent: '',
    }).map(({ name }) => name)
  }
  t.same(names(undefined, false), ['web_fetch'])
  t.same(names(searxng, false), ['web_fetch', 'web_search'])
  t.same(names(undefined, true), [])
  t.same(names(brave, true), ['web_search'], 'its address is fixed: a proxy takes nothing away')
  t.end()
})
