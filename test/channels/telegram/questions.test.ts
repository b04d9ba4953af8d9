import t from 'tap'
import { HttpError } from '../../../src/http/http-error.ts'
import { limits } from '../../../src/limits.ts'
import { ask, channelName, deskOf } from '../../support/asking.ts'
import { settle } from '../../support/fake-clock.ts'
import { ada, bob, createTelegramRig, eve, group, type TelegramRig } from '../../support/telegram-rig.ts'
import { until } from '../../support/terminal-rig.ts'
import type { TelegramWire } from '../../support/telegram-wire.ts'

const minuteMs = 60_000
const never = new AbortController().signal
const question = { chat: '1001', personId: '1001', action: '<b>set</b> gate on', reason: 'it asks each time' }

async function started(t: Parameters<typeof createTelegramRig>[0], allow: number[] = [ada.id]): Promise<TelegramRig> {
  const rig = createTelegramRig(t, { config: { allow } })
  await rig.start()
  return rig
}

/** The data behind a button of the newest question. */
function button(wire: TelegramWire, choice: 'yes' | 'always' | 'no'): string {
  const last = wire.called('sendMessage').findLast((each) => each['reply_markup'] !== undefined)
  return new RegExp(`"(ask:[^"]+:${choice})"`).exec(JSON.stringify(last?.['reply_markup']))?.[1] ?? 'none'
}

async function press(rig: TelegramRig, data: unknown, from: object = ada): Promise<void> {
  rig.wire.push({ callback_query: { id: `press-${rig.wire.called('answerCallbackQuery').length}`, from, data } })
  await settle()
  await settle()
}

const answered = (rig: TelegramRig): readonly unknown[] =>
  rig.wire.called('answerCallbackQuery').map((each) => [each['text'], each['show_alert']])

void t.test('the action stands word for word, apart from the reason, with two buttons of a secret', async (t) => {
  const rig = await started(t)
  const asking = ask(rig, question, never)
  await settle()
  const sent = rig.wire.called('sendMessage')[0] ?? {}
  t.match(
    sent['text'],
    /^May I do this\?\n\n<b>set<\/b> gate on\n\nI ask because it asks each time\. Only Ada can answer, until Saturday 2026-11-21 \d\d:\d\d, by a button or with \/approve [A-Z2-9]{5} or \/deny [A-Z2-9]{5}\.$/,
  )
  t.equal(sent['parse_mode'], undefined)
  const [entity] = sent['entities'] as readonly { readonly offset: number; readonly length: number }[]
  t.equal(String(sent['text']).substr(entity?.offset ?? 0, entity?.length), question.action)
  t.match(sent['link_preview_options'], { is_disabled: true })
  t.match(button(rig.wire, 'yes'), /^ask:[\w-]{16}:yes$/)
  t.notMatch(button(rig.wire, 'yes'), 'gate', 'only a secret is in the button')
  await press(rig, button(rig.wire, 'yes'))
  t.equal(await asking, 'yes')
})

void t.test('the message then says who decided what and when, and has no buttons any more', async (t) => {
  const rig = await started(t)
  const asking = ask(rig, question, never)
  await settle()
  await press(rig, button(rig.wire, 'no'))
  t.equal(await asking, 'no')
  t.match(rig.wire.texts(), [
    /gate on\n\nI ask because it asks each time\. .*\n\nNo, by Ada, Saturday 2026-11-21 \d\d:\d\d\./,
  ])
  const [edit] = rig.wire.called('editMessageText')
  t.equal(edit?.['reply_markup'], undefined)
  t.match(edit?.['entities'], [{ type: 'pre' }])
  t.same(answered(rig), [['No.', false]])
})

void t.test('another press than of the person who was asked counts for nothing, also in a group', async (t) => {
  const rig = await started(t, [ada.id, 1003])
  const asking = ask(rig, { ...question, chat: String(group.id) }, never)
  await settle()
  let isDecided = false
  void asking.then(() => (isDecided = true))
  for (const from of [eve, bob, { ...ada, id: 1003 }]) await press(rig, button(rig.wire, 'yes'), from)
  t.equal(isDecided, false)
  t.same(
    answered(rig),
    Array.from({ length: 3 }, () => ['This question is not yours to answer.', true]),
  )
  await press(rig, button(rig.wire, 'yes'))
  t.equal(await asking, 'yes')
})

