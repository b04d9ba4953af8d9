import type { Entity, Message } from './update-shape.ts'

/** What the bot goes by. The name is not known before Telegram said it. */
export interface BotIdentity {
  readonly id: number
  readonly name: string | undefined
}

export type Addressed =
  /** For the bot; `text` without its name. */
  | { readonly kind: 'here'; readonly text: string }
  | { readonly kind: 'elsewhere' }
  /** It names somebody, who may be the bot: its own name is not known yet. */
  | { readonly kind: 'unknown' }

/**
 * Whether a message is for the bot. Alone with a person everything is; in a group what names it, replies to it, or is
 * a command with its name.
 */
export function readAddress(message: Message, bot: BotIdentity): Addressed {
  const whole = message.text ?? message.caption ?? ''
  const entities = (message.text === undefined ? message.caption_entities : message.entities) ?? []
  const named = entities.map((entity) => readName(whole, entity, bot))
  const text = withoutNames(
    whole,
    named.flatMap((name) => (name.kind === 'bot' ? [name] : [])),
  )
  if (message.chat.type === 'private') return { kind: 'here', text }
  const first = named[0]
  // A command for another bot is not for this one, whatever it replies to.
  if (first?.kind === 'other-command') return { kind: 'elsewhere' }
  const isReply = message.reply_to_message?.from?.id === bot.id
  if (isReply || named.some((name) => name.kind === 'bot')) return { kind: 'here', text }
  return { kind: named.some((name) => name.kind === 'unknown') ? 'unknown' : 'elsewhere' }
}

type Name =
  | { readonly kind: 'bot'; readonly from: number; readonly to: number }
  | { readonly kind: 'other-command' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'none' }

function readName(whole: string, { type, offset, length, user }: Entity, bot: BotIdentity): Name {
  const to = offset + length
  if (type === 'text_mention') return user?.id === bot.id ? { kind: 'bot', from: offset, to } : { kind: 'none' }
  const isCommand = type === 'bot_command' && offset === 0
  if (type !== 'mention' && !isCommand) return { kind: 'none' }
  const at = whole.indexOf('@', offset)
  if (at === -1 || at >= to) return { kind: 'none' }
  if (bot.name === undefined) return { kind: 'unknown' }
  if (whole.slice(at + 1, to).toLowerCase() === bot.name.toLowerCase()) return { kind: 'bot', from: at, to }
  return { kind: isCommand ? 'other-command' : 'none' }
}

function withoutNames(whole: string, names: readonly { readonly from: number; readonly to: number }[]): string {
  let text = ''
  let from = 0
  for (const name of names) {
    if (name.from < from) continue
    text += whole.slice(from, name.from)
    from = name.to
  }
  text += whole.slice(from)
  // What joined the name to the words is no part of them: "@bot, lamp on".
  return names[0]?.from === 0 ? text.replace(/^[\s,:;–-]+/, '') : text
}
