import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Journal } from '../../src/bus/journal.ts'
import { formatRecord, type JournalRecord } from '../../src/bus/record.ts'
import { limits } from '../../src/limits.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { inbound } from '../support/messages.ts'

const synced = { sync: true } as const

async function open(path: string): Promise<{ journal: Journal; lines: string[]; told: string[] }> {
  const { log, lines } = createLogLines()
  const told: string[] = []
  const tell = (_kind: string, sentence: string): void => void told.push(sentence)
  return { journal: await Journal.open({ path, clock: new FakeClock(), log, tell }), lines, told }
}

function pathIn(t: Test, content?: string): string {
  return join(t.testdir(content === undefined ? {} : { journal: content }), 'journal')
}

function accepted(id: string, text = 'hello'): JournalRecord {
  return { k: 'in', m: inbound(text, { id }) }
}

function answered(id: string): JournalRecord {
  const m = { id: `re-${id}`, channel: 'test', chat: 'home', text: 'hi', answers: [id], failed: false }
  return { k: 'out', m, done: [`test/${id}`] }
}

const texts = (...records: JournalRecord[]): string => records.map((record) => `${formatRecord(record)}\n`).join('')

void t.test('what was appended is what is open after the file is opened again', async (t) => {
  const path = pathIn(t)
  const { journal } = await open(path)
  await journal.append([accepted('a'), accepted('b')], synced)
  await journal.append([{ k: 'call', id: 'c1', of: ['test/a', 'test/b'], what: 'device_set lamp on' }], synced)
  await journal.append([answered('b')], synced)
  await journal.append([{ k: 'again', of: ['test/a'] }], synced)
  await journal.close()
  const again = (await open(path)).journal
  for (const { ledger } of [journal, again]) {
    t.match(ledger.pending(), [{ message: { id: 'a' }, calls: [{ id: 'c1', ended: false }], restarts: 1 }])
    t.match(ledger.outbound(), [{ id: 're-b' }])
    t.ok(ledger.knows('test/b'))
  }
  await again.close()
})

void t.test('a record counts only once it is on the disk', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const { journal } = await open(pathIn(t))
  faults.hold(['datasync'])
  let resolved = false
  const append = journal.append([accepted('a')], synced).then(() => (resolved = true))
  for (let round = 0; round < 50; round++) await new Promise(setImmediate)
  t.same([resolved, journal.ledger.inboundCount], [false, 0])
  faults.release()
  await append
  t.equal(journal.ledger.inboundCount, 1)
  await journal.close()
})

void t.test('appends that wait at the same time share one write and one fsync', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const { journal } = await open(pathIn(t))
  faults.done.length = 0
  const ids = Array.from({ length: 50 }, (_, index) => `m${index}`)
  await Promise.all(ids.map((id) => journal.append([accepted(id)], synced)))
  t.same(faults.done, ['write', 'datasync', 'write', 'datasync'], 'the first alone, all others together')
  t.equal(journal.ledger.inboundCount, 50)
  await journal.close()
})

void t.test('an append that follows another at once is written too', async (t) => {
  const path = pathIn(t)
  const { journal } = await open(path)
  for (let count = 0; count < 20; count++) await journal.append([accepted(`m${count}`)], { sync: count % 2 === 0 })
  await journal.append([accepted('x')], synced).then(() => journal.append([accepted('y')], synced))
  await journal.close()
  const again = (await open(path)).journal
  t.equal(again.ledger.inboundCount, 22)
  await again.close()
})

void t.test('a torn last line is set aside, said, and everything before it counts', async (t) => {
  const whole = texts(accepted('a'))
  const half = formatRecord(accepted('b'))
  for (const cut of [1, 10, half.length - 1, half.length]) {
    const path = pathIn(t, whole + half.slice(0, cut))
    const { journal, lines } = await open(path)
    t.match(journal.ledger.pending(), [{ message: { id: 'a' } }])
    t.match(lines, [/^warn journal: A half-written last line was set aside in .*journal\.torn/])
    await journal.append([accepted('c')], synced)
    await journal.close()
    t.equal(fs.readFileSync(`${path}.torn`, 'utf8'), `${half.slice(0, cut)}\n`)
    const again = await open(path)
    t.match(again.journal.ledger.pending(), [{ message: { id: 'a' } }, { message: { id: 'c' } }])
    t.same(again.lines, [])
    await again.journal.close()
  }
})

