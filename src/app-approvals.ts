import type { Asking, Question } from './bus/question.ts'
import type { Channel } from './channels/channel.ts'
import type { PairingPort } from './channels/pairing-port.ts'
import type { ApprovalDesk, Approver } from './guard/approval.ts'
import type { AppOptions } from './app-base.ts'
import { loadPart } from './parts.ts'

/** The approvals, loaded when somebody is first asked something: most days nobody is. */
export function createApprovals(channels: readonly Channel[], options: AppOptions): Approver & ApprovalDesk {
  const { home, clock, log } = options
  const show = (channel: string, question: Question, asking: Asking): void => {
    const asked = channels.find((each) => each.name === channel)
    if (asked === undefined) asking.unavailable(`the channel ${channel} is gone`)
    else asked.ask(question, asking)
  }
  const make = async () => {
    const { Approvals } = await loadPart('approvals')
    return new Approvals({ stateFolder: home.state, clock, log, show })
  }
  let made: ReturnType<typeof make> | undefined
  const get = () => (made ??= make())
  return {
    stands: async (where, subject) => (await get()).stands(where, subject),
    ask: async (request, signal) => (await get()).ask(request, signal),
    list: async (by) => (await get()).list(by),
    answer: async (by, code, answer) => (await get()).answer(by, code, answer),
    withdraw: async (where) => (await made)?.withdraw(where) ?? 0,
    forget: async (who) => (await get()).forget(who),
  }
}

/** Whoever is paired again begins without what they had allowed for always. */
export function forgetting(channel: string, pairing: PairingPort, approvals: ApprovalDesk): PairingPort {
  return {
    confirm: (code) => pairing.confirm(code),
    list: () => pairing.list(),
    pending: () => pairing.pending(),
    async revoke(name) {
      const answer = await pairing.revoke(name)
      if (answer.status === 'revoked') await approvals.forget({ channel, personId: String(answer.person.id) })
      return answer
    },
  }
}
