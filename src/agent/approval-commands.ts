import type { Answer } from '../bus/question.ts'
import type { Inbound } from '../bus/message.ts'
import { isPincerError, sentenceOf } from '../errors.ts'
import type { ApprovalDesk } from '../guard/approval.ts'
import { type Command, failure } from './command.ts'

/** A person's answer in words, for every chat: beside the turn that waits for it, never behind it. */
export function approvalCommands(desk: ApprovalDesk): Record<string, Command> {
  const answered = async (work: Promise<string>) => {
    try {
      return await work
    } catch (error) {
      if (!isPincerError(error)) throw error
      return failure(sentenceOf(error))
    }
  }
  const answer = (message: Inbound, code: string, given: Answer) => answered(desk.answer(message, code, given))
  return {
    approve: {
      usage: '/approve [CODE [always]]',
      help: 'what waits for your yes; allow it once, or always',
      recorded: (words) => words !== '',
      run: (words, message) => {
        const [code = '', how, ...rest] = words.split(/\s+/)
        if (code === '') return answered(desk.list(message))
        const isAlways = how?.toLowerCase() === 'always'
        if (rest.length > 0 || (how !== undefined && !isAlways)) {
          return Promise.resolve(failure('Nothing was allowed: write it as /approve CODE, or /approve CODE always.'))
        }
        return answer(message, code, isAlways ? 'always' : 'yes')
      },
    },
    deny: {
      usage: '/deny CODE',
      help: 'say no to what waits, or revoke what you allowed for always',
      recorded: (words) => words !== '',
      run: (words, message) =>
        words === ''
          ? Promise.resolve(failure('Write what to deny, as /deny CODE: /approve lists the codes.'))
          : answer(message, words, 'no'),
    },
  }
}
