import t from 'tap'
import type { Fault } from './fake-bot-faults.ts'
import { fakeBot, type Answer, type FakeBotRig } from './fake-bot-rig.ts'
import { startFakeBotApi } from './fake-bot-control.ts'
import { settle } from './fake-clock.ts'

const idsOf = ({ result }: Answer): readonly number[] =>
  (result as { update_id: number }[]).map((each) => each.update_id)
const kindsOf = ({ result }: Answer): readonly string[] =>
  (result as object[]).map((each) => Object.keys(each).find((key) => key !== 'update_id') ?? '')

/** A poll that is held open before this resolves. */
async function held({ fake, call }: FakeBotRig, parameters: object = {}): Promise<{ answer: Promise<Answer> }> {
  const answer = call('getUpdates', { timeout: 30, ...parameters })
  await fake.untilPolled()
  return { answer }
}

void t.test('only the right token on the right path gets an answer', async (t) => {
  const { fake } = await fakeBot(t)
  const statusOf = async (path: string): Promise<string> => {
    const response = await fetch(`${fake.apiRoot}${path}`)
    const { description } = (await response.json()) as Answer
    return `${response.status} ${description}`
  }
  t.match(await statusOf(`/bot${fake.token}/getMe`), '200')
  t.match(await statusOf(`/bot${fake.token}/GETME`), '200', 'in any case')
  t.equal(await statusOf('/bot1:wrong/getMe'), '401 Unauthorized')
  t.equal(await statusOf('/botnonsense/getMe'), '404 Not Found')
  t.equal(await statusOf('/getMe'), '404 Not Found')
  t.equal(await statusOf(`/bot${fake.token}/getMee`), '404 Not Found: method not found')
  t.equal(await statusOf(`/bot${fake.token}/constructor`), '404 Not Found: method not found')
})

void t.test('parameters come in the query, urlencoded, as JSON or as multipart', async (t) => {
  const { fake } = await fakeBot(t)
  const url = `${fake.apiRoot}/bot${fake.token}/sendMessage`
  const form = new FormData()
  form.set('chat_id', '7')
  form.set('text', 'form')
  const sent = await Promise.all([
    fetch(`${url}?chat_id=7&text=query`),
    fetch(url, { method: 'POST', body: new URLSearchParams({ chat_id: '7', text: 'encoded' }) }),
    fetch(url, { method: 'POST', body: form }),
  ])
  t.strictSame(
    sent.map((each) => each.status),
    [200, 200, 200],
  )
  t.strictSame([...fake.botTexts(7)].sort(), ['encoded', 'form', 'query'])
  const json = { 'content-type': 'application/json' }
  const statusOf = async (init: RequestInit): Promise<string> => {
    const response = await fetch(url, { method: 'POST', ...init })
    return `${response.status} ${((await response.json()) as Answer).description}`
  }
  t.equal(await statusOf({ headers: json, body: '[]' }), '400 Bad Request: JSON object expected')
  t.equal(await statusOf({ headers: json, body: '{"a"' }), "400 Bad Request: can't parse object, ':' expected")
  t.equal(
    await statusOf({ headers: { 'content-type': 'text/plain' }, body: 'x' }),
    '400 Bad Request: the fake reads no body of type "text/plain"',
  )
  t.equal(
    await statusOf({ headers: { 'content-type': 'multipart/form-data' }, body: 'x' }),
    "400 Bad Request: can't parse form data headers",
  )
})

void t.test('updates stay until an offset goes beyond them, and then are forgotten', async (t) => {
  const { fake, call } = await fakeBot(t)
  fake.say({ from: 7, text: 'two' })
  const [first = 0, second = 0] = idsOf(await call('getUpdates'))
  t.equal(second, first + 1)
  t.strictSame(idsOf(await call('getUpdates')), [first, second], 'nothing was confirmed')
  t.strictSame(idsOf(await call('getUpdates', { limit: 1 })), [first])
  t.strictSame(idsOf(await call('getUpdates', { offset: second })), [second])
  t.strictSame(idsOf(await call('getUpdates', { offset: first })), [second], 'an older offset brings nothing back')
  t.equal(fake.pendingUpdates(), 1)
  for (const text of ['three', 'four']) fake.say({ from: 7, text })
  t.strictSame(idsOf(await call('getUpdates', { offset: -1 })), [second + 2], 'a negative one keeps the last')
  t.strictSame(idsOf(await call('getUpdates', { offset: second + 3 })), [])
  fake.repeatUpdates(2)
  t.strictSame(
    idsOf(await call('getUpdates', { offset: second + 3 })),
    [second + 1, second + 2],
    'on demand they come again',
  )
  t.strictSame(idsOf(await call('getUpdates', { offset: second + 3 })), [])
})

