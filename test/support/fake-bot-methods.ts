import type { Clock } from '../../src/clock.ts'
import type { Chat, Chats, Message, Person, Stored } from './fake-bot-chats.ts'
import { fileFields, type Files } from './fake-bot-files.ts'
import { keyboardOf } from './fake-bot-keyboard.ts'
import { badRequest, isObject, Parameters, Refusal, type RawRequest } from './fake-bot-request.ts'
import { captionText, messageText } from './fake-bot-text.ts'
import type { UpdateQueue } from './fake-bot-updates.ts'

export interface Answered {
  readonly text: string | undefined
  readonly isAlert: boolean
}

export interface World {
  readonly bot: Person
  readonly clock: Clock
  readonly chats: Chats
  readonly files: Files
  readonly updates: UpdateQueue
  readonly isPrivacyOn: boolean
  /** Presses of buttons by their id, with the answer once there is one. */
  readonly presses: Map<string, { readonly atMs: number; answer: Answered | undefined }>
  /** The menu of commands, by its scope and language. */
  readonly commands: Map<string, unknown>
}

type Kinds = ConstructorParameters<typeof Parameters>[1]
type Method = readonly [Kinds, (world: World, parameters: Parameters, closed: AbortSignal) => unknown]

const chatAndTopic = { chat_id: 'chat', message_thread_id: 'integer' } as const
const formatted = { text: 'string', parse_mode: 'string', entities: 'json' } as const
const sending = {
  ...chatAndTopic,
  disable_notification: 'boolean',
  protect_content: 'boolean',
  reply_parameters: 'json',
  reply_markup: 'json',
} as const
const caption = { caption: 'string', parse_mode: 'string', caption_entities: 'json' } as const
const webhook = {
  url: 'string',
  drop_pending_updates: 'boolean',
  allowed_updates: 'json',
  secret_token: 'string',
} as const

/** The methods that the fake knows, with every parameter that it takes. */
const methods: Readonly<Record<string, Method>> = {
  getme: [{}, getMe],
  getupdates: [
    { offset: 'integer', limit: 'integer', timeout: 'integer', allowed_updates: 'json' },
    ({ updates }, parameters, closed) => updates.get(parameters, closed),
  ],
  sendmessage: [{ ...sending, ...formatted, link_preview_options: 'json' }, sendMessage],
  editmessagetext: [
    { chat_id: 'chat', message_id: 'integer', ...formatted, link_preview_options: 'json', reply_markup: 'json' },
    editMessageText,
  ],
  deletemessage: [{ chat_id: 'chat', message_id: 'integer' }, deleteMessage],
  sendchataction: [{ ...chatAndTopic, action: 'string' }, sendChatAction],
  answercallbackquery: [
    { callback_query_id: 'string', text: 'string', show_alert: 'boolean', cache_time: 'integer' },
    answerCallbackQuery,
  ],
  setmycommands: [{ commands: 'json', scope: 'json', language_code: 'string' }, setMyCommands],
  getfile: [{ file_id: 'string' }, ({ files }, parameters) => files.describe(parameters.text('file_id'))],
  senddocument: [
    { ...sending, ...caption, document: 'file', disable_content_type_detection: 'boolean' },
    (world, parameters) => sendFile(world, parameters, 'document'),
  ],
  sendphoto: [{ ...sending, ...caption, photo: 'file' }, (world, parameters) => sendFile(world, parameters, 'photo')],
  setwebhook: [webhook, setWebhook],
  deletewebhook: [{ drop_pending_updates: 'boolean' }, setWebhook],
  getwebhookinfo: [{}, ({ updates }) => webhookInfo(updates)],
}

/** Runs a call; fails with Refusal. Names of methods are taken in any case, as on the real server. */
export async function callMethod(
  world: World,
  name: string,
  request: RawRequest,
  closed: AbortSignal,
): Promise<unknown> {
  const known = Object.hasOwn(methods, name.toLowerCase()) ? methods[name.toLowerCase()] : undefined
  if (known === undefined) throw new Refusal(404, 'Not Found: method not found')
  const [kinds, run] = known
  return run(world, new Parameters(request, kinds), closed)
}

