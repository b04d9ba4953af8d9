import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import type { Inbound } from '../../src/bus/message.ts'
import { runOnce } from '../../src/channels/terminal/script-mode.ts'
import { newMessageId, type TerminalPeer } from '../../src/channels/terminal/terminal-peer.ts'
import { PincerError } from '../../src/errors.ts'
import { limits } from '../../src/limits.ts'
import { askDaemon } from '../../src/daemon/ask-daemon.ts'
import { connectControl } from '../../src/daemon/control-client.ts'
import type { ControlRequests } from '../../src/daemon/control-requests.ts'
import { serveControl } from '../../src/daemon/control-socket.ts'
import { openSocketFolder } from '../../src/daemon/socket-folder.ts'
import type { Request } from '../../src/daemon/control-protocol.ts'
import { askingContract } from '../contract/asking.ts'
import { ask as askPerson } from '../support/asking.ts'
import { FakeClock, settle } from '../support/fake-clock.ts'
import { FakePeer, KeptOutput, outboundOf, owner, startTerminal, until } from '../support/terminal-rig.ts'

const never = new AbortController().signal
const question = { chat: 'local', personId: owner.id, action: 'set gate on', reason: 'It asks each time.' }
const place = { channel: 'terminal', chat: 'local' }

/** Says what it was asked; what begins with `no` it cannot do. */
function fakeRequests(): ControlRequests {
  const answer = (text: string) =>
    text.startsWith('no') ? Promise.reject(new PincerError('usage', `${text}: refused.`)) : Promise.resolve(text)
  return {
    status: () => Promise.resolve('All is well.\nTruly.'),
    send: (text, to) => answer(`${text} to ${to ?? 'the first'}`),
    jobs: answer,
    trigger: answer,
    pair: answer,
  }
}

/** A serving process with its socket in a real folder. */
async function startDaemon(t: Test, home = t.testdir(), requests = fakeRequests()) {
  const rig = await startTerminal()
  const warnings: string[] = []
  const put = (_room: string, sentence: string): void => void warnings.push(sentence)
  const log = { debug: put, info: put, warn: put, error: put }
  let attached = 0
  const attach = (peer: TerminalPeer) => {
    attached++
    return rig.channel.attach(peer)
  }
  const control = await serveControl({ home, attach, requests, clock: rig.clock, log })
  t.teardown(async () => {
    const closing = control.close()
    await settle()
    await rig.clock.advance(limits.controlCloseMs)
    await closing
  })
  const path = join(home, 'state', 'socket')
  const enter = async (peer: TerminalPeer) => {
    const client = await connectControl(home, rig.clock)
    if (client === 'none') throw new Error('nobody serves this home')
    return { client, link: await client.attach(peer) }
  }
  return { ...rig, home, path, control, warnings, join: enter, attachedCount: () => attached }
}

/** Somebody else's server on the socket of a home. */
async function startImpostor(home: string, onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  const folder = await openSocketFolder(home)
  server.once('close', () => void folder.close())
  server.listen(folder.socketPath)
  await once(server, 'listening')
  return server
}

/** A client that writes what it likes. */
async function rawClient(home: string): Promise<{ socket: Socket; lines: () => string[]; closed: Promise<unknown> }> {
  const folder = await openSocketFolder(home)
  const socket = connect(folder.socketPath)
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.on('error', () => undefined)
  const closed = once(socket, 'close')
  await once(socket, 'connect')
  await folder.close()
  return { socket, lines: () => text.split('\n').filter((line) => line !== ''), closed }
}

const ask = (request: object) => `${JSON.stringify({ type: 'request', version: 2, request })}\n`
const hello = '{"type":"chat","version":2,"interactive":true}\n'

void t.test('the socket is for its owner alone, and goes when the daemon goes', async (t) => {
  const home = t.testdir({ state: {} })
  chmodSync(join(home, 'state'), 0o755)
  const daemon = await startDaemon(t, home)
  t.equal(statSync(daemon.path).mode & 0o777, 0o600)
  t.equal(statSync(join(home, 'state')).mode & 0o777, 0o700)
  await daemon.control.close()
  t.equal(existsSync(daemon.path), false)
  t.equal(await connectControl(home, daemon.clock), 'none')
})

