import t from 'tap'
import { HttpError } from '../../../src/http/http-error.ts'
import { limits } from '../../../src/limits.ts'
import { PincerError } from '../../../src/errors.ts'
import { settle } from '../../support/fake-clock.ts'
import { createTelegramRig, mention, group, type TelegramRig } from '../../support/telegram-rig.ts'
import { botName, token } from '../../support/telegram-wire.ts'

const conflict = { code: 409, description: 'Conflict: terminated by other getUpdates request' }

/** Monotonic ms between the polls. */
function pauses(rig: TelegramRig): readonly number[] {
  const polls = rig.wire.calls.filter((call) => call.method === 'getUpdates').map((call) => call.atMs)
  return polls.slice(1).map((atMs, index) => atMs - (polls[index] ?? 0))
}

function warnings(rig: TelegramRig, pattern: RegExp): number {
  return rig.lines.filter((line) => line.startsWith('warn') && pattern.test(line)).length
}

void t.test('a poll is held open for 30 s and asks for exactly the updates that are read', async (t) => {
  const rig = createTelegramRig(t)
  await rig.start()
  await rig.clock.advance(90_000)
  t.same(pauses(rig), [30_000, 30_000, 30_000])
  t.same(rig.wire.called('getUpdates')[0], {
    limit: 50,
    timeout: 30,
    allowed_updates: ['message', 'edited_message', 'callback_query'],
  })
})

void t.test('an update is confirmed only after the intake has taken it', async (t) => {
  const rig = createTelegramRig(t)
  const kept = Promise.withResolvers<'accepted'>()
  const taken: string[] = []
  await rig.channel.start({
    accept: (message) => {
      taken.push(message.id)
      return kept.promise
    },
  })
  await settle()
  const id = rig.wire.push({ message: rig.message({ text: 'lamp on' }) })
  rig.wire.push({ message: rig.message({ text: 'fan on' }) })
  await settle()
  t.same(taken, [String(id)], 'the second waits for the first')
  t.same(rig.wire.unconfirmed(), [id, id + 1])
  kept.resolve('accepted')
  await settle()
  await settle()
  t.same(taken, [String(id), String(id + 1)])
  t.same(rig.wire.unconfirmed(), [])
  t.equal(rig.wire.called('getUpdates').at(-1)?.['offset'], id + 2)
})

void t.test('after a stop nothing is confirmed that was not taken, and the next start is given it again', async (t) => {
  const rig = createTelegramRig(t)
  const kept = Promise.withResolvers<'accepted'>()
  const taken: string[] = []
  await rig.channel.start({
    accept: ({ text }) => {
      taken.push(text)
      return kept.promise
    },
  })
  await settle()
  const id = rig.wire.push({ message: rig.message({ text: 'one' }) })
  rig.wire.push({ message: rig.message({ text: 'two' }) })
  await settle()
  const stopped = rig.channel.stop()
  kept.resolve('accepted')
  await stopped
  t.same(taken, ['one'], 'what was not begun is left for the next start')
  t.same(rig.wire.unconfirmed(), [id, id + 1])
  const next = createTelegramRig(t, { wire: rig.wire, clock: rig.clock, stateFolder: rig.stateFolder })
  next.intake.next.push('duplicate')
  await next.start()
  await settle()
  t.same(
    next.intake.accepted.map((each) => each.text),
    ['two'],
    'what was taken before is a duplicate and confirmed',
  )
  t.same(rig.wire.unconfirmed(), [])
})

void t.test('stopping ends the poll at once and leaves no timer', async (t) => {
  const rig = createTelegramRig(t)
  await rig.start()
  await rig.channel.stop()
  t.equal(rig.clock.pendingTimers(), 0)
  const polls = rig.wire.called('getUpdates').length
  await rig.clock.advance(120_000)
  t.equal(rig.wire.called('getUpdates').length, polls)
})

void t.test('a poll that gets no answer for 45 s is asked again on fresh sockets', async (t) => {
  const rig = createTelegramRig(t)
  await rig.start()
  await rig.clock.advance(30_000)
  rig.wire.fail('getUpdates', 'silent')
  await rig.clock.advance(30_000)
  t.equal(rig.wire.resets, 0)
  await rig.clock.advance(45_000)
  t.equal(rig.wire.resets, 1)
  await rig.clock.advance(2_000)
  await rig.arrives({ text: 'still there?' })
  t.same(
    rig.intake.accepted.map((each) => each.text),
    ['still there?'],
  )
  t.equal(warnings(rig, /did not answer for 45 s/), 1)
})

