import type { Inbound } from '../bus/message.ts'
import { formatDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import { type Command, type CommandReply, failure } from './command.ts'
import { firstWords } from './first-words.ts'

/** Obeys what a person wrote behind /jobs. */
export type ObeyJobs = (words: string, message: Inbound) => Promise<Partial<CommandReply>>

/** What is planned, without any model. */
export function jobCommands(obey: ObeyJobs): Record<string, Command> {
  return {
    jobs: {
      usage: '/jobs [pause|resume|run|remove ID]',
      help: 'what is planned; pause, resume, run or remove it',
      recorded: (words) => words !== '',
      run: (words, message, { messageAgeMs }) => {
        // What is asked of a job may be wrong by then, and its button may have been pressed days ago.
        const changes = words !== '' && !/^list\b/i.test(words)
        if (!changes || messageAgeMs <= limits.actingMessageAgeMaxMs) return obey(words, message)
        return Promise.resolve(failure(lateText(words, messageAgeMs)))
      },
    },
  }
}

function lateText(words: string, ageMs: number): string {
  const what = `"/jobs ${firstWords(words)}"`
  const when =
    ageMs === Infinity ? 'nobody knows when it was sent' : `it may have been sent ${formatDuration(ageMs)} ago`
  return `I did not do ${what}: ${when}. Send it again, or press again, if you still mean it.`
}
