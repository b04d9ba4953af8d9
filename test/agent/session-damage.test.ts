import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Session } from '../../src/agent/session.ts'
import { limits } from '../../src/limits.ts'
import { openAgent } from '../support/agent-rig.ts'
import { createLogLines } from '../support/log-lines.ts'
import { inbound } from '../support/messages.ts'
import { says, ScriptedModel } from '../support/scripted-model.ts'

const file = 'test.home.jsonl'

/** One whole turn as a line of the log. */
function line(text: string): string {
  const messages = [
    { role: 'user', text },
    { role: 'assistant', text: '', toolCalls: [{ id: 'c', name: 'look', arguments: '{}' }] },
    { role: 'tool', callId: 'c', name: 'look', text: 'seen', failed: false },
    { role: 'assistant', text: `re: ${text}`, toolCalls: [] },
  ]
  return `${JSON.stringify({ k: 'turn', of: [`test/${text}`], atMs: 1, m: messages })}\n`
}

/** Asks one thing of a chat with this log; answers what the model was sent and what stands in the file then. */
async function askOver(
  t: Test,
  content: Buffer | string,
): Promise<{ sent: string[]; told: boolean; after: Buffer; warnings: string[] }> {
  const folder = t.testdir({ sessions: {} })
  const path = join(folder, 'sessions', file)
  fs.writeFileSync(path, content)
  const model = new ScriptedModel(() => says('here'))
  const rig = await openAgent(folder, model)
  const message = inbound('now')
  await rig.says(message)
  t.match(await rig.answerTo(message), { text: 'here', failed: false })
  t.same(model.faults, [], 'a request that every provider takes')
  const { messages = [] } = model.requests[0] ?? {}
  const sent = messages.flatMap((each) => (each.role === 'user' ? [each.text] : []))
  await rig.close()
  const told = JSON.stringify(messages.at(-1)).includes('Earlier turns of this chat are left out')
  return { sent, told, after: fs.readFileSync(path), warnings: rig.lines }
}

const whole = line('one') + line('two') + line('three')
const inTheMiddle = Buffer.byteLength(line('one')) + 40

function withBytes(at: number, bytes: Buffer): Buffer {
  const content = Buffer.from(whole)
  bytes.copy(content, at)
  return content
}

