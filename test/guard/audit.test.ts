import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ActBudget } from '../../src/guard/act-budget.ts'
import { Audit } from '../../src/guard/audit.ts'
import { HourCount } from '../../src/guard/hour-count.ts'
import { limits } from '../../src/limits.ts'
import { createRedact } from '../../src/secrets.ts'
import type { Tool } from '../../src/tools/tool.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { ada } from '../support/messages.ts'
import { createToolBench, smallTool } from '../support/tool-bench.ts'

const secret = 'canary-4711-in-the-audit'

function open(t: Test, folder = t.testdir({}), clock = new FakeClock()) {
  const path = join(folder, 'audit.jsonl')
  const { log, lines } = createLogLines()
  const audit = new Audit({ path, clock, log, redact: createRedact([secret]) })
  return {
    folder,
    path,
    clock,
    lines,
    audit,
    records: (): Record<string, unknown>[] =>
      fs.existsSync(path)
        ? fs
            .readFileSync(path, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as Record<string, unknown>)
        : [],
  }
}

const call = (name: string, args: object = { name: 'x' }) => ({ id: '1', name, arguments: JSON.stringify(args) })
const lampCall = {
  channel: 'test',
  chat: 'home',
  sender: '7',
  tool: 'lamp',
  args: '{}',
  verdict: 'free',
  why: '',
  acts: true,
  counts: true,
} as const
const lamp = (more: Partial<Pick<Tool, 'counts' | 'needsHuman' | 'acts'>> = {}): Tool =>
  smallTool('lamp', 'change', () => 'lamp is on', { counts: () => true, ...more })

void t.test('an acting call is a line before it runs and one behind it, a reading one line of digest', async (t) => {
  const rig = open(t)
  let before: number | undefined
  const tools = [
    smallTool('lamp', 'change', () => ((before = rig.records().length), 'on'), { counts: () => true }),
    smallTool('look', 'read', () => '21 °C'),
  ]
  const bench = createToolBench(tools, { audit: rig.audit, clock: rig.clock })
  await bench.registry.run(call('lamp'), bench.origin())
  await bench.registry.run(call('look', { name: 'room' }), bench.origin())
  await rig.audit.close()
  t.equal(before, 1, 'the first line stood there while it ran')
  const [begun, ended, read] = rig.records()
  const at = new Date(rig.clock.nowMs()).toISOString()
  const who = { channel: 'test', chat: 'home', sender: ada.id }
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
  t.match(begun, { at, ...who, tool: 'lamp', args: '{"name":"x"}', sha256: digest('{"name":"x"}'), decision: 'free' })
  t.strictSame(ended, { at, of: begun?.['id'], result: 'ok', ms: 0 })
  t.match(read, { at, ...who, tool: 'look', sha256: digest('{"name":"room"}'), decision: 'free', result: 'ok', ms: 0 })
  t.notHas(read, 'args', 'what a reading asked for stays a digest')
  t.equal(fs.statSync(rig.path).mode & 0o777, 0o600)
})

void t.test('every way to a no is recorded with its reason', async (t) => {
  for (const [what, more, expected] of [
    ['a wrong tool', {}, { tool: 'nothing', decision: 'refused', result: 'failed', error: /There is no tool/ }],
    ['a no', { answer: 'no' }, { decision: 'refused', why: /the person said no/, args: '{"name":"x"}' }],
    ['silence', { answer: 'silence' }, { decision: 'refused', why: /did not answer/ }],
    ['nobody there', { answer: { unavailable: 'nobody is there' } }, { decision: 'refused', why: /nobody is there/ }],
    ['the budget', { actsPerHour: 0 }, { decision: 'approved', result: 'failed', error: /actsPerHour/ }],
    ['a yes', { answer: 'yes' }, { decision: 'approved', why: /the person said yes/, counts: true }],
  ] as const) {
    const rig = open(t, join(t.testdir({ [what]: {} }), what))
    const tool = lamp({ needsHuman: () => ({ action: 'lamp', reason: 'it is marked', standing: false }) })
    const budget = 'actsPerHour' in more ? { actsPerHour: 1 } : {}
    const bench = createToolBench([tool], { ...more, ...budget, audit: rig.audit, clock: rig.clock })
    const name = 'tool' in expected ? expected.tool : 'lamp'
    if ('actsPerHour' in more) await bench.registry.run(call(name), bench.origin())
    await bench.registry.run(call(name), bench.origin())
    await rig.audit.close()
    t.match(rig.records().at('answer' in more && more.answer === 'yes' ? 0 : -1), expected, what)
  }
})

void t.test('what cannot be recorded does not act, while a reading and going safe go on', async (t) => {
  const rig = open(t, join(t.testdir({}), 'gone'))
  const ran: string[] = []
  const tools = [
    smallTool('lamp', 'change', () => (ran.push('lamp'), 'on'), { counts: () => true }),
    smallTool('note', 'change', () => (ran.push('note'), 'noted'), { acts: () => true }),
    smallTool('off', 'change', () => (ran.push('off'), 'off'), { counts: () => false }),
    smallTool('look', 'read', () => (ran.push('look'), '21 °C')),
  ]
  const bench = createToolBench(tools, { audit: rig.audit, clock: rig.clock })
  for (const name of ['lamp', 'note']) {
    const outcome = await bench.registry.run(call(name), bench.origin())
    t.equal(outcome.failed, true)
    t.match(outcome.text, new RegExp(`^${name} was not run, because it could not be recorded\\. Cannot open .*audit`))
  }
  for (const name of ['off', 'look', 'look']) {
    t.equal((await bench.registry.run(call(name), bench.origin())).failed, false, name)
  }
  await rig.audit.close()
  t.strictSame(ran, ['off', 'look', 'look'])
  t.equal(rig.lines.filter((line) => line.includes('What was done is not recorded')).length, 1, 'said once')
})

