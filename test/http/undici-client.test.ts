import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { lookupAddresses } from '../../src/http/race.ts'
import { blackHole } from '../support/black-hole.ts'
import { settle } from '../support/fake-clock.ts'
import { deadlines, failureOf, get, httpRig, never, post } from '../support/http-rig.ts'
import { bodyText, httpServer, rawServer } from '../support/local-server.ts'
import { until } from '../support/until.ts'

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** Calls back for each request without a body, in however many pieces it arrives. */
function onRequest(socket: Socket, callBack: () => void): void {
  let unread = ''
  socket.on('data', (bytes: Buffer) => {
    const heads = (unread + bytes.toString()).split('\r\n\r\n')
    unread = heads.pop() ?? ''
    for (const _ of heads) callBack()
  })
}

void t.test('a request and its answer arrive as they were sent', async (t) => {
  const seen: unknown[] = []
  const server = await httpServer(t, async (request, response) => {
    const { method, url, headers } = request
    const body = await text(request)
    seen.push([method, url, headers['x-one'], headers['accept-encoding'], headers['content-length'], body])
    response.writeHead(418, { 'X-Two': ['a', 'b'], 'content-type': 'text/plain' })
    response.end('grüß dich')
  })
  const { client, clock } = httpRig(t)
  const request = { ...post(`${server.url}/a%20b?c=d`, 'body ü'), headers: { 'x-one': '1' } }
  const answer = await client.request(request, never)
  t.equal(answer.status, 418, 'any status is an answer')
  t.equal(answer.headers['x-two'], 'a, b')
  t.equal(answer.headers['content-type'], 'text/plain')
  t.equal(await bodyText(answer), 'grüß dich')
  t.same(seen, [['POST', '/a%20b?c=d', '1', 'identity', '7', 'body ü']])
  t.equal(clock.pendingTimers(), 0)
})

void t.test('the resolver of the system gives every address of a name', async (t) => {
  const found = await lookupAddresses('localhost')
  t.ok(found.some(({ address, family }) => (family === 4 ? address === '127.0.0.1' : address === '::1')))
  await t.rejects(lookupAddresses('no-such-name.invalid'))
})

void t.test('a family that hangs costs one short attempt', async (t) => {
  const server = await httpServer(t, (_request, response) => response.end('here'))
  await blackHole(t, '127.0.0.2', server.port)
  const { client, clock } = httpRig(t, ['127.0.0.2', '127.0.0.1'])
  const answer = client.request(get(`http://board.test:${server.port}/`), never)
  await clock.advance(249)
  t.equal(server.sockets.length, 0, 'the first address has its turn')
  await clock.advance(1)
  t.equal(await bodyText(await answer), 'here')
  t.equal(clock.pendingTimers(), 0)
})

void t.test('many dead addresses of one family cost no more than one', async (t) => {
  const server = await httpServer(t, (_request, response) => response.end('here'))
  await blackHole(t, '127.0.0.2', server.port)
  const { client, clock } = httpRig(t, ['127.0.0.2', '127.0.0.2', '127.0.0.2', '127.0.0.1'])
  const answer = client.request(get(`http://board.test:${server.port}/`), never)
  await clock.advance(250)
  t.equal(await bodyText(await answer), 'here')
  t.equal(clock.pendingTimers(), 0)
})

void t.test('an address that refuses costs nothing', async (t) => {
  const server = await httpServer(t, (_request, response) => response.end('here'))
  const { client, clock } = httpRig(t, ['127.0.0.3', '127.0.0.1'])
  t.equal(await bodyText(await client.request(get(`http://board.test:${server.port}/`), never)), 'here')
  t.equal(clock.pendingTimers(), 0, 'and no clock was turned')
})

void t.test('who is not reached is said by its name alone', async (t) => {
  const gone = await rawServer(t, () => {})
  const { client, clock } = httpRig(t, ['127.0.0.4', '127.0.0.3'])
  const path = '/bot123:SECRET/getMe?key=SECRET'
  const refused = await failureOf(client.request(get(`http://user:SECRET@board.test:${gone.port}${path}`), never))
  t.equal(refused.what, 'refused')
  t.match(refused.sentence, /^board\.test refuses the connection.*ECONNREFUSED/)
  const lost = await failureOf(client.request(get(`https://lost.test${path}`), never))
  t.equal(lost.what, 'no-address')
  t.notMatch(refused.sentence + lost.sentence, /SECRET|getMe|bot/)
  t.equal((await failureOf(httpRig(t, []).client.request(get('http://board.test/'), never))).what, 'no-address')
  t.equal(clock.pendingTimers(), 0)
})

