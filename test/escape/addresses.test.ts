import { createServer } from 'node:http'
import t, { type Test } from 'tap'
import { createWebTools } from '../../src/tools/web.ts'
import { createUndiciClient } from '../../src/http/undici-client.ts'
import * as webPart from '../../src/tools/web/web-part.ts'
import {
  hiddenNetworks,
  hiddenNetworksSix,
  type Writing,
  writingsOf,
  writingsOfSix,
} from '../support/address-networks.ts'
import { watchCanaries } from '../support/canary-watch.ts'
import { witnessConnections } from '../support/connection-witness.ts'
import { escapeAttempts } from '../support/escape-attempts.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { listening } from '../support/local-server.ts'
import { createToolBench } from '../support/tool-bench.ts'
import { webRig } from '../support/web-rig.ts'

const watch = watchCanaries()

t.setTimeout(600_000)

/** Stands for the public internet: allowed by its address, while all that is tried leads elsewhere. */
const outerAddress = '127.77.0.1'
const statuses = [301, 302, 303, 307, 308] as const

interface Scene {
  /** What was connected to, except the outer server. */
  inside(): readonly string[]
  /** A port of every address of this host, with a listener that counts. */
  readonly port: number
  readonly taken: () => number
  /** An address of the outer server that answers so. */
  readonly leads: (status: number, location: string) => string
  /** The same behind other redirects of its own. */
  readonly leadsOn: (location: string) => string
  readonly names: Record<string, readonly (readonly string[])[]>
  readonly fetch: ReturnType<typeof webRig>['fetch']
  readonly lookups: readonly string[]
}

async function scene(t: Test, judges = true): Promise<Scene> {
  const attempts = witnessConnections(t)
  const inner = await listening(
    t,
    createServer((_request, response) => response.end('SECRET')),
    'http',
    { host: '::' },
  )
  const outer = await listening(
    t,
    createServer((request, response) => {
      const [, step = '', status = '', encoded = ''] = (request.url ?? '').split('/')
      const location = Buffer.from(encoded, 'base64url').toString('latin1')
      if (step === 'on') response.writeHead(302, { location: `/to/307/${encoded}` }).end()
      else response.writeHead(Number(status), { location, connection: 'close' }).end('moved')
    }),
    'http',
    { host: outerAddress },
  )
  const names: Scene['names'] = { 'outer.test': [[outerAddress]] }
  const { fetch, lookups } = webRig({ names, allowPrivate: [outerAddress], judges })
  const at = (path: string): string => `http://outer.test:${outer.port}${path}`
  const encoded = (location: string): string => Buffer.from(location).toString('base64url')
  return {
    inside: () => attempts.filter((each) => !each.startsWith(`${outerAddress} `)),
    port: inner.port,
    taken: () => inner.sockets.length,
    leads: (status, location) => at(`/to/${status}/${encoded(location)}`),
    leadsOn: (location) => at(`/on/302/${encoded(location)}`),
    names,
    fetch,
    lookups,
  }
}

const networks = [
  ...Object.entries(hiddenNetworks).map(([trick, address]) => ({ trick, address, write: writingsOf })),
  ...Object.entries(hiddenNetworksSix).map(([trick, address]) => ({ trick, address, write: writingsOfSix })),
]

/** As a header can carry it: other letters stand there in percent signs. Undefined for what it cannot. */
function inHeader({ url }: Writing): string | undefined {
  return /[\n\0]/.test(url) ? undefined : url.replaceAll(/[^\x00-\x7f]/gu, (letter) => encodeURIComponent(letter))
}

let turns = 0
/** One kind of redirect after the other: all five for everything would say no more, and take minutes. */
const nextStatus = (): (typeof statuses)[number] => statuses[turns++ % statuses.length] ?? 302

/** Doors to `url`, by their names: the tool itself and one kind of redirect, or `all` of them. */
function doors(
  { leads, leadsOn }: Scene,
  writing: Writing,
  all: boolean,
): readonly (readonly [entry: string, url: string])[] {
  const direct = ['web_fetch', writing.url] as const
  const location = inHeader(writing)
  // Behind a redirect, `http:10.0.0.1` is a page of the same host.
  const isRelative = URL.parse(writing.url, 'http://outer.test/to/x')?.hostname === 'outer.test'
  if (location === undefined || isRelative) return [direct]
  const used = all ? statuses : [nextStatus()]
  return [
    direct,
    ...used.map((status) => [`redirect ${status}`, leads(status, location)] as const),
    ...(all ? [['redirects in a row', leadsOn(location)] as const] : []),
  ]
}

