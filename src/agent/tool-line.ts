import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { ToolCall } from '../model/model.ts'
import { shortLine } from '../short-text.ts'

/** A call in one quiet line: `device_set lamp on`, `schedule_add when door is open, device_set lamp on for 5m`. */
export function toolLine(call: ToolCall): string {
  let values: string
  try {
    values = wordsOf(JSON.parse(call.arguments))
  } catch (error) {
    values = sentenceOf(error)
  }
  return shortLine(`${call.name} ${values}`, limits.toolLineCharsMax)
}

/** Keys of arguments that are words of a sentence too; of all others the values say enough. */
const spokenKeys: ReadonlySet<string> = new Set('in at every cron when is above below stale for say ask'.split(' '))

function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value))
    return value.every((each) => typeof each === 'number') ? JSON.stringify(value) : value.map(wordsOf).join(', ')
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const words = Object.entries(value).map(([key, each]) =>
    spokenKeys.has(key) ? `${key} ${wordsOf(each)}` : wordsOf(each),
  )
  return words.join(' ')
}
