import t from 'tap'
import { Repetition } from '../../src/agent/repetition.ts'
import type { ToolCall } from '../../src/model/model.ts'
import type { ToolOutcome } from '../../src/tools/registry.ts'

const call = (name: string, args = '{}'): ToolCall => ({ id: 'x', name, arguments: args })
const outcome = (text: string, more: Partial<ToolOutcome> = {}): ToolOutcome => ({ text, failed: false, ...more })

/** Notes replies of one call each, and answers what came of the last. */
function after(...replies: readonly (readonly [ToolCall, ToolOutcome])[]): string | undefined {
  const repetition = new Repetition()
  let last: string | undefined
  for (const [call, outcome] of replies) last = repetition.note([call], [outcome])
  return last
}

void t.test('the same call with the same result three times running is explained', (t) => {
  const same = [call('look', '{"name":"lamp"}'), outcome('off\nsecond line')] as const
  t.equal(after(same, same), undefined)
  t.equal(
    after(same, same, same),
    'I stopped: I called look {"name":"lamp"} 3 times in a row and each time got the same answer: off',
  )
  t.end()
})

void t.test('another result, other arguments, another tool or something between starts anew', (t) => {
  const a = [call('look'), outcome('off')] as const
  for (const other of [
    [call('look'), outcome('on')],
    [call('look', '{"name":"fan"}'), outcome('off')],
    [call('see'), outcome('off')],
  ] as const) {
    t.equal(after(a, a, other), undefined)
    t.equal(after(a, a, other, a, a), undefined)
    t.type(after(a, a, other, a, a, a), 'string')
  }
  t.end()
})

void t.test('refusals that differ do not end a turn, the same refusal does', (t) => {
  const refusal = (seconds: number): readonly [ToolCall, ToolOutcome] => [
    call('device_set'),
    { text: `lamp may be switched again in ${seconds}s`, failed: true },
  ]
  t.equal(after(refusal(9), refusal(6), refusal(3), refusal(1)), undefined)
  t.type(after(refusal(9), refusal(9), refusal(9)), 'string')
  t.end()
})

void t.test('a result that was stored three times under three names is the same result', (t) => {
  const parked = (path: string): readonly [ToolCall, ToolOutcome] => [
    call('read'),
    outcome(`begin [the whole result is in ${path}] end`, { parkedAs: path }),
  ]
  t.type(
    after(parked('.tool-results/1-a.txt'), parked('.tool-results/2-b.txt'), parked('.tool-results/3-c.txt')),
    'string',
  )
  t.end()
})

void t.test('calls of one reply are counted each for itself', (t) => {
  const repetition = new Repetition()
  const both = [call('a'), call('b')]
  t.equal(repetition.note(both, [outcome('1'), outcome('x')]), undefined)
  t.equal(repetition.note(both, [outcome('1'), outcome('y')]), undefined)
  t.match(repetition.note(both, [outcome('1'), outcome('z')]), /I called a /)
  t.match(
    new Repetition().note([call('a'), call('a'), call('a')], [outcome('1'), outcome('1'), outcome('1')]),
    /3 times/,
  )
  t.equal(new Repetition().note([call('a')], []), undefined)
  t.end()
})

void t.test('the explanation stays one short line', (t) => {
  const long = [call('look', JSON.stringify({ name: 'x'.repeat(50_000) })), outcome('y'.repeat(50_000))] as const
  const text = after(long, long, long) ?? ''
  t.ok(text !== '' && text.length < 600, `${text.length} characters`)
  t.notMatch(text, /\n/)
  t.end()
})
