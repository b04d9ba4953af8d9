import t from 'tap'
import type { ApprovalAnswer } from '../../src/guard/approval.ts'
import { settle } from '../support/fake-clock.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { smallTool } from '../support/tool-bench.ts'
import { makeTurn } from '../support/turn-rig.ts'

const lamp = { name: 'lamp' }
const look = smallTool('look', 'read', (name) => `saw ${name}`)
const mark = smallTool('mark', 'change', (name) => `marked ${name}`)
const gate = smallTool('gate', 'change', (name) => `opened ${name}`, {
  needsHuman: ({ name }) => ({ action: `open ${String(name)}`, reason: 'it asks', standing: false }),
})
const texts = (messages: readonly { readonly role: string; readonly text: string }[]): string[] =>
  messages.filter(({ role }) => role === 'tool').map(({ text }) => text)

for (const answer of ['no', 'silence'] as const) {
  void t.test(`two questions that are answered with ${answer} end the turn with one clear text`, async (t) => {
    const model = ScriptedModel.replies(
      callsTools(['mark', lamp]),
      callsTools(['gate', { name: 'north' }]),
      callsTools(['gate', { name: 'south' }], ['mark', lamp], ['gate', { name: 'west' }]),
    )
    const { turn, bench } = makeTurn(model, [gate, mark], {}, answer)
    const result = await turn.run()
    t.match(result, {
      failed: true,
      text: 'I stopped, because "gate north" and "gate south" got no yes from you, and I do not go on asking. Tell me what you want instead. Done before that: mark lamp.',
    })
    t.equal(bench.asked.length, 2)
    t.match(texts(result.messages).slice(-3), [/needs a yes/, 'Not run: the person had refused before.', /^Not run/])
    t.match(result.messages.at(-1), { role: 'assistant', text: result.text })
  })
}

void t.test('one refusal goes to the model, which may go on; nobody to ask is no refusal by a person', async (t) => {
  const one = ScriptedModel.replies(callsTools(['gate', lamp]), says('Then not.'))
  t.equal((await makeTurn(one, [gate], {}, 'no').turn.run()).text, 'Then not.')
  const nobody = ScriptedModel.replies(callsTools(['gate', lamp]), callsTools(['gate', { name: 'x' }]), says('Nobody.'))
  t.equal((await makeTurn(nobody, [gate], {}, { unavailable: 'nobody is here' }).turn.run()).text, 'Nobody.')
})

void t.test('while a question waits, the reads behind it finish, and nothing that changes is begun', async (t) => {
  const answer = Promise.withResolvers<ApprovalAnswer>()
  const calls = callsTools(['look', lamp], ['gate', lamp], ['look', { name: 'door' }], ['mark', lamp], ['look', lamp])
  const model = ScriptedModel.replies(calls, says('done'))
  const { turn, shown } = makeTurn(model, [gate, look, mark], {}, () => answer.promise)
  const running = turn.run()
  await settle()
  t.same(shown, ['> look lamp', '< look lamp', '> gate lamp', '> look door', '< look door'])
  answer.resolve('yes')
  const { messages } = await running
  t.same(texts(messages), [
    'saw lamp',
    'opened lamp',
    "saw door\n[Read while gate waited for a person's answer.]",
    'marked lamp',
    'saw lamp',
  ])
  t.same(
    messages.filter(({ role }) => role === 'tool').map((message) => 'callId' in message && message.callId),
    calls.toolCalls.map(({ id }) => id),
  )
})

void t.test('what was read while a person said no was read in its place', async (t) => {
  const model = ScriptedModel.replies(callsTools(['gate', lamp], ['look', lamp]), says('done'))
  const { turn } = makeTurn(model, [gate, look], {}, 'no')
  t.match(texts((await turn.run()).messages), [/needs a yes/, /^saw lamp$/])
})

void t.test('reads wait for a change that asks nobody', async (t) => {
  const model = ScriptedModel.replies(callsTools(['mark', lamp], ['look', lamp]), says('done'))
  const { turn, shown } = makeTurn(model, [mark, look])
  await turn.run()
  t.same(shown, ['> mark lamp', '< mark lamp', '> look lamp', '< look lamp'])
})

void t.test('/stop ends the waiting, and what was read meanwhile is kept', async (t) => {
  const model = ScriptedModel.replies(callsTools(['gate', lamp], ['look', lamp]))
  const { turn, stop } = makeTurn(model, [gate, look], {}, () => new Promise(() => undefined))
  const running = turn.run()
  await settle()
  stop.abort()
  await t.rejects(running, { code: 'stopped' })
  t.match(texts(turn.end('Stopped.').messages), [/stopped before there was an answer/, /^saw lamp/])
  t.equal(turn.hasChanged(), false)
})
