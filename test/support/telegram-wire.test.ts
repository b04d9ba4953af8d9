import t from 'tap'
import { FakeClock } from './fake-clock.ts'
import { ada } from './telegram-rig.ts'
import { TelegramWire, token } from './telegram-wire.ts'

const never = new AbortController().signal
const deadlines = { connectMs: 1, firstByteMs: 1, gapMs: 1 }

async function call(wire: TelegramWire, method: string, payload: object): Promise<string> {
  const url = `https://api.telegram.test/bot${token}/${method}`
  const request = { method: 'POST', url, headers: {}, body: JSON.stringify(payload), deadlines } as const
  const { status, body } = await wire.request(request, never)
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return `${status} ${Buffer.concat(pieces).toString()}`
}

void t.test('the server in memory has the rules of the one with sockets', async (t) => {
  const clock = new FakeClock()
  const wire = new TelegramWire(clock)
  const chat_id = ada.id
  const refused: readonly (readonly [string, object, RegExp])[] = [
    ['sendMessage', { chat_id, text: 'x'.repeat(4097) }, /^400 .*message is too long/],
    ['sendMessage', { chat_id, text: '\u200b' }, /^400 .*text must be non-empty/],
    ['sendMessage', { chat_id, text: '<b>x', parse_mode: 'HTML' }, /^400 .*can't parse entities/],
    ['sendMessage', { chat_id: 404404, text: 'x' }, /^400 .*chat not found/],
    ['sendMessage', { chat_id, text: 'x', silently: true }, /^400 .*no parameter \\"silently\\"/],
    ['editMessageText', { chat_id, message_id: 7, text: 'x' }, /^400 .*message to edit not found/],
    ['answerCallbackQuery', { callback_query_id: 'none' }, /^400 .*query is too old/],
    ['sendMassage', {}, /^404 /],
  ]
  for (const [method, payload, words] of refused) t.match(await call(wire, method, payload), words)
  t.same(wire.messages, [])

  const id = wire.push({ message: { message_id: 1, date: 1, from: ada, chat: { id: ada.id, type: 'private' } } })
  t.match(await call(wire, 'getUpdates', { timeout: 30 }), `"update_id":${id}`)
  const first = call(wire, 'getUpdates', { offset: id + 1, timeout: 30 })
  t.same(wire.unconfirmed(), [id])
  await clock.advance(1_000)
  t.same(wire.unconfirmed(), [], 'what an offset goes beyond is forgotten')
  const second = call(wire, 'getUpdates', { offset: id + 1, timeout: 30 })
  t.match(await first, /^409 .*terminated by other getUpdates request/)
  await clock.advance(30_000)
  t.equal(await second, '200 {"ok":true,"result":[]}')
})
