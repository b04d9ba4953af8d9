import t, { type Test } from 'tap'
import type { Activity, Outbound } from '../../src/bus/message.ts'
import type { Channel, Delivery } from '../../src/channels/channel.ts'
import { Dispatcher } from '../../src/channels/dispatcher.ts'
import { createLogLines } from '../support/log-lines.ts'
import { openBus, type BusRig } from '../support/open-bus.ts'
import { until } from '../support/until.ts'

const never = new AbortController().signal

/** A channel whose deliveries the test decides. */
class OneWayChannel implements Channel {
  readonly name: string
  readonly delivered: string[] = []
  readonly shown: Activity[] = []
  answer: (message: Outbound, signal: AbortSignal) => Promise<Delivery> = () => Promise.resolve({ status: 'delivered' })

  constructor(name = 'test') {
    this.name = name
  }

  start = (): Promise<void> => Promise.resolve()
  stop = (): Promise<void> => Promise.resolve()
  ask = (): void => undefined
  show(activity: Activity): void {
    this.shown.push(activity)
  }

  async deliver(message: Outbound, signal: AbortSignal): Promise<Delivery> {
    const delivery = await this.answer(message, signal)
    if (delivery.status === 'delivered') this.delivered.push(message.text)
    return delivery
  }
}

interface Rig extends BusRig {
  readonly channel: OneWayChannel
  readonly dispatcher: Dispatcher
  readonly lines: string[]
}

async function openRig(folder: string, more: readonly Channel[] = []): Promise<Rig> {
  const rig = await openBus(folder)
  const channel = new OneWayChannel()
  const { log, lines } = createLogLines()
  const dispatcher = new Dispatcher({ bus: rig.bus, clock: rig.clock, log, channels: [channel, ...more] })
  return { ...rig, channel, dispatcher, lines }
}

async function close(rig: Rig): Promise<void> {
  await rig.dispatcher.stop()
  await rig.journal.close()
}

function send(rig: BusRig, text: string, chat = 'home', channel = 'test'): Promise<Outbound> {
  return rig.bus.send({ channel, chat, text, failed: false }, [], never)
}

async function withRig(t: Test, work: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await openRig(t.testdir({}))
  rig.dispatcher.start()
  await work(rig)
  await close(rig)
}

void t.test('a reply is delivered and then forgotten', (t) =>
  withRig(t, async (rig) => {
    await send(rig, 'hello')
    await until(() => rig.bus.undelivered().length === 0)
    t.same(rig.channel.delivered, ['hello'])
  }),
)

void t.test('the replies of a chat arrive in order, one at a time', (t) =>
  withRig(t, async (rig) => {
    let running = 0
    rig.channel.answer = async () => {
      t.equal(++running, 1)
      await new Promise(setImmediate)
      running--
      return { status: 'delivered' }
    }
    const texts = Array.from({ length: 20 }, (_, index) => `reply ${index}`)
    await Promise.all(texts.map((text) => send(rig, text)))
    await until(() => rig.bus.undelivered().length === 0)
    t.same(rig.channel.delivered, texts)
  }),
)

void t.test('a chat that is stuck stalls no other chat', (t) =>
  withRig(t, async (rig) => {
    const { promise, resolve } = Promise.withResolvers<Delivery>()
    rig.channel.answer = (message) => (message.chat === 'stuck' ? promise : Promise.resolve({ status: 'delivered' }))
    await send(rig, 'one', 'stuck')
    await send(rig, 'two', 'stuck')
    await send(rig, 'three', 'free')
    await until(() => rig.channel.delivered.length === 1)
    t.same(rig.channel.delivered, ['three'])
    resolve({ status: 'delivered' })
    await until(() => rig.channel.delivered.length === 3)
    t.same(rig.channel.delivered, ['three', 'one', 'two'])
  }),
)

