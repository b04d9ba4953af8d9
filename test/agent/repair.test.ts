import t from 'tap'
import { repair } from '../../src/agent/repair.ts'
import type { Message, ToolCall } from '../../src/model/model.ts'
import { transcriptFaults } from '../support/scripted-model.ts'

const user = (text: string): Message => ({ role: 'user', text })
const says = (text: string): Message => ({ role: 'assistant', text, toolCalls: [] })
const calls = (...ids: string[]): Message => ({
  role: 'assistant',
  text: '',
  toolCalls: ids.map((id): ToolCall => ({ id, name: 'look', arguments: '{}' })),
})
const result = (callId: string, text = `result of ${callId}`): Message => ({
  role: 'tool',
  callId,
  name: 'look',
  text,
  failed: false,
})

/** A transcript in short: `u` a person, `a` the model, `a(1,2)` its calls, `1=text` a result. */
function short(messages: readonly Message[]): string {
  return messages
    .map((message) => {
      if (message.role === 'user') return 'u'
      if (message.role === 'tool') return `${message.callId}=${message.text}`
      return message.toolCalls.length === 0 ? 'a' : `a(${message.toolCalls.map((call) => call.id).join()})`
    })
    .join(' ')
}

void t.test('a transcript that is well-formed stays as it is, the very same messages', (t) => {
  const messages = [user('x'), calls('1', '2'), result('1'), result('2'), says('done'), user('y')]
  t.same(repair(messages), messages)
  repair(messages).forEach((message, index) => t.equal(message, messages[index]))
  t.end()
})

void t.test('a call without a result gets one that says so, before anything else comes', (t) => {
  const mended = repair([user('x'), calls('1', '2'), result('2'), user('y')])
  t.match(mended[2], { role: 'tool', callId: '1', failed: true, text: /unavailable/ })
  t.equal(short(mended).replace(/1=The[^2]*/, '1=? '), 'u a(1,2) 1=? 2=result of 2 u')
  t.same(transcriptFaults(repair([user('x'), calls('1')])), [], 'also at the very end')
  t.end()
})

void t.test('results without a call, and second results, are left out', (t) => {
  const messages = [
    result('0'),
    user('x'),
    result('9'),
    calls('1'),
    result('1'),
    result('1', 'again'),
    says('ok'),
    result('1'),
  ]
  t.equal(short(repair(messages)), 'u a(1) 1=result of 1 a')
  t.end()
})

void t.test('results are put behind their calls, in the order of the calls, also when words came between', (t) => {
  t.equal(
    short(repair([user('x'), calls('1', '2'), result('2'), user('joined'), result('1')])),
    'u a(1,2) 1=result of 1 2=result of 2 u',
  )
  t.end()
})

void t.test('calls without a name and empty messages are left out', (t) => {
  const nameless: Message = { role: 'assistant', text: '', toolCalls: [{ id: '1', name: '', arguments: '{}' }] }
  const wordy: Message = { ...nameless, text: 'I look.' }
  const both: Message = { ...nameless, toolCalls: [...nameless.toolCalls, { id: '2', name: 'look', arguments: '' }] }
  t.equal(
    short(repair([user('x'), nameless, result('1'), wordy, result('1'), both, result('2'), says('  '), user(' ')])),
    'u a a(2) 2=result of 2',
  )
  t.same(repair([{ role: 'user', text: '', context: '[Now]' }]), [{ role: 'user', text: '', context: '[Now]' }])
  t.end()
})

void t.test('a model that counts its calls from zero in each reply keeps every one with its own result', (t) => {
  const messages = [
    user('x'),
    calls('call_0'),
    result('call_0', 'first'),
    calls('call_0', 'call_1'),
    result('call_0', 'second'),
    result('call_1', 'third'),
    says('ok'),
    user('y'),
    calls('call_0'),
  ]
  const mended = repair(messages)
  t.same(transcriptFaults(mended), [])
  const text = short(mended)
  t.match(text, 'u a(call_0) call_0=first a(call_0_1,call_1) call_0_1=second call_1=third a u a(call_0_2) call_0_2=')
  t.match(mended.at(-1), { text: /unavailable/ }, 'it does not take the result of another reply')
  t.equal(short(repair(messages)), text, 'the same again, for the provider caches')
  t.end()
})

void t.test('calls without ids, or with one id for two, are told apart', (t) => {
  const mended = repair([
    user('x'),
    calls('', '', 'a', 'a'),
    result('', '1'),
    result('', '2'),
    result('a', '3'),
    result('a', '4'),
  ])
  t.same(transcriptFaults(mended), [])
  t.same(
    mended.filter((message) => message.role === 'tool').map((message) => message.text),
    ['1', '2', '3', '4'],
  )
  t.end()
})

void t.test('a transcript begins with a person, whatever was lost before', (t) => {
  t.same(repair([says('hello'), calls('1'), result('1'), user('x'), says('ok')]), [user('x'), says('ok')])
  t.same(repair([user(' '), says('hello')]), [])
  t.end()
})

void t.test('half a character is made whole, in words, arguments and results', (t) => {
  const half = 'x \ud83d'
  const toolCalls = [{ id: '1', name: 'look', arguments: half }]
  const mended = repair([user(half), { role: 'assistant', text: half, toolCalls }, result('1', half)])
  t.equal(mended.length, 3)
  t.same(transcriptFaults(mended), [])
  t.end()
})

void t.test('whatever pieces a transcript is made of, the copy is well-formed and the original untouched', (t) => {
  const pieces = [
    user('x'),
    user(''),
    says('a'),
    says(''),
    calls('1'),
    calls('1', '2'),
    calls(''),
    result('1'),
    result('2'),
    result(''),
  ]
  let state = 7
  const random = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff) >> 8
  for (let round = 0; round < 2_000; round++) {
    const messages = Array.from({ length: random() % 12 }, () => pieces[random() % pieces.length] ?? user('x'))
    const before = JSON.stringify(messages)
    const faults = transcriptFaults(repair(messages))
    if (faults.length > 0) t.fail(`${short(messages)}: ${faults.join()}`)
    if (JSON.stringify(messages) !== before) t.fail('the original was changed')
    const twice = short(repair(repair(messages)))
    if (twice !== short(repair(messages))) t.fail(`mended twice: ${twice}`)
  }
  t.pass('2000 transcripts')
  t.end()
})
