import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { limits } from '../../../src/limits.ts'
import { runOnce, runPiped, type ScriptOptions } from '../../../src/channels/terminal/script-mode.ts'
import type { OpenLink, TerminalLink, TerminalPeer } from '../../../src/channels/terminal/terminal-peer.ts'
import { PincerError } from '../../../src/errors.ts'
import { settle, type FakeClock } from '../../support/fake-clock.ts'
import { FakePeer, KeptOutput, outboundOf, startTerminal } from '../../support/terminal-rig.ts'

const never = new AbortController().signal

/** A terminal channel whose every message is answered with `echo TEXT` as soon as it is accepted. */
async function startEcho(): Promise<
  ScriptOptions & {
    readonly output: KeptOutput
    readonly error: KeptOutput
    readonly clock: FakeClock
    readonly said: string[]
    readonly deliver: (text: string, answers?: readonly string[]) => Promise<unknown>
    readonly rig: Awaited<ReturnType<typeof startTerminal>>
    readonly peers: TerminalPeer[]
  }
> {
  const rig = await startTerminal()
  const said: string[] = []
  const peers: TerminalPeer[] = []
  const deliver = (text: string, answers: readonly string[] = [], failed = false): Promise<unknown> =>
    rig.channel.deliver(outboundOf(text, { answers, failed }), never)
  await rig.channel.start({
    accept: async (message) => {
      const acceptance = await rig.intake.accept(message)
      if (acceptance !== 'accepted') return acceptance
      said.push(message.text)
      // Before `accept` resolves: a reply may overtake the acceptance.
      if (message.text !== 'silence') void deliver(`echo ${message.text}`, [message.id], message.text.startsWith('bad'))
      await settle()
      return acceptance
    },
  })
  const openLink: OpenLink = (peer) => {
    peers.push(peer)
    return Promise.resolve(rig.channel.attach(peer))
  }
  const output = new KeptOutput()
  const error = new KeptOutput()
  return { openLink, output, error, clock: rig.clock, signal: never, said, deliver, rig, peers }
}

void t.test('one message: its reply is all that stands on the output', async (t) => {
  const echo = await startEcho()
  t.equal(await runOnce({ ...echo, text: 'read room' }), 0)
  t.equal(echo.output.text, 'echo read room\n')
  t.equal(echo.error.text, '')
})

void t.test('one message: a failed reply is printed and exits with 1', async (t) => {
  const echo = await startEcho()
  t.equal(await runOnce({ ...echo, text: 'bad luck' }), 1)
  t.equal(echo.output.text, 'echo bad luck\n')
})

void t.test('one message: what belongs to earlier messages is delivered beside the output', async (t) => {
  const echo = await startEcho()
  const earlier = echo.deliver('from before', ['an older id'])
  t.equal(await runOnce({ ...echo, text: 'hello' }), 0)
  t.equal(echo.output.text, 'echo hello\n')
  t.equal(echo.error.text, 'Not a reply to this input: from before\n')
  t.same(await earlier, { status: 'delivered' })
})

void t.test('one message: an empty one and a bus that fails end with a sentence and 1', async (t) => {
  const empty = await startEcho()
  t.equal(await runOnce({ ...empty, text: '  ' }), 1)
  t.equal(empty.error.text, 'The message is empty: write something.\n')
  const full = await startEcho()
  full.rig.intake.next.push(new PincerError('disk', 'Cannot write the journal: the disk is full: free some space.'))
  t.equal(await runOnce({ ...full, text: 'hello' }), 1)
  t.match(full.error.text, /the disk is full/)
  t.equal(full.output.text, '')
})

void t.test('one message: a full bus is waited for, and said once', async (t) => {
  const echo = await startEcho()
  echo.rig.intake.next.push('full', 'full')
  const running = runOnce({ ...echo, text: 'hello' })
  await settle()
  await echo.clock.advance(limits.terminalFullRetryMs)
  await echo.clock.advance(limits.terminalFullRetryMs)
  t.equal(await running, 0)
  t.equal(echo.output.text, 'echo hello\n')
  t.equal(echo.error.text.split('\n').length, 2)
  t.match(echo.error.text, /100 messages are waiting already/)
})

void t.test('one message: a signal, or the end of the daemon, ends the wait with 1', async (t) => {
  const aborted = await startEcho()
  const stop = new AbortController()
  const running = runOnce({ ...aborted, signal: stop.signal, text: 'silence' })
  await settle()
  stop.abort()
  t.equal(await running, 1)
  t.equal(await runOnce({ ...aborted, signal: AbortSignal.abort(), text: 'silence' }), 1)
  const ended = await startEcho()
  const waiting = runOnce({ ...ended, text: 'silence' })
  await settle()
  await ended.rig.channel.stop()
  t.equal(await waiting, 1)
  t.equal(ended.error.text, 'Pincer is stopping.\n')
})

void t.test('a link that cannot be opened is the caller to tell', async (t) => {
  const echo = await startEcho()
  const openLink = (): Promise<TerminalLink> => Promise.reject(new PincerError('home', 'No.'))
  await t.rejects(runOnce({ ...echo, openLink, text: 'hello' }), { code: 'home' })
})

void t.test('replies cannot drive the terminal', async (t) => {
  const echo = await startEcho()
  t.equal(await runOnce({ ...echo, text: 'a\x1b]52;c;AAAA\x07b\u202e' }), 0)
  t.equal(echo.output.text, 'echo a␛]52;c;AAAA␇b\ufffd\n')
})

