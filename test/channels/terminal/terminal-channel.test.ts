import t from 'tap'
import { limits } from '../../../src/limits.ts'
import { TerminalChannel } from '../../../src/channels/terminal/terminal-channel.ts'
import { newMessageId, type TerminalLink } from '../../../src/channels/terminal/terminal-peer.ts'
import { channelContract } from '../../contract/channel.ts'
import { ask } from '../../support/asking.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { FakePeer, outboundOf, owner, startTerminal } from '../../support/terminal-rig.ts'

const never = new AbortController().signal
const question = { chat: 'local', personId: owner.id, action: 'set gate on', reason: 'it asks each time' }

void t.test('the terminal keeps the contract of a channel', async (t) => {
  channelContract(t, async () => {
    const clock = new FakeClock()
    const channel = new TerminalChannel({ person: owner, clock })
    const peer = new FakePeer()
    let link: TerminalLink | undefined
    await settle()
    return {
      channel,
      clock,
      chat: 'local',
      personId: owner.id,
      connect: async () => {
        link ??= channel.attach(peer)
        await settle()
      },
      cutOff: async () => {
        await link?.close()
        link = undefined
      },
      says: async (text) => {
        await link?.say({ id: newMessageId(), text })
      },
      arrived: () => peer.seen,
      answers: async (answer) => {
        link?.answer(peer.questions.at(-1)?.id ?? 'none', answer)
        await settle()
      },
      asked: () => peer.questions.map((each) => each.action),
      endings: () => peer.endWords,
      end: async () => {
        await link?.close()
      },
    }
  })
})

void t.test('a reply waits without polling until somebody attaches', async (t) => {
  const { channel, clock } = await startTerminal()
  const delivery = channel.deliver(outboundOf('hello'), never)
  await settle()
  t.equal(clock.pendingTimers(), 0)
  const peer = new FakePeer()
  channel.attach(peer)
  t.same(await delivery, { status: 'delivered' })
  t.same(peer.seen, ['hello'])
})

void t.test('a reply is delivered only after a peer has really written it', async (t) => {
  const { channel } = await startTerminal()
  const peer = new FakePeer()
  const gate = Promise.withResolvers<void>()
  peer.gate = gate.promise
  channel.attach(peer)
  let isDelivered = false
  const delivery = channel.deliver(outboundOf('hello'), never).then(() => (isDelivered = true))
  await settle()
  t.equal(isDelivered, false)
  gate.resolve()
  await delivery
})

void t.test('a reply goes to all peers, and one that has gone is left out', async (t) => {
  const { channel } = await startTerminal()
  const [one, two, gone] = [new FakePeer(), new FakePeer(false), new FakePeer()]
  channel.attach(one)
  channel.attach(two)
  await channel.attach(gone).close()
  await channel.deliver(outboundOf('hello'), never)
  await settle()
  t.same([one.seen, two.seen, gone.seen], [['hello'], ['hello'], []])
})

void t.test('a peer that vanishes while it writes leaves the reply to the next one', async (t) => {
  const { channel, clock } = await startTerminal()
  const broken = new FakePeer()
  broken.gate = Promise.reject(new Error('gone'))
  broken.gate.catch(() => undefined)
  channel.attach(broken)
  const delivery = channel.deliver(outboundOf('hello'), never)
  await settle()
  t.match(await ask({ channel, clock }, question, never), { unavailable: /nobody/ }, 'the broken peer is not asked')
  const next = new FakePeer()
  channel.attach(next)
  t.same(await delivery, { status: 'delivered' })
  t.same(next.seen, ['hello'])
})

void t.test('a question goes to the newest interactive peer alone, and only that peer may answer it', async (t) => {
  const { channel, clock } = await startTerminal()
  const [old, newest, script] = [new FakePeer(), new FakePeer(), new FakePeer(false)]
  const oldLink = channel.attach(old)
  const newestLink = channel.attach(newest)
  const scriptLink = channel.attach(script)
  const asking = ask({ channel, clock }, question, never)
  t.equal(old.questions.length, 0)
  t.equal(script.questions.length, 0)
  const id = newest.questions[0]?.id ?? ''
  let answered = false
  void asking.then(() => (answered = true))
  oldLink.answer(id, 'yes')
  scriptLink.answer(id, 'yes')
  newestLink.answer('another id', 'yes')
  await settle()
  t.equal(answered, false)
  newestLink.answer(id, 'no')
  newestLink.answer(id, 'yes')
  t.equal(await asking, 'no')
  t.same(newest.withdrawn, [], 'a question that was answered is not withdrawn')
})

