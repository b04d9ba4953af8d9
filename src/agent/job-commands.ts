import type { Inbound } from '../bus/message.ts'
import type { Command, CommandReply } from './command.ts'

/** Obeys what a person wrote behind /jobs. */
export type ObeyJobs = (words: string, message: Inbound) => Promise<Partial<CommandReply>>

/** What is planned, without any model. */
export function jobCommands(obey: ObeyJobs): Record<string, Command> {
  return {
    jobs: {
      usage: '/jobs [pause|resume|run|remove ID]',
      help: 'what is planned; pause, resume, run or remove it',
      recorded: (words) => words !== '',
      run: obey,
    },
  }
}
