import { limits } from '../../src/limits.ts'
import { changesOf } from './telegram-script.ts'

/** One message, all that was answered to it, and what was seen to change for it. */
export interface Answered {
  /** Of a command the name of its device. */
  readonly token: string
  readonly text: string
  /** Each wording once. */
  readonly answers: readonly string[]
  readonly changed: readonly string[]
  /** The journal held a changing call of its turn when the daemon was killed. */
  readonly hadStartedCalls: boolean
}

/** There must be one answer, that claims what happened and nothing else. `isNotice`: it tells of an interruption. */
export function judgeAnswers(answered: Answered): { readonly faults: readonly string[]; readonly isNotice: boolean } {
  const { token, text, answers, changed } = answered
  const [answer] = answers
  if (answer === undefined) return { faults: [`${token} was lost: "${text}"`], isNotice: false }
  const faults = answers.length > 1 ? [`${token} was answered in ${answers.length} ways: ${answers.join(' / ')}`] : []
  const isCommand = text.startsWith('/')
  if (isCommand ? answer.startsWith(`${token} is on`) : answer.startsWith('done: ')) {
    const wantedCount = isCommand ? 1 : changesOf(text).length
    if (changed.length !== wantedCount) faults.push(`"${answer}", but ${changed.length} of ${wantedCount} changed`)
    return { faults, isNotice: false }
  }
  return { faults: [...faults, ...noticeFaults(answered, answer, isCommand)], isNotice: true }
}

function noticeFaults(answered: Answered, answer: string, isCommand: boolean): readonly string[] {
  const { token, changed, hadStartedCalls } = answered
  if (answer.startsWith(`I was restarted ${limits.restartsMax} times`)) {
    return changed.length > 0 ? [`"${answer}", but it had changed something`] : []
  }
  const faults = answer.startsWith('I was interrupted') ? [] : [`${token} was answered with "${answer}"`]
  if (!hadStartedCalls) faults.push(`${token} was not run again though no changing call had started: "${answer}"`)
  for (const each of changed) if (!isCommand && !answer.includes(each)) faults.push(`"${answer}" hides ${each}`)
  return faults
}