void t.test('a client that does not even let go of a stopped request does not hold up the loop', async (t) => {
  const rig = createTelegramRig(t)
  const released = Promise.withResolvers<never>()
  let stuck = 1
  rig.wire.before = (method) => (method === 'getUpdates' && stuck-- > 0 ? released.promise : Promise.resolve())
  await rig.start()
  await rig.clock.advance(50_000)
  await rig.arrives({ text: 'hello' })
  t.equal(rig.intake.accepted.length, 1)
  // grammy keeps a timer for a call that never ends.
  released.reject(new PincerError('stopped', 'Released.'))
})

void t.test('the start succeeds without a network, and serves once there is one', async (t) => {
  const rig = createTelegramRig(t)
  rig.wire.isCut = true
  await rig.start()
  t.equal(rig.channel.status().lastAnswerAgeMs, undefined)
  await rig.clock.advance(10 * 60_000)
  rig.wire.isCut = false
  await rig.clock.advance(31_000)
  t.equal(rig.channel.status().botName, botName)
  t.equal(rig.wire.called('setMyCommands').length, 1)
  await rig.arrives({ text: 'hello' })
  t.equal(rig.intake.accepted.length, 1)
})

void t.test('without a network the waits grow to 30 s, sockets are fresh, and it is said once', async (t) => {
  const rig = createTelegramRig(t)
  await rig.start()
  rig.wire.isCut = true
  await rig.clock.advance(6 * 60 * 60_000)
  const grown = pauses(rig).slice(1)
  t.same(grown.slice(0, 5), [1_000, 2_000, 4_000, 8_000, 16_000])
  t.ok(grown.slice(5).every((ms) => ms >= 24_000 && ms <= 30_000))
  t.equal(warnings(rig, /Polling Telegram failed/), 1)
  t.ok(rig.wire.resets > 0)
  const { trouble, lastAnswerAgeMs = 0 } = rig.channel.status()
  t.match(trouble, { sentence: /no way to the network/, isOver: false })
  t.ok(lastAnswerAgeMs > 5 * 60 * 60_000)
  rig.wire.isCut = false
  await rig.clock.advance(61_000)
  t.match(rig.channel.status().trouble, { isOver: true })
  t.ok((rig.channel.status().lastAnswerAgeMs ?? 1e9) <= 30_000)
  t.equal(rig.lines.filter((line) => line.includes('answers again')).length, 1)
})

void t.test('chance spreads the waits, and never beyond 30 s', async (t) => {
  const rig = createTelegramRig(t, { chance: () => 1 })
  await rig.start()
  rig.wire.isCut = true
  await rig.clock.advance(10 * 60_000)
  t.same(pauses(rig).slice(1, 8), [1_250, 2_500, 5_000, 10_000, 20_000, 30_000, 30_000])
})

void t.test('a 409 is retried after 5 s growing to 30 s on fresh sockets, for hours, and told once', async (t) => {
  const rig = createTelegramRig(t)
  rig.wire.fail('getUpdates', ...Array.from({ length: 500 }, () => conflict))
  await rig.start()
  await rig.clock.advance(3 * 60 * 60_000)
  t.same(pauses(rig).slice(0, 4), [5_000, 10_000, 20_000, 24_000])
  t.ok(pauses(rig).every((ms) => ms >= 5_000 && ms <= 30_000))
  t.equal(warnings(rig, /Another program polls with the same token/), 1)
  t.ok(rig.wire.resets >= 400)
  t.match(rig.told, [/^I do not get all your messages: .*Another program polls/], 'the owner too, once')
  t.match(rig.channel.status().trouble?.sentence, /Another program polls/)
  await rig.clock.advance(2 * 60 * 60_000)
  await rig.arrives({ text: 'hello' })
  t.equal(rig.intake.accepted.length, 1)
})

void t.test('two pollers that take turns are told once, not at every turn', async (t) => {
  const rig = createTelegramRig(t)
  await rig.start()
  for (let turn = 0; turn < 200; turn++) {
    rig.wire.fail('getUpdates', conflict)
    await rig.clock.advance(36_000)
  }
  t.equal(warnings(rig, /Another program/), 1)
  t.equal(rig.told.length, 1)
})