void t.test('only the kinds that were asked for come into being', async (t) => {
  const { fake, call } = await fakeBot(t)
  const { message_id: id } = fake.say({ from: 7, text: 'two' })
  fake.edit({ chat: 7, messageId: id, text: 'three' })
  fake.block(7)
  fake.block(7, false)
  t.strictSame(kindsOf(await call('getUpdates')), [
    'message',
    'message',
    'edited_message',
    'my_chat_member',
    'my_chat_member',
  ])
  await call('getUpdates', { offset: -1, allowed_updates: ['edited_message'] })
  fake.say({ from: 7, text: 'four' })
  fake.edit({ chat: 7, messageId: id, text: 'five' })
  t.strictSame(kindsOf(await call('getUpdates')), ['my_chat_member', 'edited_message'], 'also without saying it again')
  await call('getUpdates', { allowed_updates: [] })
  fake.say({ from: 7, text: 'six' })
  t.strictSame(kindsOf(await call('getUpdates')).at(-1), 'message', 'an empty list is the usual one')
  t.equal((await call('getUpdates', { allowed_updates: { a: 1 } })).status, 400)
})

void t.test('a poll is held open until something comes or its time is over', async (t) => {
  const rig = await fakeBot(t)
  const { fake, clock, call } = rig
  const [first = 0] = idsOf(await call('getUpdates'))
  const empty = await held(rig, { offset: first + 1 })
  await clock.advance(29_999)
  t.ok(fake.isPolled())
  await clock.advance(1)
  t.strictSame(idsOf(await empty.answer), [])
  t.notOk(fake.isPolled())
  const full = await held(rig, { offset: first + 1 })
  fake.say({ from: 7, text: 'two' })
  t.strictSame(idsOf(await full.answer), [first + 1])
  t.equal(clock.pendingTimers(), 0, 'and no timer is left')
  const long = await held(rig, { offset: first + 2, timeout: 500 })
  await clock.advance(50_000)
  t.strictSame(idsOf(await long.answer), [], 'fifty seconds is the longest')
})

void t.test('a poll whose client went away is over', async (t) => {
  const { fake, call } = await fakeBot(t)
  const [first = 0] = idsOf(await call('getUpdates'))
  const leaving = new AbortController()
  const gone = call('getUpdates', { offset: first + 1, timeout: 30 }, leaving.signal)
  await fake.untilPolled()
  leaving.abort()
  await t.rejects(gone)
  await fake.until(() => !fake.isPolled())
  t.pass('no poll is left')
})

void t.test('a second poller ends the first one, and a quick repetition is told late', async (t) => {
  const rig = await fakeBot(t)
  const { fake, clock, call } = rig
  const [first = 0] = idsOf(await call('getUpdates'))
  const older = await held(rig, { offset: first + 1 })
  const newer = call('getUpdates', { offset: first + 1, timeout: 30 })
  const conflict = {
    status: 409,
    description: 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  }
  t.match(await older.answer, conflict)
  let isTold = false
  const newest = call('getUpdates', { offset: first + 1, timeout: 30 })
  const told = newer.then((answer) => {
    isTold = true
    return answer
  })
  await fake.until(() => fake.callsOf('getUpdates').length === 4)
  await settle()
  t.notOk(isTold)
  await clock.advance(3_000)
  t.match(await told, conflict)
  fake.say({ from: 7, text: 'two' })
  t.strictSame(idsOf(await newest), [first + 1])
})

