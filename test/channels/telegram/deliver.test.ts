import t from 'tap'
import { HttpError } from '../../../src/http/http-error.ts'
import { settle } from '../../support/fake-clock.ts'
import { createTelegramRig, type TelegramRig } from '../../support/telegram-rig.ts'

const never = new AbortController().signal
const tooMany = (seconds: number) => ({
  code: 429,
  description: `Too Many Requests: retry after ${seconds}`,
  parameters: { retry_after: seconds },
})

async function started(t: Parameters<typeof createTelegramRig>[0]): Promise<TelegramRig> {
  const rig = createTelegramRig(t)
  await rig.start()
  return rig
}

/** Three parts, each beginning with its number. */
const long = ['1', '2', '3'].map((n) => `${n} ${'word '.repeat(750)}`).join('\n\n')

void t.test("a model's Markdown is sent as HTML without link previews", async (t) => {
  const rig = await started(t)
  await rig.channel.deliver(rig.outbound('**21 °C** at [home](https://example.org) & <more>'), never)
  t.match(rig.wire.called('sendMessage'), [
    {
      chat_id: 1001,
      text: '<b>21 °C</b> at <a href="https://example.org">home</a> &amp; &lt;more&gt;',
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
    },
  ])
})

void t.test('what Telegram does not take as HTML is sent once more, as plain text', async (t) => {
  const rig = await started(t)
  rig.wire.refusesHtml = true
  t.same(await rig.channel.deliver(rig.outbound('**bold** [home](https://example.org)'), never), {
    status: 'delivered',
  })
  t.same(rig.wire.texts(), ['bold home (https://example.org)'])
  t.same(
    rig.wire.called('sendMessage').map((each) => each['parse_mode']),
    ['HTML', undefined],
  )
})

void t.test('plain text that became longer than one message is sent in several, whole', async (t) => {
  const rig = await started(t)
  rig.wire.refusesHtml = true
  const links = Array.from({ length: 90 }, (_, n) => `[link ${n}](https://example.org/${'x'.repeat(60)}${n})`).join(
    '\n\n',
  )
  t.same(await rig.channel.deliver(rig.outbound(links), never), { status: 'delivered' })
  t.ok(rig.wire.texts().length > 1)
  for (let n = 0; n < 90; n++) t.match(rig.wire.texts().join(''), new RegExp(`link ${n} \\(https`))
})

void t.test('a reply of several parts goes on after a 429 where it was, and repeats nothing', async (t) => {
  const rig = await started(t)
  const message = rig.outbound(long)
  let sends = 0
  rig.wire.before = async (method) => {
    if (method === 'sendMessage' && ++sends === 2) rig.wire.fail('sendMessage', tooMany(40))
  }
  const first = await rig.channel.deliver(message, never)
  t.match(first, { status: 'retry', afterMs: 40_000, reason: /Too Many Requests/ })
  t.equal(rig.wire.texts().length, 1)
  t.same(await rig.channel.deliver(message, never), { status: 'delivered' })
  t.same(
    rig.wire.texts().map((text) => text[0]),
    ['1', '2', '3'],
  )
})

void t.test('a network that comes and goes is retried with growing waits, and a 5xx too', async (t) => {
  const rig = await started(t)
  const message = rig.outbound('hello')
  const lost = new HttpError('cut', 'The connection ended.')
  rig.wire.fail('sendMessage', lost, { code: 502, description: 'Bad Gateway' }, lost, lost, lost, lost, lost)
  const waits: number[] = []
  for (;;) {
    const delivery = await rig.channel.deliver(message, never)
    if (delivery.status !== 'retry') break
    waits.push(delivery.afterMs)
  }
  t.same(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 24_000, 24_000])
  t.same(rig.wire.texts(), ['hello'])
})

void t.test('a message for somebody who blocked the bot, or for a chat that is gone, is undeliverable', async (t) => {
  const rig = await started(t)
  rig.wire.fail('sendMessage', { code: 403, description: 'Forbidden: bot was blocked by the user' })
  t.match(await rig.channel.deliver(rig.outbound('one'), never), { status: 'undeliverable', reason: /blocked/ })
  t.match(await rig.channel.deliver(rig.outbound('two', { chat: '404404' }), never), { reason: /chat not found/ })
  for (const chat of ['', 'x', '1:2:3', '99999999999999999', '-', '1:', '1e3']) {
    t.match(await rig.channel.deliver(rig.outbound('three', { chat }), never), { status: 'undeliverable' }, chat)
  }
})