void t.test('the conflict that a restart has with itself is over soon, and no news for the owner', async (t) => {
  const rig = createTelegramRig(t)
  await rig.start()
  for (let restart = 0; restart < 10; restart++) {
    rig.wire.fail('getUpdates', conflict, conflict, conflict)
    await rig.clock.advance(limits.telegramConflictOverMs + 2 * 60_000)
  }
  t.same(rig.told, [])
})

void t.test('a webhook of another program is named as that', async (t) => {
  const rig = createTelegramRig(t)
  rig.wire.fail('getUpdates', {
    code: 409,
    description: "Conflict: can't use getUpdates method while webhook is active",
  })
  await rig.start()
  t.equal(warnings(rig, /has a webhook/), 1)
})

void t.test('a wrong token is said once and tried every 5 minutes, and shown nowhere', async (t) => {
  const rig = createTelegramRig(t)
  rig.wire.fail('getMe', ...Array.from({ length: 50 }, () => ({ code: 401, description: 'Unauthorized' })))
  rig.wire.fail(
    'getUpdates',
    ...Array.from({ length: 12 }, () => ({ code: 401, description: `Unauthorized ${token}` })),
  )
  await rig.start()
  await rig.clock.advance(59 * 60_000)
  t.equal(rig.wire.called('getUpdates').length, 12)
  t.equal(warnings(rig, /token of the bot is wrong/), 1)
  t.notMatch(rig.lines.join('\n'), token)
  t.notMatch(JSON.stringify(rig.channel.status()), token)
  await rig.clock.advance(2 * 60_000)
  await rig.arrives({ text: 'hello' })
  t.equal(rig.intake.accepted.length, 1, 'a token that was given back works again')
})

void t.test('429, 5xx and pages of a captive portal are survived, and retry_after is obeyed', async (t) => {
  const rig = createTelegramRig(t)
  rig.wire.fail(
    'getUpdates',
    { code: 429, description: 'Too Many Requests: retry after 77', parameters: { retry_after: 77 } },
    { code: 500, description: 'Internal Server Error' },
    { body: '<html>502 Bad Gateway</html>' },
    { body: 'null' },
    { body: '[]' },
    { body: '' },
    new HttpError('cut', 'The connection ended.'),
  )
  await rig.start()
  await rig.clock.advance(5 * 60_000)
  t.equal(pauses(rig)[0], 77_000)
  await rig.arrives({ text: 'hello' })
  t.equal(rig.intake.accepted.length, 1)
})

void t.test('results of a wrong shape do not end the loop', async (t) => {
  const rig = createTelegramRig(t)
  const results = ['{}', 'null', '7', '"x"', 'true', '[null,1,"x",[],{}]', '[{"update_id":"7"}]']
  for (const result of results) rig.wire.fail('getUpdates', { body: `{"ok":true,"result":${result}}` })
  await rig.start()
  await rig.clock.advance(5 * 60_000)
  await rig.arrives({ text: 'hello' })
  t.equal(rig.intake.accepted.length, 1)
  t.ok(pauses(rig).every((ms) => ms > 0))
})

void t.test('a server that does not hold the poll open is not asked without a pause', async (t) => {
  const rig = createTelegramRig(t)
  rig.wire.fail('getUpdates', ...Array.from({ length: 100 }, () => ({ body: '{"ok":true,"result":[]}' })))
  await rig.start()
  await rig.clock.advance(20_000)
  t.ok(rig.wire.called('getUpdates').length <= 21)
})

void t.test('an update that nobody can confirm is not asked for without a pause', async (t) => {
  const rig = createTelegramRig(t)
  rig.wire.pushRaw({ update_id: 2 ** 60, message: rig.message({ text: 'lamp on' }) })
  await rig.start()
  await rig.clock.advance(60_000)
  t.ok(rig.wire.called('getUpdates').length < 10)
  t.equal(rig.intake.accepted.length, 0)
  t.match(rig.channel.status().trouble?.sentence, /without a usable id/)
})

void t.test('ids that start lower, as they do after a quiet week, are given all the same', async (t) => {
  const rig = createTelegramRig(t)
  await rig.start()
  rig.wire.pushRaw({ update_id: 900_000, message: rig.message({ text: 'one' }) })
  await settle()
  await rig.clock.advance(2 * 60 * 60_000)
  rig.wire.pushRaw({ update_id: 17, message: rig.message({ text: 'two' }) })
  await settle()
  await settle()
  t.same(
    rig.intake.accepted.map((each) => each.text),
    ['one', 'two'],
  )
  t.same(rig.wire.unconfirmed(), [])
})

