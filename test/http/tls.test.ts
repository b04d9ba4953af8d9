import { createServer } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import t from 'tap'
import { certificate, certificateKey } from '../support/certificate.ts'
import { deadlines, failureOf, get, httpRig, never } from '../support/http-rig.ts'
import { bodyText, httpServer, listening, rawServer } from '../support/local-server.ts'
import { until } from '../support/until.ts'

void t.test('only a server that proves who it is gets the request', async (t) => {
  let requests = 0
  const handshakes: boolean[] = []
  const secure = createServer(
    { cert: certificate, key: certificateKey, maxVersion: 'TLSv1.2' },
    (_request, response) => {
      requests++
      response.end('proved')
    },
  )
  secure.on('secureConnection', (socket) => handshakes.push(socket.isSessionReused()))
  const server = await listening(t, secure, 'https')
  const { client, clock } = httpRig(t)
  const url = `https://board.test:${server.port}/SECRET`
  const { what, sentence } = await failureOf(client.request(get(url), never))
  t.equal(what, 'tls')
  t.match(sentence, /^board\.test could not prove who it is.*SELF_SIGNED/)
  t.notMatch(sentence, /SECRET/)
  t.equal(requests, 0)
  t.equal(clock.pendingTimers(), 0)

  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, certificate])
  t.teardown(() => setDefaultCACertificates(trusted))
  const other = httpRig(t)
  t.equal(await bodyText(await other.client.request(get(url), never)), 'proved')
  t.equal(await bodyText(await other.client.request(get(`https://127.0.0.1:${server.port}/`), never)), 'proved')
  other.client.reset()
  t.equal(await bodyText(await other.client.request(get(url), never)), 'proved')
  t.equal(handshakes.at(-1), true, 'a new connection to a known host needs half a handshake')
  t.equal(other.clock.pendingTimers(), 0)
})

void t.test('a server that speaks no TLS, or never finishes its handshake, fails in time', async (t) => {
  const plain = await httpServer(t, (_request, response) => response.end())
  const { client, clock } = httpRig(t)
  t.equal((await failureOf(client.request(get(`https://board.test:${plain.port}/`), never))).what, 'tls')

  const silent = await rawServer(t, (socket) => void socket.resume())
  const waiting = failureOf(client.request(get(`https://board.test:${silent.port}/`), never))
  await until(() => silent.open() === 1)
  await clock.advance(deadlines.connectMs)
  t.equal((await waiting).what, 'connect-timeout')
  await until(() => silent.open() === 0, 'the connection is closed')

  const aborter = new AbortController()
  const stopped = failureOf(client.request(get(`https://board.test:${silent.port}/`), aborter.signal))
  await until(() => silent.open() === 1)
  aborter.abort()
  t.equal((await stopped).what, 'stopped')
  await until(() => silent.open() === 0, 'the connection is closed')

  const rude = await rawServer(t, (socket) => socket.once('data', () => socket.resetAndDestroy()))
  t.equal((await failureOf(client.request(get(`https://board.test:${rude.port}/`), never))).what, 'cut')
  t.equal(clock.pendingTimers(), 0)
})
