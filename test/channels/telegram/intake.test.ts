import t from 'tap'
import { PincerError } from '../../../src/errors.ts'
import { HttpError } from '../../../src/http/http-error.ts'
import { limits } from '../../../src/limits.ts'
import { settle } from '../../support/fake-clock.ts'
import {
  ada,
  bob,
  command,
  createTelegramRig,
  eve,
  group,
  mention,
  type TelegramRig,
} from '../../support/telegram-rig.ts'
import { botName } from '../../support/telegram-wire.ts'

const bobsChat = { id: bob.id, type: 'private' }
const taken = (rig: TelegramRig): readonly string[] => rig.intake.accepted.map((each) => each.text)

async function started(t: Parameters<typeof createTelegramRig>[0]): Promise<TelegramRig> {
  const rig = createTelegramRig(t)
  await rig.start()
  return rig
}

void t.test(
  'a private message is handed over with its update id, the chat, the person and when it was sent',
  async (t) => {
    const rig = await started(t)
    const id = rig.wire.push({ message: rig.message({ text: 'lamp on', date: 1_700_000_000 }) })
    await settle()
    t.same(rig.intake.accepted, [
      {
        id: String(id),
        channel: 'telegram',
        chat: '1001',
        person: { id: '1001', name: 'Ada', role: 'owner' },
        text: 'lamp on',
        sentAtMs: 1_700_000_000_000,
      },
    ])
  },
)

void t.test('owners stand in allow, guests in guests; who stands in both is an owner', async (t) => {
  const rig = createTelegramRig(t, { config: { allow: [ada.id, bob.id], guests: [bob.id, 1003] } })
  await rig.start()
  for (const from of [ada, bob, { ...bob, id: 1003 }]) {
    await rig.arrives({ text: 'hi', from, chat: { id: from.id, type: 'private' } })
  }
  t.same(
    rig.intake.accepted.map((each) => each.person.role),
    ['owner', 'owner', 'guest'],
  )
  t.equal(rig.intake.accepted[1]?.person.name, 'Bob Guest')
})

void t.test('names and usernames count for nothing, only the number does', async (t) => {
  const rig = await started(t)
  const from = { ...eve, first_name: 'Ada', username: '1001' }
  await rig.arrives({ from, chat: group, ...mention(`@${botName} lamp on`) })
  await rig.arrives({ text: 'lamp on', from: { ...eve, id: '1001' } })
  t.same(taken(rig), [])
})

void t.test('nobody hides behind a bot, a channel or an anonymous administrator', async (t) => {
  const rig = await started(t)
  const text = mention(`@${botName} lamp on`)
  const anonymous = { id: 1087968824, is_bot: true, first_name: 'Group' }
  const strange: object[] = [
    { chat: group, ...text, from: anonymous, sender_chat: group },
    { chat: group, ...text, sender_chat: { id: -1, type: 'channel' } },
    { chat: group, ...text, from: { ...ada, is_bot: true } },
    { chat: group, ...text, from: { ...ada, is_bot: 'no' } },
    { chat: group, ...text, from: { id: ada.id, first_name: 'Ada' } },
    { chat: group, ...text, from: undefined },
    { chat: { id: -5, type: 'channel' }, ...text },
    { chat: { id: 4242, type: 'private' }, text: 'lamp on' },
    { chat: { id: -77, type: 'something new' }, ...text },
  ]
  for (const message of strange) await rig.arrives(message)
  t.same(taken(rig), [])
  t.same(rig.wire.texts(), [])
  t.same(rig.wire.unconfirmed(), [])
})