function getMe({ bot, isPrivacyOn }: World): object {
  const rights = { can_join_groups: true, can_read_all_group_messages: !isPrivacyOn, supports_inline_queries: false }
  return { ...bot, ...rights, can_connect_to_business: false, has_main_web_app: false }
}

function sendMessage(world: World, parameters: Parameters): object {
  const isPreviewOff = hasPreviewOff(parameters)
  const text = messageText(parameters)
  const { chat, fields } = destination(world, parameters)
  world.chats.spend(chat)
  const isSilent = parameters.flag('disable_notification')
  const all = { ...fields, text: text.text, ...(text.entities.length === 0 ? {} : { entities: text.entities }) }
  return said(chat, world.chats.add(chat, world.bot, all, { isPreviewOff, isSilent }))
}

function sendFile(world: World, parameters: Parameters, kind: 'document' | 'photo'): object {
  const text = captionText(parameters)
  const { chat, fields } = destination(world, parameters)
  const file = world.files.sent(parameters, kind)
  world.chats.spend(chat)
  const isSilent = parameters.flag('disable_notification')
  const captionFields =
    text === undefined
      ? {}
      : { caption: text.text, ...(text.entities.length === 0 ? {} : { caption_entities: text.entities }) }
  const all = { ...fields, ...fileFields(file, kind), ...captionFields }
  return said(chat, world.chats.add(chat, world.bot, all, { isSilent, file }))
}

/** A new message ends the sign that the bot is typing. */
function said(chat: Chat, stored: Stored): object {
  chat.typingUntilMs = 0
  return stored.body
}

/** Where a message goes, and the fields that say so. */
function destination(world: World, parameters: Parameters): { chat: Chat; fields: Record<string, unknown> } {
  const keyboard = keyboardOf(parameters)
  const reply = parameters.json('reply_parameters')
  const chat = world.chats.writable(parameters.json('chat_id'))
  const fields: Record<string, unknown> = keyboard === undefined ? {} : { reply_markup: keyboard }
  const topic = parameters.number('message_thread_id')
  if (topic !== undefined) {
    if (!chat.topics.has(topic)) throw badRequest('message thread not found')
    Object.assign(fields, { message_thread_id: topic, is_topic_message: true })
  }
  if (reply !== undefined) {
    if (!isObject(reply)) throw badRequest('object expected as reply parameters')
    const { message_id: id, allow_sending_without_reply: isOptional } = reply
    if (typeof id !== 'number') throw badRequest(`Can't find field "message_id"`)
    const stored = chat.messages.get(id)
    const isThere = stored !== undefined && !stored.isDeleted
    if (!isThere && isOptional !== true) throw badRequest('message to be replied not found')
    if (isThere) fields['reply_to_message'] = stored.body
  }
  return { chat, fields }
}

function hasPreviewOff(parameters: Parameters): boolean {
  const options = parameters.json('link_preview_options')
  if (options === undefined) return false
  if (!isObject(options)) throw badRequest('object expected as link preview options')
  const { is_disabled: isDisabled } = options
  if (isDisabled !== undefined && typeof isDisabled !== 'boolean') {
    throw badRequest('Field "is_disabled" must be of type Boolean')
  }
  return isDisabled === true
}

function editMessageText(world: World, parameters: Parameters): object {
  const isPreviewOff = hasPreviewOff(parameters)
  const text = messageText(parameters)
  const keyboard = keyboardOf(parameters)
  const { chat, stored } = namedMessage(world, parameters, 'edit')
  if (!stored.isFromBot || stored.body.text === undefined) throw badRequest("message can't be edited")
  const fields = {
    text: text.text,
    ...(text.entities.length === 0 ? {} : { entities: text.entities }),
    ...(keyboard === undefined ? {} : { reply_markup: keyboard }),
  }
  const content = ({ text: words, entities, reply_markup: markup }: Partial<Message>): string =>
    JSON.stringify([words, entities, markup])
  if (content(stored.body) === content(fields)) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
        'content and reply markup of the message',
    )
  }
  world.chats.spend(chat)
  // A keyboard that the edit does not give again is taken away.
  world.chats.edited(stored, fields, ['entities', 'reply_markup'])
  stored.isPreviewOff = isPreviewOff
  return stored.body
}

