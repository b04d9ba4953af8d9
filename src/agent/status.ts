import type { DeadLetter } from '../bus/message.ts'
import type { Devices } from '../devices/device.ts'
import { formatShortly } from '../devices/reading-text.ts'
import { formatDuration } from '../duration.ts'
import { formatLocalTime } from '../local-time.ts'
import { firstWords } from './first-words.ts'

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
  /** Accepted messages without an answer, but for the one that asks for this. */
  readonly waiting: number
  readonly undelivered: number
  readonly runningTurns: number
  /** What could not be delivered, oldest first; none for people whom others' chats do not concern. */
  readonly deadLetters: readonly DeadLetter[]
}): string {
  const { version, upMs, memoryBytes, board, model, tokens, devices } = options
  const { waiting, undelivered, runningTurns, deadLetters } = options
  return [
    `Pincer ${version}, up ${formatDuration(upMs)}, ${Math.round(memoryBytes / 1024 / 1024)} MB of memory.`,
    `Board: ${board}. Model: ${model}.`,
    ...(tokens === undefined ? [] : [tokens]),
    outputsLine(devices),
    `Waiting: ${counted(waiting, 'message', 'messages')}, ${counted(undelivered, 'reply', 'replies')}. Turns running: ${runningTurns}.`,
    ...deadLetterLines(deadLetters),
  ].join('\n')
}

/** The newest, each by its first words. */
function deadLetterLines(letters: readonly DeadLetter[]): readonly string[] {
  if (letters.length === 0) return []
  const shown = letters.slice(-lettersShown).toReversed()
  const more = letters.length > shown.length ? `, the last ${shown.length} of them` : ''
  return [
    `Not delivered, and not sent again: ${counted(letters.length, 'reply', 'replies')}${more}.`,
    ...shown.map(
      ({ atMs, channel, chat, text, why }) =>
        `- ${formatLocalTime(atMs)}, to ${channel} ${chat}: "${firstWords(text)}" (${firstWords(why)})`,
    ),
  ]
}

const lettersShown = 5

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