void t.test('a press counts once, and each one is answered', async (t) => {
  const rig = await started(t)
  const asking = ask(rig, question, never)
  await settle()
  const [yes, no] = [button(rig.wire, 'yes'), button(rig.wire, 'no')]
  rig.wire.push({ callback_query: { id: 'a', from: ada, data: no } })
  rig.wire.push({ callback_query: { id: 'b', from: ada, data: yes } })
  await settle()
  await press(rig, yes)
  t.equal(await asking, 'no')
  t.same(answered(rig), [
    ['No.', false],
    ['This question is over: nothing was done now.', false],
    ['This question is over: nothing was done now.', false],
  ])
})

void t.test('data that was made up, or is from before a restart, is answered and does nothing', async (t) => {
  const rig = await started(t)
  const asking = ask(rig, question, never)
  await settle()
  let isDecided = false
  void asking.then(() => (isDecided = true))
  const real = button(rig.wire, 'yes')
  const made = [
    '',
    'ask',
    'ask::yes',
    'ask:0123456789abcdef:yes',
    `${real} `,
    real.replace('yes', 'maybe'),
    real.toUpperCase(),
  ]
  for (const data of [...made, undefined, 7, {}]) await press(rig, data)
  t.equal(isDecided, false)
  t.equal(answered(rig).length, made.length + 3)
})

void t.test('an answer to a press is tried again', async (t) => {
  const rig = await started(t)
  rig.wire.fail('answerCallbackQuery', new HttpError('cut', 'The connection ended.'))
  await press(rig, 'x')
  await rig.clock.advance(2_000)
  t.equal(answered(rig).length, 2)
})

void t.test('without an answer in time it is no, and the message says so', async (t) => {
  const rig = await started(t)
  const asking = ask(rig, question, never)
  await rig.clock.advance(limits.humanAnswerTimeoutMs)
  t.equal(await asking, 'silence')
  await settle()
  t.match(rig.wire.texts(), [/Not answered by Saturday .*, so: no\.$/])
  await press(rig, button(rig.wire, 'yes'))
  t.match(answered(rig), [[/over/, false]])
})

void t.test('what asked was stopped: it is no, and the message says so', async (t) => {
  const rig = await started(t)
  const stop = new AbortController()
  const asking = ask(rig, question, stop.signal)
  await settle()
  stop.abort()
  t.equal(await asking, 'withdrawn')
  await settle()
  t.match(rig.wire.texts(), [/Withdrawn: what asked was stopped\.$/])
})

void t.test('Pincer stops: nobody can answer any more, and the message says so before the end', async (t) => {
  const rig = await started(t)
  const asking = ask(rig, question, never)
  await settle()
  await rig.channel.stop()
  t.match(await asking, { unavailable: /stopping/ })
  t.match(rig.wire.texts(), [/Withdrawn: Pincer is stopping\.$/])
  t.equal(rig.clock.pendingTimers(), 0)
  t.match(await ask(rig, question, never), { unavailable: /stopping/ })
})

void t.test('the end waits for that word, and not for longer than a moment', async (t) => {
  for (const isAnswered of [true, false]) {
    const rig = await started(t)
    const asking = ask(rig, question, never)
    await settle()
    const late = Promise.withResolvers<void>()
    rig.wire.before = (method) => (method === 'editMessageText' ? late.promise : Promise.resolve())
    if (!isAnswered) rig.wire.fail('editMessageText', 'silent')
    let hasEnded = false
    const stopped = rig.channel.stop().then(() => (hasEnded = true))
    await asking
    await settle()
    t.equal(hasEnded, false)
    late.resolve()
    if (!isAnswered) await rig.clock.advance(limits.telegramFarewellMs)
    await stopped
    t.equal(rig.wire.called('editMessageText').length, 1)
    t.equal(rig.clock.pendingTimers(), 0)
  }
})