void t.test('a webhook and a poll exclude each other', async (t) => {
  const rig = await fakeBot(t)
  const { call, outcome } = rig
  const [first = 0] = idsOf(await call('getUpdates'))
  t.equal(
    await outcome('setWebhook', { url: 'http://a.org' }),
    '400 Bad Request: bad webhook: An HTTPS URL must be provided for webhook',
  )
  const poll = await held(rig, { offset: first + 1 })
  t.equal(await outcome('setWebhook', { url: 'https://a.org/x' }), 'ok')
  t.match(await poll.answer, { status: 409, description: 'Conflict: terminated by setWebhook request' })
  t.equal(
    await outcome('getUpdates'),
    "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  )
  t.match(await call('getWebhookInfo'), { result: { url: 'https://a.org/x', pending_update_count: 0 } })
  t.equal(await outcome('deleteWebhook', { drop_pending_updates: true }), 'ok')
  t.match(await call('getWebhookInfo'), { result: { url: '' } })
  t.equal(await outcome('getUpdates'), 'ok')
})

void t.test('in a group the bot is given what is meant for it', async (t) => {
  const given = async (options: object): Promise<readonly unknown[]> => {
    const { fake, call } = await fakeBot(t, options)
    await call('getUpdates', { offset: -1 })
    fake.group(-5)
    const { result } = await call('sendMessage', { chat_id: -5, text: 'I am here' })
    for (const text of [
      'hello',
      '/status',
      '/status@pincer_bot',
      '/status@other_bot',
      'hey @Pincer_Bot',
      'by @other_bot',
    ]) {
      fake.say({ from: 7, chat: -5, text })
    }
    fake.say({ from: 7, chat: -5, text: 'as you say', replyTo: (result as { message_id: number }).message_id })
    fake.say({ from: 7, chat: -5, fields: { photo: [], caption: 'look @pincer_bot' } })
    const { result: updates } = await call('getUpdates')
    return (updates as { message: { text?: string; caption?: string } }[])
      .map(({ message }) => message.text ?? message.caption)
      .slice(1)
  }
  const meant = ['/status', '/status@pincer_bot', 'hey @Pincer_Bot', 'as you say', 'look @pincer_bot']
  t.strictSame(await given({}), meant)
  t.equal((await given({ isPrivacyOn: false })).length, 8)
})

void t.test('messages carry what Telegram finds in them, where they are, and how old they are', async (t) => {
  const { fake, clock, call } = await fakeBot(t)
  fake.group(-1_000_000_000_001, { title: 'Forum', topics: [4] })
  fake.say({
    from: { id: 7, first_name: 'Ann', username: 'ann' },
    chat: -1_000_000_000_001,
    topic: 4,
    text: '/on@pincer_bot lamp https://a.org',
    ageMs: 60_000,
  })
  const { result } = await call('getUpdates', { offset: -1 })
  t.match(result, [
    {
      message: {
        from: { id: 7, is_bot: false, first_name: 'Ann', username: 'ann' },
        chat: { id: -1_000_000_000_001, type: 'supergroup', title: 'Forum', is_forum: true },
        message_thread_id: 4,
        is_topic_message: true,
        date: clock.nowMs() / 1_000 - 60,
        entities: [
          { type: 'bot_command', offset: 0, length: 14 },
          { type: 'url', offset: 20, length: 13 },
        ],
      },
    },
  ])
  t.match(await call('sendMessage', { chat_id: -1_000_000_000_001, message_thread_id: 4, text: 'a' }), { ok: true })
  t.equal(fake.chat(-1_000_000_000_001).at(-1)?.topic, 4)
  t.throws(() => fake.say({ from: 7, text: 'x', replyTo: 9_999 }), /no message 9999/)
  t.throws(() => fake.edit({ chat: 7, messageId: 9_999, text: 'x' }), /no message 9999/)
})

void t.test('files go both ways, and only what Telegram takes', async (t) => {
  const { fake, call } = await fakeBot(t, { hasFloodControl: false })
  const png = (width: number, height: number): Buffer => {
    const bytes = Buffer.alloc(64)
    bytes.write('\u0089PNG', 'latin1')
    bytes.writeUInt32BE(width, 16)
    bytes.writeUInt32BE(height, 20)
    return bytes
  }
  const upload = async (
    method: string,
    field: string,
    bytes: Buffer,
    more: Record<string, string> = {},
  ): Promise<string> => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ chat_id: '7', ...more })) form.set(name, value)
    form.set(field, new Blob([Uint8Array.from(bytes)]), 'chart.png')
    const response = await fetch(`${fake.apiRoot}/bot${fake.token}/${method}`, { method: 'POST', body: form })
    const { ok, description } = (await response.json()) as Answer
    return ok ? 'ok' : String(description)
  }
  t.equal(await upload('sendPhoto', 'photo', png(800, 400), { caption: '<b>day</b>', parse_mode: 'HTML' }), 'ok')
  t.match(fake.chat(7).at(-1), {
    from: 'bot',
    text: 'day',
    file: { name: 'chart.png', base64: png(800, 400).toString('base64') },
  })
  t.equal(await upload('sendDocument', 'piece', Buffer.from('x'), { document: 'attach://piece' }), 'ok')
  t.equal(
    await upload('sendDocument', 'piece', Buffer.from('x')),
    'Bad Request: the fake knows no file "piece" of this method',
  )
  t.equal(await upload('sendDocument', 'document', Buffer.alloc(0)), 'Bad Request: file must be non-empty')
  t.equal(await upload('sendPhoto', 'photo', Buffer.from('no picture')), 'Bad Request: IMAGE_PROCESS_FAILED')
  t.equal(await upload('sendPhoto', 'photo', png(9_000, 2_000)), 'Bad Request: PHOTO_INVALID_DIMENSIONS')
  t.equal(await upload('sendPhoto', 'photo', png(2_100, 100)), 'Bad Request: PHOTO_INVALID_DIMENSIONS')
  t.match(
    await upload('sendPhoto', 'photo', Buffer.concat([png(1, 1), Buffer.alloc(11 * 1024 * 1024)])),
    /too big for a photo/,
  )
  t.equal(
    await upload('sendPhoto', 'photo', png(1, 1), { caption: 'a'.repeat(1_025) }),
    'Bad Request: message caption is too long',
  )
  t.match(await call('sendPhoto', { chat_id: 7 }), { description: 'Bad Request: there is no photo in the request' })
  t.match(await call('sendDocument', { chat_id: 7, document: 'nonsense' }), { status: 400 })
  t.match(await call('sendDocument', { chat_id: 7, document: 'https://a.org/x' }), {
    description: 'Bad Request: failed to get HTTP URL content',
  })

  const id = fake.addFile({ name: 'note.txt', base64: Buffer.from('words').toString('base64') })
  const { result } = await call('getFile', { file_id: id })
  const { file_path: path, file_size: size } = result as { file_path: string; file_size: number }
  t.equal(size, 5)
  const response = await fetch(`${fake.apiRoot}/file/bot${fake.token}/${path}`)
  t.equal(await response.text(), 'words')
  t.equal((await fetch(`${fake.apiRoot}/file/bot${fake.token}/none`)).status, 404)
  t.equal((await fetch(`${fake.apiRoot}/file/bot1:wrong/${path}`)).status, 401)
  t.match(await call('getFile', { file_id: 'x' }), { description: 'Bad Request: invalid file_id' })
  t.match(await call('getFile'), { description: 'Bad Request: file_id not specified' })
  const big = fake.addFile({ name: 'film', base64: '', size: 21 * 1024 * 1024 })
  t.match(await call('getFile', { file_id: big }), { description: 'Bad Request: file is too big' })
  t.match(await call('sendDocument', { chat_id: 7, document: id }), { ok: true }, 'a known one may be sent on')
})

