import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Sessions } from '../../src/agent/sessions.ts'
import { limits } from '../../src/limits.ts'
import { settle } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'

const mebi = 1024 * 1024
const dayMs = limits.sessionIdleMinMs

const turn = (id: string) => ({
  answers: [`test/${id}`],
  messages: [{ role: 'user', text: id } as const, { role: 'assistant', text: 'Yes.', toolCalls: [] } as const],
  failed: false,
})

/** What a start reads of a long log. */
const end = Array.from({ length: 20 }, () => `${JSON.stringify({ k: 'new', atMs: 0, x: 'x'.repeat(16_000) })}\n`).join(
  '',
)

/** A log of this size that ends with one turn; it begins with a hole, which takes no space on the disk. */
function makeLog(folder: string, chat: string, { bytes, daysAgo }: { bytes: number; daysAgo: number }): void {
  const path = join(folder, `test.${chat}.jsonl`)
  const { answers, messages } = turn(`${chat}-old`)
  const line = `\n${end}${JSON.stringify({ k: 'turn', of: answers, atMs: 0, m: messages })}\n`
  fs.writeFileSync(path, '')
  fs.truncateSync(path, bytes - line.length)
  fs.appendFileSync(path, line)
  const at = new Date(Date.now() - daysAgo * dayMs)
  fs.utimesSync(path, at, at)
}

function rig(folder: string) {
  const { log, lines } = createLogLines()
  const sessions = new Sessions({ folder, log })
  const says = (chat: string): Promise<void> => sessions.use('test', chat, (session) => session.append(turn(chat), 0))
  /** Says it, and waits until the logs are bounded. */
  const saysLast = async (chat: string): Promise<void> => {
    await says(chat)
    await sessions.close()
  }
  return { sessions, lines, says, saysLast }
}

const sizes = (folder: string, pattern: RegExp): Readonly<Record<string, number>> =>
  Object.fromEntries(
    fs
      .readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => [name, fs.statSync(join(folder, name)).size]),
  )
const sum = (folder: string, pattern: RegExp): number =>
  Object.values(sizes(folder, pattern)).reduce((all, bytes) => all + bytes, 0)
const live = /\.jsonl$/
const archived = /\.jsonl\.\d+$/

void t.test('the logs of all chats have one bound: of those idle longest only the end stays', async (t) => {
  const folder = t.testdir({})
  for (let chat = 10; chat < 30; chat++) makeLog(folder, `c${chat}`, { bytes: 8 * mebi, daysAgo: 40 - chat })
  const { saysLast, sessions } = rig(folder)
  await saysLast('now')
  t.ok(sum(folder, live) <= limits.sessionLogsBytesMax, `${sum(folder, live)} bytes`)
  t.ok(sum(folder, live) > limits.sessionLogsBytesMax - 9 * mebi, 'and no more than had to go')
  t.ok(sum(folder, archived) <= limits.sessionArchivesBytesMax)
  const small = Object.entries(sizes(folder, live)).filter(([, bytes]) => bytes < mebi)
  t.same(
    small.map(([name]) => name),
    ['test.c10.jsonl', 'test.c11.jsonl', 'test.c12.jsonl', 'test.c13.jsonl', 'test.c14.jsonl', 'test.now.jsonl'],
  )
  t.ok(fs.statSync(join(folder, 'test.c10.jsonl')).mtimeMs < Date.now() - 29 * dayMs, 'that was no use of it')
  await sessions.use('test', 'c10', async (session) => {
    t.same(await session.loggedTurn('test/c10-old'), turn('c10-old'), 'it goes on where it was')
  })
  await sessions.close()
})