void t.test('lines that make no sense are kept in a copy, said, and left out; all others count', async (t) => {
  const bad = [
    '',
    'garbage',
    '{}',
    'null',
    '[]',
    '{"k":"what"}',
    '{"k":"in"}',
    '{"k":"in","m":{"id":1}}',
    '{"k":"sent"}',
    '{"k":"call","id":"x","of":"test/a","what":"y"}',
    '\u0000\u0000\u0000',
    '{"k":"seen","of":[1]}',
  ]
  const content = texts(accepted('a')) + bad.map((line) => `${line}\n`).join('') + texts(accepted('b'))
  const path = pathIn(t, content)
  const { journal, lines, told } = await open(path)
  t.same(
    journal.ledger.pending().map((each) => each.message.id),
    ['a', 'b'],
  )
  const sentence = new RegExp(
    `${bad.length} lines of .* cannot be read .*send again.*; a copy with all lines is .*\\.$`,
  )
  t.match([lines, told], [[sentence], [sentence]], 'one sentence on stderr, the same to the owner')
  const copy = fs.readdirSync(join(path, '..')).find((name) => name.includes('corrupt')) ?? ''
  t.equal(fs.readFileSync(join(path, '..', copy), 'utf8'), content)
  await journal.append([accepted('c')], synced)
  await journal.close()
  const again = await open(path)
  t.equal(again.journal.ledger.inboundCount, 3)
  t.same(again.lines, [], 'the second start has nothing to say')
  await again.journal.close()
})

void t.test('a damaged journal on a full disk is used as it is', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const path = pathIn(t, `${texts(accepted('a'))}garbage\n${texts(accepted('b'))}`)
  faults.fail(['copyFile', 'writeFile'])
  const { journal, lines } = await open(path)
  t.equal(journal.ledger.inboundCount, 2)
  t.match(lines, [/1 line of .* cannot be read .*they stay where they are \(Cannot copy .*the disk is full/])
  faults.heal()
  await journal.append([accepted('c')], synced)
  await journal.close()
  const again = (await open(path)).journal
  t.equal(again.ledger.inboundCount, 3)
  await again.close()
})

void t.test('a journal that has grown is rewritten to what is open, and only that', async (t) => {
  const path = pathIn(t)
  const { journal } = await open(path)
  await journal.append([accepted('open'), { k: 'call', id: 'c', of: ['test/open'], what: 'w' }], synced)
  await journal.append(
    [
      { k: 'ran', id: 'c' },
      { k: 'again', of: ['test/open'] },
      { k: 'again', of: ['test/open'] },
    ],
    synced,
  )
  await journal.append([accepted('waits'), answered('waits')], synced)
  const long = 'x'.repeat(4_000)
  let largestBytes = 0
  for (let count = 0; count < 100; count++) {
    const id = `done${count}`
    await journal.append([accepted(id, long), answered(id), { k: 'sent', id: `re-${id}` }], synced)
    largestBytes = Math.max(largestBytes, fs.statSync(path).size)
  }
  t.ok(largestBytes < limits.journalCompactBytes + 10_000, `never more than ${largestBytes} bytes`)
  const before = { pending: journal.ledger.pending(), outbound: journal.ledger.outbound() }
  await journal.close()
  const again = (await open(path)).journal
  t.same(again.ledger.pending(), before.pending)
  t.same(again.ledger.outbound(), before.outbound)
  t.match(before.pending, [{ message: { id: 'open' }, calls: [{ id: 'c', ended: true }], restarts: 2 }])
  t.match(before.outbound, [{ id: 're-waits' }])
  t.ok(again.ledger.knows('test/done99') && again.ledger.knows('test/done0') && again.ledger.knows('test/waits'))
  await again.close()
})

void t.test('when much is open, the journal is not rewritten on each append', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const { journal } = await open(pathIn(t))
  const long = 'x'.repeat(10_000)
  for (let count = 0; count < 60; count++) await journal.append([accepted(`m${count}`, long)], synced)
  const rewrites = faults.done.filter((operation) => operation === 'rename').length
  t.ok(rewrites >= 2 && rewrites <= 5, `${rewrites} rewrites for 600 KB of open messages`)
  await journal.close()
})

void t.test('a rewrite that fails loses nothing, whichever of its steps fails', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  for (const operation of ['writeFile', 'rename', 'sync'] as const) {
    const path = pathIn(t)
    const { journal, lines } = await open(path)
    await journal.append([accepted('first', 'x'.repeat(limits.journalCompactBytes))], synced).catch(() => undefined)
    faults.fail([operation], 'EIO')
    await journal.append([accepted('second', 'x'.repeat(limits.journalCompactBytes))], synced)
    t.match(lines, [/warn journal: The journal could not be shortened/], operation)
    faults.heal()
    await journal.append([accepted('third')], synced)
    await journal.close()
    const again = (await open(path)).journal
    t.same(
      again.ledger.pending().map((each) => each.message.id),
      ['first', 'second', 'third'],
    )
    await again.close()
  }
})