void t.test('each phase has its deadline', async (t) => {
  const held: ServerResponse[] = []
  const server = await httpServer(t, (request, response) => {
    held.push(response)
    if (request.url === '/body') response.write('half')
  })
  const hole = await blackHole(t, '127.0.0.2')
  const { client, clock } = httpRig(t, ['127.0.0.2', '127.0.0.2'])

  for (const url of [`http://board.test:${hole}/`, 'http://hung.test/']) {
    const connecting = failureOf(client.request(get(url), never))
    await clock.advance(deadlines.connectMs - 1)
    t.ok(clock.pendingTimers() > 0, 'it waits for the connection')
    await clock.advance(1)
    t.equal((await connecting).what, 'connect-timeout', url)
    await until(() => !process.getActiveResourcesInfo().includes('ConnectWrap'), 'every attempt is ended')
    t.equal(clock.pendingTimers(), 0)
  }

  const waiting = failureOf(client.request(get(server.url), never))
  await until(() => held.length === 1)
  await clock.advance(deadlines.firstByteMs - 1)
  t.equal(server.open(), 1, 'it waits for the head')
  await clock.advance(1)
  t.equal((await waiting).what, 'first-byte-timeout')
  await until(() => server.open() === 0, 'the connection is closed')

  const answer = await client.request(get(`${server.url}/body`), never)
  const reading = failureOf(bodyText(answer))
  await clock.advance(deadlines.gapMs)
  t.equal((await reading).what, 'gap-timeout')
  await until(() => server.open() === 0, 'the connection is closed')
  t.equal(clock.pendingTimers(), 0)
})

void t.test('slow drips are read for as long as they come', async (t) => {
  let response: ServerResponse | undefined
  const server = await httpServer(t, (_request, sent) => {
    response = sent
    sent.flushHeaders()
  })
  const { client, clock } = httpRig(t)
  const answer = await client.request(get(server.url), never)
  const read: string[] = []
  const reading = (async () => {
    for await (const piece of answer.body) read.push(String(Buffer.from(piece)))
  })()
  for (let index = 0; index < 10; index++) {
    await clock.advance(deadlines.gapMs - 1)
    response?.write('.')
    await until(() => read.length === index + 1)
  }
  response?.end()
  await reading
  t.equal(read.join(''), '..........')
  t.equal(clock.pendingTimers(), 0)
})

void t.test('a reader who takes its time is not the fault of the server', async (t) => {
  const server = await httpServer(t, (_request, response) => {
    response.write('one')
    setImmediate(() => response.end('two'))
  })
  const { client, clock } = httpRig(t)
  const answer = await client.request(get(server.url), never)
  await clock.advance(100 * deadlines.gapMs)
  t.equal(await bodyText(answer), 'onetwo')
})

void t.test('a reader who takes its time holds the sender back', async (t) => {
  const size = 64 * 1024 * 1024
  let sentBytes = 0
  const server = await httpServer(t, (_request, response) => {
    const piece = Buffer.alloc(64 * 1024)
    const more = (): void => {
      while (sentBytes < size) {
        sentBytes += piece.length
        if (!response.write(piece)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  const { client } = httpRig(t)
  const answer = await client.request(get(server.url), never)
  for (let round = 0; round < 50; round++) await settle()
  t.ok(sentBytes < size / 2, `${sentBytes} bytes were sent to nobody`)
  let readBytes = 0
  for await (const piece of answer.body) readBytes += piece.length
  t.equal(readBytes, size, 'and nothing is lost')
})

void t.test('a connection that ends in the middle is a cut, in every phase', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\n'
  const endings: Readonly<Record<string, string>> = {
    'before any answer': '',
    'in the status line': 'HTTP/1.1 2',
    'in the head': `${head}content-le`,
    'in a body of known length': `${head}content-length: 9\r\n\r\nfour`,
    'in a body of chunks': `${head}transfer-encoding: chunked\r\n\r\n4\r\nfour\r\n`,
    'in a chunk that is the last': `${head}connection: close\r\ntransfer-encoding: chunked\r\n\r\n9\r\nfour`,
    'in a chunk': `${head}transfer-encoding: chunked\r\n\r\n9\r\nfour`,
  }
  for (const [where, text] of Object.entries(endings)) {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const server = await rawServer(t, (socket) => {
        socket.once('data', () => {
          socket.write(text)
          setImmediate(() => setImmediate(() => socket[end]()))
        })
      })
      const { client, clock } = httpRig(t)
      const read = client.request(get(server.url), never).then(bodyText)
      t.equal((await failureOf(read)).what, 'cut', `${where}, ${end}`)
      t.equal(server.sockets.length, 1, 'a fresh connection is not tried again')
      t.equal(clock.pendingTimers(), 0)
    }
  }
})

void t.test('a body without a length ends with its connection', async (t) => {
  const server = await rawServer(t, (socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'))
  })
  const { client } = httpRig(t)
  t.equal(await bodyText(await client.request(get(server.url), never)), 'all of it')
})

void t.test('what is not HTTP is said to be that', async (t) => {
  const answers = [
    'SSH-2.0-OpenSSH_9.6\r\n',
    `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
    '\u0015\u0003\u0001',
  ]
  for (const text of answers) {
    const server = await rawServer(t, (socket) => void socket.write(text))
    const { client, clock } = httpRig(t)
    const { what, sentence } = await failureOf(client.request(get(server.url), never))
    t.equal(what, 'not-http')
    t.notMatch(sentence, /SSH|xxx/)
    t.equal(clock.pendingTimers(), 0)
  }
})

void t.test('news of an answer is not the answer', async (t) => {
  const server = await rawServer(t, (socket) => {
    socket.once('data', () => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${ok}`))
  })
  const { client } = httpRig(t)
  const answer = await client.request(get(server.url), never)
  t.same([answer.status, await bodyText(answer)], [200, 'ok'])
})