void t.test('in a group only what names the bot, replies to it or is a command with its name is for it', async (t) => {
  const rig = await started(t)
  const toBot = { reply_to_message: { from: { id: 7000, is_bot: true, first_name: 'Pincer' } } }
  const toOther = { reply_to_message: { from: { id: 7001, is_bot: true, first_name: 'Other' } } }
  const namesById = {
    text: 'Pincer lamp on',
    entities: [{ type: 'text_mention', offset: 0, length: 6, user: { id: 7000 } }],
  }
  const cases: readonly (readonly [object, string | undefined])[] = [
    [{ text: 'lamp on' }, undefined],
    [mention(`@${botName} lamp on`), 'lamp on'],
    [mention(`@${botName}, lamp on`), 'lamp on'],
    [mention(`☂😀 lamp on @${botName} please`), '☂😀 lamp on  please'],
    [mention(`@${botName.toUpperCase()} lamp on`, `@${botName.toUpperCase()}`), 'lamp on'],
    [mention('@SomebodyElse lamp on', '@SomebodyElse'), undefined],
    [mention(`@${botName}2 lamp on`, `@${botName}2`), undefined],
    [{ text: `@${botName} without an entity` }, undefined],
    [namesById, 'lamp on'],
    [{ text: 'lamp on', ...toBot }, 'lamp on'],
    [{ text: 'lamp on', ...toOther }, undefined],
    [command('/status'), undefined],
    [command(`/status@${botName}`), '/status'],
    [command(`/on@${botName} lamp`), '/on lamp'],
    [command('/on@OtherBot lamp'), undefined],
    [{ ...command('/on@OtherBot lamp'), ...toBot }, undefined],
    [{ ...command('/status'), ...toBot }, '/status'],
    [
      { caption: `@${botName} what is this`, caption_entities: mention(`@${botName} what is this`).entities },
      'what is this',
    ],
    [{ text: 'x', entities: [{ type: 'mention', offset: 900, length: 9 }] }, undefined],
    [{ text: `@${botName} x`, entities: 'none' }, undefined],
  ]
  for (const [message, expected] of cases) {
    rig.intake.accepted.length = 0
    await rig.arrives({ chat: group, ...message })
    t.same(taken(rig), expected === undefined ? [] : [expected], JSON.stringify(message))
  }
  await rig.arrives({ chat: group, ...mention(`@${botName}`) })
  t.match(rig.wire.texts().at(-1), /Write what you want/)
})

void t.test('in private the name of the bot is taken off as well, and nothing else', async (t) => {
  const rig = await started(t)
  await rig.arrives(command(`/on@${botName} lamp`))
  await rig.arrives(mention('mail @SomebodyElse', '@SomebodyElse'))
  t.same(taken(rig), ['/on lamp', 'mail @SomebodyElse'])
})

void t.test('a topic of a forum is a chat of its own; a thread of replies is not', async (t) => {
  const rig = await started(t)
  const text = mention(`@${botName} hi`)
  await rig.arrives({ chat: group, ...text, is_topic_message: true, message_thread_id: 12 })
  await rig.arrives({ chat: group, ...text, message_thread_id: 12 })
  await rig.arrives({ chat: group, ...text })
  t.same(
    rig.intake.accepted.map((each) => each.chat),
    ['-100200:12', '-100200', '-100200'],
  )
  await rig.channel.deliver(rig.outbound('hello', { chat: '-100200:12' }), new AbortController().signal)
  t.match(rig.wire.messages, [{ chat: -100200, topic: 12 }])
})

void t.test('a caption is taken as the words, and the rest is answered honestly, once for an album', async (t) => {
  const rig = await started(t)
  await rig.arrives({ caption: 'what is this?', photo: [{}], media_group_id: 'a' })
  await rig.arrives({ photo: [{}], media_group_id: 'a' })
  await rig.arrives({ photo: [{}], media_group_id: 'a' })
  await rig.arrives({ photo: [{}], media_group_id: 'b' })
  t.same(taken(rig), ['what is this?'])
  t.same(rig.wire.texts(), [
    'I take only the words of this message: I cannot open photos yet.',
    'I cannot open photos yet: write to me in words.',
  ])
})

void t.test('what holds no words is answered in one sentence that names it', async (t) => {
  const rig = await started(t)
  const kinds: readonly (readonly [object, RegExp])[] = [
    [{ sticker: {} }, /stickers/],
    [{ location: { latitude: 1, longitude: 2 } }, /locations/],
    [{ venue: {}, location: {} }, /places/],
    [{ voice: {} }, /voice messages/],
    [{ animation: {}, document: {} }, /animations/],
    [{ document: {} }, /files/],
    [{ video: {} }, /videos/],
    [{ video_note: {} }, /video messages/],
    [{ audio: {} }, /audio files/],
    [{ contact: {} }, /contacts/],
    [{ poll: {} }, /polls/],
    [{ dice: {} }, /dice/],
    [{ hologram_of_2031: {} }, /this kind of message/],
    [{}, /this kind of message/],
  ]
  for (const [message, pattern] of kinds) {
    await rig.arrives(message)
    const text = rig.wire.texts().at(-1) ?? ''
    t.match(text, pattern)
    t.equal(text.match(/[.:]/g)?.length, 2, 'one sentence')
  }
  t.equal(rig.wire.texts().length, kinds.length)
  await rig.arrives({ chat: group, sticker: {} })
  t.equal(rig.wire.texts().length, kinds.length, 'but not in a group, where it was for others')
  t.same(taken(rig), [])
})

