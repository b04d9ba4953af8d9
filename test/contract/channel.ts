import type { Test } from 'tap'
import type { Delivery } from '../../src/channels/channel.ts'
import type { Inbound, Outbound } from '../../src/bus/message.ts'
import { settle } from '../support/fake-clock.ts'
import { FakeIntake } from '../support/terminal-rig.ts'
import { type AskingRig, askingContract } from './asking.ts'

/** A channel with the other side of its wire in the test's hands. The channel is not started yet. */
export interface ChannelRig extends AskingRig {
  /** The person sends a text. */
  says(text: string): Promise<void>
  /** Every text that reached the person, oldest first. */
  arrived(): readonly string[]
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

  askingContract(withRig)

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
