import t from 'tap'
import { createCalendar } from '../../src/schedule/calendar.ts'
import { type JobOrderer, orderJobs } from '../../src/schedule/job-orders.ts'
import { createPerformer } from '../../src/schedule/job-performer.ts'
import type { Job } from '../../src/schedule/job.ts'
import { ada, bob } from '../support/messages.ts'
import { draft, ScheduleRig } from '../support/schedule-rig.ts'
import { createToolBench, smallTool } from '../support/tool-bench.ts'

const adaAtHome = { channel: 'test', chat: 'home', person: ada, isShared: false } as const

async function ordering(t: Parameters<typeof ScheduleRig.create>[0]) {
  const rig = await ScheduleRig.create(t)
  const schedule = await rig.start()
  t.teardown(() => rig.schedule.stop())
  const calendar = createCalendar()
  const devices = { read: () => Promise.resolve([]) }
  const parts = {
    schedule,
    devices,
    troubleOf: ({ id }: Job) => (id === '2' ? 'room cannot be read: No chip answers' : undefined),
    clock: rig.clock,
    timezone: 'Europe/Berlin',
    calendar: () => Promise.resolve(calendar),
  }
  return { rig, schedule, order: (words: string, by: JobOrderer = adaAtHome) => orderJobs(words, by, parts) }
}

void t.test('owners see every job and whose it is, and in a group those of that group alone', async (t) => {
  const { schedule, order } = await ordering(t)
  t.same(await order(''), { text: 'There are no jobs.' })
  await schedule.add(draft({ name: 'morning' }))
  await schedule.add(draft({ maker: { channel: 'test', chat: 'group', person: bob } }))
  const list = await order('list')
  t.match(list.text, /^Job 1 \(morning\): say "good morning", every day at 07:00 \(Europe\/Berlin\); next .*\nJob 2: /)
  t.match(list.text, /; room cannot be read: No chip answers; made by Bob$/)
  t.notMatch(list.text, 'by Ada')
  t.same(
    list.buttons?.map(({ command }) => command),
    ['/jobs pause 1', '/jobs remove 1', '/jobs pause 2', '/jobs remove 2'],
  )
  t.match((await order('', 'on the host')).text, /by Ada\n.*by Bob$/)
  await order('pause 2', 'on the host')
  t.match((await order('')).text, /; paused: by somebody on the host; room cannot .*; made by Bob$/)
  const inGroup = { channel: 'test', chat: 'group', person: ada, isShared: true } as const
  t.notMatch((await order('', inGroup)).text, 'Job 1')
  t.match(await order('remove 1', inGroup), { failed: true, text: 'There is no job 1 here: the list shows which are.' })
  t.match(await order('remove 2', inGroup), { text: 'Job 2 is removed.' })
})

void t.test('what is no order is answered with how it is written', async (t) => {
  const { schedule, order } = await ordering(t)
  await schedule.add(draft())
  for (const [words, answer] of [
    ['paus 1', /I do not know "paus"\. Did you mean pause\? After jobs comes list, pause 3/],
    ['pause', /^After jobs comes list, pause 3/],
    ['pause 1 2', /^After jobs comes list, pause 3/],
    ['list 1', /^After jobs comes list, pause 3/],
    ['pause 7', /There is no job 7 here/],
    [`pause ${'9'.repeat(99)}`, /^There is no job 9{20} here/],
  ] as const) {
    t.match(await order(words), { failed: true, text: answer }, words)
  }
  t.match(await order('PAUSE #1'), { text: 'Job 1 is paused.' })
  t.equal((await order('run 1')).text, 'Job 1 is paused: resume it first.')
  const paused = await order('')
  t.match(paused.text, /; paused: by Ada$/)
  t.match(paused.buttons?.[0], { text: 'resume 1', command: '/jobs resume 1' })
  t.match(await order('resume 1'), { text: /^Job 1 goes on\. Next: tomorrow .*, .*, .*\.$/ })
  t.equal((await order('run 1')).text, 'Job 1 runs now.')
})

void t.test('a call runs with the yes that was given with its job, and with no other', async (t) => {
  const ran: string[] = []
  const gate = smallTool('device_set', 'change', (name) => `${ran.push(name)} is on`, {
    needsHuman: ({ name }) => ({ action: `switch ${String(name)} on`, reason: 'it asks each time', standing: false }),
  })
  const bench = createToolBench([gate])
  const performer = createPerformer({
    bus: { send: () => Promise.reject(new Error('Nothing is said here.')), hasRoom: () => true },
    registry: bench.registry,
    devices: { latched: () => undefined },
    roleNow: (_channel, { id }) => (id === ada.id ? 'owner' : undefined),
    ask: () => Promise.reject(new Error('Nothing is asked here.')),
  })
  const job = (name: string, approved: readonly (string | undefined)[], person = ada): Job => ({
    ...draft({ action: { kind: 'do', calls: [{ tool: 'device_set', args: { name } }] }, approved }),
    maker: { channel: 'test', chat: 'home', person },
    id: '1',
    madeAtMs: 0,
  })
  const run = (each: Job) => {
    const beforeChange = () => Promise.resolve(() => Promise.resolve())
    return performer.do(each, { signal: new AbortController().signal, beforeChange })
  }
  const yes = 'switch gate on [device_set {"name":"gate"}]'
  t.same(await run(job('gate', [yes])), { kind: 'done', said: '1 is on' })
  t.match(await run(job('door', [yes])), { kind: 'failed', why: /not what a person allowed when this job was made/ })
  t.match(await run(job('gate', [])), { kind: 'failed', why: /not what a person allowed/ })
  t.match(await run(job('gate', [yes], bob)), { kind: 'failed', why: /There is no tool "device_set"/ }, 'no owner now')
  t.same([ran, bench.asked], [['gate'], []])
})