void t.test('a stop while the question is on its way leaves no open question behind', async (t) => {
  const rig = await started(t)
  const late = Promise.withResolvers<void>()
  rig.wire.after = (method) => (method === 'sendMessage' ? late.promise : Promise.resolve())
  const stop = new AbortController()
  const asking = ask(rig, question, stop.signal)
  await settle()
  stop.abort()
  t.equal(await asking, 'withdrawn')
  late.resolve()
  await settle()
  t.match(rig.wire.texts(), [/Withdrawn/])
})

void t.test('only owners are asked, in their own chat or in a group', async (t) => {
  const rig = await started(t)
  for (const [chat, personId] of [
    ['1002', '1002'],
    ['6666', '6666'],
    ['1002', '1001'],
    ['nowhere', '1001'],
    ['1001', 'Ada'],
  ] as const) {
    t.match(await ask(rig, { ...question, chat, personId }, never), { unavailable: /\w+ \w+/ }, `${chat} ${personId}`)
  }
  t.same(rig.wire.texts(), [])
})

void t.test('"too many requests" is waited for, a network that is gone is not', async (t) => {
  const rig = await started(t)
  rig.wire.fail('sendMessage', { code: 429, description: 'Too Many Requests', parameters: { retry_after: 9 } })
  const asking = ask(rig, question, never)
  await rig.clock.advance(9_000)
  await press(rig, button(rig.wire, 'yes'))
  t.equal(await asking, 'yes')
  rig.wire.isCut = true
  t.match(await ask(rig, question, never), { unavailable: /no way to the network/ })
})

void t.test('the end of a question is shown also when the network was gone for a while', async (t) => {
  const rig = await started(t)
  const asking = ask(rig, question, never)
  await settle()
  rig.wire.isCut = true
  await rig.clock.advance(limits.humanAnswerTimeoutMs)
  t.equal(await asking, 'silence')
  rig.wire.isCut = false
  await rig.clock.advance(60_000)
  t.match(rig.wire.texts(), [/Not answered/])
})

void t.test('who was revoked while the question stood cannot allow it', async (t) => {
  const rig = await started(t)
  await rig.arrives({ text: 'hi', from: eve, chat: { id: eve.id, type: 'private' } })
  const code = /pincer pair (\w{8})/.exec(rig.wire.texts().at(-1) ?? '')?.[1] ?? ''
  await rig.channel.pairing.confirm(code)
  const asking = ask(rig, { ...question, chat: String(eve.id), personId: String(eve.id) }, never)
  await settle()
  await rig.channel.pairing.revoke('Eve')
  await press(rig, button(rig.wire, 'yes'), eve)
  await rig.clock.advance(limits.humanAnswerTimeoutMs)
  t.equal(await asking, 'silence')
})

void t.test('the call stands as it will run, and "always" has a button where it is offered', async (t) => {
  const rig = await started(t)
  const subject = { tool: 'run', argumentsHash: 'hash', binding: '' }
  const call = 'run {"a":"<b>"}'
  deskOf(rig, t.testdir({}))
  const asking = ask(rig, { ...question, call, subject })
  await settle()
  const sent = rig.wire.called('sendMessage')[0] ?? {}
  const text = String(sent['text'])
  const entities = sent['entities'] as readonly { readonly offset: number; readonly length: number }[]
  t.same(
    entities.map(({ offset, length }) => text.substr(offset, length)),
    [question.action, call],
  )
  t.match(JSON.stringify(sent['reply_markup']), /"Yes".*"Always".*"No"/)
  await press(rig, button(rig.wire, 'always'))
  t.equal(await asking, 'yes')
  await until(() => /Always, by Ada, .*\/deny [A-Z2-9]{5} revokes it\.$/.test(rig.wire.texts()[0] ?? ''), 'the words')
  t.same(answered(rig), [['Always.', false]])
})

void t.test('what /approve has decided is over for the buttons, and the message says who decided', async (t) => {
  const rig = await started(t)
  const asking = ask(rig, question)
  await settle()
  const [, code = ''] = /approve (\w{5})/.exec(rig.wire.texts()[0] ?? '') ?? []
  const by = { channel: channelName, chat: '1001', person: { id: '1001', name: 'Ada', role: 'owner' } } as const
  t.match(await deskOf(rig).answer(by, code, 'yes'), /^Yes, by Ada/)
  await press(rig, button(rig.wire, 'no'))
  t.equal(await asking, 'yes')
  t.match(rig.wire.texts(), [/Yes, by Ada, /])
  t.same(answered(rig), [['This question is over: nothing was done now.', false]])
})

