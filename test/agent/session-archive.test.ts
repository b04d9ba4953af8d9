import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Session } from '../../src/agent/session.ts'
import { limits } from '../../src/limits.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { createLogLines } from '../support/log-lines.ts'

const turn = (id: string, chars = 1) => ({
  answers: [`test/${id}`],
  messages: [
    { role: 'user', text: id } as const,
    { role: 'assistant', text: 'x'.repeat(chars), toolCalls: [] } as const,
  ],
  failed: false,
})

/** A log of so many turns of 16 KB that its next one is too much. */
function longLog(): string {
  const line = (id: number): string => {
    const { answers, messages } = turn(`old${id}`, 16_000)
    return `${JSON.stringify({ k: 'turn', of: answers, atMs: 0, m: messages })}\n`
  }
  const count = Math.floor(limits.sessionFileBytesMax / line(1_000).length)
  return Array.from({ length: count }, (_, id) => line(1_000 + id)).join('')
}

const long = longLog()
const names = (session: Session): string[] => session.turns().flatMap((each) => each.answers)
const seen = (session: Session): unknown[] => [names(session), session.summary(), session.earlierLeftOut()]

async function openIn(folder: string, chat = 'test.home.jsonl'): Promise<{ session: Session; lines: string[] }> {
  const { log, lines } = createLogLines()
  return { session: await Session.open(join(folder, chat), log), lines }
}

/** What a start sees. */
async function reopened(folder: string): Promise<unknown[]> {
  const { session, lines } = await openIn(folder)
  await session.close()
  return [...seen(session), lines]
}

async function appendLong(session: Session): Promise<void> {
  await session.append(turn('long', 40_000), 0)
}

const sizes = (folder: string): Record<string, number> =>
  Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.statSync(join(folder, name)).size]))

void t.test('a log at its bound is kept whole as an archive, and goes on with what a start reads of it', async (t) => {
  const folder = t.testdir({ 'test.home.jsonl': long })
  const { session, lines } = await openIn(folder)
  await appendLong(session)
  t.same(fs.readdirSync(folder), ['test.home.jsonl', 'test.home.jsonl.1'])
  const archive = fs.readFileSync(join(folder, 'test.home.jsonl.1'), 'utf8')
  t.ok(archive.startsWith(long))
  t.match(archive.slice(long.length), /^\{"k":"turn","of":\["test\/long"\].*\}\n$/)
  t.ok((sizes(folder)['test.home.jsonl'] ?? 0) < 2 * limits.sessionTailBytesMax)
  t.match(lines, [/^info session: .*test\.home\.jsonl begins anew, .* is .*test\.home\.jsonl\.1\.$/])
  t.match(await session.loggedTurn('test/long'), { answers: ['test/long'] })
  await session.append(turn('next'), 0)
  await session.close()
  t.equal(fs.readFileSync(join(folder, 'test.home.jsonl.1'), 'utf8'), archive, 'nothing is written to it any more')
  const [turns, , leftOut, said] = await reopened(folder)
  t.same([leftOut, said], [true, []])
  t.same((turns as string[]).slice(-2), ['test/long', 'test/next'])
})

void t.test('where a disk knows no second names, the archive is a copy, whole before it has its name', async (t) => {
  const { link } = fs.promises
  t.teardown(() => void (fs.promises.link = link))
  fs.promises.link = () => Promise.reject(Object.assign(new Error('not here'), { code: 'EPERM' }))
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const dir = t.testdir({ copyFile: {}, sync: {}, rename: {} })
  for (const operation of ['copyFile', 'sync', 'rename'] as const) {
    const folder = join(dir, operation)
    fs.writeFileSync(join(folder, 'test.home.jsonl'), long)
    const { session, lines } = await openIn(folder)
    faults.fail([operation], 'EIO')
    await appendLong(session)
    t.ok((sizes(folder)['test.home.jsonl'] ?? 0) > long.length, `${operation} fails: the log is whole`)
    t.notOk('test.home.jsonl.1' in sizes(folder), 'and no half of it has the name of an archive')
    t.match(lines.splice(0), [/^warn session: The log of a chat could not be archived: /])
    faults.heal()
    for (let turns = 0; turns < 30 && lines.length === 0; turns++) await appendLong(session)
    await session.close()
    t.match(lines, [/^info session: .* begins anew/])
    t.same(fs.readdirSync(folder), ['test.home.jsonl', 'test.home.jsonl.1'], 'nothing of the failure is left')
    t.ok(fs.readFileSync(join(folder, 'test.home.jsonl.1'), 'utf8').startsWith(long))
    t.ok((sizes(folder)['test.home.jsonl'] ?? 0) < 2 * limits.sessionTailBytesMax)
  }
})

