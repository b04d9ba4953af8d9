import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { failureOf, get, httpRig, never } from '../support/http-rig.ts'
import { bodyText, httpServer } from '../support/local-server.ts'
import { until } from '../support/until.ts'

const words = 'one two three '.repeat(1_000)

void t.test('a body that is compressed though nobody asked is read all the same', async (t) => {
  const encodings = {
    identity: Buffer.from(words),
    gzip: gzipSync(words),
    'X-GZIP': gzipSync(words),
    deflate: deflateSync(words),
    br: brotliCompressSync(words),
  }
  for (const [encoding, body] of Object.entries(encodings)) {
    const server = await httpServer(t, (_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding })
      // Pieces of a byte show that nothing depends on how it arrives.
      for (const byte of body.subarray(0, 100)) response.write(Buffer.of(byte))
      response.end(body.subarray(100))
    })
    const { client, clock } = httpRig(t)
    t.equal(await bodyText(await client.request(get(server.url), never)), words, encoding)
    t.equal(clock.pendingTimers(), 0)
  }
})

void t.test('what comes compressed can be read before its end, and left', async (t) => {
  const server = await httpServer(t, (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.write(gzipSync('first line\n'))
  })
  const { client, clock } = httpRig(t)
  for await (const piece of (await client.request(get(server.url), never)).body) {
    t.equal(String(Buffer.from(piece)), 'first line\n')
    break
  }
  await until(() => server.open() === 0, 'the connection is closed')
  t.equal(clock.pendingTimers(), 0)
})

void t.test('a compressed body fails as any other', async (t) => {
  const aborter = new AbortController()
  const bodies = [
    { encoding: 'gzip', body: Buffer.from('no gzip at all'), what: 'not-http' },
    { encoding: 'zstd', body: Buffer.from('whatever'), what: 'not-http' },
    { encoding: 'gzip, br', body: Buffer.from('whatever'), what: 'not-http' },
    { encoding: 'zstd', body: 'endless', what: 'not-http' },
    { encoding: 'gzip', body: 'cut', what: 'cut' },
    { encoding: 'gzip', body: 'held', what: 'stopped' },
  ]
  for (const { encoding, body, what } of bodies) {
    const server = await httpServer(t, (_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding })
      if (typeof body !== 'string') return void response.end(body)
      response.write(gzipSync(words).subarray(0, 20))
      if (body === 'cut') setImmediate(() => response.destroy())
      if (body === 'held') setImmediate(() => aborter.abort())
    })
    const { client, clock } = httpRig(t)
    const read = client.request(get(server.url), aborter.signal).then(bodyText)
    t.equal((await failureOf(read)).what, what, `${encoding} ${String(body)}`)
    if (typeof body === 'string') await until(() => server.open() === 0, 'the connection is closed')
    t.equal(clock.pendingTimers(), 0)
  }
})
