import type { Channel } from '../../src/channels/channel.ts'
import type { ApprovalAnswer, StandingSubject } from '../../src/guard/approval.ts'
import { Approvals } from '../../src/guard/approvals.ts'
import type { Clock } from '../../src/clock.ts'
import { createLogLines } from './log-lines.ts'

/** A channel that can be asked, under a clock. */
export interface AskedRig {
  readonly channel: Pick<Channel, 'ask'>
  readonly clock: Clock
}

/** What a test asks; the rest of a question is Pincer's. */
export interface AskedAction {
  readonly chat: string
  readonly personId: string
  readonly action: string
  readonly reason: string
  readonly call?: string
  readonly subject?: StandingSubject
}

export const channelName = 'asked'
const never = new AbortController().signal
const desks = new WeakMap<AskedRig['channel'], Approvals>()

/** The approvals that ask through this channel: the same ones for the same channel. */
export function deskOf({ channel, clock }: AskedRig, stateFolder = '/nowhere/at/all'): Approvals {
  const desk =
    desks.get(channel) ??
    new Approvals({
      stateFolder,
      clock,
      log: createLogLines().log,
      show: (_channel, question, asking) => channel.ask(question, asking),
    })
  desks.set(channel, desk)
  return desk
}

/** Asks an owner called Ada. */
export function ask(rig: AskedRig, action: AskedAction, signal = never): Promise<ApprovalAnswer> {
  const { personId, ...request } = action
  const person = { id: personId, name: 'Ada', role: 'owner' } as const
  return deskOf(rig).ask({ channel: channelName, person, ...request }, signal)
}
