import t from 'tap'
import type { StoredTurn } from '../../src/agent/stored-turn.ts'
import { leftOutNote } from '../../src/agent/window.ts'
import { PincerError } from '../../src/errors.ts'
import { limits } from '../../src/limits.ts'
import type { ModelRequest } from '../../src/model/model.ts'
import { settle } from '../support/fake-clock.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { smallTool } from '../support/tool-bench.ts'
import { makeTurn } from '../support/turn-rig.ts'

const lamp = { name: 'lamp' }
const look = smallTool('look', 'read', (name) => `saw ${name}`)
const mark = smallTool('mark', 'change', (name) => `marked ${name}`)

void t.test('words end a turn', async (t) => {
  const model = ScriptedModel.replies(says('hello'))
  const { turn } = makeTurn(model, [])
  t.same(await turn.run(), {
    text: 'hello',
    failed: false,
    messages: [
      { role: 'user', text: 'do it' },
      { role: 'assistant', text: 'hello', toolCalls: [] },
    ],
  })
})

void t.test('calls are run and their results sent back, until the model answers in words', async (t) => {
  const model = ScriptedModel.replies(callsTools(['look', lamp]), callsTools(['mark', lamp]), says('done'))
  const { turn, shown } = makeTurn(model, [look, mark])
  const result = await turn.run()
  t.same([result.text, result.failed], ['done', false])
  t.same(
    result.messages.map((message) => message.role),
    ['user', 'assistant', 'tool', 'assistant', 'tool', 'assistant'],
  )
  t.match(model.requests[1]?.messages.at(-1), { role: 'tool', text: 'saw lamp', failed: false })
  t.same(shown, ['> look lamp', '< look lamp', '> mark lamp', '< mark lamp'])
  t.equal(turn.withChanges('So.'), 'So. Done before that: mark lamp.', 'what was changed, not what was looked at')
})

void t.test('a wrong call goes back to the model as one sentence, and the model can correct itself', async (t) => {
  const model = ScriptedModel.replies(
    callsTools(['lok', lamp]),
    callsTools(['look', '{"name"']),
    callsTools(['look', { nam: 'lamp' }]),
    callsTools(['look', lamp]),
    says('done'),
  )
  const { turn } = makeTurn(model, [look])
  const { messages, failed } = await turn.run()
  t.equal(failed, false)
  t.match(
    messages.filter((message) => message.role === 'tool'),
    [
      { failed: true, text: 'There is no tool "lok". Did you mean look?' },
      { failed: true, text: /not valid JSON/ },
      { failed: true, text: /^look was not run: name: .*It takes name\. Correct it and call again\.$/ },
      { failed: false, text: 'saw lamp' },
    ],
  )
})

void t.test('read-only calls of one reply run in parallel, all others alone and in order', async (t) => {
  const events: string[] = []
  const step = async (name: string): Promise<string> => {
    events.push(`+${name}`)
    await settle()
    events.push(`-${name}`)
    return name
  }
  const tools = [smallTool('look', 'read', step), smallTool('mark', 'change', step)]
  const reply = callsTools(
    ['look', { name: 'a' }],
    ['look', { name: 'b' }],
    ['mark', { name: 'c' }],
    ['mark', { name: 'd' }],
    ['look', { name: 'e' }],
    ['look', { name: 'f' }],
  )
  const { turn } = makeTurn(ScriptedModel.replies(reply, says('done')), tools)
  const { messages } = await turn.run()
  t.equal(events.join(' '), '+a +b -a -b +c -c +d -d +e +f -e -f')
  t.same(
    messages.flatMap((message) => (message.role === 'tool' ? [message.text] : [])),
    ['a', 'b', 'c', 'd', 'e', 'f'],
    'results in the order of the calls',
  )
})

void t.test('of more than 32 calls the rest is answered "send it again", not run', async (t) => {
  let runs = 0
  const model = ScriptedModel.replies(
    callsTools(...Array.from({ length: 40 }, (_, index) => ['mark', { name: String(index) }] as const)),
    says('done'),
  )
  const { turn } = makeTurn(model, [smallTool('mark', 'change', () => String(++runs))])
  const { messages } = await turn.run()
  t.equal(runs, 32)
  const results = messages.filter((message) => message.role === 'tool')
  t.equal(results.length, 40)
  t.match(results[31], { failed: false })
  for (const each of results.slice(32))
    t.match(each, { failed: true, text: /at most 32 calls at once\. Send it again/ })
})

void t.test('the same call with the same result three times running ends the turn with an explanation', async (t) => {
  const model = new ScriptedModel(() => callsTools(['look', lamp]))
  const { turn } = makeTurn(model, [look])
  const result = await turn.run()
  t.equal(model.requests.length, 3)
  t.same(result.failed, true)
  t.match(result.text, /^I stopped: I called look .* 3 times in a row .*: saw lamp$/)
  t.match(result.messages.at(-1), { role: 'assistant', text: result.text })
})