void t.test('a socket file that a dead process left is replaced', async (t) => {
  const home = t.testdir({ state: {} })
  const path = join(home, 'state', 'socket')
  // What a kill leaves: a socket file that nobody listens on. A server that closes in order removes its own.
  const dead = await startImpostor(home, (socket) => socket.destroy())
  renameSync(path, `${path}.kept`)
  dead.close()
  await once(dead, 'close')
  renameSync(`${path}.kept`, path)
  t.equal(await connectControl(home, (await startTerminal()).clock), 'none')
  const daemon = await startDaemon(t, home)
  const { link } = await daemon.join(new FakePeer())
  await link.close()
})

void t.test('a home that lies deeper than the kernel takes a socket path is served all the same', async (t) => {
  const home = join(t.testdir(), 'deep'.repeat(30), 'deeper'.repeat(30))
  mkdirSync(home, { recursive: true })
  const daemon = await startDaemon(t, home)
  t.equal(statSync(daemon.path).isSocket(), true)
  const { link } = await daemon.join(new FakePeer())
  t.equal(await link.say({ id: 'a', text: 'hello' }), 'accepted')
  await link.close()
  await daemon.control.close()
  t.equal(existsSync(daemon.path), false)
})

void t.test('what stands in the way of the socket is said', async (t) => {
  const rig = await startTerminal()
  const put = (): void => undefined
  const log = { debug: put, info: put, warn: put, error: put }
  const options = {
    attach: (peer: TerminalPeer) => rig.channel.attach(peer),
    requests: fakeRequests(),
    clock: rig.clock,
    log,
  }
  const folder = t.testdir({ state: { socket: { file: 'x' } } })
  await t.rejects(serveControl({ ...options, home: folder }), { code: 'home', message: /cannot be opened/ })
  writeFileSync(join(folder, 'plain'), '')
  t.equal(await connectControl(join(folder, 'plain'), rig.clock), 'none')
  t.equal(await connectControl(join(folder, 'missing'), rig.clock), 'none')
})

void t.test('a message, its reply, progress and a question pass over the socket', async (t) => {
  const daemon = await startDaemon(t)
  const peer = new FakePeer()
  const { link } = await daemon.join(peer)
  const id = newMessageId()
  t.equal(await link.say({ id, text: 'lamp on ☂\nplease' }), 'accepted')
  t.match(daemon.intake.accepted, [{ id, text: 'lamp on ☂\nplease', person: owner }])
  daemon.channel.show({ kind: 'tool-started', ...place, line: 'device_set lamp on' })
  daemon.channel.show({ kind: 'tool-finished', ...place, line: 'device_set lamp on', failed: false })
  t.same(await daemon.channel.deliver(outboundOf('The lamp\nis on.', { answers: [id] }), never), {
    status: 'delivered',
  })
  t.same(peer.seen, ['The lamp\nis on.'])
  t.same(peer.activities, ['tool-started', 'tool-finished'])
  const asking = askPerson(daemon, question, never)
  await until(() => peer.questions.length === 1, 'the question')
  t.equal(peer.questions[0]?.action, 'set gate on')
  link.answer(peer.questions[0]?.id ?? '', 'yes')
  t.equal(await asking, 'yes')
  const stop = new AbortController()
  const stopped = askPerson(daemon, question, stop.signal)
  await until(() => peer.questions.length === 2, 'the second question')
  stop.abort()
  t.equal(await stopped, 'withdrawn')
  await until(() => peer.withdrawn.length === 1, 'the withdrawal')
  await link.close()
  t.same(peer.endings, [], 'who leaves needs no farewell')
})

void t.test('a terminal at the far end of the socket is asked as one in the daemon is', (t) => {
  askingContract((title, test) => {
    void t.test(title, async (t) => {
      const daemon = await startDaemon(t)
      const peer = new FakePeer()
      let joined: Awaited<ReturnType<typeof daemon.join>> | undefined
      await test(t, {
        channel: daemon.channel,
        clock: daemon.clock,
        chat: 'local',
        personId: owner.id,
        connect: async () => {
          joined ??= await daemon.join(peer)
        },
        cutOff: () => Promise.resolve(),
        answers: async (answer) => {
          joined?.link.answer(peer.questions.at(-1)?.id ?? 'none', answer)
          // The daemon reads the lines of a client in order: when it has taken this, it has read the answer.
          await joined?.link.say({ id: newMessageId(), text: 'x' })
        },
        asked: () => peer.questions.map((each) => each.action),
        endings: () => peer.endWords,
      })
      await joined?.link.close()
    })
  })
  t.end()
})