void t.test('one connection carries one request after the other, two at once need two', async (t) => {
  const server = await httpServer(t, (_request, response) => response.end('ok'))
  const { client } = httpRig(t)
  for (let index = 0; index < 5; index++) await bodyText(await client.request(post(server.url), never))
  t.equal(server.sockets.length, 1)
  await Promise.all([1, 2].map(async () => bodyText(await client.request(post(server.url), never))))
  t.equal(server.sockets.length, 2)
  await Promise.all([1, 2, 3, 4, 5, 6, 7].map(async () => bodyText(await client.request(get(server.url), never))))
  await until(() => server.open() === 4, 'the surplus is closed')
})

void t.test('a connection that the server closed between two requests is not noticed', async (t) => {
  for (const method of ['GET', 'POST'] as const) {
    const server = await httpServer(t, (_request, response) => response.end('ok'))
    const { client } = httpRig(t)
    await bodyText(await client.request(get(server.url, { method }), never))
    server.sockets[0]?.end()
    // What may be done twice is sent again; anything else needs the news to have come.
    if (method === 'POST') await until(() => server.open() === 0, 'the client has heard of it')
    t.equal(await bodyText(await client.request(get(server.url, { method }), never)), 'ok', method)
    t.equal(server.sockets.length, 2)
  }
})

void t.test('only what may be done twice is sent again when a kept connection dies under it', async (t) => {
  const rounds = [
    { method: 'GET', half: '', expected: 'ok', sent: 3 },
    { method: 'GET', half: 'HTTP/1.1 20', expected: 'cut', sent: 2 },
    { method: 'POST', half: '', expected: 'cut', sent: 2 },
  ] as const
  for (const { method, half, expected, sent } of rounds) {
    let received = 0
    const server = await rawServer(t, (socket, index) => {
      let count = 0
      onRequest(socket, () => {
        received++
        if (index === 0 && ++count === 2) socket.end(half)
        else socket.write(ok)
      })
    })
    const { client, clock } = httpRig(t)
    await bodyText(await client.request(get(server.url, { method }), never))
    const again = client.request(get(server.url, { method }), never).then(bodyText)
    const { what } = await failureOf(again)
    t.equal(what === 'nothing' ? await again : what, expected, `${method} after "${half}"`)
    t.equal(received, sent)
    t.equal(clock.pendingTimers(), 0)
  }
})

void t.test('where two kept connections have died, the second try does not take the other', async (t) => {
  let received = 0
  const server = await rawServer(t, (socket, index) => {
    let count = 0
    onRequest(socket, () => {
      received++
      if (index < 2 && ++count === 2) socket.end()
      else socket.write(ok)
    })
  })
  const { client } = httpRig(t)
  await Promise.all([1, 2].map(async () => bodyText(await client.request(get(server.url), never))))
  t.equal(await bodyText(await client.request(get(server.url), never)), 'ok')
  t.equal(received, 4)
})

void t.test('a fresh connection that dies too is the end of it', async (t) => {
  let received = 0
  const server = await rawServer(t, (socket, index) => {
    onRequest(socket, () => {
      if (++received === 1 && index === 0) socket.write(ok)
      else socket.end()
    })
  })
  const { client } = httpRig(t)
  await bodyText(await client.request(get(server.url), never))
  t.equal((await failureOf(client.request(get(server.url), never))).what, 'cut')
  t.equal(received, 3)
})

