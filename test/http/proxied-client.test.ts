import { createServer } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import t, { type Test } from 'tap'
import { createProxiedClient } from '../../src/http/proxied-client.ts'
import { proxySettings } from '../../src/http/proxy-settings.ts'
import { certificate, certificateKey } from '../support/certificate.ts'
import { deadlines, failureOf, get, httpRig, never } from '../support/http-rig.ts'
import { localProxy } from '../support/local-proxy.ts'
import { bodyText, httpServer, listening, rawServer } from '../support/local-server.ts'
import { until } from '../support/until.ts'

function proxiedRig(t: Test, environment: Readonly<Record<string, string>>) {
  const { clock, lookup } = httpRig(t)
  const proxy = proxySettings(environment)
  if (proxy === undefined) throw new Error('The test names no proxy.')
  const client = createProxiedClient({ clock, lookup, proxy })
  t.teardown(() => client.close())
  return { client, clock }
}

const secureServer = (t: Test) =>
  listening(
    t,
    createServer({ cert: certificate, key: certificateKey }, (_request, response) => response.end('proved')),
    'https',
  )

t.before(() => setDefaultCACertificates([...getCACertificates('default'), certificate]))

void t.test('plain requests are forwarded and secure ones go through a tunnel', async (t) => {
  const plain = await httpServer(t, (request, response) => response.end(`${request.headers.host} ${request.url}`))
  const secure = await secureServer(t)
  const proxy = await localProxy(t, 'me:pass word')
  const address = `http://me:pass%20word@board.test:${proxy.port}`
  const { client, clock } = proxiedRig(t, { HTTP_PROXY: address, HTTPS_PROXY: address })
  const plainUrl = `http://127.0.0.1:${plain.port}/a?b`
  for (let index = 0; index < 3; index++) {
    t.equal(await bodyText(await client.request(get(plainUrl), never)), `127.0.0.1:${plain.port} /a?b`)
    t.equal(await bodyText(await client.request(get(`https://board.test:${secure.port}/`), never)), 'proved')
  }
  t.same([plain.sockets.length > 0, secure.sockets.length], [true, 1], 'a tunnel is kept as any connection')
  t.same([...new Set(proxy.asked)], [`GET ${plainUrl}`, `CONNECT board.test:${secure.port}`])
  t.equal(clock.pendingTimers(), 0)
})

void t.test('hosts that NO_PROXY lists are reached without it', async (t) => {
  const plain = await httpServer(t, (_request, response) => response.end('here'))
  const proxy = await localProxy(t)
  const { client } = proxiedRig(t, { http_proxy: `127.0.0.1:${proxy.port}`, NO_PROXY: 'x.test, board.test' })
  t.equal(await bodyText(await client.request(get(`http://board.test:${plain.port}/`), never)), 'here')
  t.same(proxy.asked, [])
  t.equal(await bodyText(await client.request(get(plain.url), never)), 'here')
  t.equal(proxy.asked.length, 1, 'another is not')
})

void t.test('a proxy that fails is said, with the host alone', async (t) => {
  const secure = await secureServer(t)
  const strict = await localProxy(t, 'me:SECRET')
  const { client, clock } = proxiedRig(t, { HTTP_PROXY: `http://127.0.0.1:${strict.port}` })
  for (const url of [`http://board.test:${secure.port}/SECRET`, `https://board.test:${secure.port}/SECRET`]) {
    const { what, sentence } = await failureOf(client.request(get(url), never))
    t.equal(what, 'refused')
    t.match(sentence, /^board\.test:\d+ .*the proxy does not let us through, it answered 407/)
    t.notMatch(sentence, /SECRET/)
  }
  const nobody = proxiedRig(t, { HTTP_PROXY: `http://me:SECRET@127.0.0.3:${strict.port}` })
  for (const url of ['http://board.test/', 'https://board.test/']) {
    const { what, sentence } = await failureOf(nobody.client.request(get(url), never))
    t.equal(what, 'refused')
    t.match(sentence, /^127\.0\.0\.3 refuses/, 'it is the proxy that is not there')
    t.notMatch(sentence, /SECRET/)
  }
  const rude = await rawServer(t, (socket) => socket.once('data', () => socket.end()))
  const cut = proxiedRig(t, { HTTP_PROXY: rude.url })
  t.equal((await failureOf(cut.client.request(get('https://board.test/'), never))).what, 'cut')
  for (const rig of [{ clock }, nobody, cut]) t.equal(rig.clock.pendingTimers(), 0)
})

void t.test('a certificate that proves another name is refused inside the tunnel too', async (t) => {
  const secure = await secureServer(t)
  const proxy = await localProxy(t)
  const { client } = proxiedRig(t, { HTTPS_PROXY: proxy.url })
  t.equal((await failureOf(client.request(get(`https://other.test:${secure.port}/`), never))).what, 'tls')
})

void t.test('a proxy that holds the tunnel back is left in time, and by a signal', async (t) => {
  const proxy = await localProxy(t)
  const { client, clock } = proxiedRig(t, { HTTPS_PROXY: proxy.url })
  const waiting = failureOf(client.request(get('https://board.test:1/'), never))
  await until(() => proxy.asked.length === 1)
  await clock.advance(deadlines.connectMs)
  t.equal((await waiting).what, 'connect-timeout')
  await until(() => proxy.open() === 0, 'the connection is closed')

  const aborter = new AbortController()
  const stopped = failureOf(client.request(get('https://board.test:1/'), aborter.signal))
  await until(() => proxy.asked.length === 2)
  aborter.abort()
  t.equal((await stopped).what, 'stopped')
  await until(() => proxy.open() === 0, 'the connection is closed')

  // Inside a tunnel that stands: the far end never finishes its handshake.
  const silent = await rawServer(t, (socket) => void socket.resume())
  const inside = failureOf(client.request(get(`https://board.test:${silent.port}/`), never))
  await until(() => silent.open() === 1)
  await clock.advance(deadlines.connectMs)
  t.equal((await inside).what, 'connect-timeout')
  await until(() => proxy.open() === 0 && silent.open() === 0, 'the connection is closed')
  t.equal(clock.pendingTimers(), 0)
})

void t.test('the usual variables name the proxy, and nothing else does', (t) => {
  t.equal(proxySettings({}), undefined)
  t.equal(proxySettings({ HTTP_PROXY: ' ', https_proxy: '', NO_PROXY: '*' }), undefined)
  t.same(proxySettings({ HTTP_PROXY: 'a:1', http_proxy: 'b:2', no_proxy: 'c, d' }), {
    httpProxy: 'http://b:2/',
    httpsProxy: '',
    noProxy: 'c, d',
  })
  for (const value of ['socks5://SECRET@x:1', 'http://SECRET@', 'http://a b:SECRET']) {
    t.throws(() => proxySettings({ HTTPS_PROXY: value }), {
      code: 'config',
      message: 'HTTPS_PROXY is not the address of an HTTP proxy. Write it as http://host:port, or unset the variable.',
    })
  }
  t.end()
})
