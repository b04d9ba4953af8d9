import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { limits } from '../../src/limits.ts'
import type { JobTime } from '../../src/schedule/job.ts'
import type { JobDraft } from '../../src/schedule/schedule.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
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

void t.test('`in` and `every` count time that passes, whatever the wall clock does', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'in', delayMs: 90 * minuteMs } }))
  await schedule.add(draft({ time: { kind: 'every', everyMs: hourMs } }))
  t.equal(rig.calendarLoads, 0, 'the calendar is not loaded for them')
  await rig.advance(30 * minuteMs)
  rig.clock.jumpWall(-5 * dayMs)
  await rig.advance(30 * minuteMs)
  t.equal(rig.ids, '2')
  rig.clock.jumpWall(300 * dayMs)
  await rig.advance(30 * minuteMs)
  t.equal(rig.ids, '2 1')
  await rig.advance(90 * minuteMs)
  t.equal(rig.ids, '2 1 2 2')
  t.same(
    schedule.list().map(({ job }) => job.id),
    ['2'],
    'a job for one run goes with it',
  )
  await schedule.stop()
})

void t.test('a task in no time at all runs at once', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  rig.perform = () => Promise.resolve({ kind: 'done', said: 'found it' })
  await schedule.add(draft({ name: 'look', time: { kind: 'in', delayMs: 0 }, action: { kind: 'ask', task: 'look' } }))
  await rig.advance(0)
  t.same([rig.ids, rig.told], ['1', ['Job 1 (look): found it']])
  t.same(schedule.list(), [])
  t.equal(rig.clock.pendingTimers(), 0)
})

void t.test(
  'a wall clock that jumps forward is seen within a minute, and one that jumps back repeats nothing',
  async (t) => {
    const rig = await ScheduleRig.create(t)
    const schedule = await rig.start()
    await schedule.add(draft({ time: { kind: 'cron', expression: '0 * * * *', zone: 'UTC' } }))
    await schedule.add(draft({ time: { kind: 'at', atMs: Date.parse('2026-11-21T15:30:00Z') } }))
    await rig.advance(3 * hourMs)
    t.equal(rig.ids, '1 1 1')
    rig.clock.jumpWall(30 * minuteMs)
    await rig.advance(minuteMs)
    t.equal(rig.ids, '1 1 1 2', 'half past')
    rig.clock.jumpWall(-3 * hourMs)
    await rig.advance(2 * hourMs + 58 * minuteMs)
    t.equal(rig.ids, '1 1 1 2', 'what ran before does not run again')
    await rig.advance(hourMs)
    t.equal(rig.ids, '1 1 1 2 1')
    await schedule.stop()
  },
)

void t.test('a clock that jumps back repeats nothing after a restart either', async (t) => {
  const rig = await ScheduleRig.create(t)
  let schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'cron', expression: '*/10 * * * *', zone: 'UTC' } }))
  await rig.advance(6 * hourMs)
  t.equal(rig.runs.length, 36)
  rig.clock.jumpWall(-6 * hourMs)
  schedule = await rig.restart()
  await rig.advance(6 * hourMs - 10 * minuteMs)
  t.equal(rig.runs.length, 36)
  await rig.advance(10 * minuteMs)
  t.equal(rig.runs.length, 36)
  await rig.advance(10 * minuteMs)
  t.equal(rig.runs.length, 37)
  await schedule.stop()
})

void t.test('a clock that had been wrong by years stops no job when it is put right', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'cron', expression: '0 * * * *', zone: 'UTC' } }))
  await rig.advance(hourMs)
  rig.clock.jumpWall(3_650 * dayMs + 10 * minuteMs)
  await rig.advance(2 * hourMs)
  t.equal(rig.runs.length, 3, 'it runs by what the clock says')
  await schedule.add(draft({ time: { kind: 'cron', expression: '30 * * * *', zone: 'UTC' } }))
  rig.clock.jumpWall(-3_650 * dayMs)
  await rig.advance(2 * hourMs)
  t.equal(rig.ids, '1 1 1 2 1 2 1')
  const again = await rig.restart()
  await rig.advance(2 * hourMs)
  t.equal(rig.ids, '1 1 1 2 1 2 1 2 1 2 1')
  await again.stop()
})

