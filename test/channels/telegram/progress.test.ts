import t from 'tap'
import { HttpError } from '../../../src/http/http-error.ts'
import type { Activity } from '../../../src/bus/message.ts'
import { settle } from '../../support/fake-clock.ts'
import { createTelegramRig, type TelegramRig } from '../../support/telegram-rig.ts'

const never = new AbortController().signal

interface Turn extends TelegramRig {
  show(kind: Activity['kind'], line?: string, failed?: boolean): void
  reply(text: string): ReturnType<TelegramRig['channel']['deliver']>
}

async function started(
  t: Parameters<typeof createTelegramRig>[0],
  options: { readonly chat?: string; readonly progress?: boolean } = {},
): Promise<Turn> {
  const { chat = '1001', progress = true } = options
  const rig = createTelegramRig(t, { config: { progress } })
  await rig.start()
  return {
    ...rig,
    show: (kind, line = '', failed = false) =>
      rig.channel.show({ kind, channel: 'telegram', chat, line, failed, progress: '' }),
    reply: (text) => rig.channel.deliver(rig.outbound(text, { chat, answers: ['1'] }), never),
  }
}

const edits = (rig: TelegramRig): readonly number[] =>
  rig.wire.calls.filter((call) => call.method === 'editMessageText').map((call) => call.atMs)

void t.test('typing shows at once, again every 4 s, and ends with the turn', async (t) => {
  const rig = await started(t, { progress: false })
  rig.show('turn-started')
  await rig.clock.advance(20_000)
  t.equal(rig.wire.called('sendChatAction').length, 6)
  t.match(rig.wire.called('sendChatAction')[0], { chat_id: 1001, action: 'typing' })
  rig.show('turn-ended')
  await rig.clock.advance(60_000)
  t.equal(rig.wire.called('sendChatAction').length, 6)
  t.same(rig.wire.messages, [], 'and with progress switched off there is no message')
})

void t.test('typing ends by itself when a turn shows no sign of life, and after two failures', async (t) => {
  const rig = await started(t, { progress: false })
  rig.show('turn-started')
  await rig.clock.advance(60 * 60_000)
  const count = rig.wire.called('sendChatAction').length
  t.ok(count <= 151, `${count}`)
  const other = await started(t, { progress: false })
  const lost = new HttpError('cut', 'The connection ended.')
  other.wire.fail('sendChatAction', lost, lost)
  other.show('turn-started')
  await other.clock.advance(60_000)
  t.equal(other.wire.called('sendChatAction').length, 2)
})

void t.test('a turn of less than 3 s shows no message and leaves no timer', async (t) => {
  const rig = await started(t)
  const timers = rig.clock.pendingTimers()
  rig.show('turn-started')
  rig.show('tool-started', 'device_read room')
  await rig.clock.advance(2_900)
  await rig.reply('21 °C')
  rig.show('turn-ended')
  t.equal(rig.clock.pendingTimers(), timers)
  await rig.clock.advance(60_000)
  t.same(rig.wire.texts(), ['21 °C'])
})

void t.test('after 3 s one silent message shows the tools, and the reply takes its place', async (t) => {
  const rig = await started(t)
  rig.show('turn-started')
  rig.show('tool-started', 'device_read room')
  await rig.clock.advance(3_000)
  t.match(rig.wire.messages, [{ text: 'Working on it…\n- device_read room …', silent: true }])
  rig.show('tool-finished', 'device_read room')
  rig.show('tool-started', 'device_set lamp on')
  rig.show('tool-finished', 'device_set lamp on', true)
  await rig.clock.advance(1_500)
  t.same(rig.wire.texts(), ['Working on it…\n- device_read room\n- device_set lamp on (failed)'])
  t.same(await rig.reply('**21 °C**'), { status: 'delivered' })
  rig.show('turn-ended')
  await rig.clock.advance(60_000)
  t.same(rig.wire.texts(), ['<b>21 °C</b>'])
  t.equal(rig.wire.messages.length, 1)
})

for (const [chat, gapMs] of [
  ['1001', 1_500],
  ['-100200', 3_000],
] as const) {
  void t.test(`in chat ${chat} edits are at least ${gapMs} ms apart, and show the newest lines`, async (t) => {
    const rig = await started(t, { chat })
    rig.show('turn-started')
    for (let step = 0; step < 300; step++) {
      rig.show('tool-started', `step ${step}`)
      rig.show('tool-finished', `step ${step}`)
      await rig.clock.advance(200)
    }
    const times = edits(rig)
    t.ok(times.length > 15 && times.length <= 60_000 / gapMs)
    t.ok(times.every((atMs, index) => index === 0 || atMs - (times[index - 1] ?? 0) >= gapMs))
    await rig.clock.advance(5_000)
    t.match(rig.wire.texts()[0], /288 steps before these\)\n- step 288\n[^]*- step 299$/)
    const { length } = edits(rig)
    await rig.clock.advance(60_000)
    t.equal(edits(rig).length, length, 'without news there is no edit')
  })
}