void t.test('everything that can go wrong on the way goes wrong on demand', async (t) => {
  const { fake, call, outcome } = await fakeBot(t, { hasFloodControl: false })
  const say = (text: string): Promise<Answer> => call('sendMessage', { chat_id: 7, text })
  fake.fail({ do: 'refuse', status: 429, description: 'Too Many Requests: retry after 17', retryAfterS: 17 })
  t.match(await say('a'), { status: 429, parameters: { retry_after: 17 } })
  fake.fail({ do: 'refuse', status: 502, description: 'Bad Gateway' }, { times: 2 })
  t.equal(await outcome('getMe'), '502 Bad Gateway')
  t.equal(await outcome('getMe'), '502 Bad Gateway')
  t.equal(await outcome('getMe'), 'ok')
  fake.fail({ do: 'refuse', status: 403, description: 'Forbidden: no' }, { method: 'sendmessage', chat: 7 })
  t.equal(await outcome('getMe'), 'ok', 'another method is left alone')
  t.equal(await outcome('sendMessage', { chat_id: 7, text: 'a' }), '403 Forbidden: no')
  fake.fail({ do: 'page', status: 504 })
  const page = await fetch(`${fake.apiRoot}/bot${fake.token}/getMe`)
  t.equal(page.status, 504)
  t.match(await page.text(), /^<html>/)
  t.strictSame(fake.botTexts(7), [], 'none of them took effect')

  const broken: readonly (readonly [Fault, boolean])[] = [
    [{ do: 'cut', when: 'before' }, false],
    [{ do: 'cut', when: 'after' }, true],
    [{ do: 'half' }, true],
  ]
  for (const [fault, tookEffect] of broken) {
    fake.fail(fault)
    const text = JSON.stringify(fault)
    await t.rejects(say(text), text)
    t.equal(fake.botTexts(7).includes(text), tookEffect, text)
    t.equal(fake.calls.at(-1)?.fault, fault.do)
  }
  for (const when of ['before', 'after'] as const) {
    fake.fail({ do: 'hang', when })
    const leaving = new AbortController()
    const hanging = call('sendMessage', { chat_id: 7, text: `hang ${when}` }, leaving.signal)
    await fake.until(() => fake.calls.at(-1)?.parameters['text'] === `hang ${when}`)
    await settle()
    t.equal(fake.botTexts(7).includes(`hang ${when}`), when === 'after')
    leaving.abort()
    await t.rejects(hanging)
  }
  fake.fail({ do: 'cut', when: 'before' }, { times: 100 })
  fake.heal()
  t.equal(await outcome('getMe'), 'ok')
})

