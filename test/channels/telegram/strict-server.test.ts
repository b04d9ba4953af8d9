import t, { type Test } from 'tap'
import { createTelegramChannel } from '../../../src/channels/telegram/telegram-channel.ts'
import { lookupAddresses } from '../../../src/http/race.ts'
import { createUndiciClient } from '../../../src/http/undici-client.ts'
import { ask } from '../../support/asking.ts'
import { FakeBotApi } from '../../support/fake-bot-api.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { createLogLines } from '../../support/log-lines.ts'
import { FakeIntake } from '../../support/terminal-rig.ts'
import { until } from '../../support/until.ts'

const never = new AbortController().signal
const ada = { id: 1001, first_name: 'Ada' }
const shed = -1_000_000_000_500

/** The channel over real sockets, before a Bot API that refuses what the real one refuses. */
async function connect(t: Test) {
  const clock = new FakeClock()
  const bot = new FakeBotApi({ clock })
  await bot.start()
  const http = createUndiciClient({ clock, lookup: lookupAddresses })
  const { log, lines } = createLogLines()
  const channel = createTelegramChannel({
    config: { token: bot.token, allow: [ada.id], guests: [], progress: true, apiRoot: `${bot.apiRoot}/` },
    http,
    clock,
    log,
    stateFolder: t.testdir({}),
    chance: () => 0,
    tellOwner: () => undefined,
    menu: [
      { command: 'status', description: 'how I am' },
      { command: 'Not/Allowed', description: 'x' },
    ],
  })
  const intake = new FakeIntake()
  t.teardown(async () => {
    await channel.stop()
    await http.close()
    await bot.stop()
  })
  await channel.start(intake)
  await until(() => bot.isPolled() && Object.keys(bot.commands()).length > 0, 'the first poll and the menu')
  let count = 0
  return {
    bot,
    clock,
    channel,
    intake,
    lines,
    reply: (text: string, chat = String(ada.id)) =>
      channel.deliver({ id: `o${++count}`, channel: 'telegram', chat, text, answers: ['1'], failed: false }, never),
    /** Until the poll that confirms everything before it is held open. */
    rested: () => until(() => bot.pendingUpdates() === 0 && bot.isPolled(), 'a poll at rest'),
  }
}

void t.test('a message, typing, progress, the reply in its place, the menu', async (t) => {
  const { bot, clock, channel, intake, reply, rested } = await connect(t)
  t.match(JSON.stringify(bot.commands()), /"status"/)
  bot.say({ from: ada, text: 'lamp on' })
  await rested()
  t.match(intake.accepted, [{ text: 'lamp on', chat: '1001', sentAtMs: clock.nowMs() }])
  const where = { channel: 'telegram', chat: '1001' }
  channel.show({ kind: 'turn-started', ...where })
  await clock.advance(0)
  await until(() => bot.isTyping(ada.id), 'typing')
  channel.show({ kind: 'tool-started', ...where, line: 'device_set lamp <on> & more' })
  await clock.advance(3_000)
  await bot.untilSaid(ada.id, 'lamp <on> & more')
  t.same(await reply('**Done:** `lamp` is [on](https://example.org) <3'), { status: 'delivered' })
  channel.show({ kind: 'turn-ended', ...where })
  t.match(bot.chat(ada.id), [
    { from: ada.id },
    { from: 'bot', text: 'Done: lamp is on <3', isEdited: true, isPreviewOff: true },
  ])
  t.equal(bot.chat(ada.id).length, 2)
})

void t.test('a long reply arrives whole and once, also where Telegram finds it too quick', async (t) => {
  const { bot, clock, channel, rested } = await connect(t)
  bot.say({ from: ada, text: 'tell me' })
  await rested()
  const numbers = Array.from({ length: 9_000 }, (_, n) => n)
  const text = numbers.map((n) => `${n % 7 === 0 ? `**w${n}**` : `w${n}`}${n % 90 === 89 ? '\n\n' : ''}`).join(' ')
  const message = { id: 'long', channel: 'telegram', chat: '1001', text, answers: [], failed: false }
  let delivery = await channel.deliver(message, never)
  let retries = 0
  for (; delivery.status === 'retry' && retries < 100; retries++) {
    await clock.advance(delivery.afterMs)
    delivery = await channel.deliver(message, never)
  }
  t.equal(delivery.status, 'delivered')
  t.ok(retries > 0, 'it was too quick')
  t.same(
    bot.botTexts(ada.id).join(' ').match(/w\d+/g),
    numbers.map((n) => `w${n}`),
  )
})

void t.test('a question is answered by its button, and by nobody else', async (t) => {
  const { bot, channel, clock } = await connect(t)
  bot.say({ from: ada, text: 'open the gate' })
  bot.group(shed)
  const question = {
    chat: String(shed),
    personId: '1001',
    action: 'set gate on\n  for 1s <b>&',
    reason: 'it asks each time',
  }
  const asking = ask({ channel, clock }, question)
  await bot.untilSaid(shed, 'set gate on')
  t.match(bot.chat(shed), [{ buttons: [['Yes', 'No']], isPreviewOff: true, entities: [{ type: 'pre' }] }])
  const other = bot.press({ from: 6666, chat: shed, button: 'Yes' })
  await until(() => bot.pressAnswer(other) !== undefined, 'the answer to the other press')
  const own = bot.press({ from: ada, chat: shed, button: 'No' })
  t.equal(await asking, 'no')
  await until(() => bot.pressAnswer(own) !== undefined, 'the answer to the press')
  t.match(JSON.stringify([bot.pressAnswer(other), bot.pressAnswer(own)]), /not yours.*true.*No\./)
  await bot.untilSaid(shed, 'No, by Ada')
  t.match(bot.chat(shed), [{ buttons: [] }])
})

