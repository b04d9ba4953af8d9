import t from 'tap'
import { fakeBot } from './fake-bot-rig.ts'

const button = { text: 'Yes', callback_data: 'y' }
const keyboard = (...buttons: readonly object[]): object => ({ inline_keyboard: [buttons] })

void t.test('sendMessage refuses what the real server refuses, in its words', async (t) => {
  const { outcome } = await fakeBot(t, { hasFloodControl: false })
  const rows: readonly (readonly [object, string])[] = [
    [{ chat_id: 7, text: 'a' }, 'ok'],
    [{ chat_id: '7', text: 'a' }, 'ok'],
    [{ text: 'a' }, '400 Bad Request: chat_id is empty'],
    [{ chat_id: 8, text: 'a' }, '400 Bad Request: chat not found'],
    [{ chat_id: '@nobody', text: 'a' }, '400 Bad Request: chat not found'],
    [{ chat_id: { id: 7 }, text: 'a' }, '400 Bad Request: the parameter "chat_id" must be an Integer'],
    [{ chat_id: 7 }, '400 Bad Request: message text is empty'],
    [{ chat_id: 7, text: '' }, '400 Bad Request: message text is empty'],
    [{ chat_id: 7, text: ' \n ' }, '400 Bad Request: text must be non-empty'],
    [{ chat_id: 7, text: '\u200b\u200b' }, '400 Bad Request: text must be non-empty'],
    [{ chat_id: 7, text: '<b></b>', parse_mode: 'HTML' }, '400 Bad Request: text must be non-empty'],
    [{ chat_id: 7, text: 5 }, '400 Bad Request: the parameter "text" must be a String'],
    [{ chat_id: 7, text: '\ud83d' }, '400 Bad Request: strings must be encoded in UTF-8'],
    [
      { chat_id: 7, text: 'a', disable_web_preview: true },
      '400 Bad Request: the fake knows no parameter "disable_web_preview" of this method',
    ],
    [
      { chat_id: 7, text: 'a', disable_notification: 'maybe' },
      '400 Bad Request: the parameter "disable_notification" must be a Boolean',
    ],
    [
      { chat_id: 7, text: 'a', message_thread_id: 'x' },
      '400 Bad Request: the parameter "message_thread_id" must be an Integer',
    ],
    [{ chat_id: 7, text: 'a', message_thread_id: 3 }, '400 Bad Request: message thread not found'],
    [
      { chat_id: 7, text: 'a', reply_parameters: { message_id: 9_999 } },
      '400 Bad Request: message to be replied not found',
    ],
    [{ chat_id: 7, text: 'a', reply_parameters: { message_id: 9_999, allow_sending_without_reply: true } }, 'ok'],
    [
      { chat_id: 7, text: 'a', link_preview_options: true },
      '400 Bad Request: the parameter "link_preview_options" must be an Object or an Array',
    ],
    [
      { chat_id: 7, text: 'a', link_preview_options: '{' },
      "400 Bad Request: can't parse link preview options JSON object",
    ],
    [
      { chat_id: 7, text: 'a', link_preview_options: { is_disabled: 1 } },
      '400 Bad Request: field "is_disabled" must be of type Boolean',
    ],
    // Length: after parsing, in UTF-16 units, after trimming.
    [{ chat_id: 7, text: 'a'.repeat(4_096) }, 'ok'],
    [{ chat_id: 7, text: `  ${'a'.repeat(4_096)}\n` }, 'ok'],
    [{ chat_id: 7, text: 'a'.repeat(4_097) }, '400 Bad Request: message is too long'],
    [{ chat_id: 7, text: '🙂'.repeat(2_049) }, '400 Bad Request: message is too long'],
    [{ chat_id: 7, text: `<b>${'&lt;'.repeat(4_096)}</b>`, parse_mode: 'HTML' }, 'ok'],
    [{ chat_id: 7, text: '&lt;'.repeat(4_096) }, '400 Bad Request: message is too long'],
    [{ chat_id: 7, text: '<b></b>'.repeat(5_000), parse_mode: 'HTML' }, '400 Bad Request: text is too long'],
    // Formatting.
    [
      { chat_id: 7, text: '<b>a', parse_mode: 'HTML' },
      `400 Bad Request: can't parse entities: Can't find end tag corresponding to start tag "b"`,
    ],
    [
      { chat_id: 7, text: 'a <b', parse_mode: 'html' },
      "400 Bad Request: can't parse entities: Unclosed start tag at byte offset 2",
    ],
    [{ chat_id: 7, text: 'a', parse_mode: 'BBCode' }, '400 Bad Request: unsupported parse_mode'],
    [{ chat_id: 7, text: 'a', parse_mode: 'MarkdownV2' }, '400 Bad Request: the fake reads HTML alone'],
    [{ chat_id: 7, text: 'abc', entities: [{ type: 'bold', offset: 0, length: 3 }] }, 'ok'],
    [
      { chat_id: 7, text: 'abc', entities: [{ type: 'bold', offset: 1, length: 3 }] },
      '400 Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 4',
    ],
    [
      { chat_id: 7, text: '🙂', entities: [{ type: 'bold', offset: 1, length: 1 }] },
      '400 Bad Request: entity begins in a middle of a UTF-16 symbol',
    ],
    [
      { chat_id: 7, text: 'a', entities: [{ type: 'loud', offset: 0, length: 1 }] },
      "400 Bad Request: can't parse MessageEntity: Unsupported type specified",
    ],
    [
      { chat_id: 7, text: 'a', entities: [{ type: 'bold' }] },
      `400 Bad Request: can't parse MessageEntity: Can't find field "offset"`,
    ],
    // Buttons.
    [{ chat_id: 7, text: 'a', reply_markup: keyboard(button) }, 'ok'],
    [{ chat_id: 7, text: 'a', reply_markup: JSON.stringify(keyboard({ ...button, style: 'danger' })) }, 'ok'],
    [{ chat_id: 7, text: 'a', reply_markup: keyboard({ text: 'a', callback_data: 'é'.repeat(32) }) }, 'ok'],
    [
      { chat_id: 7, text: 'a', reply_markup: keyboard({ text: 'a', callback_data: 'é'.repeat(33) }) },
      '400 Bad Request: BUTTON_DATA_INVALID',
    ],
    [
      { chat_id: 7, text: 'a', reply_markup: keyboard({ text: 'a', callback_data: '' }) },
      "400 Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [
      { chat_id: 7, text: 'a', reply_markup: keyboard({ callback_data: 'a' }) },
      `400 Bad Request: can't parse inline keyboard button: Can't find field "text"`,
    ],
    [
      { chat_id: 7, text: 'a', reply_markup: keyboard({ text: ' ', callback_data: 'a' }) },
      '400 Bad Request: inline keyboard button text must be non-empty',
    ],
    [
      { chat_id: 7, text: 'a', reply_markup: keyboard({ ...button, style: 'loud' }) },
      "400 Bad Request: can't parse inline keyboard button: invalid button style specified",
    ],
    [
      { chat_id: 7, text: 'a', reply_markup: keyboard({ ...button, colour: 'red' }) },
      `400 Bad Request: can't parse inline keyboard button: the fake knows no field "colour"`,
    ],
    [
      { chat_id: 7, text: 'a', reply_markup: { inline_keyboard: [button] } },
      '400 Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ],
    [
      { chat_id: 7, text: 'a', reply_markup: { keyboard: [[button]] } },
      '400 Bad Request: the fake knows no reply markup "keyboard"',
    ],
    [
      { chat_id: 7, text: 'a', reply_markup: keyboard(...Array.from({ length: 101 }, () => button)) },
      '400 Bad Request: reply markup is too long',
    ],
  ]
  for (const [parameters, expected] of rows) {
    t.equal(await outcome('sendMessage', parameters), expected, JSON.stringify(parameters).slice(0, 100))
  }
})

void t.test('text is kept as the server keeps it: cleaned and trimmed, with the entities moved along', async (t) => {
  const { fake, call } = await fakeBot(t)
  await call('sendMessage', { chat_id: 7, text: '\n a\tb\0c\rd\u202ee <b>f\r </b>\n', parse_mode: 'HTML' })
  const [seen] = fake.chat(7).slice(-1)
  t.equal(seen?.text, 'a b cde f')
  t.strictSame(seen?.entities, [{ type: 'bold', offset: 8, length: 1 }])
})

void t.test('the chat is what a person sees, with edits and deletions done', async (t) => {
  const { fake, call, outcome } = await fakeBot(t)
  const first = (await call('sendMessage', { chat_id: 7, text: 'one', reply_markup: keyboard(button) })).result as {
    message_id: number
  }
  const second = (
    await call('sendMessage', {
      chat_id: 7,
      text: 'two',
      disable_notification: true,
      link_preview_options: { is_disabled: true },
    })
  ).result as { message_id: number }
  t.strictSame(fake.botTexts(7), ['one', 'two'])
  t.strictSame(
    fake.chat(7).map(({ from, isPreviewOff, isSilent, buttons }) => [from, isPreviewOff, isSilent, buttons]),
    [
      [7, false, false, []],
      ['bot', false, false, [['Yes']]],
      ['bot', true, true, []],
    ],
  )
  t.equal(
    await outcome('editMessageText', {
      chat_id: 7,
      message_id: first.message_id,
      text: '<b>uno</b>',
      parse_mode: 'HTML',
    }),
    'ok',
  )
  const edited = fake.chat(7).find((each) => each.id === first.message_id)
  t.match(
    edited,
    { text: 'uno', isEdited: true, buttons: [], entities: [{ type: 'bold', offset: 0, length: 3 }] },
    'a keyboard that is not given again is gone',
  )
  t.equal(await outcome('deleteMessage', { chat_id: 7, message_id: second.message_id }), 'ok')
  t.strictSame(fake.botTexts(7), ['uno'])
})

void t.test('editMessageText and deleteMessage refuse what the real server refuses', async (t) => {
  const { fake, clock, call, outcome } = await fakeBot(t, { hasFloodControl: false })
  fake.say({ from: 7, chat: -5, text: '/hi' })
  const theirs = fake.say({ from: 7, text: 'mine' }).message_id
  const inGroup = fake.say({ from: 7, chat: -5, text: 'mine' }).message_id
  const { message_id: ours } = (await call('sendMessage', { chat_id: 7, text: '<b>a</b>', parse_mode: 'HTML' }))
    .result as { message_id: number }
  const notModified =
    '400 Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message'
  const rows: readonly (readonly [string, object, string])[] = [
    ['editMessageText', { chat_id: 7, text: 'b' }, '400 Bad Request: message identifier is not specified'],
    ['editMessageText', { chat_id: 7, message_id: 9_999, text: 'b' }, '400 Bad Request: message to edit not found'],
    ['editMessageText', { chat_id: 7, message_id: theirs, text: 'b' }, "400 Bad Request: message can't be edited"],
    ['editMessageText', { chat_id: 7, message_id: ours, text: '<b>a</b>', parse_mode: 'HTML' }, notModified],
    ['editMessageText', { chat_id: 7, message_id: ours, text: 'a' }, 'ok'],
    ['editMessageText', { chat_id: 7, message_id: ours, text: ' a ' }, notModified],
    ['editMessageText', { chat_id: 7, message_id: ours, text: 'a', reply_markup: keyboard(button) }, 'ok'],
    [
      'editMessageText',
      { chat_id: 7, message_id: ours, text: 'a'.repeat(4_097) },
      '400 Bad Request: message is too long',
    ],
    ['editMessageText', { chat_id: 7, message_id: ours, text: '' }, '400 Bad Request: message text is empty'],
    ['deleteMessage', { chat_id: 7, message_id: 9_999 }, '400 Bad Request: message to delete not found'],
    ['deleteMessage', { chat_id: -5, message_id: inGroup }, "400 Bad Request: message can't be deleted"],
    ['deleteMessage', { chat_id: 7, message_id: theirs }, 'ok'],
    ['deleteMessage', { chat_id: 7, message_id: theirs }, '400 Bad Request: message to delete not found'],
  ]
  for (const [method, parameters, expected] of rows) {
    t.equal(await outcome(method, parameters), expected, `${method} ${JSON.stringify(parameters).slice(0, 90)}`)
  }
  await clock.advance(48 * 3_600_000 + 1_000)
  t.equal(
    await outcome('deleteMessage', { chat_id: 7, message_id: ours }),
    "400 Bad Request: message can't be deleted for everyone",
  )
})

void t.test('chats that the bot may not write to refuse every call', async (t) => {
  const { fake, outcome, call } = await fakeBot(t)
  fake.say({ from: 7, chat: -5, text: '/hi' })
  fake.say({ from: 7, chat: -1_000_000_000_009, text: '/hi' })
  fake.block(7)
  t.equal(await outcome('sendMessage', { chat_id: 7, text: 'a' }), '403 Forbidden: bot was blocked by the user')
  t.equal(
    await outcome('sendChatAction', { chat_id: 7, action: 'typing' }),
    '403 Forbidden: bot was blocked by the user',
  )
  fake.block(7, false)
  t.equal(await outcome('sendMessage', { chat_id: 7, text: 'a' }), 'ok')
  fake.kick(-1_000_000_000_009, 7)
  t.equal(
    await outcome('sendMessage', { chat_id: -1_000_000_000_009, text: 'a' }),
    '403 Forbidden: bot was kicked from the supergroup chat',
  )
  const newId = fake.migrate(-5, 7)
  const refused = await call('sendMessage', { chat_id: -5, text: 'a' })
  t.match(refused, {
    status: 400,
    description: 'Bad Request: group chat was upgraded to a supergroup chat',
    parameters: { migrate_to_chat_id: newId },
  })
  t.equal(await outcome('sendMessage', { chat_id: newId, text: 'a' }), 'ok')
})

void t.test('more than a person would write is too quick', async (t) => {
  const { fake, clock, call, outcome } = await fakeBot(t)
  for (let count = 0; count < 5; count++) t.equal(await outcome('sendMessage', { chat_id: 7, text: 'a' }), 'ok')
  const refused = await call('sendMessage', { chat_id: 7, text: 'a' })
  t.match(refused, { status: 429, description: 'Too Many Requests: retry after 1', parameters: { retry_after: 1 } })
  t.equal(await outcome('sendChatAction', { chat_id: 7, action: 'typing' }), 'ok', 'typing is not counted')
  await clock.advance(1_000)
  t.equal(await outcome('sendMessage', { chat_id: 7, text: 'a' }), 'ok')
  fake.say({ from: 7, chat: -5, text: '/hi' })
  for (let count = 0; count < 20; count++) t.equal(await outcome('sendMessage', { chat_id: -5, text: 'a' }), 'ok')
  const last = fake.chat(-5).at(-1)?.id
  t.match(await outcome('editMessageText', { chat_id: -5, message_id: last, text: 'b' }), '429', 'edits count')
})

void t.test('typing is seen for five seconds, or until the message comes', async (t) => {
  const { fake, clock, outcome } = await fakeBot(t)
  t.equal(
    await outcome('sendChatAction', { chat_id: 7, action: 'thinking' }),
    '400 Bad Request: wrong parameter action in request',
  )
  await outcome('sendChatAction', { chat_id: 7, action: 'typing' })
  t.ok(fake.isTyping(7))
  await clock.advance(5_000)
  t.notOk(fake.isTyping(7))
  await outcome('sendChatAction', { chat_id: 7, action: 'typing' })
  await outcome('sendMessage', { chat_id: 7, text: 'a' })
  t.notOk(fake.isTyping(7))
})

void t.test('buttons are pressed by their words, and answered once for a while', async (t) => {
  const { fake, clock, call, outcome } = await fakeBot(t)
  t.throws(() => fake.press({ from: 7, button: 'Yes' }), /no button "Yes"/)
  await call('sendMessage', {
    chat_id: 7,
    text: 'Sure?',
    reply_markup: keyboard(button, { text: 'No', callback_data: 'n' }),
  })
  const id = fake.press({ from: 7, button: 'No' })
  const { result } = await call('getUpdates', { offset: -1 })
  t.match(result, [{ callback_query: { id, from: { id: 7 }, data: 'n', message: { text: 'Sure?', chat: { id: 7 } } } }])
  t.equal(fake.pressAnswer(id), undefined)
  t.equal(await outcome('answerCallbackQuery', { callback_query_id: id, text: 'Well' }), 'ok')
  t.strictSame(fake.pressAnswer(id), { text: 'Well', isAlert: false })
  const tooOld = '400 Bad Request: query is too old and response timeout expired or query ID is invalid'
  t.equal(await outcome('answerCallbackQuery', { callback_query_id: 'x' }), tooOld)
  t.equal(
    await outcome('answerCallbackQuery', { callback_query_id: id, text: 'x'.repeat(201) }),
    '400 Bad Request: MESSAGE_TOO_LONG',
  )
  await clock.advance(11 * 60_000)
  t.equal(await outcome('answerCallbackQuery', { callback_query_id: id }), tooOld)
})

void t.test('setMyCommands takes what a menu can hold', async (t) => {
  const { fake, outcome } = await fakeBot(t)
  const good = { command: 'status', description: 'How it is' }
  const rows: readonly (readonly [unknown, string])[] = [
    [[good], 'ok'],
    [JSON.stringify([good]), 'ok'],
    [Array.from({ length: 101 }, () => good), '400 Bad Request: BOT_COMMANDS_TOO_MUCH'],
    [{}, '400 Bad Request: expected an Array of BotCommand'],
    [['a'], "400 Bad Request: can't parse BotCommand: expected an Object"],
    [[{ command: 'a' }], `400 Bad Request: can't parse BotCommand: Can't find field "description"`],
    [[{ ...good, command: 'Status' }], '400 Bad Request: BOT_COMMAND_INVALID'],
    [[{ ...good, command: '' }], '400 Bad Request: command must be non-empty'],
    [[{ ...good, command: 'a'.repeat(33) }], '400 Bad Request: command length must not exceed 32'],
    [[{ ...good, description: ' ' }], '400 Bad Request: command description must be non-empty'],
    [[{ ...good, description: 'a'.repeat(257) }], '400 Bad Request: command description length must not exceed 256'],
  ]
  for (const [commands, expected] of rows) t.equal(await outcome('setMyCommands', { commands }), expected)
  t.equal(await outcome('setMyCommands', { commands: [good], scope: { type: 'all_private_chats' } }), 'ok')
  t.strictSame(fake.commands(), { '{"type":"default"}': [good], '{"type":"all_private_chats"}': [good] })
})
