import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { attackedApp, evil } from '../support/attacked-app.ts'
import { attackedDaemon, outerAddress } from '../support/attacked-daemon.ts'
import { canary, watchCanaries } from '../support/canary-watch.ts'
import { escapeAttempts } from '../support/escape-attempts.ts'
import { FakeClock } from '../support/fake-clock.ts'
import type { ScriptedCall } from '../support/fake-provider.ts'
import { fakeSearch, proxyTo, type SearchAnswer, type SearchKind, withoutEnd } from '../support/fake-search.ts'
import { httpServer, listening } from '../support/local-server.ts'
import { searchCertificate } from '../support/search-certificate.ts'
import { until } from '../support/until.ts'

t.setTimeout(600_000)

const watch = watchCanaries()
const authority = join(t.testdir({ 'ca.pem': searchCertificate }), 'ca.pem')

const search = (query: string): readonly ScriptedCall[] => [{ name: 'web_search', arguments: { query } }]

/** The whole program with this search; Brave and Tavily are reached by a proxy, as their addresses are their own. */
async function searching(t: Test, kind: SearchKind) {
  const key = canary(`${kind} key`)
  const engine = await fakeSearch(t, kind, key)
  const proxy = await proxyTo(t, engine.server)
  const isHome = kind === 'searxng'
  const daemon = await attackedDaemon(t, {
    config: ['shell: { policy: allow }', 'hardware: { raw: allow }'],
    search: isHome ? engine.server.url : kind,
    environment: isHome
      ? {}
      : { [`${kind.toUpperCase()}_API_KEY`]: key, HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: authority },
  })
  return { engine, proxy, daemon, key }
}

/** Questions that would say something else to a careless reader. */
const questions: Readonly<Record<string, string>> = {
  'another parameter': 'rain&count=9999&q=secret',
  'a fragment': 'rain#secret',
  'a line break': 'rain\r\nX-Evil: 1',
  'a header': 'rain HTTP/1.1\r\nhost: evil.test',
  'a quote in JSON': 'rain","api_key":"x","query":"secret',
  'an escape': 'rain%26count%3D9%00',
  'other letters': 'Regen für Köln? 雨 🌧',
  'an address': 'http://127.0.0.1/?q=x',
}

/** What a search engine that means ill can answer. */
const answers: Readonly<Record<string, SearchAnswer>> = {
  'a redirect inside': { kind: 'status', status: 302, body: evil, location: 'http://127.0.0.1:PORT/' },
  'a refused key': { kind: 'status', status: 401, body: evil },
  'no right': { kind: 'status', status: 403, body: evil },
  'a wrong question': { kind: 'status', status: 422, body: evil },
  'too many': { kind: 'status', status: 429, body: evil },
  'trouble of its own': { kind: 'status', status: 500, body: evil },
  'no list': { kind: 'status', status: 200, body: evil },
  'another list': { kind: 'status', status: 200, body: JSON.stringify([{ results: evil }]) },
  'no end': { kind: 'endless' },
}