void t.test('what the daemon does not take comes back as it is in the daemon itself', async (t) => {
  const daemon = await startDaemon(t)
  const { link } = await daemon.join(new FakePeer())
  daemon.intake.next.push('full', 'duplicate', new PincerError('disk', 'The disk is full: free some space.'))
  t.equal(await link.say({ id: 'a', text: 'hello' }), 'full')
  t.equal(await link.say({ id: 'a', text: 'hello' }), 'duplicate')
  await t.rejects(link.say({ id: 'a', text: 'hello' }), { code: 'disk', message: 'The disk is full: free some space.' })
  await t.rejects(link.say({ id: 'a', text: '' }), { code: 'usage', message: /empty/ })
  t.equal(await link.say({ id: 'a', text: '\u0001'.repeat(limits.inboundTextCharsMax) }), 'accepted')
  await link.close()
})

void t.test('one message over the socket prints its reply and acknowledges it before it leaves', async (t) => {
  const daemon = await startDaemon(t)
  const deliveries: Promise<unknown>[] = []
  await daemon.channel.start({
    accept: (message: Inbound) => {
      deliveries.push(daemon.channel.deliver(outboundOf('Done.', { answers: [message.id] }), never))
      return Promise.resolve('accepted' as const)
    },
  })
  const output = new KeptOutput()
  const error = new KeptOutput()
  const exitCode = await runOnce({
    openLink: async (peer) => (await daemon.join(peer)).link,
    output,
    error,
    clock: daemon.clock,
    signal: never,
    text: 'lamp on',
  })
  t.equal(exitCode, 0)
  t.equal(output.text, 'Done.\n')
  t.same(await Promise.all(deliveries), [{ status: 'delivered' }])
})

void t.test('two clients share the chat, and the newest is asked', async (t) => {
  const daemon = await startDaemon(t)
  const [one, two] = [new FakePeer(), new FakePeer()]
  const first = await daemon.join(one)
  const second = await daemon.join(two)
  await daemon.channel.deliver(outboundOf('to both'), never)
  await until(() => one.seen.length + two.seen.length === 2, 'both have it')
  const asking = askPerson(daemon, question, never)
  await until(() => two.questions.length === 1, 'the question')
  t.equal(one.questions.length, 0)
  await second.link.close()
  await until(() => one.questions.length === 1, 'the question goes to who is left')
  first.link.answer(one.questions[0]?.id ?? '', 'yes')
  t.equal(await asking, 'yes')
  await first.link.close()
})

void t.test('a client that vanishes in mid-delivery leaves the reply to the next one', async (t) => {
  const daemon = await startDaemon(t)
  const raw = await rawClient(daemon.home)
  raw.socket.write(hello)
  await until(() => raw.lines().length === 1, 'the welcome')
  const message = outboundOf('do not lose me')
  const delivery = daemon.channel.deliver(message, never)
  await until(() => raw.lines().length === 2, 'the reply on its way')
  t.match(raw.lines()[1], /do not lose me/)
  raw.socket.destroy()
  await raw.closed
  const next = new FakePeer()
  const { link } = await daemon.join(next)
  t.same(await delivery, { status: 'delivered' })
  t.same(next.seen, ['do not lose me'])
  await link.close()
})

void t.test('a client that cannot write does not acknowledge', async (t) => {
  const daemon = await startDaemon(t)
  const broken = new FakePeer()
  broken.gate = Promise.reject(new Error('EPIPE'))
  broken.gate.catch(() => undefined)
  const { link } = await daemon.join(broken)
  const delivery = daemon.channel.deliver(outboundOf('hello'), never)
  await until(() => broken.offered.length === 1, 'the reply at the client')
  await link.close()
  const next = new FakePeer()
  const second = await daemon.join(next)
  t.same(await delivery, { status: 'delivered' })
  t.same(next.seen, ['hello'])
  await second.link.close()
})

