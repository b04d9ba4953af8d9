import { formatLocalTime } from '../../local-time.ts'
import type { Answer, Question } from '../../bus/question.ts'
import { printableLine } from './printable.ts'

/** The question as it stands on the screen: the action word for word, on one line, nothing hidden in it. */
export function questionPrompt(question: Question): string {
  const keys = question.offersAlways ? 'y/N/always' : 'y/N'
  return `Allow: ${printableLine(question.action)}? (${printableLine(question.reason)}) [${keys}] `
}

/** What stands above it: the call as it will run, who may answer and until when. */
export function questionDetails({ call, code, personName, untilMs }: Question): string {
  const as = call === undefined ? '' : `As it will run: ${printableLine(call)}. `
  const who = printableLine(personName)
  return `${as}Only ${who} can answer, until ${formatLocalTime(untilMs)}, here or with /approve ${code} or /deny ${code}.`
}

/** An empty line is the capital N. `undefined`: none of them. */
export function parseAnswer(text: string, { offersAlways }: Question): Answer | undefined {
  switch (text.trim().toLowerCase()) {
    case 'y':
    case 'yes':
      return 'yes'
    case 'always':
      return offersAlways ? 'always' : undefined
    case '':
    case 'n':
    case 'no':
      return 'no'
    default:
      return undefined
  }
}
