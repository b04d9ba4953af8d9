import t from 'tap'
import { messageBytes } from '../../src/agent/gauge.ts'
import type { StoredTurn } from '../../src/agent/stored-turn.ts'
import { fitRequest, type Fitted, type FitOptions } from '../../src/agent/window.ts'
import type { Message } from '../../src/model/model.ts'

function turn(number: number, resultChars: number, words = ''): StoredTurn {
  const messages: readonly Message[] = [
    { role: 'user', text: `question ${number}` },
    { role: 'assistant', text: '', toolCalls: [{ id: `c${number}`, name: 'look', arguments: '{}' }] },
    { role: 'tool', callId: `c${number}`, name: 'look', text: 'x'.repeat(resultChars), failed: false },
    { role: 'assistant', text: `answer ${number}${words}`, toolCalls: [] },
  ]
  return { messages, answers: [`test/${number}`], failed: false }
}

const talk = (number: number, chars: number): StoredTurn => turn(number, 1, 'y'.repeat(chars))
const many = (count: number, make: (number: number) => StoredTurn): StoredTurn[] =>
  Array.from({ length: count }, (_, index) => make(index + 1))
const now: readonly Message[] = [{ role: 'user', text: 'now' }]

/** `freeBytes`: what history and present turn share. */
const fit = (turns: readonly StoredTurn[], freeBytes: number, more: Partial<FitOptions> = {}): Fitted =>
  fitRequest({
    turns,
    summary: undefined,
    system: 'x'.repeat(998),
    tools: [],
    present: now,
    roomBytes: freeBytes + 1_000,
    ...more,
  })

const sentBytes = ({ earlier, present }: Fitted): number => messageBytes(earlier) + messageBytes(present)
const questions = ({ earlier }: Fitted): string[] =>
  earlier.flatMap((message) => (message.role === 'user' ? [message.text] : []))
const isWhole = (message: Message | undefined): boolean => message?.role === 'tool' && !message.text.includes('cut]')

void t.test('everything is kept while it fits', (t) => {
  const turns = [turn(1, 400), turn(2, 400)]
  t.match(fit(turns, 100_000), {
    earlier: turns.flatMap((each) => each.messages),
    present: now,
    leftOut: false,
    isNearFull: false,
  })
  t.same(fit([], 100_000).earlier, [])
  t.end()
})

void t.test('results of old turns become one line before any turn is left out, those of the newest stay', (t) => {
  const turns = many(10, (number) => turn(number, 4_000))
  const fitted = fit(turns, 40_000)
  t.equal(questions(fitted).length, 10)
  t.notOk(fitted.leftOut)
  const results = fitted.earlier.filter((message) => message.role === 'tool')
  t.notOk(isWhole(results[0]))
  t.ok(isWhole(results.at(-1)))
  for (const result of results) t.notMatch(result.text, /\n/)
  t.match(results[0]?.text, /^x{120}… \[3880 characters cut\]$/)
  t.end()
})

void t.test('long texts in old calls are cut too, and stay an object in JSON', (t) => {
  const content = 'line\n'.repeat(4_000)
  const wrote = (args: string): StoredTurn => ({
    messages: [
      { role: 'user', text: 'write' },
      { role: 'assistant', text: '', toolCalls: [{ id: 'w', name: 'write_file', arguments: args }] },
      { role: 'tool', callId: 'w', name: 'write_file', text: 'ok', failed: false },
    ],
    answers: ['test/w'],
    failed: false,
  })
  const cases = [
    JSON.stringify({ path: 'a.md', content }),
    JSON.stringify({ list: Array.from({ length: 3_000 }, () => 'short') }),
    `{"path": "a.md", "content": "${'no json '.repeat(2_000)}`,
  ]
  const [first, ...others] = cases.map((args) => {
    const { earlier } = fit([wrote(args), talk(2, 9)], 20_000)
    const call = earlier[1]?.role === 'assistant' ? earlier[1].toolCalls[0] : undefined
    t.ok((call?.arguments.length ?? Infinity) < 600, call?.arguments ?? '')
    return JSON.parse(call?.arguments ?? '') as object
  })
  t.match(first, { path: 'a.md', content: /^line line .*… \[\d+ characters cut\]$/ })
  for (const other of others) t.match(other, { cut: /characters cut\]$/ })
  t.end()
})