void t.test('where the ends alone are too much, chats idle longest are put away whole', async (t) => {
  const folder = t.testdir({})
  for (let chat = 100; chat < 370; chat++) makeLog(folder, `c${chat}`, { bytes: mebi / 2, daysAgo: 400 - chat })
  fs.writeFileSync(join(folder, 'test.c100.jsonl.torn'), 'half')
  const { says, saysLast, sessions, lines } = rig(folder)
  await saysLast('now')
  t.ok(sum(folder, live) <= limits.sessionLogsBytesMax, `${sum(folder, live)} bytes`)
  t.same(
    Object.keys(sizes(folder, archived)).toSorted(),
    Array.from({ length: 15 }, (_, n) => `test.c${100 + n}.jsonl.${1 + n}`).toSorted(),
  )
  t.same(sizes(folder, /\.torn$/), {})
  t.match(lines[0], /^info session: A chat that was idle long was put away .*test\.c100\.jsonl\.1\.$/)
  await says('c100')
  await sessions.use('test', 'c100', async (session) => {
    t.same(
      session.turns().map(({ answers }) => answers),
      [['test/c100']],
      'it begins anew',
    )
  })
  await sessions.close()
})

void t.test('what was used within a day stays, and what is open, however much it is', async (t) => {
  const folder = t.testdir({})
  for (let chat = 10; chat < 30; chat++) makeLog(folder, `c${chat}`, { bytes: 8 * mebi, daysAgo: 0.9 })
  makeLog(folder, 'open', { bytes: 8 * mebi, daysAgo: 9 })
  // A clock that was wrong once.
  makeLog(folder, 'future', { bytes: 8 * mebi, daysAgo: -900 })
  const before = sizes(folder, live)
  const { saysLast, sessions } = rig(folder)
  await sessions.use('test', 'open', async () => saysLast('now'))
  const { 'test.now.jsonl': now, ...after } = sizes(folder, live)
  t.ok(now)
  t.same(after, before)
  t.same(sizes(folder, archived), {})
  await sessions.close()
})

void t.test('it is looked at again only when much was written', async (t) => {
  const folder = t.testdir({})
  const { saysLast, sessions } = rig(folder)
  await saysLast('now')
  for (let chat = 10; chat < 30; chat++) makeLog(folder, `c${chat}`, { bytes: 8 * mebi, daysAgo: 2 })
  await saysLast('now')
  t.same(sizes(folder, archived), {})
  const long = {
    ...turn('long'),
    messages: [{ role: 'user', text: 'x'.repeat(limits.sessionLogsCheckBytes) } as const],
  }
  await sessions.use('test', 'now', (session) => session.append(long, 0))
  await sessions.close()
  t.ok(sum(folder, live) <= limits.sessionLogsBytesMax)
  await sessions.close()
})

void t.test('a chat that is opened while its log is put away waits for that, and loses no word', async (t) => {
  const folder = t.testdir({})
  for (let chat = 100; chat < 370; chat++) makeLog(folder, `c${chat}`, { bytes: mebi / 2, daysAgo: 400 - chat })
  const { says, saysLast, sessions } = rig(folder)
  const { rename } = fs.promises
  t.teardown(() => void (fs.promises.rename = rename))
  let said: Promise<void> | undefined
  const ended = new AbortController()
  fs.promises.rename = async (from, to) => {
    if (said === undefined) {
      said = says('c100').finally(() => ended.abort())
      // Long enough for one that does not wait.
      for (let round = 0; round < 5_000 && !ended.signal.aborted; round++) await settle()
    }
    await rename(from, to)
  }
  await saysLast('now')
  await said
  await sessions.close()
  t.match(fs.readFileSync(join(folder, 'test.c100.jsonl'), 'utf8'), /"of":\["test\/c100"\]/)
  t.notMatch(fs.readFileSync(join(folder, 'test.c100.jsonl.1'), 'utf8'), /"of":\["test\/c100"\]/)
})

void t.test('where logs cannot be put away, that is said once and no chat stops', async (t) => {
  const folder = t.testdir({})
  for (let chat = 100; chat < 370; chat++) makeLog(folder, `c${chat}`, { bytes: mebi / 2, daysAgo: 400 - chat })
  const { rename } = fs.promises
  t.teardown(() => void (fs.promises.rename = rename))
  fs.promises.rename = () => Promise.reject(Object.assign(new Error('no'), { code: 'EIO' }))
  const { saysLast, sessions, lines } = rig(folder)
  await saysLast('now')
  await saysLast('now')
  t.match(lines, [/^warn session: The logs of chats could not be bounded: /])
  await sessions.close()
})