void t.test(
  'a guest is told once that photos, edits and the like are not taken, until words of theirs are',
  async (t) => {
    const rig = await started(t)
    const ofBob = { from: bob, chat: bobsChat }
    const flood = async (): Promise<void> => {
      for (let count = 0; count < 5; count++) {
        await rig.arrives({ ...ofBob, photo: [{}] })
        await rig.arrives({ ...ofBob, sticker: {} })
        await rig.arrives({ ...ofBob, text: 'x'.repeat(limits.inboundTextCharsMax + 1) })
        rig.wire.push({ edited_message: rig.message({ ...ofBob, text: 'lamp off', edit_date: 1 }) })
        await settle()
      }
    }
    await flood()
    t.match(rig.wire.texts(), [/cannot open photos/])
    t.equal(rig.wire.texts().length, 1)
    await rig.arrives({ ...ofBob, text: 'hello' })
    await flood()
    t.equal(rig.wire.texts().length, 2, 'which their budget counts')
    await rig.arrives({ photo: [{}] })
    await rig.arrives({ photo: [{}] })
    t.equal(rig.wire.texts().length, 4, 'owners have no such bound')
    t.same(taken(rig), ['hello'])
  },
)

void t.test('a sticker that cannot be answered now does not keep a /stop waiting, and is answered later', async (t) => {
  const rig = await started(t)
  rig.wire.fail('sendMessage', { code: 429, description: 'Too Many Requests', parameters: { retry_after: 60 } })
  await rig.arrives({ sticker: {} })
  await rig.arrives({ text: '/stop' })
  t.same([taken(rig), rig.wire.texts()], [['/stop'], []])
  await rig.clock.advance(60_000)
  t.match(rig.wire.texts(), [/stickers/])
})

void t.test('an edit is never acted on, and said so; a live location that moves is not an edit of words', async (t) => {
  const rig = await started(t)
  rig.wire.push({ edited_message: rig.message({ text: 'lamp off', edit_date: 1 }) })
  rig.wire.push({ edited_message: rig.message({ location: {} }) })
  rig.wire.push({ edited_message: rig.message({ chat: group, text: 'lamp off' }) })
  await settle()
  await settle()
  t.same(taken(rig), [])
  t.match(rig.wire.texts(), [/do not follow edits/])
  t.equal(rig.wire.texts().length, 1)
})

void t.test("somebody else's words are quoted, so that they are never a command", async (t) => {
  const rig = await started(t)
  await rig.arrives({ ...command('/off lamp'), forward_origin: { type: 'user' } })
  await rig.arrives({ text: '/off lamp\nnow', via_bot: { id: 5 } })
  t.same(taken(rig), ['Forwarded, not my own words:\n> /off lamp', 'Forwarded, not my own words:\n> /off lamp\n> now'])
  await rig.arrives({ text: 'my own words' })
  const marks = rig.intake.accepted.map(({ foreign }) => foreign)
  t.same(marks, ['a forwarded message', 'a forwarded message', undefined], 'and are marked, unlike mine')
})

void t.test('a name is cleaned for display', async (t) => {
  const rig = await started(t)
  await rig.arrives({ text: 'hi', from: { ...ada, first_name: '  A\n\u202Ed\u0000a ', last_name: 'x'.repeat(500) } })
  await rig.arrives({ text: 'hi', from: { ...ada, first_name: '\n' } })
  const names = rig.intake.accepted.map((each) => each.person.name)
  t.match(names[0], /^A d a x+$/)
  t.ok((names[0] ?? '').length <= 64)
  t.equal(names[1], 'user 1001')
})

