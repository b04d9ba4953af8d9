import type { Clock } from '../clock.ts'
import { formatDuration, hourMs } from '../duration.ts'
import { isPincerError, PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { ApprovalDesk } from './approval.ts'
import { personKey } from './audit-recall.ts'

/**
 * Bounds the codes that a person gets wrong in an hour: then none counts, the right one neither, and what waits can be
 * allowed where it was asked, by its button or key. A no is never bound. A restart opens nothing: it ends what was asked.
 */
export function withGuessBound(desk: ApprovalDesk, clock: Clock): ApprovalDesk {
  /** By person: monotonic times, oldest first. */
  const wrong = new Map<string, readonly number[]>()
  return {
    list: (by) => desk.list(by),
    withdraw: (where) => desk.withdraw(where),
    forget: (who) => desk.forget(who),
    async answer(by, code, answer) {
      if (answer === 'no') return desk.answer(by, code, answer)
      const person = personKey(by.channel, by.person.id)
      const nowMs = clock.monotonicMs()
      const recent = (wrong.get(person) ?? []).filter((atMs) => nowMs - atMs < hourMs)
      const [oldestMs] = recent
      if (oldestMs !== undefined && recent.length >= limits.wrongCodesPerHourMax) {
        const wait = formatDuration(oldestMs + hourMs - nowMs)
        throw new PincerError(
          'usage',
          `Nothing was allowed: ${recent.length} codes of yours were wrong within an hour, so none counts for ${wait}. Use the button or key of the question, or /deny CODE.`,
        )
      }
      // Before it is known to be wrong: many at once are as many tries.
      wrong.set(person, [...recent, nowMs])
      let isWrong = false
      try {
        return await desk.answer(by, code, answer)
      } catch (error) {
        isWrong = isPincerError(error) && error.code === 'usage'
        throw error
      } finally {
        if (!isWrong) wrong.set(person, withoutOne(wrong.get(person) ?? [], nowMs))
      }
    },
  }
}

function withoutOne(times: readonly number[], atMs: number): readonly number[] {
  return times.toSpliced(times.indexOf(atMs), 1)
}
