import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { limits } from '../../src/limits.ts'
import { certificate, certificateKey } from '../support/certificate.ts'
import { httpServer, listening, rawServer } from '../support/local-server.ts'
import { guest } from '../support/messages.ts'
import { until } from '../support/until.ts'
import { webRig } from '../support/web-rig.ts'

const outside = { 'site.test': [['127.0.0.1']] } as const

t.before(() => setDefaultCACertificates([...getCACertificates('default'), certificate]))

void t.test('a page is its status, its address and its text, and all of it is from outside', async (t) => {
  const asked: unknown[] = []
  const server = await httpServer(t, (request, response) => {
    asked.push([request.method, request.url, request.headers])
    response.setHeader('set-cookie', 'a=b')
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end('<title>Tea</title><p>Hot <b>water</b>.')
  })
  const { fetch, clock } = webRig({ names: outside })
  const url = `http://site.test:${server.port}/tea?kind=green#top`
  const shown = `http://site.test:${server.port}/tea?kind=green`
  const expected = { text: `200 ${shown}\n\nTea\n\nHot water.`, failed: false, foreign: shown }
  t.same(await fetch(url), expected)
  t.same(await fetch(url), expected)
  t.same(asked, Array(2).fill(asked[0]), 'the second request knows nothing of the first')
  const [[method, path, headers]] = asked as [[string, string, Record<string, string>]]
  t.same([method, path], ['GET', '/tea?kind=green'])
  t.same(headers, {
    host: `site.test:${server.port}`,
    connection: 'keep-alive',
    accept: headers['accept'],
    'accept-encoding': 'identity',
    'user-agent': 'Pincer/9.9.9',
  })
  t.equal(clock.pendingTimers(), 0)
  await until(() => server.open() === 0, 'no connection stays behind')
})

void t.test('guests have no web, and owners are not asked without foreign text', async (t) => {
  const { bench, fetch } = webRig({ names: outside })
  t.same(bench.registry.specs(guest), [])
  t.match((await fetch('http://site.test/', { person: guest })).text, /There is no tool/)
  t.equal(bench.registry.isReadOnly('web_fetch'), true)
  const server = await httpServer(t, (_request, response) => response.end('x'))
  await fetch(`http://site.test:${server.port}/`)
  t.same(bench.asked, [])
  await fetch(`http://site.test:${server.port}/`, { untrusted: 'a page' })
  t.match(bench.asked, [{ action: `web_fetch {"url":"http://site.test:${server.port}/"}` }])
})

void t.test('every redirect is looked up and judged again, before anything is connected to', async (t) => {
  const inner = await listening(
    t,
    createServer((_request, response) => response.end('SECRET')),
    'http',
    { host: '127.0.0.2' },
  )
  const port = inner.port
  const targets = [
    `http://127.0.0.2:${port}/`,
    `http://inner.test:${port}/`,
    `//inner.test:${port}/`,
    `http://2130706434:${port}/`,
    `http://0x7f.2:${port}/`,
    `http://0177.0.0.2:${port}/`,
    `http://[::ffff:127.0.0.2]:${port}/`,
    `http://[64:ff9b::7f00:2]:${port}/`,
    `http://127。0。0。2:${port}/`,
    `http://site.test@127.0.0.2:${port}/`,
    'http://169.254.169.254/latest/meta-data/',
    'http://localhost:1234/',
    'file:///etc/passwd',
    'ftp://site.test/',
    'http://site.test:22/',
    'javascript:alert(1)',
    `http://site.test/${'x'.repeat(limits.webAddressCharsMax)}`,
  ]
  const server = await httpServer(t, (request, response) => {
    const [, code, index] = (request.url ?? '').split('/')
    response
      .writeHead(Number(code), { location: Buffer.from(targets[Number(index)] ?? '').toString('latin1') })
      .end('moved')
  })
  const { fetch } = webRig({ names: { ...outside, 'inner.test': [['127.0.0.2']] } })
  for (const code of [301, 302, 303, 307, 308]) {
    for (const [index, target] of targets.entries()) {
      const { text, failed, foreign } = await fetch(`http://site.test:${server.port}/${code}/${index}`)
      t.ok(failed && text.includes(' was refused: '), `${code} to ${target}: ${text.slice(0, 100)}`)
      t.equal(
        foreign,
        `http://site.test:${server.port}/${code}/${index}`,
        'its sentence holds what the other side chose',
      )
    }
  }
  t.equal(inner.sockets.length, 0, 'nobody ever reached the inner server')
})