void t.test('a text beyond every length is refused in words', async (t) => {
  const rig = await started(t)
  await rig.arrives({ text: 'x'.repeat(20_000) })
  t.match(rig.wire.texts(), [/longer than 16000 characters/])
  t.same(taken(rig), [])
})

void t.test('a stranger is nobody: no message, no question, no answer beside the notice', async (t) => {
  const rig = await started(t)
  await rig.arrives({ from: eve, chat: group, ...mention(`@${botName} lamp on`) })
  await rig.arrives({ sticker: {}, from: eve, chat: group, reply_to_message: { from: { id: 7000 } } })
  t.same([rig.wire.texts(), taken(rig)], [[], []])
  await rig.arrives({ text: 'hi', from: bob, chat: bobsChat })
  t.equal(rig.intake.accepted[0]?.person.role, 'guest')
})

void t.test('a group that became a supergroup is followed, by word of its message and of a refusal', async (t) => {
  const rig = await started(t)
  const never = new AbortController().signal
  await rig.arrives({ chat: { id: -4, type: 'group' }, migrate_to_chat_id: -1004, from: eve })
  t.same(rig.wire.texts(), [], 'a group of strangers hears nothing')
  await rig.arrives({ chat: { id: -5, type: 'group' }, migrate_to_chat_id: -1005 })
  t.match(rig.wire.messages, [{ chat: -1005, text: /new id at Telegram.*I begin a new conversation/ }], 'it is told')
  t.same(await rig.channel.deliver(rig.outbound('one', { chat: '-5' }), never), { status: 'delivered' })
  const parameters = { migrate_to_chat_id: -1006 }
  rig.wire.fail('sendMessage', { code: 400, description: 'Bad Request: group chat was upgraded', parameters })
  t.same(await rig.channel.deliver(rig.outbound('two', { chat: '-6' }), never), { status: 'delivered' })
  t.same(await rig.channel.deliver(rig.outbound('three', { chat: '-6' }), never), { status: 'delivered' })
  t.same(
    rig.wire.messages.slice(1).map((each) => [each.chat, each.text]),
    [
      [-1005, 'one'],
      [-1006, 'two'],
      [-1006, 'three'],
    ],
  )
})

void t.test(
  'while nothing can be kept a flood is told once a minute, and heard again at once when it is over',
  async (t) => {
    const rig = await started(t)
    const full = (): Error => new PincerError('disk', 'Cannot write the journal: the disk is full.')
    const refusals = (): number => rig.wire.texts().filter((text) => text.includes('I can keep nothing')).length
    for (let count = 0; count < 10; count++) {
      rig.intake.next.push(full())
      await rig.arrives({ text: `lamp on ${count}` })
    }
    t.equal(refusals(), 1)
    t.match(rig.wire.texts().at(-1), /did not take this message.*the disk is full.*Until that is mended I do nothing/)
    await rig.clock.advance(limits.telegramRefusalGapMs)
    rig.intake.next.push(full())
    await rig.arrives({ text: 'and now?' })
    t.equal(refusals(), 2)
    await rig.arrives({ text: 'mended' })
    rig.intake.next.push(full())
    await rig.arrives({ text: 'broken anew' })
    t.equal(refusals(), 3)
    t.same(taken(rig), ['mended'])
  },
)

for (const reason of ['disk', 'full'] as const) {
  void t.test(`a message that was refused (${reason}) is never done, though Telegram brings it again`, async (t) => {
    const rig = await started(t)
    rig.intake.next.push(reason === 'full' ? 'full' : new PincerError('disk', 'The disk is full.'))
    // The person may have read it all the same: nobody knows.
    rig.wire.fail('sendMessage', new HttpError('cut', 'The connection broke.'))
    await rig.arrives({ text: 'heater on' })
    t.equal(rig.intake.next.length, 0, 'it was refused')
    await rig.clock.advance(limits.telegramRetryMaxMs)
    await settle()
    t.same(taken(rig), [], 'there is room now, and it stays refused')
    t.equal(rig.wire.texts().filter((text) => text.includes('did not take')).length, 1)
    await rig.arrives({ text: 'lamp on' })
    t.same(taken(rig), ['lamp on'])
  })
}