void t.test('a slot that was missed is skipped, or caught up once within its grace, and never twice', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  const time = { kind: 'cron', expression: '0 * * * *', zone: 'UTC' } as const
  const set = { kind: 'do', calls: [{ tool: 'device_set', args: {} }] } as const
  await schedule.add(draft({ time, missed: 'skip' }))
  await schedule.add(draft({ time, missed: 'once' }))
  await schedule.add(draft({ time, missed: 'once', action: set }))
  await schedule.add(draft({ time: { kind: 'every', everyMs: 4 * hourMs }, missed: 'once' }))
  await rig.advance(30 * minuteMs)
  let again = await rig.rebootAndStart(5 * hourMs)
  await rig.advance(minuteMs)
  t.equal(rig.ids, '2 3 4', 'one each, whatever passed; one that is half an hour late still acts')
  t.match(
    again.list().map(({ last }) => last?.outcome),
    [
      { kind: 'skipped', why: 'it was missed by 30m, after 4 others' },
      { kind: 'done' },
      { kind: 'done' },
      { kind: 'done' },
    ],
  )
  t.same(rig.told.toSorted(), [
    'Job 2 was due Saturday 2026-11-21 17:00, 30m 5s ago.',
    'Job 4 was due Saturday 2026-11-21 16:00, 1h 30m ago.',
  ])
  again = await rig.killAndStart()
  await rig.advance(minuteMs)
  t.equal(rig.ids, '2 3 4', 'not again')
  await again.stop()
})

void t.test('what is caught up after a start comes one after the other', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  for (let count = 0; count < 4; count++) await schedule.add(draft({ missed: 'once' }))
  const again = await rig.rebootAndStart(20 * hourMs)
  const counts: number[] = []
  for (let step = 0; step < 5; step++) {
    await rig.advance(limits.jobCatchUpGapMs)
    counts.push(rig.runs.length)
  }
  t.same(counts, [1, 2, 3, 4, 4])
  await again.stop()
})

void t.test('a job for one run that was missed by more than its grace is told and goes', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  const set = { kind: 'do', calls: [{ tool: 'device_set', args: {} }] } as const
  const at = { kind: 'at', atMs: rig.clock.nowMs() + hourMs } as const
  await schedule.add(draft({ name: 'bins', time: at, missed: 'once', action: { kind: 'say', text: 'bins out' } }))
  await schedule.add(draft({ time: { kind: 'in', delayMs: hourMs }, missed: 'once', action: set }))
  await schedule.add(draft({ time: { kind: 'in', delayMs: hourMs }, missed: 'skip' }))
  const again = await rig.rebootAndStart(14 * hourMs)
  await rig.advance(minuteMs)
  t.same([rig.ids, again.list().map(({ job }) => job.id)], ['', ['1']])
  t.equal(rig.told.length, 3)
  t.match(
    rig.told[0],
    /^Job 1 \(bins\) did not run: it was due .*, 13h ago\. It comes only if the clock was wrong and is put back; .* It was to say: bins out$/,
  )
  await rig.killAndStart()
  await rig.advance(minuteMs)
  t.equal(rig.told.length, 3, 'once')
  await rig.advance(dayMs)
  t.same(rig.schedule.list(), [], 'and what a wrong clock might have made late is kept for a day')
})

void t.test('`every` goes on over reboots, though the board reboots more often than it comes', async (t) => {
  for (const isSet of [true, false]) {
    const rig = await ScheduleRig.create(t)
    rig.clock.isSet = isSet
    const schedule = await rig.start()
    await schedule.add(draft({ time: { kind: 'every', everyMs: 6 * hourMs }, missed: 'once' }))
    for (let boot = 0; boot < 13; boot++) {
      await rig.advance(hourMs)
      // A board without a battery knows nothing of the time that it was off.
      if (!isSet) rig.clock.jumpWall(-hourMs)
      await rig.rebootAndStart(hourMs)
    }
    t.equal(rig.runs.length, isSet ? 4 : 2, isSet ? 'after 26 hours' : 'after 13 hours for which it was on')
    await rig.disk.restore()
  }
})

