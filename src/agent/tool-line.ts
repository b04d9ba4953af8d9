import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { ToolCall } from '../model/model.ts'

/** A call in one quiet line: `device_set lamp on`. */
export function toolLine(call: ToolCall): string {
  let values: string
  try {
    const parsed: unknown = JSON.parse(call.arguments)
    values = Object.values({ ...(typeof parsed === 'object' ? parsed : {}) })
      .map((value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)))
      .join(' ')
  } catch (error) {
    values = sentenceOf(error)
  }
  const line = `${call.name} ${values}`.replaceAll(/\s+/g, ' ').trim()
  return line.length > limits.toolLineCharsMax ? `${line.slice(0, limits.toolLineCharsMax - 1)}…` : line
}