void t.test('who leaves while it writes acknowledges first', async (t) => {
  const daemon = await startDaemon(t)
  const slow = new FakePeer()
  const gate = Promise.withResolvers<void>()
  slow.gate = gate.promise
  const { link } = await daemon.join(slow)
  const delivery = daemon.channel.deliver(outboundOf('hello'), never)
  await until(() => slow.offered.length === 1, 'the reply at the client')
  const closing = link.close()
  await settle()
  gate.resolve()
  await closing
  const next = new FakePeer()
  const second = await daemon.join(next)
  t.same(await delivery, { status: 'delivered' })
  t.same(next.seen, [])
  await second.link.close()
})

void t.test('lines that are not understood are answered with one sentence, and the connection is closed', async (t) => {
  const daemon = await startDaemon(t)
  for (const [title, bytes, sentence] of [
    ['no JSON', 'GET / HTTP/1.1\r\n', /not JSON/],
    ['an empty line', '\n', /not JSON/],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x0a]), /not JSON/],
    ['null', 'null\n', /not understood/],
    ['a list', '[1]\n', /not understood/],
    ['an unknown type', '{"type":"root"}\n', /not understood at \\"type\\"/],
    ['a missing field', '{"type":"chat","version":2}\n', /not understood/],
    ['a field of another kind', '{"type":"chat","version":"1","interactive":true}\n', /not understood/],
    ['a field too many', '{"type":"chat","version":2,"interactive":true,"uid":0}\n', /not understood/],
    ['a first line that is not chat', '{"type":"say","id":"a","text":"b"}\n', /first line/],
    ['another version', '{"type":"chat","version":1,"interactive":true}\n', /different versions/],
    ['chat twice', hello + hello, /Only the first line/],
    [
      'a request of another version',
      '{"type":"request","version":1,"request":{"name":"status"}}\n',
      /different versions/,
    ],
    ['an unknown request', ask({ name: 'root' }), /not understood at \\"request.name\\"/],
    ['a request with too little', ask({ name: 'send' }), /not understood/],
    ['a request with too much', ask({ name: 'status', all: true }), /not understood/],
    ['a request in a chat', hello + ask({ name: 'status' }), /Only the first line/],
    ['an answer that is neither', `${hello}{"type":"answer","question":"a","answer":"maybe"}\n`, /not understood/],
    ['a line without an end', 'x'.repeat(limits.controlLineBytesMax + 1), /longer than 1048576 bytes/],
  ] as const) {
    const raw = await rawClient(daemon.home)
    raw.socket.write(bytes)
    await raw.closed
    const last = raw.lines().at(-1) ?? ''
    t.match(last, /^\{"type":"ended","sentence":"/, title)
    t.match(last, sentence, title)
  }
  t.equal(daemon.intake.accepted.length, 0)
  const { link } = await daemon.join(new FakePeer())
  t.equal(await link.say({ id: 'a', text: 'still alive' }), 'accepted')
  await link.close()
})

void t.test('nothing after a bad line is obeyed', async (t) => {
  const daemon = await startDaemon(t)
  const raw = await rawClient(daemon.home)
  raw.socket.write(`${hello}nonsense\n{"type":"say","id":"a","text":"lamp on"}\n`)
  await raw.closed
  t.equal(daemon.intake.accepted.length, 0)
})

void t.test('half a line and then nothing is nothing', async (t) => {
  const daemon = await startDaemon(t)
  const raw = await rawClient(daemon.home)
  raw.socket.end(`${hello}{"type":"say","id":"a","text":"lamp`)
  await raw.closed
  t.equal(daemon.intake.accepted.length, 0)
  t.same(await askPerson(daemon, question, never), {
    unavailable: 'nobody is at a terminal to say yes: open one with `pincer chat`, and ask again',
  })
})

void t.test('acknowledgements and answers that belong to nothing change nothing', async (t) => {
  const daemon = await startDaemon(t)
  const raw = await rawClient(daemon.home)
  raw.socket.write(`${hello}{"type":"written","message":"x"}\n{"type":"answer","question":"x","answer":"yes"}\n`)
  await until(() => raw.lines().length === 1, 'the welcome')
  const asking = askPerson(daemon, question, never)
  await until(() => raw.lines().length === 2, 'the question')
  raw.socket.destroy()
  t.match(await asking, { unavailable: /nobody/ })
})