void t.test('the network can be pulled out and put in again', async (t) => {
  const rig = await fakeBot(t)
  const { fake, call, outcome } = rig
  const [first = 0] = idsOf(await call('getUpdates'))
  const poll = await held(rig, { offset: first + 1 })
  const broken = t.rejects(poll.answer)
  const { port } = fake
  await fake.unplug()
  await broken
  await t.rejects(call('getMe'))
  fake.say({ from: 7, text: 'are you there?' })
  await fake.start()
  t.equal(fake.port, port)
  t.equal(await outcome('getMe'), 'ok')
  t.strictSame(idsOf(await call('getUpdates', { offset: first + 1 })), [first + 1], 'what was written meanwhile waits')
})

void t.test('every call is on record, with its parameters and its outcome', async (t) => {
  const { fake, call } = await fakeBot(t)
  await call('sendMessage', { chat_id: 7, text: 'a', link_preview_options: { is_disabled: true } })
  await call('sendMessage', { chat_id: 8, text: 'b' })
  t.match(fake.callsOf('sendMessage'), [
    { parameters: { chat_id: 7, text: 'a', link_preview_options: { is_disabled: true } }, status: 200 },
    { parameters: { chat_id: 8 }, status: 400, description: 'Bad Request: chat not found' },
  ])
})

void t.test('a fake in another process does the same', async (t) => {
  const remote = await startFakeBotApi(['--token', '5:abc', '--no-flood-control'])
  t.teardown(() => remote.stop())
  t.equal(remote.token, '5:abc')
  const call = async (method: string, parameters: object): Promise<Answer> => {
    const body = JSON.stringify(parameters)
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${remote.apiRoot}/bot5:abc/${method}`, { method: 'POST', headers, body })
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) }
  }
  const poll = call('getUpdates', { timeout: 30 })
  await remote.untilPolled()
  const { message_id: id } = await remote.say({ from: 7, text: 'hello' })
  t.match(await poll, { result: [{ message: { message_id: id, text: 'hello' } }] })
  const said = remote.untilSaid(7, 'back')
  await call('sendMessage', {
    chat_id: 7,
    text: 'hello back',
    reply_markup: { inline_keyboard: [[{ text: 'Ok', callback_data: 'o' }]] },
  })
  await said
  t.match(await remote.chat(7), [{ from: 7 }, { from: 'bot', text: 'hello back', buttons: [['Ok']] }])
  t.equal(await remote.press({ from: 7, button: 'Ok' }), 'press-1')
  await t.rejects(remote.press({ from: 7, button: 'No' }), /no button "No"/)
  await remote.fail({ do: 'refuse', status: 500, description: 'Internal Server Error' })
  t.equal((await call('getMe', {})).status, 500)
  await remote.unplug()
  await t.rejects(call('getMe', {}))
  await remote.start()
  t.equal((await call('getMe', {})).status, 200)
  t.equal((await remote.callsOf('getMe')).length, 2)
})