void t.test('a full bus is told in words to the person, and the update is then done', async (t) => {
  const rig = createTelegramRig(t)
  rig.intake.next.push('full')
  await rig.start()
  await rig.arrives({ text: 'lamp on' })
  t.match(rig.wire.texts(), [/100 messages waiting/])
  t.same(rig.wire.unconfirmed(), [])
})

void t.test('words that cannot be said keep the update at Telegram until they are, and it stays refused', async (t) => {
  const rig = createTelegramRig(t)
  rig.intake.next.push('full')
  rig.wire.fail('sendMessage', new HttpError('cut', 'The connection ended.'), { code: 502, description: 'Bad Gateway' })
  await rig.start()
  await rig.arrives({ text: 'lamp on' })
  t.equal(rig.wire.unconfirmed().length, 1)
  await rig.clock.advance(10_000)
  t.match(rig.wire.texts(), [/did not take this message: send it again/])
  t.same(rig.intake.accepted, [], 'the first words may have arrived all the same')
  t.same(rig.wire.unconfirmed(), [])
})

void t.test(
  'words that can never arrive, because the person has blocked the bot, do not hold up the others',
  async (t) => {
    const rig = createTelegramRig(t)
    rig.intake.next.push('full')
    rig.wire.fail('sendMessage', { code: 403, description: 'Forbidden: bot was blocked by the user' })
    await rig.start()
    await rig.arrives({ text: 'one' })
    await rig.arrives({ text: 'two' })
    t.same(
      rig.intake.accepted.map((each) => each.text),
      ['two'],
    )
  },
)

void t.test('a refusal is confirmed by the very next request, before anything behind it is looked at', async (t) => {
  const rig = createTelegramRig(t)
  rig.intake.next.push(new PincerError('disk', 'The disk is full.'))
  rig.wire.push({ message: rig.message({ text: 'heater on' }) })
  rig.wire.push({ message: rig.message({ text: 'lamp on' }) })
  await rig.start()
  await settle()
  const methods = rig.wire.calls.map(({ method }) => method).filter((each) => /getUpdates|sendMessage/.test(each))
  t.same(methods.slice(0, 4), ['getUpdates', 'sendMessage', 'getUpdates', 'getUpdates'])
  const [first, second] = rig.wire.called('getUpdates').map(({ offset }) => offset)
  t.same([first, second], [undefined, Number(rig.wire.given[0]) + 1])
  t.same(
    rig.intake.accepted.map(({ text }) => text),
    ['lamp on'],
  )
})

void t.test('a disk that takes nothing is told to the sender, with the reason for owners alone', async (t) => {
  const rig = createTelegramRig(t)
  const full = new PincerError('disk', 'Cannot write /home/x/journal: the disk is full: free some space.')
  rig.intake.next.push(full, full)
  await rig.start()
  await rig.arrives({ text: 'lamp on' })
  await rig.arrives({ text: 'hi', from: { id: 1002, is_bot: false }, chat: { id: 1002, type: 'private' } })
  const [toOwner = '', toGuest = ''] = rig.wire.texts()
  t.match(toOwner, /did not take this message.*disk is full/)
  t.match(toGuest, /did not take this message/)
  t.notMatch(toGuest, /home|disk/)
  t.same(rig.wire.unconfirmed(), [])
})

void t.test('a group that names a bot before the name of this one is known is kept until it is', async (t) => {
  const rig = createTelegramRig(t)
  rig.wire.fail('getMe', ...Array.from({ length: 6 }, () => ({ code: 500, description: 'Internal Server Error' })))
  await rig.start()
  await rig.arrives({ chat: group, ...mention(`@${botName} lamp on`) })
  t.equal(rig.intake.accepted.length, 0)
  t.equal(rig.wire.unconfirmed().length, 1)
  await rig.clock.advance(3 * 60_000)
  t.same(
    rig.intake.accepted.map((each) => each.text),
    ['lamp on'],
  )
})

void t.test('a jump of the wall clock in either direction changes no wait and no age', async (t) => {
  const rig = createTelegramRig(t)
  await rig.start()
  rig.clock.jumpWall(-40 * 365 * 24 * 60 * 60_000)
  await rig.clock.advance(60_000)
  rig.clock.jumpWall(80 * 365 * 24 * 60 * 60_000)
  await rig.clock.advance(60_000)
  t.same(pauses(rig), [30_000, 30_000, 30_000, 30_000])
  t.equal(rig.channel.status().lastAnswerAgeMs, 0)
  t.equal(rig.wire.resets, 0)
})