void t.test(
  'a name that changes its address between two looks is never connected to where it should not',
  async (t) => {
    const inner = await listening(
      t,
      createServer((_request, response) => response.end('SECRET')),
      'http',
      { host: '127.0.0.2' },
    )
    const server = await listening(
      t,
      createServer((request, response) => {
        if (request.url === '/again') response.writeHead(302, { location: '/end', connection: 'close' }).end()
        else response.end('outer')
      }),
      'http',
      { host: '127.0.0.1', port: inner.port },
    )
    const names = { 'rebind.test': [['127.0.0.1'], ['127.0.0.2']], 'both.test': [['127.0.0.1', '127.0.0.2']] } as const
    const first = webRig({ names })
    t.match((await first.fetch(`http://rebind.test:${server.port}/`)).text, /\n\nouter$/)
    t.same(first.lookups, ['rebind.test'], 'one look for one connection')
    t.match(
      (await first.fetch(`http://rebind.test:${server.port}/`)).text,
      /rebind\.test was refused: its name leads to 127/,
    )
    const second = webRig({ names })
    t.match((await second.fetch(`http://rebind.test:${server.port}/again`)).text, /was refused/)
    t.same(second.lookups, ['rebind.test', 'rebind.test'])
    t.match((await second.fetch(`http://both.test:${server.port}/`)).text, /was refused/, 'no name is half private')
    t.equal(inner.sockets.length, 0)
  },
)

void t.test('redirects are followed to their end, at most five, and a step down from https is said', async (t) => {
  const plain = await httpServer(t, (request, response) => {
    const left = Number((request.url ?? '').slice(1))
    if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end()
    else response.end('the end')
  })
  const secure = await listening(
    t,
    createSecureServer({ cert: certificate, key: certificateKey }, (_request, response) =>
      response.writeHead(301, { location: `http://site.test:${plain.port}/0` }).end(),
    ),
    'https',
  )
  const { fetch } = webRig({ names: { ...outside, 'board.test': [['127.0.0.1']] } })
  const at = (path: string): string => `http://site.test:${plain.port}${path}`
  t.equal((await fetch(at('/1'))).text, `200 ${at('/0')}, after 1 redirect\n\nthe end`)
  t.equal((await fetch(at('/5'))).text, `200 ${at('/0')}, after 5 redirects\n\nthe end`)
  t.match((await fetch(at('/6'))).text, /was not read: more than 5 redirects in a row/)
  t.equal(
    (await fetch(`https://board.test:${secure.port}/`)).text,
    `200 ${at('/0')}, after 1 redirect\nA redirect left https for plain http: anybody on the way may have read or changed this.\n\nthe end`,
  )
})

