import * as v from 'valibot'

/**
 * What is read of an update. Telegram adds fields and kinds all the time, and a proxy may answer anything: what is not
 * needed is not looked at, and what decides about rights must have its exact type.
 */
const id = v.pipe(v.number(), v.safeInteger())

function maybe<Schema extends v.GenericSchema>(schema: Schema) {
  return v.fallback(v.optional(schema), undefined)
}

const user = v.object({
  id: v.pipe(id, v.minValue(1)),
  // Absent is not taken for a person: no fallback here.
  is_bot: v.boolean(),
  first_name: maybe(v.string()),
  last_name: maybe(v.string()),
})

const entity = v.object({
  type: v.string(),
  offset: v.pipe(id, v.minValue(0)),
  length: v.pipe(id, v.minValue(0)),
  user: maybe(v.object({ id })),
})

const message = v.looseObject({
  message_id: id,
  date: v.pipe(id, v.minValue(0)),
  chat: v.object({ id, type: v.string() }),
  from: maybe(user),
  sender_chat: v.optional(v.unknown()),
  forward_origin: v.optional(v.unknown()),
  via_bot: v.optional(v.unknown()),
  is_topic_message: maybe(v.boolean()),
  message_thread_id: maybe(id),
  text: maybe(v.string()),
  entities: maybe(v.array(entity)),
  caption: maybe(v.string()),
  caption_entities: maybe(v.array(entity)),
  media_group_id: maybe(v.string()),
  reply_to_message: maybe(v.object({ from: maybe(v.object({ id })) })),
  migrate_to_chat_id: maybe(id),
})

const press = v.object({
  id: v.string(),
  from: user,
  data: maybe(v.string()),
  message: maybe(
    v.object({
      message_id: id,
      /** Of the message, not of the press; 0 of one that Telegram shows no more. */
      date: v.fallback(v.pipe(id, v.minValue(0)), 0),
      chat: v.object({ id, type: v.string() }),
      is_topic_message: maybe(v.boolean()),
      message_thread_id: maybe(id),
    }),
  ),
})

const update = v.object({
  message: v.optional(v.unknown()),
  edited_message: v.optional(v.unknown()),
  callback_query: v.optional(v.unknown()),
})

export type User = v.InferOutput<typeof user>
export type Entity = v.InferOutput<typeof entity>
export type Message = v.InferOutput<typeof message>
export type Press = v.InferOutput<typeof press>

export type Update =
  | { readonly kind: 'message'; readonly message: Message; readonly isEdit: boolean }
  | { readonly kind: 'press'; readonly press: Press }
  /** Of a kind that was not asked for, or not in the shape that Telegram documents. */
  | { readonly kind: 'unreadable' }

/** `undefined` when it has none that could be confirmed. */
export function updateIdOf(input: unknown): number | undefined {
  const parsed = v.safeParse(v.object({ update_id: v.pipe(id, v.minValue(0)) }), input)
  return parsed.success ? parsed.output.update_id : undefined
}

export function readUpdate(input: unknown): Update {
  const parsed = v.safeParse(update, input)
  if (!parsed.success) return { kind: 'unreadable' }
  const { message: sent, edited_message: edited, callback_query: pressed } = parsed.output
  if (pressed !== undefined) {
    const read = v.safeParse(press, pressed)
    return read.success ? { kind: 'press', press: read.output } : { kind: 'unreadable' }
  }
  const read = v.safeParse(message, sent ?? edited)
  if (!read.success) return { kind: 'unreadable' }
  return { kind: 'message', message: read.output, isEdit: sent === undefined }
}