void t.test('refusals that differ do not end it', async (t) => {
  let seconds = 9
  const model = new ScriptedModel(() => (seconds > 4 ? callsTools(['mark', lamp]) : says('it waits')))
  const { turn } = makeTurn(model, [
    smallTool('mark', 'change', () => {
      throw new PincerError('limit', `lamp may be switched again in ${seconds--}s.`)
    }),
  ])
  t.match(await turn.run(), { text: 'it waits', failed: false })
})

void t.test('at the cap one last call without tools reports what was done and what is left', async (t) => {
  let count = 0
  const model = new ScriptedModel((request) =>
    request.tools.length === 0 ? says('Marked 20, 5 are left.') : callsTools(['mark', { name: String(count++) }]),
  )
  const { turn } = makeTurn(model, [mark])
  const result = await turn.run()
  t.equal(result.text, 'Marked 20, 5 are left.')
  t.equal(model.requests.length, limits.turnIterationsMax + 1)
  t.match(model.requests.at(-1)?.messages.at(-1), { role: 'user', text: /Without further tools, say/ })
  t.equal(count, limits.turnIterationsMax)
  t.notMatch(JSON.stringify(result.messages), /Without further tools/, 'our own words are not stored')
})

void t.test('when the closing call says nothing, or fails, what was done is still reported', async (t) => {
  for (const closing of [says(' '), callsTools(['mark', { name: 'more' }]), new PincerError('model', 'overloaded')]) {
    let count = 0
    const model = new ScriptedModel((request) => {
      if (request.tools.length > 0) return callsTools(['mark', { name: String(++count) }])
      if (closing instanceof Error) throw closing
      return closing
    })
    const { turn } = makeTurn(model, [mark], { iterationsMax: 2 })
    const { text, messages } = await turn.run()
    t.equal(text, 'I stopped after 2 rounds of tool calls; done: mark 1; mark 2. Say "continue" to go on.')
    t.match(messages.at(-1), { role: 'assistant', text })
    t.equal(count, 2, 'a call of the closing reply is not run')
  }
})

void t.test(
  'a model that fails ends the turn with its sentence, and what was done before is said and kept',
  async (t) => {
    const model = ScriptedModel.replies(
      callsTools(['mark', lamp]),
      new PincerError('model', 'The provider is overloaded.'),
    )
    const { turn } = makeTurn(model, [mark])
    const result = await turn.run()
    const text = 'The provider is overloaded. Done before that: mark lamp.'
    t.same([result.text, result.failed, result.messages.length], [text, true, 4])
  },
)

void t.test('a model that answers with nothing is told to the person', async (t) => {
  const { turn } = makeTurn(ScriptedModel.replies(says('  \n')), [])
  t.match(await turn.run(), { failed: true, text: /ended its turn without an answer: ask again/ })
})

void t.test('a model that counts its calls from zero each time still sees every result', async (t) => {
  const model = ScriptedModel.replies(
    callsTools(['look', { name: 'a' }, '0']),
    callsTools(['look', { name: 'b' }, '0'], ['look', { name: 'c' }, '0']),
    callsTools(['look', { name: 'd' }, '']),
    says('done'),
  )
  const { turn } = makeTurn(model, [look])
  await turn.run()
  t.same(model.faults, [])
  t.same(
    model.requests.at(-1)?.messages.flatMap((message) => (message.role === 'tool' ? [message.text] : [])),
    ['saw a', 'saw b', 'saw c', 'saw d'],
  )
})

void t.test('messages that arrive during a turn join its next model call, and none of them is lost', async (t) => {
  const arriving = [[], ['and the fan'], ['and', 'more'], []]
  const model = ScriptedModel.replies(callsTools(['look', lamp]), callsTools(['look', { name: 'fan' }]), says('done'))
  const { turn } = makeTurn(model, [look], { join: () => (arriving.shift() ?? []).map((text) => ({ text })) })
  const { messages } = await turn.run()
  const told = (request: ModelRequest | undefined): string[] =>
    request?.messages.flatMap((message) => (message.role === 'user' ? [message.text] : [])) ?? []
  t.same(model.requests.map(told), [['do it'], ['do it', 'and the fan'], ['do it', 'and the fan', 'and', 'more']])
  t.equal(messages.filter((message) => message.role === 'user').length, 4)
})

void t.test('everything before the newest words stays byte for byte, while clock and readings change', async (t) => {
  let readings = 20
  const model = ScriptedModel.replies(callsTools(['look', lamp]), callsTools(['look', { name: 'b' }]), says('done'))
  const { turn } = makeTurn(model, [look], { context: () => `[Now: ${readings++} °C]` })
  await turn.run()
  const [first, second, third] = model.requests
  t.equal(first?.system, third?.system)
  t.same(first?.tools, third?.tools)
  t.same(second?.messages.slice(0, 1), first?.messages)
  t.same(third?.messages.slice(0, 3), second?.messages)
  t.match(first?.messages[0], { context: '[Now: 20 °C]' })
})

