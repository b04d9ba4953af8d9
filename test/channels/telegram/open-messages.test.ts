import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { limits } from '../../../src/limits.ts'
import { ask } from '../../support/asking.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { ada, createTelegramRig } from '../../support/telegram-rig.ts'
import { TelegramWire } from '../../support/telegram-wire.ts'

const never = new AbortController().signal
const question = { chat: '1001', personId: '1001', action: 'set gate on', reason: 'it asks each time' }

/** Two lives of one channel with a kill between them: the first one is never stopped, only heard no more. */
function lives(t: Parameters<typeof createTelegramRig>[0]) {
  const stateFolder = t.testdir({})
  const clock = new FakeClock()
  const wire = new TelegramWire(clock)
  const path = join(stateFolder, 'telegram-open.json')
  const life = async () => {
    clock.kill()
    const rig = createTelegramRig(t, { stateFolder, clock, wire, config: { allow: [ada.id] } })
    await rig.start()
    await settle()
    return rig
  }
  const show = (rig: Awaited<ReturnType<typeof life>>, kind: 'turn-started' | 'turn-ended') =>
    rig.channel.show({ kind, channel: 'telegram', chat: '1001' })
  return { life, show, clock, wire, path }
}

void t.test('a progress message that a killed process left is removed by the next one, and forgotten', async (t) => {
  const { life, show, clock, wire, path } = lives(t)
  const first = await life()
  t.notOk(fs.existsSync(path))
  show(first, 'turn-started')
  await clock.advance(limits.telegramProgressAfterMs)
  t.equal(wire.texts().length, 1)
  t.equal(fs.statSync(path).mode & 0o777, 0o600)
  await life()
  t.same(wire.texts(), [])
  t.notOk(fs.existsSync(path))
})

void t.test('a question that a killed process left says that it is withdrawn, and has no buttons', async (t) => {
  const { life, wire, path } = lives(t)
  void ask(await life(), question, never)
  await settle()
  await life()
  t.same(wire.texts(), ['Withdrawn: I was restarted, so no.'])
  t.equal(wire.messages[0]?.payload['reply_markup'], undefined)
  t.notOk(fs.existsSync(path))
})

void t.test('a question that was answered just before the kill says how, not that it was withdrawn', async (t) => {
  const { life, wire } = lives(t)
  const first = await life()
  const asking = ask(first, question, never)
  await settle()
  const gate = Promise.withResolvers<void>()
  wire.before = (method) => (method === 'editMessageText' ? gate.promise : Promise.resolve())
  const data = /"(ask:[^"]+:yes)"/.exec(JSON.stringify(wire.called('sendMessage')))?.[1]
  wire.push({ callback_query: { id: 'press', from: ada, data } })
  t.equal(await asking, 'yes')
  await settle()
  wire.before = () => Promise.resolve()
  await life()
  t.match(wire.texts(), [/^Yes, by Ada/])
  gate.resolve()
  await settle()
})

void t.test('a reply that took the place of progress is never taken for it', async (t) => {
  const { life, show, clock, wire, path } = lives(t)
  const first = await life()
  show(first, 'turn-started')
  await clock.advance(limits.telegramProgressAfterMs)
  show(first, 'turn-ended')
  const reply = first.outbound('It is done.', { answers: ['1'] })
  t.match(await first.channel.deliver(reply, never), { status: 'delivered' })
  t.notOk(fs.existsSync(path), 'before it counts as delivered')
  await life()
  t.same(wire.texts(), ['It is done.'])
})

void t.test(
  'what is left is cleared when the network comes, however late, and what Telegram lost is given up',
  async (t) => {
    const { life, show, clock, wire, path } = lives(t)
    const first = await life()
    show(first, 'turn-started')
    await clock.advance(limits.telegramProgressAfterMs)
    void ask(first, question, never)
    await settle()
    const [progress] = wire.messages
    if (progress !== undefined) progress.isDeleted = true
    wire.isCut = true
    await life()
    await clock.advance(3 * 60 * 60_000)
    t.ok(fs.existsSync(path))
    wire.isCut = false
    await clock.advance(2 * limits.telegramRetryMaxMs)
    await settle()
    t.same(wire.texts(), ['Withdrawn: I was restarted, so no.'])
    t.notOk(fs.existsSync(path))
  },
)

for (const [what, content] of [
  ['is of another boot', '{"bootId":"other","messages":[{"chat":"1001","messageId":1}]}'],
  ['is damaged', '{"bootId":'],
  ['is empty', ''],
  ['is something else', '{"messages":7}'],
] as const) {
  void t.test(`nothing is cleared by a file that ${what}, and the channel starts`, async (t) => {
    const { life, wire, path } = lives(t)
    const first = await life()
    await first.channel.deliver(first.outbound('Hello.'), never)
    fs.writeFileSync(path, content)
    await life()
    t.same(wire.texts(), ['Hello.'])
    t.same(wire.called('deleteMessage'), [])
  })
}
