import * as v from 'valibot'
import { PincerError, sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import { shortened } from '../short-text.ts'
import type { Tool } from './tool.ts'

/** The arguments as the tool's schema has them. @throws PincerError `bad_call` with a sentence that the model can act on. */
export function parseArguments(tool: Tool, text: string): Record<string, unknown> {
  if (text.length > limits.toolArgumentsCharsMax) {
    throw new PincerError(
      'bad_call',
      `The arguments of ${tool.name} have ${text.length} characters, at most ${limits.toolArgumentsCharsMax} are taken: send it in parts.`,
    )
  }
  let raw: unknown
  try {
    raw = JSON.parse(text === '' ? '{}' : text)
  } catch (error) {
    throw new PincerError(
      'bad_call',
      `The arguments of ${tool.name} are not valid JSON (${sentenceOf(error)}): send the call again.`,
    )
  }
  const result = v.safeParse(tool.arguments, raw)
  if (result.success) return result.output
  const faults = result.issues.slice(0, limits.argumentFaultsMax).map((issue) => {
    const path = v.getDotPath(issue)
    const message = shortened(issue.message, limits.argumentFaultCharsMax)
    return path === null ? message : `${path}: ${message}`
  })
  const usage = Object.keys(tool.arguments.entries).join(', ') || 'no arguments'
  throw new PincerError(
    'bad_call',
    `${tool.name} was not run: ${faults.join('; ')}. It takes ${usage}. Correct it and call again.`,
  )
}
