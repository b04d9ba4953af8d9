import type { Test } from 'tap'
import type { Channel, Delivery, Question } from '../../src/channels/channel.ts'
import type { Inbound, Outbound } from '../../src/bus/message.ts'
import { limits } from '../../src/limits.ts'
import { settle, type FakeClock } from '../support/fake-clock.ts'
import { FakeIntake } from '../support/terminal-rig.ts'

/** A channel with the other side of its wire in the test's hands. The channel is not started yet. */
export interface ChannelRig {
  readonly channel: Channel
  readonly clock: FakeClock
  /** A conversation that the channel serves, and an owner in it. */
  readonly chat: string
  readonly personId: string
  /** The person is there: what is sent arrives. */
  connect(): Promise<void>
  /** Nobody is there: nothing can arrive. */
  cutOff(): Promise<void>
  /** The person sends a text. */
  says(text: string): Promise<void>
  /** Every text that reached the person, oldest first. */
  arrived(): readonly string[]
  /** The person answers the question that stands there. */
  answers(answer: 'yes' | 'no'): Promise<void>
  /** The actions that the person was asked about. */
  asked(): readonly string[]
  end(): Promise<void>
}

/** What every channel promises to the rest of Pincer. */
export function channelContract(t: Test, makeRig: () => Promise<ChannelRig>): void {
  const withRig = (title: string, test: (t: Test, rig: ChannelRig, intake: FakeIntake) => Promise<void>): void => {
    void t.test(title, async (t) => {
      const rig = await makeRig()
      const intake = new FakeIntake()
      await rig.channel.start(intake)
      try {
        await test(t, rig, intake)
      } finally {
        await rig.channel.stop()
        await rig.end()
      }
    })
  }
  const never = new AbortController().signal
  const outbound = (rig: ChannelRig, text: string, more: Partial<Outbound> = {}): Outbound => ({
    id: `contract-${text}`,
    channel: rig.channel.name,
    chat: rig.chat,
    text,
    answers: [],
    failed: false,
    ...more,
  })
  const question = (rig: ChannelRig, action = 'set gate on'): Question => ({
    chat: rig.chat,
    personId: rig.personId,
    action,
    reason: 'it asks each time',
  })

  withRig(
    'what a person says is handed over whole, with the names of channel, chat and person',
    async (t, rig, intake) => {
      await rig.connect()
      await rig.says('lamp on\nand the fan, größer ☂')
      const [message] = intake.accepted
      t.match(message, { channel: rig.channel.name, chat: rig.chat, text: 'lamp on\nand the fan, größer ☂' })
      t.match(message?.person, { id: rig.personId, role: 'owner' })
      t.equal(message?.sentAtMs, rig.clock.nowMs())
    },
  )

  withRig('two messages never share an id, even with the same text', async (t, rig, intake) => {
    await rig.connect()
    await rig.says('lamp on')
    await rig.says('lamp on')
    t.equal(new Set(intake.accepted.map((message: Inbound) => message.id)).size, 2)
  })

  withRig('a message is delivered when it has reached the person, in the order of the calls', async (t, rig) => {
    await rig.connect()
    t.same(await rig.channel.deliver(outbound(rig, 'one'), never), { status: 'delivered' })
    t.same(await rig.channel.deliver(outbound(rig, 'two'), never), { status: 'delivered' })
    t.same(rig.arrived(), ['one', 'two'])
  })

  withRig('a message that cannot arrive is never said to be delivered, and arrives later', async (t, rig) => {
    await rig.cutOff()
    const stop = new AbortController()
    const delivery = rig.channel.deliver(outbound(rig, 'late'), stop.signal)
    await settle()
    t.same(rig.arrived(), [])
    stop.abort()
    t.equal((await delivery).status, 'retry')
    await rig.connect()
    t.same(await rig.channel.deliver(outbound(rig, 'late'), never), { status: 'delivered' })
    t.same(rig.arrived(), ['late'])
  })

  withRig('a delivery whose signal has aborted before ends at once', async (t, rig) => {
    await rig.cutOff()
    t.equal((await rig.channel.deliver(outbound(rig, 'never'), AbortSignal.abort())).status, 'retry')
  })

  withRig('stopping ends a delivery that waits, without losing it', async (t, rig) => {
    await rig.cutOff()
    const delivery = rig.channel.deliver(outbound(rig, 'waits'), never)
    await rig.channel.stop()
    t.equal((await delivery).status, 'retry')
  })

  withRig('a message for a chat that does not exist is undeliverable, with the reason', async (t, rig) => {
    await rig.connect()
    const delivery: Delivery = await rig.channel.deliver(outbound(rig, 'lost', { chat: 'no such chat' }), never)
    t.equal(delivery.status, 'undeliverable')
    t.match(delivery, { reason: /\w+ \w+/ })
  })

  for (const answer of ['yes', 'no'] as const) {
    withRig(`a person who is asked and answers ${answer} has answered ${answer}`, async (t, rig) => {
      await rig.connect()
      const asking = rig.channel.ask(question(rig), never)
      await settle()
      t.same(rig.asked(), ['set gate on'])
      await rig.answers(answer)
      t.equal(await asking, answer)
    })
  }

  withRig('where nobody can be asked the answer is unavailable, and says why', async (t, rig) => {
    await rig.cutOff()
    t.match(await rig.channel.ask(question(rig), never), { unavailable: /\w+ \w+/ })
  })

  withRig('another person is not the one to ask', async (t, rig) => {
    await rig.connect()
    const answer = await rig.channel.ask({ ...question(rig), personId: '424242' }, never)
    t.match(answer, { unavailable: /\w+ \w+/ })
    t.same(rig.asked(), [])
  })

  withRig('a question that waits too long is answered no, and a late yes counts for nothing', async (t, rig) => {
    await rig.connect()
    const asking = rig.channel.ask(question(rig, 'first'), never)
    await rig.clock.advance(limits.humanAnswerTimeoutMs)
    t.equal(await asking, 'no')
    await rig.answers('yes')
    // A channel may have timers of its own while it serves.
    await rig.channel.stop()
    t.equal(rig.clock.pendingTimers(), 0)
  })

  withRig('a question whose signal aborts is not answered yes', async (t, rig) => {
    await rig.connect()
    const stop = new AbortController()
    const asking = rig.channel.ask(question(rig), stop.signal)
    await settle()
    stop.abort()
    t.not(await asking, 'yes')
    t.not(await rig.channel.ask(question(rig), AbortSignal.abort()), 'yes')
    await rig.channel.stop()
    t.equal(rig.clock.pendingTimers(), 0)
  })

  withRig('an answer belongs to its own question and is used up by it', async (t, rig) => {
    await rig.connect()
    const first = rig.channel.ask(question(rig, 'first'), never)
    await settle()
    await rig.answers('yes')
    t.equal(await first, 'yes')
    const second = rig.channel.ask(question(rig, 'second'), never)
    await rig.clock.advance(limits.humanAnswerTimeoutMs)
    t.equal(await second, 'no')
  })

  withRig('progress never throws, whether anybody is there or not', async (t, rig) => {
    const activity = { kind: 'turn-started', channel: rig.channel.name, chat: rig.chat } as const
    await rig.cutOff()
    t.doesNotThrow(() => rig.channel.show(activity))
    await rig.connect()
    t.doesNotThrow(() => rig.channel.show(activity))
  })

  withRig('stopping twice is stopping once', async (t, rig) => {
    await rig.channel.stop()
    await t.resolves(rig.channel.stop())
  })
}