void t.test('earlier turns are sent whole and repaired, and left out whole when they do not fit', async (t) => {
  const earlier = (text: string): StoredTurn => ({
    answers: [],
    failed: false,
    messages: [
      { role: 'user', text },
      { role: 'assistant', text: '', toolCalls: [{ id: 'lost', name: 'look', arguments: '{}' }] },
      { role: 'assistant', text: `re: ${text}`, toolCalls: [] },
    ],
  })
  const model = new ScriptedModel(() => says('ok'), 3_500)
  const { turn } = makeTurn(model, [], { history: [earlier('x'.repeat(9_000)), earlier('recent')] })
  await turn.run()
  const sent = JSON.stringify(model.requests[0]?.messages)
  t.match(sent, /recent/)
  t.notMatch(sent, /xxx/)
  t.same(model.faults, [])
})

void t.test('a model whose history lacks turns is told so behind the newest words, and nowhere else', async (t) => {
  const earlier = (text: string): StoredTurn => ({
    answers: [],
    failed: false,
    messages: [
      { role: 'user', text },
      { role: 'assistant', text: 'ok', toolCalls: [] },
    ],
  })
  const contexts = async (more: Parameters<typeof makeTurn>[2]): Promise<(string | undefined)[]> => {
    const model = new ScriptedModel(
      ({ messages }) => (messages.at(-1)?.role === 'tool' ? says('ok') : callsTools(['look', lamp])),
      8_000,
    )
    const { turn } = makeTurn(model, [look], more)
    const { messages } = await turn.run()
    t.same(model.faults, [])
    t.notMatch(JSON.stringify([messages, model.requests.map(({ system, tools }) => [system, tools])]), /left out/)
    return model.requests.map(({ messages }) => {
      const last = messages.findLast((message) => message.role === 'user')
      return last?.role === 'user' ? last.context : undefined
    })
  }
  const told = `[Now: noon]\n${leftOutNote}`
  t.same(await contexts({ history: [earlier('short')] }), ['[Now: noon]', '[Now: noon]'])
  t.same(await contexts({ history: [earlier('x'.repeat(20_000)), earlier('short')] }), [told, told])
  t.same(await contexts({ history: [], earlierLeftOut: true }), [told, told], 'those that the log alone holds')
})

void t.test('a turn whose results push earlier turns out is told from then on', async (t) => {
  const long = smallTool('look', 'read', () => 'x'.repeat(3_000))
  const names = ['a', 'b', 'c', 'd']
  const model = new ScriptedModel(() => {
    const name = names.shift()
    return name === undefined ? says('ok') : callsTools(['look', { name }])
  }, 3_500)
  const history = [{ answers: [], failed: false, messages: [{ role: 'user', text: 'x'.repeat(5_000) } as const] }]
  const { turn } = makeTurn(model, [long], { history })
  await turn.run()
  const told = model.requests.map(({ messages }) => JSON.stringify(messages).includes('left out'))
  t.same(told, [false, true, true, true, true])
})

void t.test('a change that was refused is not called done', async (t) => {
  const refuse = smallTool('mark', 'change', () => {
    throw new PincerError('limit', 'not before 12:00')
  })
  const { turn } = makeTurn(ScriptedModel.replies(callsTools(['mark', lamp]), says('It may not.')), [refuse])
  await turn.run()
  t.same([turn.withChanges('So.'), turn.hasChanged()], ['So.', false])
})

void t.test('a call is shown as one quiet line, whatever its arguments', async (t) => {
  const calls = [
    ['device_set', '{"name":"lamp","value":"on"}'],
    ['device_read', '{}'],
    ['i2c_transfer', '{"bus":1,"write":[208]}'],
    ['write_file', '{"content":"a\\n\\nb"}'],
    ['write_file', JSON.stringify({ content: 'x'.repeat(5_000) })],
    ...['', 'null', '[1]', '"x"', '{"a"'].map((args) => ['odd', args] as const),
  ] as const
  const { turn, shown } = makeTurn(ScriptedModel.replies(callsTools(...calls), says('done')), [])
  await turn.run()
  const lines = shown.flatMap((line) => (line.startsWith('> ') ? [line.slice(2)] : []))
  t.same(lines.slice(0, 4), ['device_set lamp on', 'device_read', 'i2c_transfer 1 [208]', 'write_file a b'])
  t.equal(lines.length, calls.length)
  for (const line of lines) t.ok(line.length <= limits.toolLineCharsMax && !line.includes('\n'), line)
})
