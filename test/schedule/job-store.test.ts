import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { limits } from '../../src/limits.ts'
import type { JobRecord, JobState } from '../../src/schedule/job-records.ts'
import { JobStore } from '../../src/schedule/job-store.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { draft } from '../support/schedule-rig.ts'

const hourMs = 3_600_000

class Rig {
  readonly folder: string
  readonly clock = new FakeClock()
  readonly told: string[] = []

  readonly #opened: JobStore[] = []

  constructor(t: Test) {
    this.folder = t.testdir({})
    t.teardown(() => Promise.all(this.#opened.map((store) => store.close())))
  }

  async open(): Promise<JobStore> {
    const { log } = createLogLines()
    const store = await JobStore.open({
      stateFolder: this.folder,
      clock: this.clock,
      log,
      tellOwner: (kind, sentence) => void this.told.push(`${kind}: ${sentence}`),
    })
    this.#opened.push(store)
    return store
  }

  get path(): string {
    return join(this.folder, 'jobs.jsonl')
  }

  get copy(): string {
    return join(this.folder, 'jobs.previous.jsonl')
  }

  lines(): string[] {
    return fs.readFileSync(this.path, 'utf8').split('\n').slice(0, -1)
  }

  write(lines: readonly string[]): void {
    fs.writeFileSync(this.path, lines.map((line) => `${line}\n`).join(''))
  }

  asides(): string[] {
    return fs.readdirSync(this.folder).filter((name) => name.includes('.corrupt-'))
  }

  /** Jobs 1 to `count`, each written by itself. */
  async withJobs(count: number): Promise<void> {
    const store = await this.open()
    for (let id = 1; id <= count; id++) await store.append([job(String(id))], { sync: true })
    await store.close()
  }
}

function job(id: string, of: Partial<JobState> = {}): JobRecord {
  const s: JobState = {
    job: { ...draft(), id, madeAtMs: 1 },
    anchorMs: 0,
    sinceMs: 1,
    lastSlot: 0,
    covered: [],
    passed: [],
    results: [],
    failuresInRow: 0,
    ...of,
  }
  return { k: 'job', s }
}

const ids = (store: JobStore): string =>
  store.book
    .states()
    .map(({ job }) => job.id)
    .join(' ')

void t.test('where there never was a job there is no file, and nothing is told', async (t) => {
  const rig = new Rig(t)
  const store = await rig.open()
  t.same([store.book.size, store.wasDamaged, rig.told], [0, false, []])
  await store.close()
  t.same(fs.readdirSync(rig.folder), [])
})

void t.test('all that a job is and what became of it is read back as it was', async (t) => {
  const rig = new Rig(t)
  const store = await rig.open()
  const full = job('1', {
    job: {
      ...draft({
        name: 'lamp',
        time: {
          kind: 'when',
          when: { kind: 'above', device: 'room', quantity: 'temperature', value: 30, hysteresis: 1, forMs: 5 },
        },
        action: { kind: 'do', calls: [{ tool: 'device_set', args: { name: 'lamp', value: 'off' } }] },
        missed: 'once',
        quiet: true,
        foreign: 'a page',
        approved: [undefined, 'switch lamp off'],
      }),
      id: '1',
      madeAtMs: 5,
    },
  })
  await store.append([full, job('2'), { k: 'run', id: '2', slot: 60_000, after: 10 }], { sync: true })
  await store.keep([
    { k: 'call', id: '2', c: 1, what: 'device_set {}', foreign: 'a page' },
    { k: 'ran', id: '2', c: 1 },
    { k: 'pause', id: '1', why: 'asked to' },
  ])
  const before = store.book.states()
  await store.close()
  t.match(before, [{ job: { paused: { why: 'asked to' } } }, { running: { slot: 60_000, calls: [{ ended: true }] } }])
  const again = await rig.open()
  t.same(again.book.states(), before)
  t.same(rig.told, [])
  await again.close()
})

void t.test(
  'a line that a power cut left half is cut off without a word, and what it said never counted',
  async (t) => {
    const rig = new Rig(t)
    await rig.withJobs(2)
    const whole = fs.readFileSync(rig.path, 'utf8')
    const last = rig.lines().at(-1) ?? ''
    for (const cutBytes of [1, 2, Math.floor(last.length / 2), last.length]) {
      fs.writeFileSync(rig.path, whole.slice(0, -cutBytes))
      const store = await rig.open()
      t.same([ids(store), store.wasDamaged, rig.told], ['1', false, []], `${cutBytes} bytes less`)
      await store.close()
    }
  },
)

void t.test(
  'a damaged line costs no job: it is read from the copy, the file is kept aside, and owners are told',
  async (t) => {
    const rig = new Rig(t)
    await rig.withJobs(3)
    const lines = rig.lines()
    for (const place of lines.keys()) {
      rig.told.length = 0
      rig.write(lines.map((line, index) => (index === place ? line.replace('"k"', '"K"') : line)))
      const store = await rig.open()
      t.same([ids(store), store.wasDamaged], ['1 2 3', true], `line ${place + 1} of ${lines.length}`)
      t.equal(rig.told.length, 1)
      t.match(rig.told[0], /jobs: .*jobs\.jsonl is damaged: 1 of its \d lines cannot be read; 3 jobs are left/)
      t.ok(rig.asides().length > 0, 'a copy of the damaged file is there')
      t.equal(store.book.nextId, '4')
      await store.close()
      const healed = await rig.open()
      t.same([ids(healed), healed.wasDamaged], ['1 2 3', false], 'and the file is whole again')
      await healed.close()
    }
  },
)

void t.test('a line that is gone is missed, wherever it was', async (t) => {
  const rig = new Rig(t)
  await rig.withJobs(3)
  const lines = rig.lines()
  // Behind the last line nothing tells that there was one: such a file is one whose last line was never written.
  for (const place of [...lines.keys()].slice(0, -1)) {
    rig.write(lines.toSpliced(place, 1))
    const store = await rig.open()
    t.same([ids(store), store.wasDamaged], ['1 2 3', true], `without line ${place + 1}`)
    await store.close()
  }
})

void t.test('without a good copy what is good of the file is used', async (t) => {
  const rig = new Rig(t)
  await rig.withJobs(3)
  const lines = rig.lines()
  for (const spoil of [() => fs.rmSync(rig.copy, { force: true }), () => fs.writeFileSync(rig.copy, 'garbage\n')]) {
    spoil()
    rig.write(lines.map((line, index) => (index === 3 ? `x${line}` : line)))
    const store = await rig.open()
    t.same([ids(store), store.wasDamaged], ['1 3', true])
    await store.close()
  }
})

void t.test('a job that was removed does not come back from the copy', async (t) => {
  const rig = new Rig(t)
  await rig.withJobs(3)
  const store = await rig.open()
  await store.keep([{ k: 'gone', id: '2' }], { sync: true })
  await store.close()
  const lines = rig.lines()
  // The line that said so, and the one that had made it.
  for (const place of [lines.length - 1, 3]) {
    rig.write(lines.map((line, index) => (index === place ? `x${line}` : line)))
    const again = await rig.open()
    t.equal(ids(again), '1 3')
    await again.close()
  }
})

void t.test('an empty file, one of zeros, and one that is gone are never taken for no jobs', async (t) => {
  const rig = new Rig(t)
  await rig.withJobs(2)
  const size = fs.statSync(rig.path).size
  const spoilt: readonly [string, () => void, RegExp][] = [
    ['empty', () => fs.writeFileSync(rig.path, ''), /is empty; 2 jobs are left/],
    ['zeros', () => fs.writeFileSync(rig.path, '\0'.repeat(size)), /is empty; 2 jobs are left/],
    ['zeros and a line', () => fs.writeFileSync(rig.path, `${'\0'.repeat(size)}\n`), /cannot be read; 2 jobs are left/],
    ['gone', () => fs.rmSync(rig.path), /is gone; 2 jobs are left/],
  ]
  for (const [what, spoil, sentence] of spoilt) {
    rig.told.length = 0
    spoil()
    const store = await rig.open()
    t.same([ids(store), store.wasDamaged], ['1 2', true], what)
    t.match(rig.told, [sentence], what)
    await store.close()
    t.equal(ids(await rig.open()), '1 2', 'and are there again')
  }
  fs.rmSync(rig.copy)
  fs.writeFileSync(rig.path, '')
  rig.told.length = 0
  t.equal((await rig.open()).book.size, 0)
  t.match(rig.told, [/is empty; no jobs are left/], 'said where nothing helps')
})

void t.test('after damage what was due before now counts as dealt with', async (t) => {
  const rig = new Rig(t)
  const store = await rig.open()
  const nowMs = rig.clock.nowMs()
  const every = job('2', { job: { ...draft({ time: { kind: 'every', everyMs: hourMs } }), id: '2', madeAtMs: 1 } })
  await store.append([job('1'), every], { sync: true })
  await store.close()
  fs.writeFileSync(rig.path, `${rig.lines().join('\n')}\ngarbage\n`)
  await rig.clock.advance(5.5 * hourMs)
  const again = await rig.open()
  const [cron, interval] = again.book.states()
  t.equal(interval?.lastSlot, 5)
  t.ok(cron?.covered.some(({ fromMs, toMs }) => fromMs < nowMs && toMs === rig.clock.nowMs()))
})

void t.test('the file of a newer version is left alone, and no job can be made', async (t) => {
  const rig = new Rig(t)
  await rig.withJobs(1)
  const { crc32 } = await import('node:zlib')
  const lines = rig.lines().map((line) => {
    const json = line.slice(9).replace('"v":1', '"v":2')
    return `${crc32(json).toString(16).padStart(8, '0')} ${json}`
  })
  rig.write(lines)
  const before = fs.readFileSync(rig.path)
  const store = await rig.open()
  t.match(rig.told, [/newer version of Pincer: install that again, or move the file away/])
  await t.rejects(store.append([job('2')], { sync: true }), { code: 'disk' })
  await store.close()
  t.same(fs.readFileSync(rig.path), before)
})

void t.test('what a full disk refuses does not count, and is told once', async (t) => {
  const rig = new Rig(t)
  await rig.withJobs(1)
  const store = await rig.open()
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  faults.fail(['write', 'writeFile'])
  for (const id of ['2', '3']) {
    await t.rejects(store.append([job(id)], { sync: true }), { code: 'disk', message: /disk is full/ })
  }
  t.equal(ids(store), '1')
  t.match(rig.told, [/^jobs-disk: No job runs, because what runs cannot be written down: .*disk is full/])
  faults.heal()
  await store.append([job('2')], { sync: true })
  t.match(rig.told[1], /^jobs-disk-mended: /)
  await store.close()
  t.equal(ids(await rig.open()), '1 2')
})

void t.test('what happened counts though the disk refuses it, and is written as soon as it is taken', async (t) => {
  const rig = new Rig(t)
  await rig.withJobs(2)
  const store = await rig.open()
  await store.append([{ k: 'run', id: '1', slot: 60_000, after: 1 }], { sync: true })
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  faults.fail(['write', 'writeFile'])
  const outcome = { kind: 'done' } as const
  await store.keep([{ k: 'end', id: '1', slot: 60_000, durationMs: 5, outcome }])
  await store.keep([{ k: 'gone', id: '2' }], { sync: true })
  t.same([ids(store), store.isBehind, store.book.get('1')?.results.length], ['1', true, 1])
  await t.rejects(store.append([job('7')], { sync: true }))
  faults.heal()
  await store.append([job('8')], { sync: true })
  t.notOk(store.isBehind)
  const before = store.book.states()
  await store.close()
  const again = await rig.open()
  t.same(again.book.states(), before, 'each counted once')
  t.equal(ids(again), '1 8')
})

void t.test('what was kept while the state is being written anew counts once', async (t) => {
  const rig = new Rig(t)
  await rig.withJobs(1)
  const store = await rig.open()
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const end = (slot: number): JobRecord => ({
    k: 'end',
    id: '1',
    slot,
    durationMs: 1,
    outcome: { kind: 'failed', why: 'no' },
  })
  faults.fail(['write'])
  await store.keep([end(1)])
  faults.heal()
  faults.hold(['rename'])
  const one = store.keep([end(2)])
  const two = store.keep([end(3)])
  await new Promise((resolve) => setImmediate(resolve))
  const three = store.keep([end(4)])
  faults.release()
  await Promise.all([one, two, three])
  t.equal(store.book.get('1')?.failuresInRow, 4)
  await store.close()
  t.equal((await rig.open()).book.get('1')?.failuresInRow, 4)
})

void t.test('a file that has grown is written anew, and stays small for ever', async (t) => {
  const rig = new Rig(t)
  await rig.withJobs(3)
  const store = await rig.open()
  const longest = { bytes: 0 }
  for (let slot = 1; slot <= 3_000; slot++) {
    const outcome = { kind: 'skipped', why: 'x'.repeat(100) } as const
    await store.keep([{ k: 'end', id: '2', slot, after: slot - 1, durationMs: 0, outcome }])
    if (slot % 50 === 0) longest.bytes = Math.max(longest.bytes, fs.statSync(rig.path).size)
  }
  const before = store.book.states()
  t.ok(longest.bytes > limits.jobsCompactBytes && longest.bytes < 2 * limits.jobsCompactBytes, `${longest.bytes} bytes`)
  await store.close()
  const again = await rig.open()
  t.same(again.book.states(), before)
  t.notOk(again.wasDamaged)
})

void t.test('a folder that takes nothing lets jobs be read, and says why none runs', async (t) => {
  const rig = new Rig(t)
  await rig.withJobs(2)
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  faults.fail(['open', 'write', 'writeFile'], 'EROFS')
  const store = await rig.open()
  t.equal(ids(store), '1 2')
  t.match(rig.told, [/^jobs-disk: .*read-only/])
  await t.rejects(store.append([job('3')], { sync: true }), { code: 'disk' })
  faults.heal()
  await store.append([job('3')], { sync: true })
  t.equal(ids(store), '1 2 3')
  await store.close()
})