void t.test('after a reset the next request goes out on a fresh connection, and what runs goes on', async (t) => {
  const held: ServerResponse[] = []
  const server = await httpServer(t, (request, response) => {
    if (request.url === '/held') held.push(response)
    else response.end('ok')
  })
  const { client, clock } = httpRig(t)
  await bodyText(await client.request(get(server.url), never))
  client.reset()
  await until(() => server.open() === 0, 'the waiting connection is closed')

  const running = client.request(get(`${server.url}/held`), never)
  await until(() => held.length === 1)
  client.reset()
  t.equal(await bodyText(await client.request(get(server.url), never)), 'ok')
  t.equal(server.sockets.length, 3)
  held[0]?.end('late')
  t.equal(await bodyText(await running), 'late')
  await until(() => server.open() === 1, 'the connection from before the reset is not kept')
  t.equal(await bodyText(await client.request(get(server.url), never)), 'ok')
  t.equal(server.sockets.length, 3)
  t.equal(clock.pendingTimers(), 0)
})

void t.test('a signal ends a request in every phase, and its connection with it', async (t) => {
  const held: ServerResponse[] = []
  const server = await httpServer(t, (request, response) => {
    held.push(response)
    if (request.url === '/body') response.write('half')
  })
  const hole = await blackHole(t, '127.0.0.2')
  const { client, clock } = httpRig(t, ['127.0.0.2'])
  t.equal((await failureOf(client.request(get(server.url), AbortSignal.abort()))).what, 'stopped', 'before it starts')
  t.equal(server.sockets.length, 0)

  for (const url of ['http://hung.test/', `http://board.test:${hole}/`, server.url]) {
    const aborter = new AbortController()
    const stopped = failureOf(client.request(get(url), aborter.signal))
    if (url === server.url) await until(() => held.length === 1)
    else await settle()
    aborter.abort()
    t.equal((await stopped).what, 'stopped', url)
    t.equal(clock.pendingTimers(), 0)
  }
  await until(() => server.open() === 0, 'the connection is closed')

  const aborter = new AbortController()
  const answer = await client.request(get(`${server.url}/body`), aborter.signal)
  const reading = failureOf(bodyText(answer))
  await settle()
  aborter.abort()
  t.equal((await reading).what, 'stopped', 'in the body')
  await until(() => server.open() === 0, 'the connection is closed')
  t.equal(clock.pendingTimers(), 0)
})

void t.test('who leaves the body early ends the exchange', async (t) => {
  const server = await httpServer(t, (_request, response) => void response.write('endless'))
  const { client, clock } = httpRig(t)
  const answer = await client.request(get(server.url), never)
  for await (const piece of answer.body) {
    t.equal(String(Buffer.from(piece)), 'endless')
    break
  }
  await until(() => server.open() === 0, 'the connection is closed')
  t.equal(clock.pendingTimers(), 0)
})

void t.test('a closed client stops what runs and takes nothing more', async (t) => {
  const held: ServerResponse[] = []
  const server = await httpServer(t, (_request, response) => void held.push(response))
  const { client, clock } = httpRig(t)
  const running = failureOf(client.request(get(server.url), never))
  await until(() => held.length === 1)
  await client.close()
  t.equal((await running).what, 'stopped')
  await until(() => server.open() === 0, 'the connection is closed')
  t.equal((await failureOf(client.request(get(server.url), never))).what, 'stopped')
  t.equal(clock.pendingTimers(), 0)
})

void t.test('what HTTP does not allow is never sent, and never repeated in the sentence', async (t) => {
  const server = await httpServer(t, (_request, response) => response.end())
  const { client, clock } = httpRig(t)
  const requests = [
    get(server.url, { headers: { authorization: 'Bearer SECRET\nx: y' } }),
    get(server.url, { headers: { authorization: 'Bearer SECRET–' } }),
    get('no web address SECRET'),
    get('ftp://SECRET.example/'),
  ]
  for (const request of requests) {
    const { what, sentence } = await failureOf(client.request(request, never))
    t.equal(what, 'config')
    t.notMatch(sentence, /SECRET/)
  }
  t.equal(server.open(), 0)
  t.equal(clock.pendingTimers(), 0)
})

void t.test('a server that answers before it has read the request is heard', async (t) => {
  const server = await rawServer(t, (socket) => {
    socket.pause()
    socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 5\r\nconnection: close\r\n\r\nlarge')
    void once(socket, 'close')
  })
  const { client } = httpRig(t)
  const answer = await client.request(post(server.url, 'x'.repeat(1024 * 1024)), never)
  t.same([answer.status, await bodyText(answer)], [413, 'large'])
})
