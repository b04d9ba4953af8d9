import type { Answerer, ApprovalDesk } from './approval.ts'
import type { SteeringFiles } from './steering-files.ts'

/**
 * /approve and /deny for changed prompt files too, before the questions of the chat. Where others read along (`isShared`)
 * none is shown: guests get neither USER.md nor MEMORY.md. `look` reads them as a turn does: since the start there may have
 * been none.
 */
export function withSteeringFiles(
  desk: ApprovalDesk,
  files: SteeringFiles,
  isShared: (where: Answerer) => boolean,
  look: () => Promise<unknown>,
): ApprovalDesk {
  return {
    list: async (by) => {
      await look()
      const changed = await files.list()
      if (changed.length === 0) return desk.list(by)
      const elsewhere =
        'Files of mine were changed by another program: say /approve in a chat with me alone to see them.'
      return [...(isShared(by) ? [elsewhere] : changed), await desk.list(by)].join('\n\n')
    },
    answer: async (by, code, answer) => (await files.answer(code, answer !== 'no')) ?? desk.answer(by, code, answer),
    withdraw: (where) => desk.withdraw(where),
    forget: (who) => desk.forget(who),
  }
}