void t.test('piped lines are messages, one after the other, and empty lines are nothing', async (t) => {
  const echo = await startEcho()
  const input = Readable.from([Buffer.from('one\r\n\n   \n  two\nthr'), Buffer.from('ee')])
  t.equal(await runPiped({ ...echo, input }), 0)
  t.equal(echo.output.text, 'echo one\necho two\necho three\n')
  t.equal(echo.error.text, '')
})

void t.test('a piped line is sent only when the one before it was answered', async (t) => {
  const echo = await startEcho()
  const input = new PassThrough()
  const running = runPiped({ ...echo, input })
  input.end('silence\nhello\n')
  await settle()
  t.same(echo.said, ['silence'])
  await echo.deliver('at last', [echo.rig.intake.accepted[0]?.id ?? ''])
  t.equal(await running, 0)
  t.equal(echo.output.text, 'at last\necho hello\n')
})

void t.test('one failed reply makes piped lines exit with 1, and the rest is still done', async (t) => {
  const echo = await startEcho()
  t.equal(await runPiped({ ...echo, input: Readable.from([Buffer.from('bad\ngood\n')]) }), 1)
  t.equal(echo.output.text, 'echo bad\necho good\n')
})

void t.test('lines that are no messages are named by their number and left out', async (t) => {
  const echo = await startEcho()
  const input = Readable.from([
    Buffer.from('one\n'),
    Buffer.from([0x62, 0xff, 0xfe, 0x0a]),
    Buffer.alloc(limits.inboundTextCharsMax * 3 + 1, 'x'),
    Buffer.from(`\n${'ä'.repeat(limits.inboundTextCharsMax)}\n${'y'.repeat(limits.inboundTextCharsMax + 1)}\nlast`),
  ])
  t.equal(await runPiped({ ...echo, input }), 1)
  t.same(
    echo.said.map((text) => text.length),
    [3, limits.inboundTextCharsMax, 4],
  )
  const sentences = echo.error.text.trimEnd().split('\n')
  t.equal(sentences.length, 3)
  t.match(sentences[0], /^Line 2 is not UTF-8/)
  t.match(sentences[1], /^Line 3 is longer than 16000 characters/)
  t.match(sentences[2], /^Line 5 was left out\. The message has 16001 characters/)
})

void t.test('an input that is no text is given up before it is read to its end', async (t) => {
  const echo = await startEcho()
  const garbage = Buffer.from([0xff, 0xfe, 0x0a])
  const lines = Array.from({ length: 1000 }, () => garbage)
  const input = Readable.from([Buffer.from('one\n'), ...lines, Buffer.from('turn on the lamp\n')])
  t.equal(await runPiped({ ...echo, input }), 1)
  t.same(echo.said, ['one'])
  t.equal(echo.error.text.trimEnd().split('\n').length, limits.scriptFaultyLinesMax + 1)
  t.match(echo.error.text, /the rest of the input is not read\.\n$/)
})

void t.test('piped lines: what answers somebody else is told beside the output', async (t) => {
  const echo = await startEcho()
  void echo.deliver('from before', ['an older id'])
  t.equal(await runPiped({ ...echo, input: Readable.from([Buffer.from('one\n')]) }), 0)
  t.equal(echo.output.text, 'echo one\n')
  t.equal(echo.error.text, 'Not a reply to this input: from before\n')
})

void t.test('an output that is full is told, and the reply stays undelivered', async (t) => {
  const echo = await startEcho()
  echo.output.broken = 'ENOSPC'
  t.equal(await runOnce({ ...echo, text: 'one' }), 1)
  t.equal(echo.error.text, 'The reply cannot be written: write ENOSPC.\n')
  const next = new FakePeer()
  echo.rig.channel.attach(next)
  await settle()
  t.same(next.seen, ['echo one'])
})

void t.test('/quit in piped lines leaves, and the input is let go', async (t) => {
  const echo = await startEcho()
  const input = new PassThrough()
  const running = runPiped({ ...echo, input })
  input.write('one\n/quit\ntwo\n')
  t.equal(await running, 0)
  t.equal(echo.output.text, 'echo one\n')
  t.equal(input.destroyed, true)
})

void t.test('an output that nobody reads ends quietly, and the reply stays undelivered', async (t) => {
  const echo = await startEcho()
  echo.output.broken = 'EPIPE'
  const input = new PassThrough()
  input.write('one\n')
  t.equal(await runPiped({ ...echo, input }), 1)
  t.equal(echo.error.text, '')
  t.equal(input.destroyed, true)
  const next = new FakePeer()
  echo.rig.channel.attach(next)
  await settle()
  t.same(next.seen, ['echo one'])
})

void t.test('the end of the daemon is told while piped lines wait for more input', async (t) => {
  const echo = await startEcho()
  const input = new PassThrough()
  const running = runPiped({ ...echo, input })
  await settle()
  await echo.rig.channel.stop()
  t.equal(await running, 1)
  t.equal(echo.error.text, 'Pincer is stopping.\n')
})

void t.test('an input that breaks ends in a sentence and 1', async (t) => {
  const echo = await startEcho()
  const input = new PassThrough()
  const running = runPiped({ ...echo, input })
  input.destroy(new Error('the disk of the input failed'))
  t.equal(await running, 1)
  t.equal(echo.error.text, 'The input cannot be read: the disk of the input failed.\n')
})