const refused = (text: string): string | undefined => (text.includes(' was refused: ') ? undefined : text.slice(0, 200))

void t.test('no writing of an address leads to a network that is not public, through any door', async (t) => {
  const cases = escapeAttempts(t, 'addresses')
  const at = await scene(t)
  for (const { trick, address, write } of networks) {
    for (const writing of write(address, at.port)) {
      for (const [entry, url] of doors(at, writing, writing.mechanism === 'as it is')) {
        const { text } = await at.fetch(url)
        cases.tried({ trick, mechanism: writing.mechanism, entry, spelling: writing.url }, refused(text))
      }
    }
  }
  t.strictSame(at.inside(), [], 'nothing was connected to')
  t.equal(at.taken(), 0)
  cases.atLeast(2_500)
})

void t.test('no name leads there, whatever stands beside it and whenever it changes', async (t) => {
  const cases = escapeAttempts(t, 'names and rebinding')
  const at = await scene(t)
  let count = 0
  for (const { trick, address } of networks) {
    const isSix = address.includes(':')
    const [publicOne, publicSix] = ['93.184.216.34', '2606:4700::1111']
    const answers: Readonly<Record<string, readonly (readonly string[])[]>> = {
      'one address': [[address]],
      'in front of public ones': [[address, publicOne, publicSix]],
      'behind public ones': [[publicOne, publicSix, address]],
      'in between': [[publicOne, address, publicSix]],
      ...(isSix ? {} : { 'mapped into IPv6': [[`::ffff:${address}`]], 'behind NAT64': [[`64:ff9b::${address}`]] }),
      'another address at the next look': [[outerAddress], [address]],
      'a public one beside it at the next look': [[outerAddress], [publicOne, address]],
    }
    for (const [mechanism, found] of Object.entries(answers)) {
      for (const entry of ['web_fetch', `redirect ${nextStatus()}`]) {
        const name = `n${++count}.test`
        at.names[name] = found
        const there = `http://${name}:${at.port}/`
        const status = Number(entry.split(' ')[1] ?? 302)
        // A name that was good for the first connection is asked for again by the redirect.
        const rebinds = found.length > 1
        const first = at.leads(status, there)
        const url = rebinds ? first.replace('outer.test', name) : entry === 'web_fetch' ? there : first
        const before = at.lookups.length
        const { text } = await at.fetch(url)
        const looks = at.lookups.slice(before).filter((each) => each === name).length
        cases.tried(
          { trick, mechanism, entry },
          refused(text) ?? (looks === found.length ? undefined : `${looks} looks`),
        )
      }
    }
  }
  cases.atLeast(600)
  t.strictSame(at.inside(), [], 'nothing was connected to')
  t.equal(at.taken(), 0)
})

void t.test('no form of Location leads there', async (t) => {
  const cases = escapeAttempts(t, 'forms of Location')
  const at = await scene(t)
  const forms: Readonly<Record<string, (host: string) => string>> = {
    'with another scheme': (host) => `HTTPS://${host}/`,
    'without a scheme': (host) => `//${host}/`,
    backslashes: (host) => `\\\\${host}\\`,
    'a slash and a backslash': (host) => `/\\${host}/`,
    'three slashes': (host) => `///${host}/`,
    'a scheme without slashes that is not ours': (host) => `https:${host}`,
    'a user name': (host) => `//outer.test@${host}/`,
    tabs: (host) => `/\t/${host}/`,
    'blanks around it': (host) => `  //${host}/ `,
    'a backslash before the user name': (host) => `//${host}\\@outer.test/`,
  }
  for (const { trick, address } of networks) {
    const host = `${address.includes(':') ? `[${address}]` : address}:${at.port}`
    for (const [mechanism, write] of Object.entries(forms)) {
      for (const status of [nextStatus(), nextStatus()]) {
        const { text } = await at.fetch(at.leads(status, write(host)))
        cases.tried({ trick, mechanism, entry: `redirect ${status}` }, refused(text))
      }
    }
  }
  cases.atLeast(800)
  t.strictSame(at.inside(), [])
})