void t.test(
  'when the asked peer leaves, the next is asked, and with nobody left the answer is unavailable',
  async (t) => {
    const { channel, clock } = await startTerminal()
    const [old, newest] = [new FakePeer(), new FakePeer()]
    const oldLink = channel.attach(old)
    const newestLink = channel.attach(newest)
    const asking = ask({ channel, clock }, question, never)
    const id = newest.questions[0]?.id ?? ''
    await newestLink.close()
    t.same(old.questions, [{ id, action: 'set gate on' }])
    newestLink.answer(id, 'yes')
    await oldLink.close()
    t.same(await asking, {
      unavailable: 'nobody is at a terminal to say yes: open one with `pincer chat`, and ask again',
    })
  },
)

void t.test('a question is withdrawn when it waited too long and when its turn is stopped', async (t) => {
  const { channel, clock } = await startTerminal()
  const peer = new FakePeer()
  channel.attach(peer)
  const late = ask({ channel, clock }, question, never)
  await clock.advance(limits.humanAnswerTimeoutMs - 1)
  t.same(peer.withdrawn, [])
  await clock.advance(1)
  t.equal(await late, 'silence')
  const stop = new AbortController()
  const stopped = ask({ channel, clock }, question, stop.signal)
  stop.abort()
  t.equal(await stopped, 'withdrawn')
  t.same(
    peer.withdrawn,
    peer.questions.map((each) => each.id),
  )
})

void t.test('scripts alone cannot be asked', async (t) => {
  const { channel, clock } = await startTerminal()
  channel.attach(new FakePeer(false))
  t.same(await ask({ channel, clock }, question, never), {
    unavailable: 'nobody is at a terminal to say yes: open one with `pincer chat`, and ask again',
  })
})

void t.test('stopping tells every peer, and afterwards nothing is taken', async (t) => {
  const { channel, clock } = await startTerminal()
  const peer = new FakePeer()
  const link = channel.attach(peer)
  const asking = ask({ channel, clock }, question, never)
  await channel.stop()
  t.match(await asking, { unavailable: 'Pincer is stopping' })
  t.same(peer.endings, ['Pincer is stopping.'])
  await t.rejects(link.say({ id: newMessageId(), text: 'hello' }), { code: 'stopped' })
})

void t.test('a full bus and a message that comes twice are told to the peer', async (t) => {
  const { channel, intake } = await startTerminal()
  const link = channel.attach(new FakePeer())
  intake.next.push('full', 'duplicate')
  const message = { id: newMessageId(), text: 'hello' }
  t.equal(await link.say(message), 'full')
  t.equal(await link.say(message), 'duplicate')
  t.equal(await link.say(message), 'accepted')
})

void t.test('texts and ids that cannot be taken are refused in a sentence', async (t) => {
  const { channel, intake } = await startTerminal()
  const link = channel.attach(new FakePeer())
  for (const [message, sentence] of [
    [{ id: 'a', text: '' }, /empty/],
    [{ id: 'a', text: ' \n\t' }, /empty/],
    [{ id: 'a', text: 'x'.repeat(limits.inboundTextCharsMax + 1) }, /16001 characters/],
    [{ id: '', text: 'hello' }, /no usable id/],
    [{ id: 'a b', text: 'hello' }, /no usable id/],
    [{ id: 'x'.repeat(65), text: 'hello' }, /no usable id/],
  ] as const) {
    await t.rejects(link.say(message), { code: 'usage', message: sentence })
  }
  t.equal(intake.accepted.length, 0)
  t.equal(await link.say({ id: 'a', text: 'x'.repeat(limits.inboundTextCharsMax) }), 'accepted')
})

void t.test('progress of other channels is not shown here', async (t) => {
  const { channel } = await startTerminal()
  const peer = new FakePeer()
  channel.attach(peer)
  channel.show({ kind: 'turn-started', channel: 'telegram', chat: '7' })
  channel.show({ kind: 'turn-ended', channel: 'terminal', chat: 'local' })
  t.same(peer.activities, ['turn-ended'])
})
