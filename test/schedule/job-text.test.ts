import t from 'tap'
import { jobLine } from '../../src/schedule/job-text.ts'
import { troubleWith } from '../../src/schedule/job-trouble.ts'
import type { Job, JobAction, RunOutcome } from '../../src/schedule/job.ts'
import type { JobView } from '../../src/schedule/schedule.ts'

const before = process.env['TZ']
t.before(() => (process.env['TZ'] = 'Europe/Berlin'))
t.teardown(() => {
  if (before === undefined) delete process.env['TZ']
  else process.env['TZ'] = before
})

const nowMs = Date.parse('2026-11-22T09:30:00Z')

function jobOf(job: Partial<Job>): Job {
  return {
    id: '3',
    time: { kind: 'in', delayMs: 600_000 },
    action: { kind: 'say', text: 'Tea' },
    missed: 'once',
    quiet: false,
    maker: { channel: 'test', chat: 'home', person: { id: '1', name: 'Ada' } },
    madeAtMs: nowMs,
    ...job,
  }
}

function line(job: Partial<Job>, view: Partial<JobView> = {}, whose?: string): string {
  const shown = { job: jobOf(job), waitsForClock: false, isRunning: false, failuresInRow: 0, ...view }
  return jobLine(shown, { nowMs, whose, trouble: undefined })
}

function doing(...calls: readonly (readonly [string, Readonly<Record<string, unknown>>])[]): JobAction {
  return { kind: 'do', calls: calls.map(([tool, args]) => ({ tool, args })) }
}

void t.test('a job is told as what it does and when, in words', (t) => {
  const time = { kind: 'cron', expression: '0 7 * * *', zone: 'Europe/Berlin' } as const
  const lamp = doing(['device_set', { name: 'lamp', value: 'off' }])
  t.equal(line({ action: lamp, time }), 'Job 3: lamp off, every day at 07:00 (Europe/Berlin)')
  t.equal(
    line({ action: lamp, time, name: 'night' }, { nextRunMs: Date.parse('2026-11-23T06:00:00Z') }, 'Ada'),
    'Job 3 (night): lamp off, every day at 07:00 (Europe/Berlin); next tomorrow 07:00; made by Ada',
  )
  for (const [calls, words] of [
    [[['device_set', { name: 'lamp', value: 'on', for: '10m' }]], 'lamp on for 10m'],
    [[['device_set', { name: 'fan', value: 40 }]], 'fan 40%'],
    [[['device_read', { name: 'room' }]], 'read room'],
    [[['device_read', {}]], 'read all devices'],
    [[['append_file', { path: 'log.md', content: 'x' }]], 'append file log.md'],
    [[['i2c_transfer', { bus: 1, address: 8, write: [208] }]], 'i2c_transfer 1 8 [208]'],
    [
      [
        ['device_set', { name: 'a', value: 'on' }],
        ['device_read', { name: 'b' }],
      ],
      'a on, then read b',
    ],
  ] as const) {
    t.match(line({ action: doing(...calls), time: { kind: 'every', everyMs: 60_000 } }), `Job 3: ${words}, every 1m`)
  }
  t.end()
})

void t.test('how the last run went is told without a stopwatch', (t) => {
  const time = { kind: 'every', everyMs: 60_000 } as const
  const last = (agoMs: number, outcome: RunOutcome): string =>
    line({ time }, { last: { atMs: nowMs - agoMs, durationMs: 1, outcome } })
  const plan = 'Job 3: say "Tea", every 1m'
  t.equal(last(316, { kind: 'done' }), `${plan}; last just now: done`)
  t.equal(last(-5_000, { kind: 'done' }), `${plan}; last just now: done`, 'a clock that was put back')
  t.equal(last(59_400, { kind: 'failed', why: 'No.' }), `${plan}; last 59s ago: failed, No.`)
  t.equal(last(5_400_000, { kind: 'skipped', why: 'late' }), `${plan}; last 1h 30m ago: skipped, late`)
  t.equal(last(5_400_000, { kind: 'interrupted' }), `${plan}; last 1h 30m ago: interrupted`)
  t.end()
})

void t.test('of a job for one run the list tells when it comes, not how long that was when it was made', (t) => {
  t.equal(line({}, { nextRunMs: nowMs + 300_000 }), 'Job 3: say "Tea", today 10:35')
  t.equal(line({}, { isRunning: true }), 'Job 3: say "Tea", in 10m; running now')
  const paused = { atMs: nowMs, why: 'by Ada' }
  t.equal(line({ paused }), 'Job 3: say "Tea", in 10m; paused: by Ada')
  t.match(line({}, { waitsForClock: true, nextRunMs: nowMs }), /in 10m; waits until the clock of this board is set$/)
  t.end()
})

void t.test('what a job waits for, reads or switches and is not there any more is said, of a paused job once', (t) => {
  const devices = [
    { name: 'room', kind: 'bme280', output: false, quantities: ['temperature'], limits: '' },
    { name: 'lamp', kind: 'switch', output: true, quantities: ['state'], limits: '' },
  ]
  const when = { kind: 'above', device: 'room', quantity: 'temperature', value: 1, hysteresis: 0, forMs: 0 } as const
  const every = { kind: 'every', everyMs: 60_000 } as const
  const lamp = doing(['device_set', { name: 'lamp', value: 'on' }])
  for (const [job, loss, expected] of [
    [{ time: every, action: lamp }, 'lost', undefined],
    [{ time: every, action: doing(['device_read', {}]) }, undefined, undefined],
    [{ time: every, action: doing(['write_file', { name: 'hall' }]) }, undefined, undefined],
    [{ time: every, action: doing(['device_read', { name: 'hall' }]) }, undefined, 'there is no device hall any more'],
    [{ time: { kind: 'when', when }, action: lamp }, undefined, undefined],
    [{ time: { kind: 'when', when }, action: lamp }, 'No chip.', 'room cannot be read: No chip'],
    [
      { time: { kind: 'when', when: { ...when, quantity: 'humidity' } }, action: lamp },
      'No chip.',
      'room has no humidity any more',
    ],
    [
      { time: { kind: 'when', when }, action: doing(['device_set', { name: 'fan', value: 'on' }]) },
      undefined,
      'there is no device fan any more',
    ],
  ] as const) {
    t.equal(
      troubleWith(jobOf(job), devices, () => loss),
      expected,
    )
  }
  const trouble = 'there is no device fan any more'
  const shown = { waitsForClock: false, isRunning: false, failuresInRow: 0 }
  const parts = { nowMs, whose: undefined, trouble }
  t.equal(jobLine({ ...shown, job: jobOf({}) }, parts), `Job 3: say "Tea", in 10m; ${trouble}`)
  const paused = { atMs: nowMs, why: trouble }
  t.equal(jobLine({ ...shown, job: jobOf({ paused }) }, parts), `Job 3: say "Tea", in 10m; paused: ${trouble}`)
  t.end()
})
