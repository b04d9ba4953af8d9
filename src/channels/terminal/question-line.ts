import type { Question } from '../channel.ts'
import { printableLine } from './printable.ts'

/** The question as it stands on the screen: the action word for word, on one line, nothing hidden in it. */
export function questionPrompt(question: Question): string {
  return `Allow: ${printableLine(question.action)}? (${printableLine(question.reason)}) [y/N] `
}

/** An empty line is the capital N. `undefined`: neither. */
export function parseYesNo(text: string): 'yes' | 'no' | undefined {
  switch (text.trim().toLowerCase()) {
    case 'y':
    case 'yes':
      return 'yes'
    case '':
    case 'n':
    case 'no':
      return 'no'
    default:
      return undefined
  }
}