void t.test('the time for which a board was off counts as soon as its clock is set', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'in', delayMs: 2 * hourMs }, missed: 'once' }))
  await rig.advance(hourMs)
  rig.clock.isSet = false
  rig.clock.jumpWall(-55 * minuteMs)
  let again = await rig.rebootAndStart(55 * minuteMs)
  await rig.advance(minuteMs)
  t.equal(rig.ids, '', 'an hour is left as far as it knows')
  again = await rig.restart()
  await rig.advance(minuteMs)
  rig.clock.isSet = true
  rig.clock.jumpWall(55 * minuteMs)
  await rig.advance(2 * minuteMs)
  t.equal(rig.ids, '')
  await rig.advance(2 * minuteMs)
  t.equal(rig.ids, '1')
  await again.stop()
})

void t.test('nothing that is bound to the calendar runs until the clock is trusted; intervals do', async (t) => {
  const rig = await ScheduleRig.create(t)
  let schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'cron', expression: '0 * * * *', zone: 'UTC' } }))
  await schedule.add(draft({ time: { kind: 'at', atMs: Date.parse('2026-11-21T14:30:00Z') }, missed: 'once' }))
  await schedule.add(draft({ time: { kind: 'every', everyMs: hourMs } }))
  await rig.advance(minuteMs)
  rig.clock.isSet = false
  rig.clock.jumpWall(-400 * dayMs)
  schedule = await rig.rebootAndStart(0)
  await rig.advance(3 * hourMs)
  t.equal(rig.ids, '3 3 3')
  t.same(
    schedule.list().map(({ waitsForClock, nextRunMs }) => [waitsForClock, nextRunMs === undefined]),
    [
      [true, true],
      [true, true],
      [false, false],
    ],
  )
  rig.clock.jumpWall(400 * dayMs)
  rig.clock.isSet = true
  await rig.advance(2 * minuteMs)
  t.equal(rig.ids, '3 3 3 1 2', 'what is due by then, the late one by its rule')
  await schedule.stop()
})

void t.test('a hundred jobs that are due at once run in order, a few at a time', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  let now = 0
  let most = 0
  const waiting: (() => void)[] = []
  rig.perform = async () => {
    most = Math.max(most, ++now)
    await new Promise<void>((resolve) => waiting.push(resolve))
    now--
    return { kind: 'done' }
  }
  for (let chat = 0; chat < 4; chat++) {
    const maker = { channel: 'test', chat: `chat${chat}`, person: { id: '1', name: 'Ada' } }
    for (let count = 0; count < 25; count++) await schedule.add(draft({ maker }))
  }
  const oneMore = draft({ maker: { channel: 'test', chat: 'other', person: { id: '1', name: 'Ada' } } })
  await t.rejects(schedule.add(oneMore), { code: 'limit', message: /100 in all: at most 25 in a chat and 100 in all/ })
  await rig.advance(18 * hourMs)
  while (waiting.length > 0) {
    waiting.shift()?.()
    await rig.advance(0)
  }
  t.equal(most, limits.jobRunsMax)
  t.equal(rig.ids, Array.from({ length: 100 }, (_, index) => String(index + 1)).join(' '))
  await schedule.stop()
})

void t.test('what needs no model does not wait behind what does', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  rig.perform = (job) => (job.action.kind === 'ask' ? new Promise(() => undefined) : Promise.resolve({ kind: 'done' }))
  for (let count = 0; count < 4; count++) await schedule.add(draft({ action: { kind: 'ask', task: 'think' } }))
  await schedule.add(draft())
  await rig.advance(18 * hourMs)
  t.equal(rig.ids, '1 2 5')
})

