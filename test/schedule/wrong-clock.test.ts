import t from 'tap'
import { limits } from '../../src/limits.ts'
import { draft, ScheduleRig } from '../support/schedule-rig.ts'

/** What becomes of slots on the calendar when the wall clock is wrong for a while. It is noon of November 21 at first. */
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const sevenEachDay = { kind: 'cron', expression: '0 7 * * *', zone: 'UTC' } as const
const eachHour = { kind: 'cron', expression: '0 * * * *', zone: 'UTC' } as const

/** The wall clock is put there and looked at. */
async function jump(rig: ScheduleRig, byMs: number): Promise<void> {
  rig.clock.jumpWall(byMs)
  await rig.advance(limits.jobClockCheckMs)
}

const timesOf = (rig: ScheduleRig): readonly string[] => rig.runs.map(({ at }) => at.slice(5, 16))

void t.test('what a clock that was ahead for a while had missed comes at its time, over restarts too', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: sevenEachDay }))
  await jump(rig, 2 * dayMs)
  t.match(schedule.list(), [{ last: { outcome: { kind: 'skipped', why: 'it was missed by 5h 1m, after 1 others' } } }])
  const ahead = await rig.killAndStart()
  await rig.advance(10 * minuteMs)
  t.equal(rig.ids, '', 'missed, and not missed again')
  t.equal(ahead.list()[0]?.last?.atMs, schedule.list()[0]?.last?.atMs)
  await jump(rig, -2 * dayMs)
  await rig.restart()
  await rig.advance(2 * dayMs)
  t.same(timesOf(rig), ['11-22T07:00', '11-23T07:00'])
  await rig.schedule.stop()
})

void t.test(
  'a single run that a clock which was ahead had missed is told, and comes at its time, over restarts too',
  async (t) => {
    const rig = await ScheduleRig.create(t)
    const schedule = await rig.start()
    const atMs = rig.clock.nowMs() + 3 * hourMs
    await schedule.add(draft({ time: { kind: 'at', atMs } }))
    await schedule.add(draft({ time: { kind: 'at', atMs }, missed: 'once' }))
    await jump(rig, 2 * dayMs)
    await rig.killAndStart()
    await rig.advance(10 * minuteMs)
    t.match(rig.told.join('\n'), /^Job 1 did not run: .*\. It comes only if .*\nJob 2 did not run: .*$/, 'each once')
    t.equal(rig.ids, '')
    t.match(rig.schedule.list(), [{ last: { outcome: { why: 'it was missed by 1d 21h' } } }, { job: { id: '2' } }])
    await jump(rig, -2 * dayMs)
    t.same(
      rig.schedule.list().map(({ nextRunMs }) => nextRunMs),
      [atMs, atMs],
    )
    await rig.restart()
    await rig.advance(3 * hourMs)
    t.same(timesOf(rig), ['11-21T15:00', '11-21T15:00'])
    t.same(rig.schedule.list(), [])
    await rig.schedule.stop()
  },
)

void t.test(
  'a single run that was missed goes a day later, and does not come when the clock is put back after it',
  async (t) => {
    const rig = await ScheduleRig.create(t)
    const schedule = await rig.start()
    const atMs = rig.clock.nowMs() + hourMs
    await schedule.add(draft({ time: { kind: 'at', atMs } }))
    await rig.rebootAndStart(5 * hourMs)
    await jump(rig, -2 * hourMs)
    t.match(rig.schedule.list(), [{ job: { id: '1' } }], 'not before its time: missed it is')
    await rig.advance(23 * hourMs)
    t.equal(rig.schedule.list().length, 1)
    await rig.advance(4 * hourMs)
    t.same(rig.schedule.list(), [])
    t.equal(rig.ids, '')
    await rig.schedule.stop()
  },
)

void t.test('what ran while the clock was ahead does not run again at its time', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: sevenEachDay }))
  await schedule.add(draft({ time: sevenEachDay, missed: 'once' }))
  await jump(rig, 18 * hourMs + 59 * minuteMs)
  await rig.advance(2 * minuteMs)
  t.equal(rig.ids, '1 2', 'on time, by a clock that was wrong')
  await jump(rig, -19 * hourMs)
  await rig.killAndStart()
  await rig.advance(2 * dayMs)
  t.same(timesOf(rig).slice(2), ['11-23T07:00', '11-23T07:00'])
  await rig.schedule.stop()
})

void t.test('hours that ran do not run again when the clock is put back over them', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: eachHour }))
  await schedule.add(draft({ time: eachHour, missed: 'once' }))
  await rig.advance(5 * hourMs)
  t.equal(rig.runs.length, 10)
  await jump(rig, -3 * hourMs - 20 * minuteMs)
  await rig.advance(3 * hourMs)
  t.equal(rig.runs.length, 10)
  await rig.killAndStart()
  await rig.advance(2 * hourMs)
  t.equal(rig.runs.length, 12)
  await rig.schedule.stop()
})

