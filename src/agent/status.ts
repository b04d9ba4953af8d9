import type { DeadLetter } from '../bus/message.ts'
import type { Devices } from '../devices/device.ts'
import { formatShortly } from '../devices/reading-text.ts'
import { formatDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import { formatLocalTime } from '../local-time.ts'
import { firstWords } from './first-words.ts'

export interface ChannelState {
  /** For people, for example `Telegram`. */
  readonly title: string
  /** Undefined until the service has said it. */
  readonly botName: string | undefined
  /** Since the service last answered; undefined before the first time. */
  readonly lastAnswerAgeMs: number | undefined
  readonly trouble: { readonly sentence: string; readonly ageMs: number; readonly isOver: boolean } | undefined
}

/** The answer to /status: what runs, on what, and what is open. */
export function statusText(options: {
  readonly version: string
  readonly upMs: number
  readonly memoryBytes: number
  readonly board: string
  readonly model: string
  /** What was used today; absent where no model costs any. */
  readonly tokens?: string | undefined
  readonly devices: Devices
  /** What commands run in, or why there is no shell; none for people whom that does not concern. */
  readonly shell?: string | undefined
  /** What is planned; absent where nothing is, or it is none of the asker's. */
  readonly jobs?: string | undefined
  /** What the heartbeat is at; absent where none is configured, or it is none of the asker's. */
  readonly heartbeat?: string | undefined
  /** The channels that go out to a network. */
  readonly channels: readonly ChannelState[]
  /** Accepted messages without an answer, but for the one that asks for this. */
  readonly waiting: number
  readonly undelivered: number
  readonly runningTurns: number
  /** What could not be delivered, oldest first; none for people whom others' chats do not concern. */
  readonly deadLetters: readonly DeadLetter[]
  /** Others read along: of what was said in other chats only the count is told. */
  readonly isShared: boolean
}): string {
  const { version, upMs, memoryBytes, board, model, tokens, devices, shell } = options
  const { channels, waiting, undelivered, runningTurns, deadLetters } = options
  return [
    `Pincer ${version}, up ${formatDuration(upMs)}, ${Math.round(memoryBytes / 1024 / 1024)} MB of memory.`,
    `Board: ${board}. Model: ${model}.`,
    ...(tokens === undefined ? [] : [tokens]),
    outputsLine(devices),
    ...(shell === undefined ? [] : [shell]),
    ...(options.jobs === undefined ? [] : [options.jobs]),
    ...(options.heartbeat === undefined ? [] : [options.heartbeat]),
    ...channels.map(channelLine),
    `Waiting: ${counted(waiting, 'message', 'messages')}, ${counted(undelivered, 'reply', 'replies')}. Turns running: ${runningTurns}.`,
    ...deadLetterLines(deadLetters, options.isShared),
  ].join('\n')
}

function channelLine({ title, botName, lastAnswerAgeMs, trouble }: ChannelState): string {
  const who = botName === undefined ? title : `${title} as @${botName}`
  const heard = lastAnswerAgeMs === undefined ? 'no answer yet' : `last answer ${formatDuration(lastAnswerAgeMs)} ago`
  if (trouble === undefined) return `${who}: ${heard}.`
  const when = `${trouble.isOver ? 'over now, ' : ''}${formatDuration(trouble.ageMs)} ago`
  return `${who}: ${heard}. Trouble (${when}): ${trouble.sentence}`
}

/** The newest, each by its first words. */
function deadLetterLines(letters: readonly DeadLetter[], isShared: boolean): readonly string[] {
  if (letters.length === 0) return []
  if (isShared) {
    const count = counted(letters.length, 'reply', 'replies')
    return [`Not delivered, and not sent again: ${count}. I say more of that in a private chat.`]
  }
  const shown = letters.slice(-limits.deadLettersShownMax).toReversed()
  const more = letters.length > shown.length ? `, the last ${shown.length} of them` : ''
  return [
    `Not delivered, and not sent again: ${counted(letters.length, 'reply', 'replies')}${more}.`,
    ...shown.map(
      ({ atMs, channel, chat, text, why }) =>
        `- ${formatLocalTime(atMs)}, to ${channel} ${chat}: "${firstWords(text)}" (${firstWords(why)})`,
    ),
  ]
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

function outputsLine(devices: Devices): string {
  const states = devices
    .known()
    .filter(({ value }) => value === 'on' || value === 'off' || value === 'unknown')
    .map(formatShortly)
  const outputs = states.length === 0 ? 'none' : states.join(', ')
  const latched = devices.latched()
  return latched === undefined
    ? `Outputs: ${outputs}.`
    : `Outputs: ${outputs}; latched safe (${latched}) until /resume.`
}