void t.test('a slot that comes while the one before it runs is left out, and told once', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  let end = (): void => undefined
  rig.perform = () => new Promise((resolve) => (end = () => resolve({ kind: 'done' })))
  const time = { kind: 'every', everyMs: minuteMs } as const
  await schedule.add(draft({ time, action: { kind: 'do', calls: [] } }))
  await rig.advance(3 * minuteMs + 1)
  t.same([rig.ids, rig.told], ['1', ['Job 1 left out a run: the run before it was not over.']])
  t.equal(schedule.list()[0]?.isRunning, true)
  end()
  await rig.advance(minuteMs)
  t.equal(rig.ids, '1 1')
  await rig.advance(minuteMs)
  t.equal(rig.told.length, 2, 'and again when it begins anew')
})

void t.test('a run that takes too long is ended as failed, though it heeds no signal', async (t) => {
  for (const heeds of [true, false]) {
    const rig = await ScheduleRig.create(t)
    const schedule = await rig.start()
    rig.perform = (_job, run) =>
      new Promise((_resolve, reject) => {
        if (heeds) run?.signal.addEventListener('abort', () => reject(new Error('was stopped')))
      })
    await schedule.add(draft({ action: { kind: 'do', calls: [] } }))
    await rig.advance(18 * hourMs + limits.jobRunTimeoutMs + limits.stopGraceMs)
    t.match(schedule.list(), [{ isRunning: false, last: { outcome: { kind: 'failed' } } }])
    t.same(rig.told, ['Job 1 failed: it took longer than 5m and was ended.'])
    await rig.disk.restore()
  }
})

void t.test('failures are told once in a row, and five of them pause the job', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  let changes = 0
  schedule.onChange(() => void changes++)
  let fails = true
  rig.perform = () => Promise.resolve(fails ? { kind: 'failed', why: 'no lamp.' } : { kind: 'done' })
  await schedule.add(draft({ name: 'lamp', time: { kind: 'every', everyMs: minuteMs } }))
  await rig.advance(4 * minuteMs)
  t.same(rig.told, ['Job 1 (lamp) failed: no lamp.'])
  fails = false
  await rig.advance(minuteMs)
  fails = true
  await rig.advance(10 * minuteMs)
  t.same(rig.told.slice(1), [
    'Job 1 (lamp) failed: no lamp.',
    'Job 1 (lamp) failed 5 times in a row and is paused: no lamp. Resume it in /jobs when that is mended.',
  ])
  t.match(schedule.list(), [{ job: { paused: { why: 'failed 5 times in a row: no lamp.' } }, failuresInRow: 5 }])
  t.equal(rig.runs.length, 10)
  t.equal(changes, 2, 'made, and paused')
  t.equal(rig.clock.pendingTimers(), 0, 'no timer while all jobs are paused')
  fails = false
  await schedule.setPaused('1', false)
  await rig.advance(minuteMs)
  t.match(schedule.list(), [{ failuresInRow: 0, last: { outcome: { kind: 'done' } } }])
  await schedule.stop()
})

void t.test('a paused job catches up nothing, and one whose time has passed cannot be resumed', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  const cron = { kind: 'cron', expression: '0 * * * *', zone: 'UTC' } as const
  await schedule.add(draft({ time: cron, missed: 'once' }))
  await schedule.add(draft({ time: { kind: 'every', everyMs: hourMs }, missed: 'once' }))
  await schedule.add(draft({ time: { kind: 'in', delayMs: hourMs }, missed: 'once' }))
  for (const id of ['1', '2', '3']) await schedule.setPaused(id, { why: 'not now' })
  t.match(schedule.list()[0], { job: { paused: { why: 'not now' } } })
  t.notHas(schedule.list()[0], { nextRunMs: 0 })
  await rig.advance(5.5 * hourMs)
  for (const id of ['1', '2']) await schedule.setPaused(id, false)
  await t.rejects(schedule.setPaused('3', false), { code: 'bad_call', message: /its time has passed/ })
  await rig.advance(29 * minuteMs)
  t.equal(rig.ids, '')
  const again = await rig.killAndStart()
  await rig.advance(minuteMs)
  t.equal(rig.ids, '1 2')
  await again.stop()
})

void t.test('a job runs with the rights of its maker: without them it is paused, and an owner told', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'every', everyMs: hourMs } }))
  rig.role = 'guest'
  await rig.advance(hourMs)
  t.same([rig.ids, rig.told], ['', []])
  t.match(rig.toldOwner, [/^Job 1 is paused: Ada, who made it, is no owner any more/])
  t.match(schedule.list(), [{ job: { paused: { why: 'Ada is no owner any more' } } }])
  await schedule.stop()
})