void t.test('no other scheme and no name of this host is fetched', async (t) => {
  const cases = escapeAttempts(t, 'schemes and names of this host')
  const at = await scene(t)
  const schemes: Readonly<Record<string, readonly string[]>> = {
    'a file': ['file:///etc/passwd', 'FILE://localhost/etc/passwd', 'file:/etc/passwd', 'file:\\\\etc\\passwd'],
    ftp: ['ftp://outer.test/', 'ftps://outer.test/', 'sftp://outer.test/', 'tftp://outer.test/'],
    data: ['data:text/html,<b>x', 'data:;base64,eA=='],
    'a script': ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'vbscript:x'],
    'blob and about': ['blob:http://outer.test/x', 'about:blank', 'view-source:http://outer.test/'],
    'gopher and dict': [`gopher://127.0.0.1:${at.port}/_x`, `dict://127.0.0.1:${at.port}/x`, 'ldap://127.0.0.1/'],
    'sockets of the web': [`ws://127.0.0.1:${at.port}/`, `wss://127.0.0.1:${at.port}/`],
    'Unix sockets': ['unix:/run/docker.sock:/x', 'http+unix://%2Frun%2Fdocker.sock/x'],
    others: ['jar:http://outer.test/x!/y', 'netdoc:///etc/passwd', 'php://filter', 'chrome://x', 'mailto:a@b.c', 'x:y'],
    'a name of this host': [
      'localhost',
      'LOCALHOST.',
      'a.localhost',
      'ｌｏｃａｌｈｏｓｔ',
      'ⓛocalhost',
      'local%68ost',
      'localhost%2e',
    ].map((host) => `http://${host}:${at.port}/`),
    'a port that is none of the web': [1, 22, 23, 25, 53, 110, 445, 631, 993].map(
      (port) => `http://outer.test:${port}/`,
    ),
  }
  for (const [trick, urls] of Object.entries(schemes)) {
    for (const url of urls) {
      for (const [entry, door] of doors(at, { mechanism: '', url }, false)) {
        const { text } = await at.fetch(door)
        cases.tried({ trick, mechanism: 'its address', entry, spelling: url }, refused(text))
      }
    }
  }
  cases.atLeast(30)
  t.strictSame(at.inside(), [])
})

void t.test('a search engine leads nowhere', async (t) => {
  const cases = escapeAttempts(t, 'search engines that redirect')
  const at = await scene(t)
  let location = ''
  let status = 302
  const engine = await listening(
    t,
    createServer((_request, response) => response.writeHead(status, { location }).end('{"results": []}')),
    'http',
    { host: outerAddress },
  )
  const clock = new FakeClock()
  const client = createUndiciClient({ clock, lookup: () => Promise.reject(new Error('no name is asked for')) })
  t.teardown(() => client.close())
  const tools = createWebTools({
    reach: { allowPrivate: [], ownNetworks: () => [] },
    guardedClient: undefined,
    engine: { kind: 'searxng', address: `http://${outerAddress}:${engine.port}` },
    client: () => Promise.resolve(client),
    part: () => Promise.resolve(webPart),
    userAgent: 'Pincer/9.9.9',
  })
  const bench = createToolBench(tools, { clock })
  for (const { trick, address, write } of networks) {
    for (const { mechanism, url } of write(address, at.port).slice(0, 1)) {
      location = url
      for (status of statuses) {
        const call = { id: 'c', name: 'web_search', arguments: '{"query":"x"}' }
        const { failed } = await bench.registry.run(call, bench.origin())
        cases.tried({ trick, mechanism, entry: `web_search, redirect ${status}` }, failed ? undefined : 'it answered')
      }
    }
  }
  cases.atLeast(200)
  t.strictSame(at.inside(), [])
})

void t.test('without the guard at the connection the same doors lead inside', async (t) => {
  const at = await scene(t, false)
  at.names['inner.test'] = [['127.0.0.1']]
  at.names['six.test'] = [['::1']]
  const open = new Set<string>()
  // The others are refused by the parser of URLs, or lead to no listener of this host.
  const leading = [
    'as it is',
    'one number',
    'octal parts',
    'short forms',
    'other digits',
    'mapped IPv6',
    'a name',
    'a name, IPv6',
  ]
  const loopback = [
    ...writingsOf('127.0.0.1', at.port),
    ...writingsOfSix('::1', at.port),
    { mechanism: 'a name', url: `http://inner.test:${at.port}/` },
    { mechanism: 'a name, IPv6', url: `http://six.test:${at.port}/` },
  ]
  for (const writing of loopback.filter(({ mechanism }) => leading.includes(mechanism))) {
    for (const [entry, url] of doors(at, writing, true)) {
      const before = at.taken()
      await at.fetch(url)
      if (at.taken() > before) open.add(`${entry}: ${writing.mechanism}`)
    }
  }
  for (const entry of ['web_fetch', ...statuses.map((status) => `redirect ${status}`), 'redirects in a row']) {
    for (const mechanism of leading) {
      t.ok(open.has(`${entry}: ${mechanism}`), `${entry}: ${mechanism}`)
    }
  }
  t.ok(at.inside().length > 100)
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
