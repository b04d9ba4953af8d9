import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Session } from '../../src/agent/session.ts'
import { Sessions } from '../../src/agent/sessions.ts'
import { limits } from '../../src/limits.ts'
import type { Message } from '../../src/model/model.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { createLogLines } from '../support/log-lines.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')

function turn(text: string): Message[] {
  return [
    { role: 'user', text },
    { role: 'assistant', text: '', toolCalls: [{ id: 'c', name: 'look', arguments: '{}' }] },
    { role: 'tool', callId: 'c', name: 'look', text: 'seen', failed: false },
    { role: 'assistant', text: `re: ${text}`, toolCalls: [] },
  ]
}

async function open(t: Test, content?: string): Promise<{ session: Session; path: string; lines: string[] }> {
  const path = join(t.testdir(content === undefined ? {} : { chat: content }), 'chat')
  const { log, lines } = createLogLines()
  return { session: await Session.open(path, log), path, lines }
}

async function reopen(path: string): Promise<{ session: Session; lines: string[] }> {
  const { log, lines } = createLogLines()
  return { session: await Session.open(path, log), lines }
}

const firstWords = (session: Session): (string | undefined)[] => session.turns().map((each) => each.messages[0]?.text)

void t.test('a turn is read back as it was, with the messages that it answers', async (t) => {
  const { session, path } = await open(t)
  await session.append({ answers: ['test/1', 'test/2'], messages: turn('größer ☂\nzwei'), failed: false }, nowMs)
  await session.append({ answers: ['test/3'], messages: turn('three'), failed: false }, nowMs)
  const before = session.turns()
  await session.close()
  const again = await reopen(path)
  t.same(again.session.turns(), before)
  t.same(again.session.turns()[0], { answers: ['test/1', 'test/2'], messages: turn('größer ☂\nzwei'), failed: false })
  t.equal(fs.readFileSync(path, 'utf8').trimEnd().split('\n').length, 2, 'one line a turn')
  await again.session.close()
})

void t.test('the file only grows, and what it held stays byte for byte', async (t) => {
  const { session, path } = await open(t)
  let before = ''
  for (const step of [
    () => session.append({ answers: ['test/1'], messages: turn('one'), failed: false }, nowMs),
    () => session.startNew(nowMs),
    () => session.append({ answers: ['test/2'], messages: turn('two'), failed: false }, nowMs),
  ]) {
    await step()
    const now = fs.readFileSync(path, 'utf8')
    t.ok(now.startsWith(before) && now.length > before.length)
    before = now
  }
  await session.close()
})

void t.test('a turn is on the disk when its append resolves, with one fsync', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const { session } = await open(t)
  faults.done.length = 0
  await session.append({ answers: ['test/1'], messages: turn('one'), failed: false }, nowMs)
  t.same(faults.done, ['write', 'datasync'])
  await session.close()
})

void t.test('our context is not stored', async (t) => {
  const { session, path } = await open(t)
  await session.append(
    { answers: ['test/1'], messages: [{ role: 'user', text: 'x', context: '[Now: 12:00]' }], failed: false },
    nowMs,
  )
  t.notMatch(fs.readFileSync(path, 'utf8'), /Now/)
  await session.close()
})

void t.test('a line that a power cut left half is set aside, at whatever byte it was cut', async (t) => {
  const { session, path } = await open(t)
  await session.append({ answers: ['test/1'], messages: turn('one'), failed: false }, nowMs)
  const wholeBytes = fs.statSync(path).size
  await session.append({ answers: ['test/2'], messages: turn('two ☂'), failed: false }, nowMs)
  await session.close()
  const content = fs.readFileSync(path)
  for (let bytes = wholeBytes + 1; bytes < content.length; bytes += 13) {
    const cut = join(t.testdir({}), 'chat')
    fs.writeFileSync(cut, content.subarray(0, bytes))
    const again = await reopen(cut)
    t.same(firstWords(again.session), ['one'])
    t.match(again.lines, [/^warn session: A half-written last line was set aside/])
    await again.session.append({ answers: ['test/2'], messages: turn('two again'), failed: false }, nowMs)
    await again.session.close()
    const third = await reopen(cut)
    t.same([firstWords(third.session), third.lines], [['one', 'two again'], []])
    await third.session.close()
  }
})

void t.test('lines that make no sense are left out and said, not fatal', async (t) => {
  const { session, path } = await open(t)
  await session.append({ answers: ['test/1'], messages: turn('one'), failed: false }, nowMs)
  fs.appendFileSync(path, 'garbage\n{"k":"turn"}\n\u0000\u0000\n{"k":"turn","of":[],"atMs":1,"m":[{"role":"robot"}]}\n')
  await session.append({ answers: ['test/2'], messages: turn('two'), failed: false }, nowMs)
  await session.close()
  const again = await reopen(path)
  t.same(firstWords(again.session), ['one', 'two'])
  t.match(again.lines, [/^warn session: 4 lines of .* cannot be read and are left out/])
  await again.session.close()
})

void t.test('after /new the earlier turns are not seen any more, also after a restart', async (t) => {
  const { session, path } = await open(t)
  await session.append({ answers: ['test/1'], messages: turn('one'), failed: false }, nowMs)
  await session.startNew(nowMs)
  t.same(session.turns(), [])
  await session.append({ answers: ['test/2'], messages: turn('two'), failed: false }, nowMs)
  await session.close()
  const again = await reopen(path)
  t.same(firstWords(again.session), ['two'])
  await again.session.close()
})