void t.test('a stop in the middle of a run is told at the next start, with what had been started', async (t) => {
  const rig = await ScheduleRig.create(t)
  let schedule = await rig.start()
  rig.perform = async (_job, run) => {
    const ended = await run?.beforeChange('device_set {"name":"lamp"}')
    await ended?.()
    await run?.beforeChange('device_set {"name":"gate"}', 'a page')
    return new Promise((_resolve, reject) => run?.signal.addEventListener('abort', () => reject(new Error('stopped'))))
  }
  await schedule.add(draft({ action: { kind: 'do', calls: [] }, time: { kind: 'in', delayMs: 0 } }))
  await rig.advance(0)
  const stopping = rig.schedule.stop()
  await rig.advance(limits.stopGraceMs)
  await stopping
  t.same(rig.told, [])
  schedule = await rig.killAndStart()
  t.equal(rig.told.length, 1)
  t.match(
    rig.told[0],
    /^Job 1 was interrupted: I ended in the middle of it\. This run is not repeated\. It had started:/,
  )
  t.match(rig.told[0], /"lamp"} \(done\)/)
  t.match(rig.told[0], /"gate"} \(nobody knows whether it was done, written with a page in view\)/)
  t.same(schedule.list(), [])
  await rig.killAndStart()
  t.equal(rig.told.length, 1)
  t.equal(rig.runs.length, 1)
})

void t.test(
  'a run that goes on after the stop writes nothing more, and nobody is told that it could not',
  async (t) => {
    const rig = await ScheduleRig.create(t)
    const schedule = await rig.start()
    let goOn = (): void => undefined
    let refusal: unknown
    rig.perform = async (_job, run) => {
      const ended = await run?.beforeChange('one')
      await new Promise<void>((resolve) => (goOn = resolve))
      await ended?.()
      await run?.beforeChange('two').catch((error: unknown) => (refusal = error))
      return { kind: 'done' }
    }
    await schedule.add(draft({ action: { kind: 'do', calls: [] }, time: { kind: 'in', delayMs: 0 } }))
    await rig.advance(0)
    const stopping = schedule.stop()
    await rig.advance(limits.stopGraceMs)
    await stopping
    goOn()
    await rig.advance(0)
    t.match(refusal, { code: 'stopped' })
    t.same(rig.toldOwner, [])
  },
)

void t.test('a job that kills the process each time is paused in the end', async (t) => {
  const rig = await ScheduleRig.create(t)
  let schedule = await rig.start()
  rig.perform = () => new Promise(() => undefined)
  await schedule.add(draft({ time: { kind: 'every', everyMs: hourMs } }))
  for (let life = 0; life < 5; life++) {
    await rig.advance(hourMs)
    schedule = await rig.killAndStart()
  }
  t.equal(rig.runs.length, 5)
  t.match(schedule.list(), [{ job: { paused: { why: /each run was interrupted/ } } }])
  t.match(rig.told.at(-1), /is paused: it was interrupted again and again/)
})

void t.test('a job that is removed while it runs is ended, and says nothing more', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  let why = ''
  rig.perform = (_job, run) =>
    new Promise((_resolve, reject) => {
      run?.signal.addEventListener('abort', () => {
        why = String(run.signal.reason)
        reject(new Error('stopped'))
      })
    })
  await schedule.add(draft({ action: { kind: 'do', calls: [] }, time: { kind: 'every', everyMs: hourMs } }))
  await rig.advance(hourMs)
  t.equal((await schedule.remove('1')).id, '1')
  await rig.advance(limits.stopGraceMs)
  t.match(why, /removed/)
  t.same([schedule.list(), rig.told, rig.clock.pendingTimers()], [[], [], 0])
})