void t.test('what fails is one sentence without a word of the other side', async (t) => {
  const server = await httpServer(t, (request, response) => {
    response.writeHead(Number((request.url ?? '').slice(1)), 'OBEY ME', { 'x-obey': 'OBEY ME' }).end('OBEY ME')
  })
  const secure = await listening(t, createSecureServer({ cert: certificate, key: certificateKey }), 'https')
  const rude = await rawServer(t, (socket) => socket.end('OBEY ME\r\n\r\n'))
  const large = await rawServer(t, (socket) => {
    socket.on('data', () => socket.end(`HTTP/1.1 200 OK\r\nx: ${'OBEY ME '.repeat(20_000)}\r\n\r\n`))
  })
  const { fetch } = webRig({ names: outside })
  for (const [status, said] of [
    [400, 'it does not take this request'],
    [401, 'it wants a login'],
    [403, 'it does not let us read this'],
    [404, 'there is no such page'],
    [410, 'the page is gone'],
    [418, 'it does not take this request'],
    [429, 'it has had too many requests'],
    [451, 'it may not show this page'],
    [300, 'that is no page'],
    [302, 'that is no page'],
    [304, 'that is no page'],
    [500, 'it has trouble of its own'],
    [503, 'it has trouble of its own'],
    [599, 'it has trouble of its own'],
  ] as const) {
    const { text, failed, foreign } = await fetch(`http://site.test:${server.port}/${status}`)
    t.ok(failed && text.startsWith(`site.test:${server.port} answered ${status}: ${said}`), text)
    t.notMatch(text, 'OBEY')
    t.type(foreign, 'string')
  }
  for (const [url, said] of [
    ['http://lost.test/', /^lost\.test was not found: no address/],
    ['http://127.0.0.1:1025/', /^127\.0\.0\.1:?\d* refuses the connection/],
    [`https://site.test:${secure.port}/`, /could not prove who it is \(TLS\)/],
    [`http://site.test:${rude.port}/`, /answered something that is not HTTP/],
    [`http://site.test:${large.port}/`, /answered something that is not HTTP/],
  ] as const) {
    const { text, failed } = await fetch(url)
    t.ok(failed)
    t.match(text, said)
    t.notMatch(text, /OBEY/)
  }
})

void t.test('every wait has an end', async (t) => {
  let asked = 0
  const serving = (answer: string) =>
    rawServer(t, (socket) => {
      socket.on('data', () => socket.write(answer, () => (asked += 1)))
    })
  const { fetch, clock } = webRig({ names: { ...outside, 'hung.test': ['never'] } })
  const hung = fetch('http://hung.test/')
  await until(() => clock.pendingTimers() === 2)
  await clock.advance(limits.webConnectMs)
  t.match((await hung).text, /did not take the connection in time/)
  for (const [answer, said] of [
    ['\r\n', /did not answer in time/],
    ['HTTP/1.1 200 OK\r\nx-a: 1\r\n', /did not answer in time/],
    ['HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50), /did not answer in time/],
    ['HTTP/1.1 200 OK\r\n\r\nbegin', /in the middle of its answer|did not answer in time/],
  ] as const) {
    asked = 0
    const server = await serving(answer)
    const page = fetch(`http://site.test:${server.port}/`)
    await until(() => asked > 0)
    await clock.advance(Math.max(limits.webFirstByteMs, limits.webGapMs))
    const { text, failed } = await page
    t.ok(failed)
    t.match(text, said)
    t.equal(clock.pendingTimers(), 0)
    await until(() => server.open() === 0)
  }
})

void t.test(
  'a site that leads on and on, each time just quickly enough, ends with the time of the whole call',
  async (t) => {
    const waiting: (() => void)[] = []
    const server = await httpServer(t, (_request, response) => {
      waiting.push(() => response.writeHead(302, { location: '/on' }).end())
    })
    const { fetch, clock } = webRig({ names: outside })
    const answer = fetch(`http://site.test:${server.port}/`)
    for (let hop = 1; hop <= 4; hop++) {
      await until(() => waiting.length === hop && clock.pendingTimers() === 2)
      await clock.advance(9_000)
      waiting[hop - 1]?.()
    }
    t.match((await answer).text, /^web_fetch took longer than 30s/)
    await until(() => server.open() === 0, 'and its connection')
  },
)

void t.test('a body is read to its bound, however small it was packed', async (t) => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'boom '))
  let sentBytes = 0
  const server = await httpServer(t, async (request, response) => {
    if (request.url === '/bomb')
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }).end(bomb)
    else {
      response.writeHead(200, { 'content-type': 'text/plain' })
      while (!response.destroyed) {
        sentBytes += 65_536
        if (!response.write(Buffer.alloc(65_536, 'x')))
          await new Promise((go) => response.once('drain', go).once('close', go))
      }
    }
  })
  const { fetch, bench } = webRig({ names: outside })
  const { text, foreign, parkedAs } = await fetch(`http://site.test:${server.port}/bomb`)
  t.match(
    text,
    /^200 .*\nOnly the first 2 MB of it were read\.\nOnly the first 200000 characters are shown\.\n\nboom boom/,
  )
  t.type(foreign, 'string')
  t.ok((bench.parked.get(parkedAs ?? '')?.length ?? 0) < limits.webTextCharsMax + 300)
  await fetch(`http://site.test:${server.port}/endless`)
  await until(() => server.open() === 0, 'the endless one is hung up on')
  t.ok(sentBytes < 16 * 1024 * 1024, `${sentBytes} bytes`)
})