void t.test('when that is not enough turns are left out whole, the oldest first, never one in the middle', (t) => {
  const fitted = fit(
    many(40, (number) => talk(number, 1_000)),
    20_000,
  )
  const asked = questions(fitted)
  t.ok(fitted.leftOut && fitted.isNearFull)
  t.ok(asked.length > 4 && asked.length < 16, `${asked.length}`)
  t.same(
    asked,
    many(40, (number) => talk(number, 1))
      .map((each) => each.messages[0]?.text)
      .slice(-asked.length),
  )
  const huge = fit([talk(1, 10), talk(2, 500_000), talk(3, 10)], 20_000)
  t.same(questions(huge), ['question 3'])
  t.end()
})

void t.test('a turn later the same bytes stand in front, but for one time in many', (t) => {
  for (const [name, make] of [
    ['talk', (number: number) => talk(number, 300 + ((number * 37) % 200))],
    ['results', (number: number) => turn(number, 1_000 + ((number * 377) % 3_000))],
    ['both', (number: number) => turn(number, number % 3 === 0 ? 3_900 : 10, 'z'.repeat(200))],
  ] as const) {
    const turns = many(300, make)
    let moved = 0
    for (let count = 1; count < 300; count++) {
      const [before, after] = [fit(turns.slice(0, count), 60_000), fit(turns.slice(0, count + 1), 60_000)]
      t.ok(sentBytes(after) <= 60_000, `${sentBytes(after)} bytes`)
      const front = JSON.stringify(before.earlier).slice(0, -1)
      if (!JSON.stringify(after.earlier).startsWith(front)) moved++
    }
    t.ok(moved < 300 / 4, `${name}: moved ${moved} times in 300 turns`)
    t.ok(moved > 0, name)
  }
  t.end()
})

void t.test('a turn that outgrows the window by itself keeps its words and its newest results', (t) => {
  const present: Message[] = [{ role: 'user', text: 'do it' }]
  let before = ''
  let moved = 0
  for (let round = 0; round < 20; round++) {
    const ids = Array.from({ length: 32 }, (_, index) => `c${round}_${index}`)
    present.push({ role: 'assistant', text: '', toolCalls: ids.map((id) => ({ id, name: 'look', arguments: '{}' })) })
    for (const callId of ids)
      present.push({ role: 'tool', callId, name: 'look', text: 'x'.repeat(4_000), failed: false })
    const fitted = fit([talk(1, 100)], 400_000, { present })
    t.ok(sentBytes(fitted) <= 400_000, `round ${round}: ${sentBytes(fitted)}`)
    t.equal(fitted.present.length, present.length, 'no message is lost')
    t.ok(fitted.present.slice(-32).every(isWhole), 'what the model has not seen yet is whole')
    const sent = JSON.stringify(fitted.present)
    if (!sent.startsWith(before)) moved++
    before = sent.slice(0, -1)
  }
  t.ok(moved > 0 && moved <= 19, `${moved}`)
  const tight = fit([], 50_000, { present })
  t.equal(tight.present.filter(isWhole).length, 0, 'but 32 results that are too many in themselves give way as well')
  t.end()
})

void t.test('the summary comes first, as words of ours and not of the person', (t) => {
  const { earlier } = fit([talk(1, 10)], 20_000, { summary: 'Ada has a cat.' })
  t.match(earlier[0], {
    role: 'user',
    text: /^\[You wrote this summary .*no message of the person\.\]\nAda has a cat\.\n\[End/,
  })
  t.match(earlier[1], { text: 'question 1' })
  t.ok(fit([], 20_000, { summary: 'x'.repeat(30_000) }).leftOut, 'one that does not fit is not sent, and that is said')
  t.end()
})

void t.test('what is sent fits, however small the window is, as long as the present words do', (t) => {
  const turns = many(30, (number) => turn(number, (number * 977) % 4_000, 'y'.repeat((number * 331) % 900)))
  for (let freeBytes = 50; freeBytes < 80_000; freeBytes = Math.ceil(freeBytes * 1.2)) {
    const fitted = fit(turns, freeBytes, { summary: 'x'.repeat(900) })
    t.ok(sentBytes(fitted) <= freeBytes, `${freeBytes}: ${sentBytes(fitted)}`)
  }
  t.same(fit(turns, -500).earlier, [])
  t.end()
})