void t.test('an append and a /new at the same time do not mix', async (t) => {
  const { session, path } = await open(t)
  await Promise.all([
    session.append({ answers: ['test/1'], messages: turn('x'.repeat(50_000)), failed: false }, nowMs),
    session.startNew(nowMs),
    session.append({ answers: ['test/2'], messages: turn('y'), failed: false }, nowMs),
  ])
  t.same(firstWords(session), ['y'])
  await session.close()
  const again = await reopen(path)
  t.same([firstWords(again.session), again.lines], [['y'], []])
  await again.session.close()
})

void t.test('a log that could not be written holds the turn neither on the disk nor in memory', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const { session, path } = await open(t)
  faults.fail(['write'])
  await t.rejects(session.append({ answers: ['test/1'], messages: turn('one'), failed: false }, nowMs), {
    code: 'disk',
  })
  faults.heal()
  t.same([firstWords(session), fs.readFileSync(path, 'utf8')], [[], ''])
  await session.append({ answers: ['test/2'], messages: turn('two'), failed: false }, nowMs)
  t.same(firstWords(session), ['two'])
  await session.close()
})

void t.test('a long log is read from its end, in whole turns, and memory stays bounded', async (t) => {
  const { session, path } = await open(t)
  const long = 'x'.repeat(20_000)
  for (let count = 0; count < 60; count++)
    await session.append({ answers: [`test/${count}`], messages: turn(`${count} ${long}`), failed: false }, nowMs)
  const charsKept = JSON.stringify(session.turns()).length
  t.ok(charsKept < 2.5 * limits.sessionTailBytesMax, `${charsKept} characters in memory`)
  t.match(firstWords(session).at(-1), /^59 /)
  await session.close()
  const again = await reopen(path)
  const kept = again.session.turns()
  t.ok(kept.length >= 4 && kept.length < 20, `${kept.length} turns`)
  for (const each of kept) t.same([each.messages[0]?.role, each.messages.length], ['user', 4])
  t.match(firstWords(again.session).at(-1), /^59 /)
  await again.session.close()
})

void t.test('the newest turn is kept however long it is', async (t) => {
  const { session, path } = await open(t)
  const huge = 'x'.repeat(2 * limits.sessionTailBytesMax)
  await session.append({ answers: ['test/1'], messages: turn(huge), failed: false }, nowMs)
  t.equal(session.turns().length, 1)
  await session.append({ answers: ['test/2'], messages: turn(`two ${huge}`), failed: false }, nowMs)
  t.match(firstWords(session).at(-1), /^two/)
  await session.close()
  const again = await reopen(path)
  t.match(firstWords(again.session).at(-1), /^two/)
  await again.session.close()
})

void t.test('each chat of each channel has a file of its own that cannot leave the folder', async (t) => {
  const folder = join(t.testdir({}), 'sessions')
  const { log } = createLogLines()
  const sessions = new Sessions({ folder, log })
  const places = [
    ['telegram', '42'],
    ['telegram', '-42'],
    ['discord', '42'],
    ['tele', 'gram.42'],
    ['telegram.4', '2'],
    ['t', '../../../etc/passwd'],
    ['t', '..'],
    ['t', ''],
    ['t', 'A'],
    ['t', '\u0000\n'],
    ['t', '😀'],
    ['t', '_2e_'],
    ['t', '.'],
  ] as const
  for (const [channel, chat] of places) {
    await sessions.use(channel, chat, (session) =>
      session.append({ answers: [`${channel}/${chat}`], messages: turn(chat), failed: false }, nowMs),
    )
  }
  await sessions.close()
  t.equal(fs.readdirSync(folder).length, places.length)
  t.same(fs.readdirSync(join(folder, '..')), ['sessions'])
  for (const name of fs.readdirSync(folder)) {
    t.match(name, /^[\w.-]+\.jsonl$/)
    t.equal(fs.statSync(join(folder, name)).mode & 0o777, 0o600)
  }
  for (const [channel, chat] of places) {
    t.same(await sessions.use(channel, chat, (session) => Promise.resolve(firstWords(session))), [chat])
  }
  await sessions.close()
})

void t.test('idle chats are closed, those in use are not, and a chat is never open twice', async (t) => {
  const folder = t.testdir({})
  const { log } = createLogLines()
  const sessions = new Sessions({ folder, log })
  const openFiles = (): number =>
    fs.readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
      } catch {
        return false
      }
    }).length
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const seen = new Set<Session>()
  const held = [1, 2].map(() =>
    sessions.use('t', 'held', async (session) => {
      seen.add(session)
      await released
      await session.append({ answers: ['t/held'], messages: turn('held'), failed: false }, nowMs)
    }),
  )
  for (let chat = 0; chat < 30; chat++) {
    await sessions.use('t', String(chat), (session) =>
      session.append({ answers: [`t/${chat}`], messages: turn('x'), failed: false }, nowMs),
    )
    t.ok(openFiles() <= limits.sessionsInMemoryMax + 1, `${openFiles()} open files`)
  }
  t.equal(seen.size, 1)
  release()
  await Promise.all(held)
  await sessions.close()
  t.equal(openFiles(), 0)
})

void t.test(
  'over a log that cannot be opened nothing is kept and that is an error, and the next use tries anew',
  async (t) => {
    const folder = join(t.testdir({ sessions: 'a file in the place of the folder' }), 'sessions')
    const { log } = createLogLines()
    const sessions = new Sessions({ folder, log })
    await t.rejects(
      sessions.use('t', 'home', (session) => {
        t.same([session.turns(), session.fault?.code], [[], 'disk'])
        return session.append({ answers: ['t/1'], messages: turn('x'), failed: false }, nowMs)
      }),
      { code: 'disk' },
    )
    fs.rmSync(folder)
    await sessions.use('t', 'home', (session) =>
      session.append({ answers: ['t/1'], messages: turn('x'), failed: false }, nowMs),
    )
    await sessions.close()
    t.same(fs.readdirSync(folder), ['t.home.jsonl'])
  },
)