void t.test('jobs are seen and changed in the chat that they were made in, and by who made them', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft())
  const [ada, bob] = [
    { id: '1', name: 'Ada' },
    { id: '2', name: 'Bob' },
  ]
  const seen = (chat: string, person: { id: string; name: string }): number =>
    schedule.list({ channel: 'test', chat, person }).length
  t.same([seen('home', bob), seen('other', ada), seen('other', bob)], [1, 1, 0])
  const stranger = { channel: 'other', chat: 'home', person: ada }
  for (const change of [
    () => schedule.remove('1', stranger),
    () => schedule.setPaused('1', { why: '' }, stranger).then(({ job }) => job),
  ]) {
    await t.rejects(change, { code: 'bad_call', message: 'There is no job 1 here: /jobs lists those that there are.' })
  }
  await t.rejects(schedule.remove('9'), { code: 'bad_call' })
  await schedule.stop()
})

void t.test('a job that would come too often, or never, is refused', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  const ask = { kind: 'ask', task: 'look' } as const
  const cron = (expression: string): JobTime => ({ kind: 'cron', expression, zone: 'UTC' })
  const refused: readonly [Partial<JobDraft>, RegExp][] = [
    [{ time: { kind: 'every', everyMs: 9_999 } }, /once in 10s, and this one would run after 10s|after/],
    [{ time: { kind: 'every', everyMs: 30_000 }, action: ask }, /A job with `ask` may run once in 1m.* after 30s/],
    [{ time: cron('* * * * * *') }, /after 1s: let it come less often/],
    [{ time: cron('0,1 0 0 * * *') }, /after 1s/],
    [{ time: cron('0 0 30 2 *') }, /none of its months has such a day/],
  ]
  for (const [of, message] of refused) await t.rejects(schedule.add(draft(of)), { message })
  t.same(schedule.list(), [])
  await schedule.add(draft({ time: { kind: 'every', everyMs: 10_000 } }))
  await schedule.add(draft({ time: cron('* * * * *'), action: ask }))
  const many = Array.from({ length: 30 }, () =>
    schedule
      .add(draft())
      .then(() => 'made')
      .catch(() => 'refused'),
  )
  t.equal((await Promise.all(many)).filter((each) => each === 'made').length, limits.jobsPerChatMax - 2)
  const ids = schedule.list().map(({ job }) => job.id)
  t.equal(new Set(ids).size, limits.jobsPerChatMax)
  await schedule.stop()
})

void t.test('triggers fire by name, not more often than jobs may, and not while they run', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  const when = (name: string): JobTime => ({ kind: 'when', when: { kind: 'trigger', name } })
  await schedule.add(draft({ time: when('post') }))
  await schedule.add(draft({ time: when('post'), action: { kind: 'ask', task: 'read it' } }))
  await schedule.add(draft({ time: when('bell') }))
  t.equal(rig.clock.pendingTimers(), 0, 'triggers need no timer')
  t.equal(await schedule.trigger('post'), 2)
  await rig.advance(0)
  t.equal(rig.ids, '1 2')
  t.equal(await schedule.trigger('post'), 0, 'too soon')
  await rig.advance(limits.jobIntervalMinMs)
  t.equal(await schedule.trigger('post'), 1)
  await rig.advance(limits.jobAskIntervalMinMs)
  rig.perform = () => new Promise(() => undefined)
  t.equal(await schedule.trigger('post'), 2)
  await rig.advance(limits.jobAskIntervalMinMs)
  t.same([await schedule.trigger('post'), await schedule.trigger('nobody')], [0, 0])
  t.equal(rig.told.length, 2, 'that it is still running is told')
  await schedule.setPaused('3', { why: 'quiet' })
  t.equal(await schedule.fire('3', 'an edge'), 'skipped')
  t.equal(await schedule.fire('77', 'an edge'), 'skipped')
})