const damages: readonly {
  readonly name: string
  readonly content: Buffer | string
  readonly sent: readonly string[]
  readonly told: boolean
  readonly said?: RegExp
}[] = [
  { name: 'whole', content: whole, sent: ['one', 'two', 'three'], told: false },
  { name: 'empty', content: '', sent: [], told: false },
  {
    name: 'cut in its last line',
    content: whole.slice(0, -20),
    sent: ['one', 'two'],
    told: false,
    said: /half-written last line was set aside/,
  },
  {
    name: 'cut of its last newline alone',
    content: whole.slice(0, -1),
    sent: ['one', 'two'],
    told: false,
    said: /aside/,
  },
  {
    name: 'with the zeros at its end that a power cut leaves',
    content: Buffer.concat([Buffer.from(whole), Buffer.alloc(4_096)]),
    sent: ['one', 'two', 'three'],
    told: false,
    said: /aside/,
  },
  {
    name: 'with zeros in its middle',
    content: withBytes(inTheMiddle, Buffer.alloc(60)),
    sent: ['one', 'three'],
    told: true,
    said: /1 lines of .* cannot be read/,
  },
  {
    name: 'with a lost newline: two lines are one',
    content: line('one').trimEnd() + line('two') + line('three'),
    sent: ['three'],
    told: true,
    said: /1 lines/,
  },
  {
    name: 'with bytes that are no UTF-8',
    content: withBytes(whole.indexOf('re: two'), Buffer.from([0xff, 0xfe, 0xc3])),
    sent: ['one', 'two', 'three'],
    told: false,
  },
  {
    name: 'nothing but noise',
    content: Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 251)),
    sent: [],
    told: true,
    said: /lines of .* cannot be read/,
  },
  {
    name: 'nothing but zeros, for longer than what is read of a log',
    content: Buffer.alloc(3 * limits.sessionTailBytesMax),
    sent: [],
    told: false,
    said: /aside/,
  },
  {
    name: 'edited by hand: another order of the keys, line ends of Windows, an empty line',
    content: `${whole.replaceAll('\n', '\r\n')}\n${JSON.stringify({ m: [{ text: 'four', role: 'user' }], atMs: 1, of: [], k: 'turn' })}\n`,
    sent: ['one', 'two', 'three', 'four'],
    told: true,
    said: /1 lines/,
  },
  {
    name: 'with turns that lack their calls, results or words',
    content:
      line('one').replace(/\{"role":"tool".*?\},/, '') +
      line('two').replace(/\{"role":"assistant","text":"","toolCalls.*?\]\},/, '') +
      `${JSON.stringify({ k: 'turn', of: [], atMs: 1, m: [] })}\n` +
      `${JSON.stringify({ k: 'turn', of: [], atMs: 1, m: [{ role: 'user', text: ' ' }] })}\n`,
    sent: ['one', 'two'],
    told: false,
  },
  {
    name: 'beginning with words of the model',
    content: line('one').replace('{"role":"user","text":"one"},', '') + line('two'),
    sent: ['two'],
    told: false,
  },
  {
    name: 'from a later version, or with roles that there are not',
    content: `${line('one')}{"k":"summary","text":"x"}\n${line('two').replace('"role":"tool"', '"role":"robot"')}${line('three')}`,
    sent: ['one', 'three'],
    told: true,
    said: /2 lines/,
  },
  {
    name: 'with half a character, as an emoji that was cut leaves it',
    content: line('one')
      .replace('seen', String.raw`seen \ud83d`)
      .replace('re: one', String.raw`\ude00 re`),
    sent: ['one'],
    told: false,
  },
  {
    name: 'damaged before the last /new alone',
    content: `garbage\n${line('one')}{"k":"new","atMs":1}\n${line('two')}`,
    sent: ['two'],
    told: false,
    said: /1 lines/,
  },
]

for (const { name, content, sent, told, said } of damages) {
  void t.test(`a chat goes on over a log that is ${name}`, async (t) => {
    const outcome = await askOver(t, content)
    t.same(outcome.sent, [...sent, 'now'])
    t.equal(outcome.told, told, 'the model is told of turns that are missing')
    t.match(outcome.warnings.join('\n'), said ?? /^$/)
    const before = Buffer.from(content)
    const kept = before.subarray(0, before.lastIndexOf(0x0a) + 1)
    t.ok(outcome.after.subarray(0, kept.length).equals(kept), 'what stands in whole lines is never rewritten')
    t.match(
      outcome.after.subarray(kept.length).toString(),
      /^\{"k":"turn".*"now".*\}\n$/,
      'and the new turn is behind it',
    )
  })
}

void t.test('a log says that earlier turns are left out when it is longer than what is kept, until /new', async (t) => {
  const { log } = createLogLines()
  const path = join(t.testdir({}), 'chat')
  const session = await Session.open(path, log)
  const long = (): Promise<void> =>
    session.append(
      { answers: [], messages: [{ role: 'user', text: 'x'.repeat(limits.sessionTailBytesMax / 4) }], failed: false },
      0,
    )
  for (let count = 0; count < 3; count++) await long()
  t.equal(session.earlierLeftOut(), false)
  for (let count = 0; count < 3; count++) await long()
  t.equal(session.earlierLeftOut(), true)
  await session.close()
  const again = await Session.open(path, log)
  t.equal(again.earlierLeftOut(), true)
  await again.startNew(0)
  t.equal(again.earlierLeftOut(), false)
  await again.close()
  const third = await Session.open(path, log)
  t.same([third.turns(), third.earlierLeftOut()], [[], false])
  await third.close()
})