void t.test('a client that does not read is dropped, and the others do not wait for it', async (t) => {
  const daemon = await startDaemon(t)
  const deaf = await rawClient(daemon.home)
  deaf.socket.write(hello)
  await until(() => deaf.lines().length === 1, 'the welcome')
  deaf.socket.pause()
  const peer = new FakePeer()
  const { link } = await daemon.join(peer)
  const text = 'x'.repeat(100_000)
  for (let count = 0; count < 40; count++) {
    t.same(await daemon.channel.deliver(outboundOf(text), never), { status: 'delivered' })
  }
  t.equal(peer.seen.length, 40)
  t.same(daemon.warnings, ['An attached terminal does not read what it is sent, and was dropped.'])
  deaf.socket.resume()
  await deaf.closed
  await link.close()
})

void t.test('one request is answered with one reply, and what cannot be done with the reason', async (t) => {
  const { home, clock, attachedCount } = await startDaemon(t)
  const asks = (request: Request) => askDaemon({ home, request, clock })
  t.same(await asks({ name: 'status' }), { failed: false, text: 'All is well.\nTruly.' })
  t.same(await asks({ name: 'send', text: 'hi ☂' }), { failed: false, text: 'hi ☂ to the first' })
  t.same(await asks({ name: 'send', text: 'hi', to: 'Ada' }), { failed: false, text: 'hi to Ada' })
  t.same(await asks({ name: 'pair', words: 'revoke Ada' }), { failed: false, text: 'revoke Ada' })
  t.same(await asks({ name: 'pair', words: 'nobody' }), { failed: true, text: 'nobody: refused.' })
  t.equal(attachedCount(), 0, 'who asks takes no part in the chat')
  const raw = await rawClient(home)
  raw.socket.write(ask({ name: 'status' }))
  await raw.closed
  t.same(raw.lines(), ['{"type":"reply","failed":false,"text":"All is well.\\nTruly."}'])
})