void t.test('a wrong token loses no reply: it is tried again, slowly', async (t) => {
  const rig = await started(t)
  rig.wire.fail('sendMessage', { code: 401, description: 'Unauthorized' })
  t.match(await rig.channel.deliver(rig.outbound('one'), never), { status: 'retry', afterMs: 300_000 })
})

void t.test('a retry_after beyond all reason is tried again after an hour', async (t) => {
  const rig = await started(t)
  rig.wire.fail('sendMessage', tooMany(1e12), { ...tooMany(5), parameters: { retry_after: 'soon' } })
  t.match(await rig.channel.deliver(rig.outbound('one'), never), { status: 'retry', afterMs: 3_600_000 })
  t.match(await rig.channel.deliver(rig.outbound('one'), never), { status: 'retry', afterMs: 1_000 })
})

void t.test('a reply without a word is not refused for ever: it says that it is empty', async (t) => {
  const rig = await started(t)
  t.same(await rig.channel.deliver(rig.outbound(' \n '), never), { status: 'delivered' })
  t.same(rig.wire.texts(), ['(an empty reply)'])
})

void t.test(
  'what is on its way when Pincer stops gets a moment to be answered, so that it is not sent twice',
  async (t) => {
    const rig = await started(t)
    const late = Promise.withResolvers<void>()
    rig.wire.after = (method) => (method === 'sendMessage' ? late.promise : Promise.resolve())
    const stop = new AbortController()
    const delivery = rig.channel.deliver(rig.outbound('hello'), stop.signal)
    await settle()
    stop.abort()
    const stopped = rig.channel.stop()
    await rig.clock.advance(1_000)
    late.resolve()
    t.same(await delivery, { status: 'delivered' })
    await stopped
    t.equal(rig.clock.pendingTimers(), 0)
  },
)

void t.test('after that moment it is given up, and tried again at the next start', async (t) => {
  const rig = await started(t)
  rig.wire.fail('sendMessage', 'silent')
  const delivery = rig.channel.deliver(rig.outbound(long), never)
  await settle()
  const stopped = rig.channel.stop()
  await rig.clock.advance(2_000)
  t.equal((await delivery).status, 'retry')
  await stopped
  t.equal(rig.clock.pendingTimers(), 0)
})

void t.test('a stop between two parts sends no further part', async (t) => {
  const rig = await started(t)
  const stop = new AbortController()
  rig.wire.after = async (method) => {
    if (method === 'sendMessage') stop.abort()
  }
  const message = rig.outbound(long)
  t.equal((await rig.channel.deliver(message, stop.signal)).status, 'retry')
  t.equal(rig.wire.texts().length, 1)
})

void t.test('buttons that say commands stand under the last part, also where it is sent as plain text', async (t) => {
  const buttons = [
    { text: 'pause 3', command: '/jobs pause 3' },
    { text: 'remove 3', command: '/jobs remove 3' },
    { text: 'pause 4', command: '/jobs pause 4' },
    { text: 'too much', command: `/jobs ${'x'.repeat(60)}` },
  ]
  const expected = {
    inline_keyboard: [
      [
        { text: 'pause 3', callback_data: 'say:/jobs pause 3' },
        { text: 'remove 3', callback_data: 'say:/jobs remove 3' },
      ],
      [{ text: 'pause 4', callback_data: 'say:/jobs pause 4' }],
    ],
  }
  for (const refusesHtml of [false, true]) {
    const rig = await started(t)
    rig.wire.refusesHtml = refusesHtml
    await rig.channel.deliver({ ...rig.outbound(long), buttons }, never)
    const keyboards = rig.wire.called('sendMessage').map((each) => each['reply_markup'])
    t.same(keyboards.at(-1), expected)
    const shown = keyboards.filter((each) => each !== undefined)
    t.equal(shown.length, refusesHtml ? 2 : 1, 'on the last alone, each time that it is tried')
  }
})