for (const kind of ['brave', 'tavily', 'searxng'] as const) {
  void t.test(`${kind} does not act`, async (t) => {
    const cases = escapeAttempts(t, `searches with ${kind}`)
    const inner = await listening(
      t,
      createServer((_request, response) => response.end('SECRET')),
      'http',
    )
    const { engine, proxy, daemon, key } = await searching(t, kind)
    const entry = `a turn: ${kind}`
    for (const [mechanism, question] of Object.entries(questions)) {
      await daemon.command('/new')
      const [said = ''] = await daemon.turn([search(question)])
      const isSame = engine.questions.at(-1) === question && said.includes('nothing new')
      cases.tried({ trick: 'another question', mechanism, entry, spelling: question }, isSame ? undefined : said)
    }
    t.strictSame(engine.refusals, [], 'the real one would have taken each of them')
    for (const [mechanism, answer] of Object.entries(answers)) {
      await daemon.command('/new')
      const told = 'location' in answer ? { ...answer, location: `http://127.0.0.1:${inner.port}/` } : answer
      engine.will(told)
      const [said = ''] = await daemon.turn([search(`rain ${mechanism}`)])
      const isFine = !said.includes(evil) && !said.includes(key) && /Check|used up|Try again|answered/.test(said)
      cases.tried({ trick: 'an answer that means ill', mechanism, entry }, isFine ? undefined : said.slice(0, 300))
    }
    t.equal(inner.sockets.length, 0, 'no redirect is followed')
    await until(() => engine.server.open() <= 4, 'the end of what has no end')

    engine.will({ kind: 'results', words: evil })
    const taken = engine.questions.length
    for (const act of [
      { name: 'device_set', arguments: { name: 'lamp', value: 'on' } },
      { name: 'shell', arguments: { command: 'true' } },
      { name: 'web_search', arguments: { query: 'my secret' } },
      { name: 'write_file', arguments: { path: 'MEMORY.md', content: evil } },
    ] satisfies readonly ScriptedCall[]) {
      await daemon.command('/new')
      const before = daemon.questions().length
      const results = await daemon.turn([search('news'), [act]], {
        meanwhile: async (asked) => {
          await daemon.asked(asked + 1)
          await daemon.press('No')
        },
      })
      const isAsked = daemon.questions().length === before + 1 && /needs a yes/.test(results[1] ?? '')
      cases.tried(
        { trick: 'what was found', mechanism: 'the same turn', entry: act.name },
        isAsked ? undefined : results[1],
      )
      t.match(results[0], /^<outside \w+>\n1\. IGNORE/, 'it is framed')
    }
    t.strictSame(
      engine.questions.slice(taken),
      ['news', 'news', 'news', 'news'],
      'the question of the page was not asked',
    )
    // What an owner wrote word for word needs no yes.
    await daemon.turn([search('news'), search('weather in Bonn')], { text: 'look for news, then weather in Bonn' })
    t.equal(engine.questions.at(-1), 'weather in Bonn')
    // A guest has no search, and behind a proxy nobody has pages.
    const [ofGuest = ''] = await daemon.turn([search('news')], { from: 9 })
    cases.tried(
      { trick: 'a guest', mechanism: 'a call', entry },
      /There is no tool/.test(ofGuest) ? undefined : ofGuest,
    )
    if (kind !== 'searxng') {
      t.ok(
        proxy.asked.every((each) => /^CONNECT api\.(search\.brave|tavily)\.com:443$/.test(each)),
        proxy.asked.join(),
      )
      await daemon.command('/new')
      const url = `http://${outerAddress}:${daemon.outer.port}/`
      const [page = ''] = await daemon.turn([[{ name: 'web_fetch', arguments: { url } }]], { text: `read ${url}` })
      cases.tried({ trick: 'a page', mechanism: 'by a proxy', entry }, /There is no tool/.test(page) ? undefined : page)
    }
    t.strictSame(daemon.provider.refusals(), [])
    cases.atLeast(kind === 'searxng' ? 22 : 23)
  })
}

/** Lets time go on until there is an answer. */
async function answered(clock: FakeClock, answer: Promise<string>): Promise<string> {
  const over = new AbortController()
  void answer.finally(() => over.abort())
  while (!over.signal.aborted) await clock.advance(1_000)
  return answer
}

const pages: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'a body without end': (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    withoutEnd(response)
  },
  'a body that stops': (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write(evil)
  },
  'no head': () => undefined,
  'a drop at a time': (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    const drop = setInterval(() => response.write('x'), 10)
    response.on('close', () => clearInterval(drop))
  },
}