void t.test('what a start sees is the same behind an archived log as it was before', async (t) => {
  const kinds: Record<string, (session: Session) => Promise<void>> = {
    'a summary': (session) =>
      session.appendSummary({ after: names(session).at(-2) ?? '', atMs: 0, text: 'Ask first.', lacks: false }),
    'a summary that lacks turns': (session) =>
      session.appendSummary({ after: names(session).at(-2) ?? '', atMs: 0, text: 'Ask first.', lacks: true }),
    '/new': (session) => session.startNew(0),
    'turns alone': (session) => session.append(turn('plain'), 0),
  }
  for (const [name, act] of Object.entries(kinds)) {
    const folder = t.testdir({ 'test.home.jsonl': long.slice(long.indexOf('\n') + 1) })
    const { session } = await openIn(folder)
    await act(session)
    await session.append(turn('short'), 0)
    t.equal(fs.readdirSync(folder).length, 1)
    const expected = await reopened(folder)
    await session.close()
    // The same file, archived at a line that says nothing.
    const { session: again } = await openIn(folder)
    await again.append(turn('last', 40_000), 0)
    await again.close()
    t.equal(fs.readdirSync(folder).length, 2, name)
    const [turns, summary, leftOut] = await reopened(folder)
    const [turnsBefore, ...others] = expected
    t.same([summary, leftOut, []], others, name)
    const lost = (turnsBefore as string[]).filter((each) => !(turns as string[]).includes(each))
    t.ok(lost.length <= 3, 'but what the last turn pushes out')
    t.same((turns as string[]).slice(-2), ['test/short', 'test/last'])
  }
})

void t.test('the archives of all chats are bounded, the oldest goes first, and that is said', async (t) => {
  const size = limits.sessionArchivesBytesMax / 4
  const folder = t.testdir({ 'test.home.jsonl': long })
  for (const name of ['test.b.jsonl.9', 'test.z.jsonl.10', 'test.home.jsonl.11', 'test.a.jsonl.12']) {
    fs.writeFileSync(join(folder, name), '')
    fs.truncateSync(join(folder, name), size)
  }
  fs.writeFileSync(join(folder, 'test.b.jsonl'), 'is no archive\n')
  const { session, lines } = await openIn(folder)
  await appendLong(session)
  await session.close()
  t.same(fs.readdirSync(folder), [
    'test.a.jsonl.12',
    'test.b.jsonl',
    'test.home.jsonl',
    'test.home.jsonl.11',
    'test.home.jsonl.13',
    'test.z.jsonl.10',
  ])
  t.match(lines[1], /^warn session: The oldest archived turns were removed to save space: .*test\.b\.jsonl\.9\.$/)
  t.equal(lines.length, 2)
})

void t.test('ten years of one chat fill no more than the bounds', async (t) => {
  const folder = t.testdir({})
  const archives = limits.sessionArchivesBytesMax / limits.sessionFileBytesMax
  for (let month = 0; month < 2 * archives; month++) {
    fs.appendFileSync(join(folder, 'test.home.jsonl'), long)
    const { session } = await openIn(folder)
    await appendLong(session)
    await session.close()
  }
  const bytes = Object.values(sizes(folder)).reduce((sum, each) => sum + each, 0)
  t.ok(bytes <= limits.sessionArchivesBytesMax + limits.sessionFileBytesMax, `${bytes} bytes`)
  t.ok(bytes > limits.sessionArchivesBytesMax / 2)
})

void t.test('a log that cannot be archived goes on, says so once, and is archived later under one name', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  for (const operation of ['writeFile', 'sync', 'rename'] as const) {
    const folder = t.testdir({ 'test.home.jsonl': long })
    const { session, lines } = await openIn(folder)
    faults.fail([operation])
    await appendLong(session)
    await session.append(turn('next'), 0)
    t.match(lines, [
      /^warn session: The log of a chat could not be archived: Cannot .*: the disk is full: free some space\.$/,
    ])
    t.ok(fs.readFileSync(join(folder, 'test.home.jsonl'), 'utf8').endsWith('\n'))
    faults.heal()
    for (let count = 0; count < 8; count++) await session.append(turn('more', 200_000), 0)
    await session.close()
    t.same(fs.readdirSync(folder), ['test.home.jsonl', 'test.home.jsonl.1'], operation)
    t.ok((sizes(folder)['test.home.jsonl'] ?? 0) < limits.sessionFileBytesMax / 2, operation)
    const archive = fs.readFileSync(join(folder, 'test.home.jsonl.1'), 'utf8')
    t.ok(archive.startsWith(long) && archive.includes('test/next'))
  }
})

void t.test('a turn longer than a whole log is archived once, not with each turn behind it', async (t) => {
  const folder = t.testdir({})
  const { session, lines } = await openIn(folder)
  await session.append(turn('giant', limits.sessionFileBytesMax), 0)
  for (let count = 0; count < 5; count++) await session.append(turn(`n${count}`), 0)
  await session.close()
  t.equal(lines.length, 1)
  t.same(await reopened(folder), [
    ['test/giant', 'test/n0', 'test/n1', 'test/n2', 'test/n3', 'test/n4'],
    undefined,
    true,
    [],
  ])
})

void t.test('/new while a log is archived is not lost', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const folder = t.testdir({ 'test.home.jsonl': long })
  const { session } = await openIn(folder)
  faults.hold(['writeFile', 'sync'])
  const archives = appendLong(session)
  const startsNew = session.startNew(0)
  for (let round = 0; round < 200; round++) await new Promise(setImmediate)
  faults.release()
  await Promise.all([archives, startsNew])
  await session.close()
  t.same(fs.readdirSync(folder), ['test.home.jsonl', 'test.home.jsonl.1'])
  t.same((await reopened(folder)).slice(0, 3), [[], undefined, false])
})