void t.test('a reply that must wait is tried again after the time that the channel names, and keeps its place', (t) =>
  withRig(t, async (rig) => {
    let refusals = 2
    rig.channel.answer = () =>
      Promise.resolve(refusals-- > 0 ? { status: 'retry', afterMs: 30_000, reason: '429' } : { status: 'delivered' })
    await send(rig, 'one')
    await send(rig, 'two')
    await until(() => rig.clock.pendingTimers() === 1)
    await rig.clock.advance(29_999)
    t.same([rig.channel.delivered, refusals], [[], 1])
    await rig.clock.advance(1)
    t.equal(refusals, 0)
    await rig.clock.advance(30_000)
    await until(() => rig.bus.undelivered().length === 0)
    t.same(rig.channel.delivered, ['one', 'two'])
  }),
)

void t.test('a channel that throws loses no reply', (t) =>
  withRig(t, async (rig) => {
    let throws = 1
    rig.channel.answer = () => {
      if (throws-- > 0) throw new Error('a bug in the channel')
      return Promise.resolve({ status: 'delivered' })
    }
    await send(rig, 'one')
    await until(() => rig.clock.pendingTimers() === 1)
    t.equal(rig.bus.undelivered().length, 1)
    await rig.clock.advance(5_000)
    await until(() => rig.bus.undelivered().length === 0)
    t.same(rig.channel.delivered, ['one'])
  }),
)

void t.test(
  'what is proven undeliverable is said in the log, kept as a dead letter, and makes room for the next',
  (t) =>
    withRig(t, async (rig) => {
      rig.channel.answer = (message) =>
        Promise.resolve(
          message.text === 'one' ? { status: 'undeliverable', reason: 'the chat is gone' } : { status: 'delivered' },
        )
      await send(rig, 'one')
      await send(rig, 'two')
      await until(() => rig.bus.undelivered().length === 0)
      t.same(rig.channel.delivered, ['two'])
      t.same(rig.lines, ['error channels: A reply cannot be delivered to test home: the chat is gone'])
      t.match(rig.bus.deadLetters(), [{ text: 'one', why: 'the chat is gone', channel: 'test', chat: 'home' }])
    }),
)

void t.test('a start begins with what an earlier process left, in order, and a stop leaves it again', async (t) => {
  const folder = t.testdir({})
  const first = await openRig(folder)
  first.channel.answer = () => Promise.resolve({ status: 'retry', afterMs: 1_000, reason: 'no network' })
  first.dispatcher.start()
  await send(first, 'one')
  await send(first, 'two', 'other')
  await send(first, 'three')
  await until(() => first.clock.pendingTimers() === 2)
  await close(first)
  t.equal(first.clock.pendingTimers(), 0)
  const second = await openRig(folder)
  second.dispatcher.start()
  await until(() => second.bus.undelivered().length === 0)
  t.same(second.channel.delivered.toSorted(), ['one', 'three', 'two'])
  t.ok(second.channel.delivered.indexOf('one') < second.channel.delivered.indexOf('three'))
  await close(second)
})

void t.test('stopping ends a delivery that waits for its signal, and starts no other', (t) =>
  withRig(t, async (rig) => {
    let started = 0
    rig.channel.answer = (_message, signal) => {
      started++
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve({ status: 'retry', afterMs: 0, reason: 'stopping' })),
      )
    }
    await send(rig, 'one')
    await send(rig, 'two')
    await until(() => started === 1)
    await rig.dispatcher.stop()
    t.equal(started, 1)
    t.equal(rig.bus.undelivered().length, 2)
  }),
)

void t.test('a reply for a channel that is not configured waits, is said, and does not hold up others', (t) =>
  withRig(t, async (rig) => {
    await send(rig, 'one', 'home', 'gone')
    await send(rig, 'two')
    await until(() => rig.channel.delivered.length === 1)
    t.match(rig.bus.undelivered(), [{ text: 'one' }])
    t.match(rig.lines, [/^warn channels: A reply waits for the channel gone/])
  }),
)

void t.test('activity goes to its own channel', async (t) => {
  const other = new OneWayChannel('other')
  const rig = await openRig(t.testdir({}), [other])
  rig.dispatcher.start()
  const activity = { kind: 'turn-started', channel: 'other', chat: 'x' } as const
  rig.bus.show(activity)
  rig.bus.show({ kind: 'turn-started', channel: 'nobody', chat: 'x' })
  t.same([rig.channel.shown, other.shown], [[], [activity]])
  await close(rig)
})