void t.test('an append that the disk refuses is rejected and does not count, and others go on', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const path = pathIn(t)
  const { journal } = await open(path)
  faults.fail(['write'])
  await t.rejects(journal.append([accepted('a')], synced), { code: 'disk' })
  t.equal(journal.ledger.inboundCount, 0)
  faults.heal()
  await journal.append([accepted('b')], synced)
  await journal.close()
  const again = (await open(path)).journal
  t.match(again.ledger.pending(), [{ message: { id: 'b' } }])
  await again.close()
})

for (const [what, content] of [
  ['', `${texts(accepted('a'))}{"k":"in","m":{"id":"to`],
  [' and no journal yet', undefined],
] as const) {
  void t.test(
    `on a read-only disk${what} what is there is read, nothing is taken, and it heals by itself`,
    async (t) => {
      const faults = await createDiskFaults()
      t.teardown(() => faults.restore())
      const path = pathIn(t, content)
      faults.fail(['open'], 'EROFS')
      const { journal, lines, told } = await open(path)
      t.equal(journal.ledger.inboundCount, content === undefined ? 0 : 1)
      await t.rejects(journal.append([accepted('b')], synced), { code: 'disk', message: /read-only/ })
      await t.rejects(journal.append([accepted('b')], synced), { code: 'disk' })
      journal.keepInMemory([accepted('c')])
      t.match(
        [lines, told],
        [[/I can keep nothing: .*read-only.*only what reads/], [/I can keep nothing/]],
        'said once',
      )
      t.equal(fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : undefined, content)
      faults.heal()
      await journal.append([accepted('d')], synced)
      t.match(told[1], /again/)
      await journal.close()
      const again = (await open(path)).journal
      const before = content === undefined ? [] : ['a']
      t.same(
        again.ledger.pending().map(({ message }) => message.id),
        [...before, 'c', 'd'],
      )
      await again.close()
    },
  )
}

void t.test('a journal that may neither be written nor read is never taken for an empty one', async (t) => {
  const path = pathIn(t, texts(accepted('a')))
  const original = fs.promises.open
  t.teardown(() => (fs.promises.open = original))
  const refused = Object.assign(new Error('EACCES: made to fail'), { code: 'EACCES' })
  fs.promises.open = (name, ...more) => (name === path ? Promise.reject(refused) : original(name, ...more))
  await t.rejects(open(path), { code: 'disk', message: /no permission/ })
})

void t.test('after a failed fsync all that may be gone with it is written to a new file', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const path = pathIn(t)
  const { journal } = await open(path)
  await journal.append([accepted('a'), accepted('b')], synced)
  await journal.append([answered('a')], { sync: false })
  faults.fail(['datasync'], 'EIO')
  await t.rejects(journal.append([accepted('c')], synced), { code: 'disk' })
  // What the kernel dropped when it could not write it: nobody is told of that again.
  fs.writeFileSync(path, texts(accepted('a'), accepted('b')))
  faults.heal()
  faults.done.length = 0
  await journal.append([accepted('d')], synced)
  t.ok(faults.done.indexOf('rename') !== -1 && faults.done.indexOf('rename') < faults.done.indexOf('datasync'))
  const again = (await open(path)).journal
  t.same(
    again.ledger.pending().map((each) => each.message.id),
    ['b', 'd'],
  )
  t.match(again.ledger.outbound(), [{ id: 're-a' }])
  await again.close()
  await journal.close()
})

void t.test('what is kept in memory wins, and is written before anything else once the disk takes it', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const path = pathIn(t)
  const { journal } = await open(path)
  await journal.append([accepted('a')], synced)
  faults.fail(['write', 'writeFile'])
  journal.keepInMemory([answered('a')])
  t.equal(journal.ledger.inboundCount, 0)
  await t.rejects(journal.append([accepted('b')], synced), { code: 'disk' }, 'older facts come first')
  faults.heal()
  await journal.append([accepted('c')], synced)
  const between = (await open(path)).journal
  t.match(between.ledger.outbound(), [{ id: 're-a' }])
  t.match(between.ledger.pending(), [{ message: { id: 'c' } }])
  await between.close()
  journal.keepInMemory([{ k: 'sent', id: 're-a' }])
  await journal.close()
  const again = (await open(path)).journal
  t.same(again.ledger.outbound(), [], 'closing writes it too')
  await again.close()
})
