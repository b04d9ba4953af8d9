import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Session } from '../../src/agent/session.ts'
import { limits } from '../../src/limits.ts'
import { openAgent } from '../support/agent-rig.ts'
import { parrot } from '../support/agent-talk.ts'
import { createLogLines } from '../support/log-lines.ts'
import { inbound } from '../support/messages.ts'

const { log } = createLogLines()
const turn = (id: string, chars = 1, failed = false) => ({
  answers: [`test/${id}`],
  messages: [
    { role: 'user', text: id } as const,
    { role: 'assistant', text: 'x'.repeat(chars), toolCalls: [] } as const,
  ],
  failed,
})
const names = (session: Session): string[] => session.turns().flatMap((each) => each.answers)
const seen = (session: Session): unknown[] => [names(session), session.summary(), session.earlierLeftOut()]

async function reopened(path: string): Promise<unknown[]> {
  const session = await Session.open(path, log)
  await session.close()
  return seen(session)
}

void t.test('a summary takes the place of the turns up to the one that it names, also after a restart', async (t) => {
  const path = join(t.testdir({}), 'chat')
  const session = await Session.open(path, log)
  for (const id of ['a', 'b', 'c', 'd']) await session.append(turn(id), 0)
  await session.appendSummary({ after: 'test/b', atMs: 0, text: 'A and b.', lacks: false })
  t.same(seen(session), [['test/c', 'test/d'], 'A and b.', false])
  await session.append(turn('e'), 0)
  t.same(await reopened(path), [['test/c', 'test/d', 'test/e'], 'A and b.', false])
  await session.appendSummary({ after: 'test/d', atMs: 0, text: 'A to d.', lacks: true })
  t.same(seen(session), [['test/e'], 'A to d.', true])
  t.same(await reopened(path), seen(session))
  await session.startNew(0)
  t.same(seen(session), [[], undefined, false])
  t.same(await reopened(path), seen(session))
  await session.close()
})

void t.test(
  'a summary is written again before a start would read past it, and knows what was lost since',
  async (t) => {
    for (const chars of [limits.sessionTailBytesMax / 20, 3 * limits.sessionTailBytesMax]) {
      const path = join(t.testdir({}), 'chat')
      const session = await Session.open(path, log)
      await session.append(turn('first'), 0)
      await session.appendSummary({ after: 'test/first', atMs: 0, text: 'Ask first.', lacks: false })
      for (let count = 0; count < 45; count++) {
        await session.append(turn(`n${count}`, chars), 0)
        if (count % 4 > 0) continue
        const [, summary, leftOut] = await reopened(path)
        t.equal(summary, 'Ask first.', `turn ${count}`)
        if (session.earlierLeftOut()) t.ok(leftOut, `turn ${count}`)
      }
      t.ok(session.earlierLeftOut())
      const copies = fs.readFileSync(path, 'utf8').match(/\n\{"k":"summary"/g)?.length ?? 0
      t.ok(copies > 2 && copies <= 46, `${copies} times`)
      await session.close()
    }
  },
)

void t.test('a summary whose turn cannot be found stands before all turns that were read', async (t) => {
  const line = (id: string): string => JSON.stringify({ k: 'turn', of: [`test/${id}`], atMs: 0, m: turn(id).messages })
  const summary = JSON.stringify({ k: 'summary', after: 'test/gone', atMs: 0, text: 'Gone.', lacks: false })
  const path = join(t.testdir({ chat: `${line('a')}\n${summary}\n${line('b')}\n` }), 'chat')
  t.same(await reopened(path), [['test/a', 'test/b'], 'Gone.', false])
})

void t.test('a logged turn is found by any message that it answers, of before a /new or a summary too', async (t) => {
  const path = join(t.testdir({}), 'chat')
  const session = await Session.open(path, log)
  await session.append({ ...turn('a', 1, true), answers: ['test/a', 'test/joined'] }, 0)
  await session.startNew(0)
  await session.append(turn('b'), 0)
  await session.appendSummary({ after: 'test/b', atMs: 0, text: 'B.', lacks: false })
  t.match(await session.loggedTurn('test/joined'), { answers: ['test/a', 'test/joined'], failed: true })
  t.match(await session.loggedTurn('test/b'), { failed: false })
  t.equal(await session.loggedTurn('test/c'), undefined)
  await session.close()
})

void t.test('an answer from the log says whether its turn failed, and is found across /new', async (t) => {
  for (const failed of [true, false]) {
    const folder = t.testdir({})
    const first = await openAgent(folder, parrot())
    const message = inbound('lost reply')
    await first.loop.stop()
    await first.says(message)
    await first.sessions.use('test', 'home', async (session) => {
      await session.append({ ...turn('x', 3, failed), answers: [`test/${message.id}`] }, 0)
      await session.startNew(0)
    })
    const second = await openAgent(await first.crash(), parrot())
    await second.recover()
    t.match(await second.answerTo(message), { text: 'xxx', failed })
    await second.close()
  }
})

void t.test('a log with a folder in its place is told once, and the chat goes on without history', async (t) => {
  const folder = t.testdir({ sessions: { 'test.home.jsonl': {} } })
  const rig = await openAgent(folder, parrot())
  const texts: string[] = []
  for (const text of ['one', 'two']) {
    const message = inbound(text)
    await rig.says(message)
    const answer = await rig.answerTo(message)
    t.notOk(answer.failed)
    texts.push(answer.text)
  }
  t.match(texts, [
    /^re: one\n\nI do not see what was said before, and forget each message once it is answered: Cannot open .*test\.home\.jsonl/,
    /^re: two$/,
  ])
  fs.rmdirSync(join(folder, 'sessions', 'test.home.jsonl'))
  for (const text of ['three', 'four']) {
    const message = inbound(text)
    await rig.says(message)
    t.equal((await rig.answerTo(message)).text, `re: ${text}`)
  }
  await rig.close()
  t.match(fs.readFileSync(join(folder, 'sessions', 'test.home.jsonl'), 'utf8'), /three[^]*four/)
})
