import t from 'tap'
import { PincerError } from '../../src/errors.ts'
import { limits } from '../../src/limits.ts'
import type { RunOutcome } from '../../src/schedule/job.ts'
import { endInTime } from '../../src/schedule/run-deadline.ts'
import { FakeClock } from '../support/fake-clock.ts'

const minuteMs = 60_000

function rig() {
  const clock = new FakeClock()
  const aborter = new AbortController()
  return { clock, aborter, options: { clock, aborter, timeoutMs: 5 * minuteMs } }
}
const never = (): Promise<RunOutcome> => new Promise(() => undefined)

void t.test('a run that is over in time is what it says, and its failure a sentence', async (t) => {
  const { options } = rig()
  t.same(await endInTime(() => Promise.resolve({ kind: 'done', said: 'x' }), options), { kind: 'done', said: 'x' })
  t.same(await endInTime(() => Promise.reject(new PincerError('limit', 'It is full.')), options), {
    kind: 'failed',
    why: 'It is full.',
  })
})

void t.test('a run that takes too long is aborted, and left alone when it does not heed that', async (t) => {
  const { clock, aborter, options } = rig()
  const ending = endInTime(never, options)
  await clock.advance(5 * minuteMs - 1)
  t.notOk(aborter.signal.aborted)
  await clock.advance(1)
  t.ok(aborter.signal.aborted)
  await clock.advance(limits.stopGraceMs)
  t.same(await ending, { kind: 'failed', why: 'it took longer than 5m and was ended.' })
})

void t.test('a run that heeds being ended is told by the reason, whatever it says itself', async (t) => {
  const { aborter, options } = rig()
  const { promise, resolve } = Promise.withResolvers<RunOutcome>()
  const ending = endInTime(() => promise, options)
  aborter.abort(new PincerError('stopped', 'The job was removed.'))
  resolve({ kind: 'failed', why: 'I was stopped.' })
  t.same(await ending, { kind: 'failed', why: 'The job was removed.' })
  const done = rig()
  done.aborter.abort(new PincerError('stopped', 'Pincer is stopping.'))
  t.same(
    await endInTime(() => Promise.resolve({ kind: 'done' }), done.options),
    { kind: 'done' },
    'what came to its end',
  )
})