void t.test('what waits to be caught up when the clock is put back waits for its time', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: sevenEachDay, missed: 'once' }))
  await schedule.add(draft({ time: sevenEachDay, missed: 'once' }))
  rig.clock.jumpWall(20 * hourMs)
  await rig.restart()
  rig.clock.jumpWall(-20 * hourMs)
  await rig.schedule.setPaused('1', { why: 'a look at all jobs' })
  await rig.schedule.setPaused('1', false)
  await rig.advance(hourMs)
  t.equal(rig.ids, '')
  await rig.advance(18 * hourMs)
  t.same(timesOf(rig), ['11-22T07:00', '11-22T07:00'])
  await rig.schedule.stop()
})

void t.test(
  'a slot that came while the clock was ahead is caught up, or missed once more, when it is put back',
  async (t) => {
    const rig = await ScheduleRig.create(t)
    const schedule = await rig.start()
    await rig.advance(18 * hourMs + 50 * minuteMs)
    await schedule.add(draft({ time: sevenEachDay, missed: 'once' }))
    await schedule.add(draft({ time: sevenEachDay }))
    await jump(rig, 20 * hourMs)
    t.equal(rig.ids, '')
    await rig.advance(15 * minuteMs)
    await jump(rig, -20 * hourMs)
    await rig.advance(minuteMs)
    t.same(timesOf(rig), ['11-22T07:07'])
    t.match(schedule.list()[1]?.last?.outcome, { kind: 'skipped', why: 'it was missed by 7m' })
    await schedule.stop()
  },
)

void t.test('the slot before one that ran while the clock was ahead comes at its time too', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'cron', expression: '0 0,7,14 * * *', zone: 'UTC' }, missed: 'once' }))
  await jump(rig, 20 * hourMs)
  await rig.advance(minuteMs)
  t.same(timesOf(rig), ['11-22T08:01'], 'the seven of the next morning')
  await jump(rig, -20 * hourMs)
  await rig.advance(dayMs)
  t.same(timesOf(rig).slice(1), ['11-21T14:00', '11-22T00:00'], 'and seven has run')
  await schedule.stop()
})

void t.test(
  'what went with a later one that was caught up does not come when the clock is put back a little',
  async (t) => {
    const rig = await ScheduleRig.create(t)
    const schedule = await rig.start()
    const time = { kind: 'cron', expression: '0 1,7,13,19 * * *', zone: 'UTC' } as const
    await schedule.add(draft({ time, missed: 'once' }))
    await rig.advance(2 * hourMs)
    await rig.rebootAndStart(13 * hourMs)
    await rig.advance(5 * hourMs)
    t.same(timesOf(rig), ['11-21T13:00', '11-22T03:00', '11-22T07:00'], 'of 19 and 1 the later')
    await jump(rig, -dayMs)
    await jump(rig, dayMs - 65 * minuteMs)
    await rig.advance(4 * hourMs)
    t.equal(rig.ids, '1 1 1')
    await rig.schedule.stop()
  },
)

void t.test('a clock that swings to and fro runs nothing twice, and writes nothing again and again', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: eachHour, missed: 'once' }))
  await schedule.add(draft({ time: sevenEachDay }))
  const swing = async (): Promise<void> => {
    for (const byMs of [2 * dayMs, -400 * dayMs, 399 * dayMs, -dayMs]) {
      await jump(rig, byMs)
      await rig.advance(6 * minuteMs)
    }
  }
  for (let count = 0; count < 3; count++) await swing()
  const before = { changes: rig.disk.count, runs: rig.runs.length }
  for (let count = 0; count < 10; count++) await swing()
  // Five hours go by at each of four places of the calendar.
  const runs = rig.runs.length - before.runs
  const changes = rig.disk.count - before.changes
  t.ok(runs <= 20, `${runs} runs`)
  t.ok(changes <= 3 * runs + 5, `${changes} changes of the disk: of each run its beginning, an fsync and its end`)
  t.equal(new Set(rig.runs.filter(({ id }) => id === '1').map(({ at }) => at.slice(0, 13))).size, rig.runs.length)
  await jump(rig, startOf(rig))
  rig.runs.splice(0)
  await rig.advance(3 * hourMs)
  t.equal(rig.ids, '1 1 1')
  t.same(
    rig.told.filter((text) => !/^Job 1 was due .* ago\.$/.test(text)),
    [],
  )
  await schedule.stop()
})

/** From the wall clock as it is to where it would be if nobody had touched it. */
function startOf(rig: ScheduleRig): number {
  return Date.parse('2026-11-21T12:00:00Z') + rig.clock.monotonicMs() - 1_000_000 - rig.clock.nowMs()
}
