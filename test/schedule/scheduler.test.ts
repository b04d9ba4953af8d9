import t from 'tap'
import { hasJobs } from '../../src/schedule/job-files.ts'
import { draft, ScheduleRig } from '../support/schedule-rig.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

void t.test('a job is made, listed, run at its time in its zone, and run again the next day', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  t.equal(rig.clock.pendingTimers(), 0, 'no timer while there is no job')
  t.notOk(hasJobs(rig.stateFolder), 'and no file')
  const view = await schedule.add(draft({ name: 'morning' }))
  t.match(view, { job: { id: '1', name: 'morning' }, isRunning: false, waitsForClock: false, failuresInRow: 0 })
  t.equal(view.nextRunMs, Date.parse('2026-11-22T06:00:00Z'))
  t.equal(rig.clock.pendingTimers(), 1, 'one timer')
  t.ok(hasJobs(rig.stateFolder))
  await rig.advance(2 * dayMs)
  t.same(
    rig.runs.map(({ at }) => at),
    ['2026-11-22T06:00:00.000Z', '2026-11-23T06:00:00.000Z'],
  )
  t.match(schedule.list()[0], { last: { outcome: { kind: 'done' } }, nextRunMs: Date.parse('2026-11-24T06:00:00Z') })
  await schedule.stop()
})

void t.test('after a restart jobs are there as before, and their ids are never used again', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft())
  await schedule.add(draft({ time: { kind: 'every', everyMs: hourMs } }))
  await schedule.remove('2')
  const again = await rig.restart()
  t.same(
    again.list().map(({ job }) => job.id),
    ['1'],
  )
  await again.remove('1')
  t.equal((await again.add(draft())).job.id, '3')
  t.equal((await (await rig.restart()).add(draft())).job.id, '4')
  await rig.schedule.stop()
})