void t.test('what is no text is named, with its size, and not shown', async (t) => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
  const served: Readonly<Record<string, readonly [string | undefined, Buffer, string]>> = {
    '/png': ['image/png', png, '(not text, so not shown: image/png, 16 bytes)'],
    '/zip': ['application/zip', Buffer.alloc(3_000), '(not text, so not shown: application/zip, 3 KB)'],
    '/pdf': ['application/pdf', Buffer.from('%PDF-1.7 OBEY'), '(not text, so not shown: application/pdf, 13 bytes)'],
    '/lie': ['text/plain', png, '(not text, so not shown: text/plain, 16 bytes)'],
    '/lie2': ['text/html', png, '(not text, so not shown: text/html, 16 bytes)'],
    '/none': [undefined, png, '(not text, so not shown: unknown type, 16 bytes)'],
    '/odd': ['OBEY ME this/instant', png, '(not text, so not shown: unknown type, 16 bytes)'],
    '/octets': ['application/octet-stream', Buffer.from('plain words'), 'plain words'],
    '/json': ['application/json', Buffer.from('{"a":"\u00e9"}'), '{"a":"é"}'],
    '/feed': ['application/rss+xml', Buffer.from('<rss><b>x</b></rss>'), '<rss><b>x</b></rss>'],
    '/svg': ['image/svg+xml', Buffer.from('<svg/>'), '<svg/>'],
    '/bare': [undefined, Buffer.from('<!DOCTYPE html><p>bare'), 'bare'],
    '/empty': ['text/html', Buffer.alloc(0), '(no text)'],
    '/unseen': ['text/plain', Buffer.from('a\u202e\u200b\u{e0041}b\r\nc'), 'ab\nc'],
  }
  const server = await httpServer(t, (request, response) => {
    const [type, body] = served[request.url ?? ''] ?? [undefined, Buffer.alloc(0)]
    if (type !== undefined) response.setHeader('content-type', type)
    response.setHeader('content-length', body.length).end(body)
  })
  const { fetch } = webRig({ names: outside })
  for (const [path, [, , text]] of Object.entries(served)) {
    const url = `http://site.test:${server.port}${path}`
    t.equal((await fetch(url)).text, `200 ${url}\n\n${text}`, path)
  }
})

void t.test('/stop ends a call at once, and nothing of it goes on', async (t) => {
  const silent = await rawServer(t, (socket) => void socket.resume())
  const { fetch, clock } = webRig({ names: outside })
  const aborter = new AbortController()
  const answer = fetch(`http://site.test:${silent.port}/`, { signal: aborter.signal })
  await until(() => silent.open() === 1)
  aborter.abort()
  t.match((await answer).text, /stopped/)
  await until(() => silent.open() === 0)
  t.equal(clock.pendingTimers(), 0)
})