void t.test('a button with a command says it for whoever pressed, and only to who may speak', async (t) => {
  const rig = await started(t)
  const said = (): readonly unknown[] => rig.intake.accepted.map(({ text, person, chat }) => [person.id, chat, text])
  const under = { message_id: 5, chat: { id: ada.id, type: 'private' } }
  const pressed = async (data: string, from: object = ada, message: object | 'none' = under): Promise<void> => {
    rig.wire.push({ callback_query: { id: `p-${data}`, from, data, ...(message === 'none' ? {} : { message }) } })
    await settle()
    await settle()
  }
  await pressed('say:/jobs pause 3')
  t.same(said(), [[String(ada.id), String(ada.id), '/jobs pause 3']])
  t.same(answered(rig), [['', false]], 'the button stops to spin')
  await pressed('say:turn on the gate')
  await pressed('say:')
  await pressed('/jobs pause 3')
  await pressed('say:/jobs pause 3', eve, { message_id: 6, chat: { id: eve.id, type: 'private' } })
  await pressed('say:/jobs pause 3', eve)
  await pressed('say:/jobs pause 4', ada, 'none')
  t.equal(said().length, 1, 'no words, no strangers, and nothing without a chat')
  await pressed('say:/jobs remove 3', ada, { message_id: 7, chat: { id: group.id, type: 'supergroup' } })
  t.same(said()[1], [String(ada.id), String(group.id), '/jobs remove 3'])
})

void t.test(
  'a press is fresh where Telegram had nothing for us shortly before, else as old as what it is under',
  async (t) => {
    const rig = await started(t)
    const hourMs = 3_600_000
    const nowS = (): number => Math.floor(rig.clock.nowMs() / 1_000)
    const press = (date: number | 'none'): void => {
      const under = { message_id: 5, chat: { id: ada.id, type: 'private' }, ...(date === 'none' ? {} : { date }) }
      rig.wire.push({ callback_query: { id: `p-${date}`, from: ada, data: 'say:/jobs run 3', message: under } })
    }
    /** Its age, and since when it says to be. */
    const taken = async (): Promise<readonly unknown[]> => {
      await settle()
      await settle()
      const { ageMs, sentAtMs } = rig.intake.accepted.at(-1) ?? {}
      rig.intake.accepted.length = 0
      return [ageMs, sentAtMs]
    }
    const listedS = nowS() - 86_400
    press(listedS)
    t.same(await taken(), [undefined, listedS * 1_000], 'it may have waited while no Pincer ran')
    await rig.clock.advance(1_000)
    press(listedS)
    t.same(await taken(), [1_000, rig.clock.nowMs() - 1_000])
    rig.wire.isCut = true
    await rig.clock.advance(3 * hourMs)
    press(listedS)
    press('none')
    rig.wire.isCut = false
    await rig.clock.advance(minuteMs)
    t.same(
      rig.intake.accepted.map(({ ageMs, sentAtMs }) => [ageMs, sentAtMs]),
      [
        [undefined, listedS * 1_000],
        [null, 0],
      ],
      'the network was gone',
    )
    press(listedS)
    await settle()
    await settle()
    t.ok(Number(rig.intake.accepted.at(-1)?.ageMs) <= minuteMs, 'and is back')
    rig.clock.jumpWall(3 * hourMs)
    press(listedS)
    t.same(await taken(), [undefined, listedS * 1_000], 'the machine slept')
  },
)

void t.test('a machine that slept takes no yes to a question whose time is over', async (t) => {
  const rig = await started(t)
  const asking = ask(rig, question, never)
  await settle()
  rig.clock.jumpWall(3 * 3_600_000)
  await press(rig, button(rig.wire, 'yes'))
  t.same(answered(rig), [['This question is over: nothing was done now.', false]])
  await rig.clock.advance(limits.humanAnswerTimeoutMs)
  t.equal(await asking, 'silence')
})
