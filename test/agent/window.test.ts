import t from 'tap'
import type { StoredTurn } from '../../src/agent/session.ts'
import { fitHistory } from '../../src/agent/window.ts'
import { limits } from '../../src/limits.ts'
import type { Message } from '../../src/model/model.ts'

function turn(number: number, chars: number): StoredTurn {
  const messages: readonly Message[] = [
    { role: 'user', text: `question ${number}` },
    { role: 'assistant', text: '', toolCalls: [{ id: `c${number}`, name: 'look', arguments: '{}' }] },
    { role: 'tool', callId: `c${number}`, name: 'look', text: 'x'.repeat(chars), failed: false },
    { role: 'assistant', text: `answer ${number}`, toolCalls: [] },
  ]
  return { messages, answers: [`test/${number}`] }
}

const present: readonly Message[] = [{ role: 'user', text: 'now' }]
const fit = (turns: readonly StoredTurn[], windowTokens: number): ReturnType<typeof fitHistory> =>
  fitHistory({ turns, system: 'x'.repeat(3_000), tools: [], present, windowTokens })

void t.test('everything is kept while it fits', (t) => {
  const turns = [turn(1, 10), turn(2, 10)]
  t.same(fit(turns, 100_000), { messages: turns.flatMap((each) => each.messages), leftOut: 0 })
  t.same(fit([], 100_000), { messages: [], leftOut: 0 })
  t.end()
})

void t.test('earlier turns are left out whole, the newest kept', (t) => {
  const turns = [1, 2, 3, 4, 5].map((number) => turn(number, 9_000))
  const { messages, leftOut } = fit(turns, limits.replyTokensReserved + 10_000)
  t.equal(leftOut, 3)
  t.same(messages, [...(turns[3]?.messages ?? []), ...(turns[4]?.messages ?? [])])
  t.end()
})

void t.test('a turn that does not fit hides those before it, so that none is missing in the middle', (t) => {
  const { messages, leftOut } = fit([turn(1, 10), turn(2, 500_000), turn(3, 10)], 20_000)
  t.equal(leftOut, 2)
  t.match(messages[0], { text: 'question 3' })
  t.end()
})

void t.test('what takes more tokens for its letters takes more of the window', (t) => {
  const written = (text: string): StoredTurn => ({ messages: [{ role: 'user', text }], answers: [] })
  const kept = (text: string): number => {
    const turns = Array.from({ length: 40 }, () => written(text))
    return 40 - fit(turns, limits.replyTokensReserved + 5_000).leftOut
  }
  const [english, russian, chinese] = [
    kept('lamp '.repeat(100)),
    kept('лампа'.repeat(100)),
    kept('打开灯吧好'.repeat(100)),
  ]
  t.ok(english > russian && russian > chinese, `${english}, ${russian}, ${chinese} turns`)
  // A character of Chinese is about a token: 500 of them each, into what the system prompt leaves of 5,000.
  t.ok(chinese * 500 <= 4_000, `${chinese} turns`)
  t.end()
})

void t.test('a window that is already full takes no history, and what is sent never exceeds the window', (t) => {
  t.equal(fit([turn(1, 10)], 1_000).leftOut, 1)
  for (let windowTokens = 5_000; windowTokens < 40_000; windowTokens += 1_700) {
    const { messages } = fit(
      [1, 2, 3, 4, 5, 6].map((number) => turn(number, 4_000)),
      windowTokens,
    )
    const chars = JSON.stringify(messages).length + 3_000
    t.ok(messages.length === 0 || chars / 3 < windowTokens - limits.replyTokensReserved + 100, `${windowTokens}`)
  }
  t.end()
})
