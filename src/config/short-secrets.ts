import { limits } from '../limits.ts'
import { canBeRedacted } from '../secrets.ts'

/** A word such as `ollama` is what servers without keys are given: no secret at all. */
export function isShortSecret(value: string): boolean {
  return value !== '' && !canBeRedacted(value) && !/^[a-z-]+$/i.test(value)
}

/** What `check` says of the secret with this name. */
export function shortSentence(name: string): string {
  return `${name} is shorter than ${limits.secretCharsMin} characters, so it cannot be kept out of logs and replies. Use a longer one.`
}