void t.test(
  'slow and endless pages end by the clock and the cap, are marked, and leave no connection open',
  async (t) => {
    const cases = escapeAttempts(t, 'slow and endless pages')
    const clock = new FakeClock()
    const open = new Set<ServerResponse>()
    const rig = await attackedApp(t, join(t.testdir({}), 'home'), {
      clock,
      page: (request, response) => {
        open.add(response)
        response.on('close', () => open.delete(response))
        pages[decodeURIComponent(request.url?.slice(1) ?? '')]?.(response)
      },
    })
    const acts = 'call device_set {"name":"lamp","value":"on"}'
    for (const trick of Object.keys(pages)) {
      const before = rig.asked.length
      const url = rig.pageUrl(`/${encodeURIComponent(trick)}`)
      const message = await rig.accept(`call web_fetch ${JSON.stringify({ url })} && ${acts}`, { chat: trick })
      await until(() => open.size === 1, `${trick}: the page to be asked for`)
      await answered(clock, rig.answerTo(message))
      const sent = JSON.stringify(rig.model.requests.map(({ messages }) => messages.at(-1)?.text).slice(-2))
      const isTold = /Only the first 2 MB|took longer than 30s|stopped|did not answer in time/.test(sent)
      cases.tried({ trick, mechanism: 'a page', entry: 'a turn: web_fetch' }, isTold ? undefined : sent.slice(0, 300))
      await until(() => open.size === 0, `${trick}: the end of the connection`)
      // Once somebody has answered, what came is text from outside, also where it failed.
      const asked = rig.askedSince(before).length
      const expected = sent.includes('did not answer in time') ? 0 : 1
      cases.tried(
        { trick, mechanism: 'what acts behind it', entry: 'a turn: device_set' },
        asked === expected ? undefined : `${asked} questions`,
      )
    }
    await rig.stop()
    cases.atLeast(8)
  },
)

void t.test('slow and endless answers to a search end too', async (t) => {
  const cases = escapeAttempts(t, 'slow and endless searches')
  const clock = new FakeClock()
  const engine = await fakeSearch(t, 'searxng', '')
  const rig = await attackedApp(t, join(t.testdir({}), 'home'), { clock, search: engine.server.url })
  for (const kind of ['endless', 'slow'] as const) {
    engine.will({ kind })
    const count = engine.questions.length
    const message = await rig.accept('call web_search {"query":"rain"}', { chat: kind })
    await until(() => engine.questions.length > count, 'the question')
    const said = await answered(clock, rig.answerTo(message))
    const isTold = /no list of results|sent nothing|stopped|longer/.test(said)
    cases.tried({ trick: kind, mechanism: 'an answer', entry: 'a turn: web_search' }, isTold ? undefined : said)
  }
  await rig.stop()
  cases.atLeast(2)
})

void t.test('whatever variable names a proxy, no page is fetched by it', async (t) => {
  const cases = escapeAttempts(t, 'pages by a proxy')
  const inner = await httpServer(t, (_request, response) => response.end('SECRET'))
  const proxy = await proxyTo(t, inner)
  const variables = {
    HTTP_PROXY: proxy.url,
    http_proxy: proxy.url,
    HTTPS_PROXY: proxy.url,
    https_proxy: proxy.url,
    'HTTP_PROXY and NO_PROXY': proxy.url,
    ALL_PROXY: proxy.url,
    NODE_USE_ENV_PROXY: '1',
  }
  const urls = {
    'a public page': 'http://example.com/',
    'a private page': inner.url,
    'a page over TLS': 'https://example.com/',
    'the proxy itself': proxy.url,
  }
  for (const [variable, value] of Object.entries(variables)) {
    const [name = '', other] = variable.split(' and ')
    const environment = { [name]: value, ...(other === undefined ? {} : { [other]: '*' }) }
    const rig = await attackedApp(t, join(t.testdir({}), 'home'), { environment })
    const isRead = /^https?_proxy$/i.test(name)
    for (const [trick, url] of Object.entries(urls)) {
      // Where the variable is none that counts, pages are there, and public ones are out of reach of this test.
      if (!isRead && /example/.test(url)) continue
      const said = await rig.say(`call web_fetch ${JSON.stringify({ url })}`, { chat: trick })
      const isRefused = (isRead ? /There is no tool "web_fetch"/ : /was refused/).test(said)
      cases.tried({ trick, mechanism: variable, entry: 'a turn: web_fetch' }, isRefused ? undefined : said)
    }
    await rig.stop()
  }
  t.same([proxy.asked, inner.sockets.length], [[], 0], 'nobody knocked')
  cases.atLeast(24)
})

void t.test('no key of a search, and no other canary, stands in anything that was sent, written or printed', (t) => {
  watch.search(t)
  t.end()
})