function deleteMessage(world: World, parameters: Parameters): true {
  const { chat, stored } = namedMessage(world, parameters, 'delete')
  const ageMs = world.clock.nowMs() - stored.body.date * 1_000
  if (ageMs > 48 * 3_600_000) throw badRequest("message can't be deleted for everyone")
  if (!stored.isFromBot && chat.type !== 'private') throw badRequest("message can't be deleted")
  stored.isDeleted = true
  return true
}

function namedMessage(world: World, parameters: Parameters, verb: 'edit' | 'delete'): { chat: Chat; stored: Stored } {
  const id = parameters.number('message_id')
  if (id === undefined) throw badRequest('message identifier is not specified')
  const chat = world.chats.writable(parameters.json('chat_id'))
  const stored = chat.messages.get(id)
  if (stored === undefined || stored.isDeleted) throw badRequest(`message to ${verb} not found`)
  return { chat, stored }
}

const actions = new Set([
  'typing',
  'upload_photo',
  'upload_document',
  'upload_video',
  'upload_voice',
  'record_voice',
  'record_video',
  'find_location',
  'choose_sticker',
])

function sendChatAction(world: World, parameters: Parameters): true {
  const action = parameters.text('action') ?? ''
  if (!actions.has(action)) throw badRequest('wrong parameter action in request')
  const { chat } = destination(world, parameters)
  if (action === 'typing') chat.typingUntilMs = world.clock.monotonicMs() + 5_000
  return true
}

function answerCallbackQuery(world: World, parameters: Parameters): true {
  const press = world.presses.get(parameters.text('callback_query_id') ?? '')
  const text = parameters.text('text')
  // How long a press may be answered is not published: minutes, not hours.
  if (press === undefined || world.clock.monotonicMs() - press.atMs > 10 * 60_000) {
    throw badRequest('query is too old and response timeout expired or query ID is invalid')
  }
  if ((text?.length ?? 0) > 200) throw badRequest('MESSAGE_TOO_LONG')
  press.answer = { text, isAlert: parameters.flag('show_alert') }
  return true
}

function setMyCommands(world: World, parameters: Parameters): true {
  const commands = parameters.json('commands')
  if (!Array.isArray(commands)) throw badRequest('expected an Array of BotCommand')
  for (const command of commands) {
    if (!isObject(command)) throw badRequest("can't parse BotCommand: expected an Object")
    const { command: name, description } = command
    if (typeof name !== 'string') throw badRequest(`can't parse BotCommand: Can't find field "command"`)
    if (typeof description !== 'string') throw badRequest(`can't parse BotCommand: Can't find field "description"`)
    if (name === '') throw badRequest('command must be non-empty')
    if (name.length > 32) throw badRequest('command length must not exceed 32')
    if (!/^[a-z0-9_]+$/.test(name)) throw badRequest('BOT_COMMAND_INVALID')
    if (description.trim() === '') throw badRequest('command description must be non-empty')
    if (description.length > 256) throw badRequest('command description length must not exceed 256')
  }
  if (commands.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH')
  const scope = parameters.json('scope') ?? { type: 'default' }
  world.commands.set(`${JSON.stringify(scope)} ${parameters.text('language_code') ?? ''}`.trim(), commands)
  return true
}

/** Also deleteWebhook, which has no address. */
function setWebhook({ updates }: World, parameters: Parameters): true {
  const url = parameters.text('url') ?? ''
  if (url !== '' && !url.startsWith('https://')) {
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  }
  updates.allow(parameters.json('allowed_updates'))
  if (parameters.flag('drop_pending_updates')) updates.drop()
  updates.setWebhook(url)
  return true
}

function webhookInfo(updates: UpdateQueue): object {
  return { url: updates.webhookUrl, has_custom_certificate: false, pending_update_count: updates.pendingCount }
}