void t.test('a second line after a request ends the connection, and is not done', async (t) => {
  const asked: string[] = []
  const gate = Promise.withResolvers<string>()
  const pair = (words: string) => (asked.push(words), gate.promise)
  const { home } = await startDaemon(t, t.testdir(), { ...fakeRequests(), pair })
  const raw = await rawClient(home)
  raw.socket.write(ask({ name: 'pair', words: 'one' }) + ask({ name: 'pair', words: 'two' }))
  await raw.closed
  gate.resolve('done')
  t.same(asked, ['one'])
  t.match(raw.lines(), [/^\{"type":"ended","sentence":"A request is the only line/])
})

void t.test('a request that nobody answers ends with a sentence', async (t) => {
  const clock = new FakeClock()
  const request = { name: 'status' } as const
  const none = t.testdir()
  await t.rejects(askDaemon({ home: none, request, clock }), {
    code: 'home',
    message: `No Pincer serves ${none}, so there is nobody to ask: start it with \`pincer --home ${none} run\`.`,
  })
  for (const [said, sentence] of [
    ['', /connection to the daemon was lost/],
    ['hello\n', /does not understand/],
    ['{"type":"welcome"}\n', /does not understand/],
    ['x'.repeat(limits.controlLineBytesMax + 1), /does not understand/],
  ] as const) {
    const home = t.testdir({ state: {} })
    const server = await startImpostor(home, (socket) => socket.once('data', () => socket.end(said)))
    await t.rejects(askDaemon({ home, request, clock }), { code: 'home', message: sentence })
    server.close()
  }
  const home = t.testdir({ state: {} })
  const held: Socket[] = []
  const hung = await startImpostor(home, (socket) => void held.push(socket))
  const asking = askDaemon({ home, request, clock })
  await until(() => held.length === 1 && clock.pendingTimers() === 1, 'the request')
  const told = t.rejects(asking, { code: 'home', message: /did not answer within 15 s/ })
  await clock.advance(limits.controlAnswerMs)
  await told
  for (const socket of held) socket.destroy()
  hung.close()
})

void t.test('a stopping daemon tells who asked', async (t) => {
  const { home, clock, control } = await startDaemon(t, t.testdir(), {
    ...fakeRequests(),
    pair: () => new Promise(() => undefined),
  })
  const raw = await rawClient(home)
  raw.socket.write(ask({ name: 'pair', words: 'list' }))
  const asking = askDaemon({ home, request: { name: 'pair', words: 'list' }, clock })
  await until(() => clock.pendingTimers() === 1, 'the question')
  await settle()
  await control.close()
  t.match(await asking, { failed: true, text: 'Pincer is stopping.' })
})

void t.test('more clients than there is room for are turned away in words', async (t) => {
  const daemon = await startDaemon(t)
  const clients: Socket[] = []
  for (let count = 0; count < limits.controlClientsMax; count++) {
    const raw = await rawClient(daemon.home)
    raw.socket.write(hello)
    await until(() => raw.lines().length === 1, 'the welcome')
    clients.push(raw.socket)
  }
  await t.rejects(daemon.join(new FakePeer()), {
    code: 'home',
    message: '8 terminals are attached already: close one of them.',
  })
  clients[0]?.destroy()
  await settle()
  const { link } = await daemon.join(new FakePeer())
  await link.close()
  for (const socket of clients) socket.destroy()
})

void t.test('a daemon that stops tells its clients, and one that dies is told by its silence', async (t) => {
  const daemon = await startDaemon(t)
  const peer = new FakePeer()
  const { link } = await daemon.join(peer)
  await daemon.channel.stop()
  await daemon.control.close()
  await until(() => peer.endings.length === 1, 'the farewell')
  t.same(peer.endings, ['Pincer is stopping.'])
  await t.rejects(link.say({ id: 'a', text: 'too late' }), { code: 'stopped', message: 'Pincer is stopping.' })
  await link.close()

  const home = t.testdir({ state: {} })
  const dying = await startImpostor(home, (socket) => {
    socket.once('data', () => {
      socket.write('{"type":"welcome"}\n')
      socket.once('data', () => socket.destroy())
    })
  })
  const left = new FakePeer()
  const client = await connectControl(home, daemon.clock)
  if (client === 'none') throw new Error('none')
  await client.attach(left)
  await t.rejects(client.say({ id: 'a', text: 'hello' }), {
    code: 'stopped',
    message: /connection to the daemon was lost/,
  })
  t.match(left.endings, [/^The connection to the daemon was lost: start it again .* then run this again\.$/])
  dying.close()
})

void t.test('a daemon that talks nonsense is left, with a sentence', async (t) => {
  for (const nonsense of [
    'hello\n',
    '{"type":"welcome"',
    'x'.repeat(limits.controlLineBytesMax + 1),
    '{"type":"new"}\n',
  ]) {
    const home = t.testdir({ state: {} })
    const server = await startImpostor(home, (socket) => void socket.end(nonsense))
    const client = await connectControl(home, (await startTerminal()).clock)
    if (client === 'none') throw new Error('none')
    await t.rejects(client.attach(new FakePeer()), { code: 'home', message: /does not understand|was lost/ })
    server.close()
  }
})

void t.test('who may not open the socket is told the command that may', async (t) => {
  const isRoot = process.getuid?.() === 0
  // Not below the checkout: another user must be able to get as far as the home.
  const root = mkdtempSync(join(tmpdir(), 'pincer-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  chmodSync(root, 0o755)
  const home = join(root, 'home')
  mkdirSync(join(home, 'state'), { recursive: true, mode: 0o700 })
  await startDaemon(t, home)
  if (!isRoot) chmodSync(join(home, 'state'), 0)
  const visitor = join(import.meta.dirname, '../support/control-visitor.ts')
  const said = await promisify(execFile)(process.execPath, [visitor, home], isRoot ? { uid: 65_534, gid: 65_534 } : {})
  if (!isRoot) chmodSync(join(home, 'state'), 0o700)
  t.match(
    said.stdout,
    new RegExp(
      `You may not open the control socket of ${home}: it belongs to \\S+\\. Use: sudo -u \\S+ pincer --home ${home} chat`,
    ),
  )
  if (isRoot) t.match(said.stdout, /belongs to root\. Use: sudo -u root /)
})