void t.test('an acting call is on the disk before it runs, a reading is not waited for', async (t) => {
  const rig = open(t)
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  faults.fail(['datasync'], 'EIO')
  await t.rejects(rig.audit.begin(lampCall), { code: 'disk' })
  t.strictSame(rig.records(), [], 'what was refused is not there either')
  faults.heal()
  const syncs = (): number => faults.done.filter((name) => name === 'datasync').length
  const before = syncs()
  const end = await rig.audit.begin(lampCall)
  t.equal(syncs(), before + 1)
  end({ ms: 1 })
  rig.audit.note(lampCall, { ms: 1 })
  await rig.audit.close()
  t.equal(syncs(), before + 1)
  t.equal(rig.records().length, 3)
})

void t.test('no secret and no line break of an argument gets into it', async (t) => {
  const rig = open(t)
  const end = await rig.audit.begin({ ...lampCall, args: JSON.stringify({ a: secret }), why: `x\n{"at":1} ${secret}` })
  end({ ms: 3, error: `it said ${Buffer.from(secret).toString('base64')}` })
  const who = { channel: 'test', chat: '1', sender: '7' }
  rig.audit.command({ ...who, command: `/pair ${secret}\n`, ok: false, said: 'y'.repeat(2_000) })
  await rig.audit.close()
  t.equal(rig.records().length, 3)
  const text = fs.readFileSync(rig.path, 'utf8')
  t.notMatch(text, /canary/)
  t.notMatch(text, Buffer.from(secret).toString('base64').slice(0, 12))
  t.ok(text.length < 4_000, 'long texts are cut')
})

void t.test('it is rotated and bounded, and nothing of the newest is lost on the way', async (t) => {
  const rig = open(t)
  const args = JSON.stringify({ a: 'x'.repeat(400) })
  const perFile = Math.ceil(limits.auditFileBytesMax / 700)
  const total = perFile * (limits.auditArchivesMax + 2)
  for (let index = 0; index < total; index++)
    rig.audit.note({ ...lampCall, args, why: `${index}`, verdict: 'approved' }, { ms: index })
  await rig.audit.close()
  const names = fs.readdirSync(rig.folder).toSorted()
  t.equal(names.length, limits.auditArchivesMax + 1)
  for (const name of names) t.ok(fs.statSync(join(rig.folder, name)).size <= limits.auditFileBytesMax, name)
  const ordered = [...names.slice(1).toReversed(), 'audit.jsonl'].flatMap((name) =>
    fs.readFileSync(join(rig.folder, name), 'utf8').trimEnd().split('\n'),
  )
  const numbers = ordered.map((line) => (JSON.parse(line) as { readonly ms: number }).ms)
  const first = numbers[0] ?? -1
  t.strictSame(
    numbers,
    Array.from({ length: total - first }, (_, index) => first + index),
  )
})

const actBudget = (clock: FakeClock, audit: Audit): ActBudget =>
  new ActBudget({
    acts: new HourCount({ clock, recall: (sinceMs) => audit.since(sinceMs, 'counts') }),
    actsPerHour: 2,
  })

void t.test('a restart opens no budget: the acts of the last hour come from the audit', async (t) => {
  const rig = open(t)
  const takes = async (clock: FakeClock, person: string, audit = open(t, rig.folder, clock).audit): Promise<void> => {
    await actBudget(clock, audit).take(person)
  }
  for (const _ of [1, 2]) (await rig.audit.begin(lampCall))({ ms: 1 })
  rig.audit.note({ ...lampCall, counts: false, sender: '8' }, { ms: 1 })
  await rig.audit.close()
  fs.appendFileSync(rig.path, '{"at":"2026-11-21T17:00:00.000Z","counts":true,"channel":\n')
  for (const again of [1, 2, 3]) {
    await t.rejects(takes(new FakeClock(), 'test/7'), { code: 'limit', message: /No more actions for 1h/ }, `${again}`)
  }
  await t.resolves(takes(new FakeClock(), 'test/8'), 'others have their own')
  await t.resolves(takes(new FakeClock(), 'other/7'), 'the same id on another channel is another person')
  const later = new FakeClock()
  await later.advance(3_600_000)
  await t.resolves(takes(later, 'test/7'), 'after the hour')
})

void t.test('acts are remembered from the files of before too, and a clock that went back opens nothing', async (t) => {
  const rig = open(t)
  for (const _ of [1, 2]) (await rig.audit.begin(lampCall))({ ms: 1 })
  await rig.audit.close()
  fs.renameSync(rig.path, `${rig.path}.1`)
  fs.writeFileSync(rig.path, '')
  const budgetAt = (wallMs: number) => {
    const clock = new FakeClock(new Date(wallMs).toISOString())
    const { audit } = open(t, rig.folder, clock)
    return { clock, budget: actBudget(clock, audit) }
  }
  const nowMs = rig.clock.nowMs()
  const { budget, clock } = budgetAt(nowMs - 7 * 86_400_000)
  await t.rejects(budget.take('test/7'), { code: 'limit' })
  await clock.advance(3_600_000)
  await t.resolves(budget.take('test/7'), 'it lasts an hour all the same')
})

void t.test('where the audit cannot be read nothing acts, and it is tried again', async (t) => {
  const folder = t.testdir({ 'audit.jsonl': {} })
  const rig = open(t, folder)
  const budget = actBudget(rig.clock, rig.audit)
  await t.rejects(budget.take('test/7'), { code: 'disk' })
  fs.rmdirSync(rig.path)
  await t.resolves(budget.take('test/7'))
})