void t.test('a 429 for an edit is obeyed, and does not keep the reply', async (t) => {
  const rig = await started(t)
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  rig.wire.fail('editMessageText', { code: 429, description: 'Too Many Requests', parameters: { retry_after: 30 } })
  rig.show('tool-started', 'one')
  await rig.clock.advance(2_000)
  rig.show('tool-started', 'two')
  await rig.clock.advance(20_000)
  t.equal(edits(rig).length, 1)
  await rig.reply('done')
  t.same(rig.wire.texts(), ['done'])
})

void t.test('a reply of several parts takes the place with the first of them', async (t) => {
  const rig = await started(t)
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  await rig.reply(`one ${'word '.repeat(800)}\n\ntwo ${'word '.repeat(800)}`)
  t.same(
    rig.wire.texts().map((text) => text.slice(0, 3)),
    ['one', 'two'],
  )
})

void t.test('when something was said below it, the message is removed and the reply is a new one', async (t) => {
  const rig = await started(t)
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  await rig.arrives({ text: 'hurry' })
  await rig.reply('done')
  await settle()
  t.same(rig.wire.texts(), ['done'])
  t.equal(rig.wire.messages.length, 2)
})

void t.test('the answer to a command does not end what the turn beside it shows', async (t) => {
  const rig = await started(t)
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  await rig.arrives({ text: '/status' })
  const { id = '' } = rig.intake.accepted[0] ?? {}
  await rig.channel.deliver(rig.outbound('all well', { answers: [id] }), never)
  rig.show('tool-started', 'one')
  await rig.clock.advance(2_000)
  t.same(rig.wire.texts(), ['Working on it…\n- one …', 'all well'])
  await rig.reply('done')
  await settle()
  t.same(rig.wire.texts(), ['all well', 'done'])
})

void t.test('a turn without a reply leaves no message, and neither does the next turn or a stop', async (t) => {
  const rig = await started(t)
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  rig.show('turn-ended')
  await rig.clock.advance(11_000)
  t.same(rig.wire.texts(), [])
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  rig.show('turn-ended')
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  t.equal(rig.wire.texts().length, 1)
  await rig.channel.stop()
  t.same(rig.wire.texts(), [])
  t.equal(rig.clock.pendingTimers(), 0)
})

void t.test('a message that could not be removed at first is removed later', async (t) => {
  const rig = await started(t)
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  rig.show('turn-ended')
  rig.wire.isCut = true
  await rig.clock.advance(30_000)
  rig.wire.isCut = false
  await rig.clock.advance(60_000)
  t.same(rig.wire.texts(), [])
})

void t.test('an edit of which nobody knows whether it arrived is never put on top of the reply', async (t) => {
  const rig = await started(t)
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  rig.wire.fail('editMessageText', new HttpError('gap-timeout', 'No answer.'))
  rig.show('tool-started', 'one')
  await rig.clock.advance(2_000)
  await rig.reply('done')
  await settle()
  t.same(rig.wire.texts(), ['done'])
  t.equal(rig.wire.messages[0]?.isDeleted, true)
})

void t.test(
  'the reply waits for an edit that is on its way, and a message that is on its way is not left behind',
  async (t) => {
    const rig = await started(t)
    const late = Promise.withResolvers<void>()
    rig.wire.after = (method) => (method === 'sendMessage' ? late.promise : Promise.resolve())
    rig.show('turn-started')
    await rig.clock.advance(3_000)
    const delivered = rig.reply('done')
    rig.show('turn-ended')
    await settle()
    late.resolve()
    await delivered
    t.same(rig.wire.texts(), ['done'])
    t.equal(rig.wire.messages.length, 1)
  },
)

void t.test('a progress message that somebody deleted does not keep the reply', async (t) => {
  const rig = await started(t)
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  const [message] = rig.wire.messages
  if (message !== undefined) message.isDeleted = true
  t.same(await rig.reply('done'), { status: 'delivered' })
  t.same(rig.wire.texts(), ['done'])
})

void t.test('a reply that is edited in twice, because the first answer was lost, is delivered once', async (t) => {
  const rig = await started(t)
  rig.show('turn-started')
  await rig.clock.advance(3_000)
  const message = rig.outbound('done', { answers: ['1'] })
  let isLost = false
  rig.wire.after = async (method) => {
    if (method !== 'editMessageText' || isLost) return
    isLost = true
    throw new HttpError('cut', 'The connection ended.')
  }
  t.equal((await rig.channel.deliver(message, never)).status, 'retry')
  t.same(await rig.channel.deliver(message, never), { status: 'delivered' })
  t.same(rig.wire.texts(), ['done'])
})