void t.test('a script triggers a job 60 times an hour at most, which is said once until it runs again', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'when', when: { kind: 'trigger', name: 'post' } } }))
  let fired = 0
  const triggerFor = async (durationMs: number): Promise<void> => {
    for (let passedMs = 0; passedMs < durationMs; passedMs += limits.jobIntervalMinMs) {
      fired += await schedule.trigger('post')
      await rig.advance(limits.jobIntervalMinMs)
    }
  }
  await triggerFor(hourMs)
  t.equal(fired, limits.ruleFiresPerHourMax)
  t.match(rig.told, [/^Job 1 was triggered 60 times within an hour: what comes beyond that is left out\.$/])
  t.equal(rig.told.length, 1)
  await triggerFor(minuteMs)
  t.equal(fired, limits.ruleFiresPerHourMax + 6, 'an hour after the first ones there is room again')
  await triggerFor(hourMs)
  t.equal(rig.told.length, 2)
  await schedule.stop()
})

void t.test('what cannot be written down does not run, until the disk takes it', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'every', everyMs: hourMs } }))
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  faults.fail(['write', 'writeFile'])
  await rig.advance(hourMs)
  t.same([rig.ids, rig.toldOwner.length], ['', 1])
  await rig.advance(minuteMs)
  t.equal(rig.ids, '')
  faults.heal()
  await rig.advance(minuteMs)
  t.same([rig.ids, rig.toldOwner.length], ['1', 2])
  await rig.advance(hourMs)
  t.equal(rig.ids, '1 1')
  await t.rejects(
    (async () => {
      faults.fail(['write', 'writeFile'])
      await schedule.add(draft())
    })(),
    { code: 'disk' },
  )
  faults.heal()
  t.equal(schedule.list().length, 1)
  await schedule.stop()
})

void t.test('the next runs of a time are known before a job is made of it', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  const fromMs = Date.parse('2026-03-28T00:00:00Z')
  const iso = async (time: JobTime): Promise<string[]> =>
    (await schedule.nextRuns(time, 3, fromMs)).map((each) => new Date(each).toISOString().slice(5, 16))
  t.same(await iso({ kind: 'cron', expression: '30 2 * * *', zone: 'Europe/Berlin' }), [
    '03-28T01:30',
    '03-29T01:00',
    '03-30T00:30',
  ])
  t.same(await iso({ kind: 'every', everyMs: hourMs }), ['03-28T01:00', '03-28T02:00', '03-28T03:00'])
  t.same(await iso({ kind: 'in', delayMs: hourMs }), ['03-28T01:00'])
  t.same(await iso({ kind: 'at', atMs: fromMs + 60_000 }), ['03-28T00:01'])
  t.same(await iso({ kind: 'when', when: { kind: 'start' } }), [])
  await schedule.stop()
})

void t.test('damaged jobs run on, but nothing that may have run before', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'every', everyMs: hourMs }, missed: 'once' }))
  await schedule.add(draft({ missed: 'once' }))
  await schedule.add(draft({ time: { kind: 'in', delayMs: hourMs }, missed: 'once', name: 'tea' }))
  await schedule.stop()
  await rig.disk.cut()
  fs.appendFileSync(join(rig.stateFolder, 'jobs.jsonl'), 'garbage\n')
  const again = await rig.rebootAndStart(20 * hourMs + 30 * minuteMs)
  await rig.advance(minuteMs)
  t.equal(rig.ids, '')
  t.match(rig.told, [/^Job 3 \(tea\) did not run: it was due/])
  t.match(rig.toldOwner, [/is damaged/])
  await rig.advance(dayMs)
  t.equal(rig.runs.filter(({ id }) => id === '1').length, 24)
  t.equal(rig.runs.filter(({ id }) => id === '2').length, 1)
  await again.stop()
})

void t.test('a slot that is jumped over is caught up, also where a clock had been days ahead before', async (t) => {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  await schedule.add(draft({ time: { kind: 'cron', expression: '0 12 * * *', zone: 'UTC' }, missed: 'once' }))
  await rig.advance(12 * hourMs)
  rig.clock.jumpWall(dayMs + 14 * hourMs)
  await rig.advance(2 * minuteMs)
  t.equal(rig.ids, '1', 'of the wrong days one')
  rig.clock.jumpWall(-dayMs - 14 * hourMs)
  await rig.advance(11 * hourMs)
  rig.clock.jumpWall(2 * hourMs)
  await rig.advance(2 * minuteMs)
  t.equal(rig.ids, '1 1', 'the noon that was jumped over')
  await schedule.stop()
})