void t.test('a stranger is paired by the code of the notice', async (t) => {
  const { bot, channel, intake, rested } = await connect(t)
  bot.say({ from: 6666, text: 'hello' })
  await bot.untilSaid(6666, 'pincer pair')
  const [, code = ''] = /pincer pair (\w+)/.exec(bot.botTexts(6666)[0] ?? '') ?? []
  t.match(await channel.pairing.confirm(code), { status: 'paired', person: { id: 6666 } })
  await bot.untilSaid(6666, 'You are paired')
  bot.say({ from: 6666, text: 'lamp on' })
  await rested()
  t.match(intake.accepted, [{ text: 'lamp on', person: { id: '6666', role: 'owner' } }])
})

void t.test('groups, topics, replies and commands, as Telegram marks them', async (t) => {
  const { bot, intake, reply, rested } = await connect(t)
  bot.group(shed, { topics: [12] })
  bot.say({ from: ada, chat: shed, text: 'lamp on' })
  bot.say({ from: ada, chat: shed, topic: 12, text: '@pincer_bot lamp on' })
  bot.say({ from: ada, chat: shed, text: '/status@pincer_bot now' })
  bot.say({ from: ada, chat: shed, text: '/status' })
  await rested()
  t.same(
    intake.accepted.map(({ chat, text }) => [chat, text]),
    [
      [`${shed}:12`, 'lamp on'],
      [String(shed), '/status now'],
    ],
  )
  t.same(await reply('done', `${shed}:12`), { status: 'delivered' })
  const answer = bot.chat(shed).find((each) => each.from === 'bot')
  t.match(answer, { text: 'done', topic: 12 })
  bot.say({ from: ada, chat: shed, text: 'thanks', replyTo: answer?.id ?? 0 })
  await rested()
  t.equal(intake.accepted.at(-1)?.text, 'thanks')
})

void t.test(
  'a group that becomes a supergroup gets its replies, and a person who blocks the bot does not',
  async (t) => {
    const { bot, reply, rested } = await connect(t)
    bot.say({ from: ada, chat: -77, text: '@pincer_bot hello' })
    await rested()
    const now = bot.migrate(-77, ada.id)
    t.same(await reply('moved', '-77'), { status: 'delivered' })
    t.match(bot.botTexts(now), [/new id at Telegram/, 'moved'])
    bot.say({ from: ada, text: 'hello' })
    bot.block(ada.id)
    t.match(await reply('hi'), { status: 'undeliverable', reason: /blocked/ })
    t.match(await reply('hi', '99'), { status: 'undeliverable', reason: /chat not found/ })
  },
)

void t.test(
  'a poll that hangs, a connection that breaks, a second poller, a proxy in between: it goes on',
  async (t) => {
    const { bot, clock, intake, rested, channel } = await connect(t)
    /** Turns the clock until a poll is held open again. */
    const recovers = async (): Promise<void> => {
      for (let round = 0; round < 400 && !(bot.isPolled() && bot.pendingUpdates() === 0); round++) {
        await clock.advance(500)
        for (let rest = 0; rest < 20; rest++) await settle()
      }
      await rested()
    }
    const faults = [
      { do: 'hang', when: 'before' },
      { do: 'hang', when: 'after' },
      { do: 'cut', when: 'before' },
      { do: 'cut', when: 'after' },
      { do: 'half' },
      { do: 'page', status: 502 },
      { do: 'refuse', status: 409, description: 'Conflict: terminated by other getUpdates request' },
      { do: 'refuse', status: 429, description: 'Too Many Requests: retry after 3', retryAfterS: 3 },
    ] as const
    for (const [index, fault] of faults.entries()) {
      bot.fail(fault, { method: 'getUpdates' })
      bot.say({ from: ada, text: `${index}` })
      await recovers()
    }
    await bot.unplug()
    await clock.advance(60_000)
    await bot.start()
    bot.say({ from: ada, text: 'plugged' })
    await recovers()
    const texts = intake.accepted.map((each) => each.text)
    t.same([...new Set(texts)], [...faults.keys()].map(String).concat('plugged'), 'all arrived, in order')
    const ids = intake.accepted.map((each) => each.id)
    bot.repeatUpdates(3)
    bot.say({ from: ada, text: 'last' })
    await recovers()
    const repeated = intake.accepted.slice(ids.length).filter((each) => each.text !== 'last')
    t.ok(
      repeated.every((each) => ids.includes(each.id)),
      'what is given again keeps its id, by which the bus knows it',
    )
    t.ok((channel.status().lastAnswerAgeMs ?? 1e9) < 45_000)
  },
)
