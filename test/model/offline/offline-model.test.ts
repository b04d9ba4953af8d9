import t from 'tap'
import type { Message, Model, ToolCall } from '../../../src/model/model.ts'
import { createOfflineModel } from '../../../src/model/offline/offline-model.ts'
import { Orders } from '../../../src/model/offline/orders.ts'
import { modelContract } from '../../contract/model.ts'
import { deviceSets, output } from '../../support/offline-devices.ts'

const tool = (name: string) => ({ name, description: '', parameters: { type: 'object' } })
const ownerTools = [tool('read_file'), tool('device_read'), tool('device_set')]
const user = (text: string): Message => ({ role: 'user', text })
const said = (text: string): Message => ({ role: 'assistant', text, toolCalls: [] })
const never = new AbortController().signal

function offline(devices: Parameters<typeof createOfflineModel>[0]['devices'] = () => deviceSets.board): Model {
  return createOfflineModel({ devices, facts: () => 'Board: a test. Model: offline.' })
}

modelContract('offline', () => offline())

/** A conversation with the model in which `device` answers the calls, and `joining` messages come in before reply N. */
async function converse(options: {
  readonly messages: readonly Message[]
  readonly device?: (
    name: string,
    args: Readonly<Record<string, string | number>>,
  ) => string | { readonly failed: string }
  readonly joining?: Readonly<Record<number, string>>
  readonly tools?: typeof ownerTools
  readonly model?: Model
}): Promise<{ readonly text: string; readonly ran: readonly string[]; readonly messages: readonly Message[] }> {
  const { device = () => 'ok', joining = {}, tools = ownerTools, model = offline() } = options
  const messages = [...options.messages]
  const ran: string[] = []
  for (let round = 0; round < 20; round++) {
    const joined = joining[round]
    if (joined !== undefined) messages.push(user(joined))
    const reply = await model.complete({ system: '', tools, messages }, never)
    messages.push({ role: 'assistant', text: reply.text, toolCalls: reply.toolCalls })
    if (reply.toolCalls.length === 0) return { text: reply.text, ran, messages }
    for (const call of reply.toolCalls) {
      const args = JSON.parse(call.arguments) as Record<string, string | number>
      ran.push([call.name.slice(7), ...Object.values(args)].join(' '))
      const result = device(call.name, args)
      const outcome =
        typeof result === 'string' ? { text: result, failed: false } : { text: result.failed, failed: true }
      messages.push({ role: 'tool', callId: call.id, name: call.name, ...outcome })
    }
  }
  throw new Error('The model did not come to an end.')
}

void t.test('an order becomes one call, and the answer is what the tool said', async (t) => {
  const { text, ran } = await converse({
    messages: [user('turn on the lamp for 10 minutes')],
    device: () => 'lamp is on until 12:10 (simulated).',
  })
  t.same(ran, ['set lamp on 10m'])
  t.equal(text, 'lamp is on until 12:10 (simulated).')
})

void t.test('a percentage is sent to the tool as a number', async (t) => {
  const asked: (string | number | undefined)[] = []
  const { ran } = await converse({
    messages: [user('turn on the lamp and set the strip to 40 %')],
    model: offline(() => deviceSets.levels),
    device: (_, args) => {
      asked.push(args['value'])
      return 'done'
    },
  })
  t.same(ran, ['set lamp on', 'set strip 40'])
  t.same(asked, ['on', 40])
})

void t.test('an order in percent is good for exactly that percentage, once', async (t) => {
  const orders = new Orders('strip 40%', deviceSets.levels)
  for (const args of [{ value: 41 }, { value: '40' }, { value: 'on' }, { value: 40, for: '10m' }]) {
    t.notOk(orders.take('device_set', { name: 'strip', ...args }), JSON.stringify(args))
  }
  t.ok(orders.take('device_set', { name: 'strip', value: 40 }))
  t.notOk(orders.take('device_set', { name: 'strip', value: 40 }), 'it is used up')
})

void t.test('several results become several lines, in the order asked', async (t) => {
  const { text, ran } = await converse({
    messages: [user('turn the lamp on and the fan off')],
    device: (_, args) => `${args['name']} is ${args['value']}.`,
  })
  t.same(ran, ['set lamp on', 'set fan off'])
  t.equal(text, 'lamp is on.\nfan is off.')
})

void t.test('a failed result is passed on with its reason and never called done', async (t) => {
  const { text, ran } = await converse({
    messages: [user('turn on lamp, fan')],
    device: (_, args) =>
      args['name'] === 'lamp' ? { failed: 'lamp may go on again at 12:05 (minOff 5s).' } : 'fan is on.',
  })
  t.same(ran, ['set lamp on', 'set fan on'], 'nothing is tried again')
  t.equal(text, 'Not done (turn on lamp): lamp may go on again at 12:05 (minOff 5s).\nfan is on.')
})

void t.test('a call whose result is missing is not made again', async (t) => {
  const calls: ToolCall[] = [{ id: 'c1', name: 'device_set', arguments: '{"name":"lamp","value":"on"}' }]
  const { text, ran } = await converse({
    messages: [user('turn on the lamp'), { role: 'assistant', text: '', toolCalls: calls }],
  })
  t.same(ran, [])
  t.match(text, 'Not known whether done (turn on lamp)')
})

void t.test('a turn that another model began is gone on with, not begun again', async (t) => {
  const { ran } = await converse({
    messages: [
      user('turn on lamp for 10 minutes. turn off fan'),
      {
        role: 'assistant',
        text: 'I start with the lamp.',
        toolCalls: [{ id: 'c1', name: 'device_set', arguments: '{ "for": "600s", "value": "on", "name": "lamp" }' }],
      },
      { role: 'tool', callId: 'c1', name: 'device_set', text: 'lamp is on.', failed: false },
    ],
  })
  t.same(ran, ['set fan off'])
})

void t.test('what was answered in an earlier turn is not done again', async (t) => {
  const first = await converse({ messages: [user('turn on the lamp')] })
  const second = await converse({ messages: [...first.messages, user('thanks')] })
  t.same(second.ran, [])
  t.equal(second.text, 'You are welcome.')
  const third = await converse({ messages: [...second.messages, user('turn on the lamp')] })
  t.same(third.ran, ['set lamp on'], 'the same order again is a new order')
})

void t.test('call ids are never used twice', async (t) => {
  const { messages } = await converse({ messages: [user('turn on the lamp')] })
  const again = await converse({ messages: [...messages, user('turn on the lamp')] })
  const ids = again.messages.flatMap((message) => (message.role === 'tool' ? [message.callId] : []))
  t.equal(new Set(ids).size, 2)
})

void t.test('toggle reads first and sets the opposite', async (t) => {
  for (const [state, expected] of [
    ['lamp: on until 12:10, simulated', 'set lamp off'],
    ['lamp: off', 'set lamp on'],
  ] as const) {
    const { text, ran } = await converse({
      messages: [user('toggle the lamp')],
      device: (name) => (name === 'device_read' ? state : 'done as asked'),
    })
    t.same(ran, ['read lamp', expected])
    t.equal(text, 'done as asked', 'the reading is not repeated to the person')
  }
})

void t.test('a toggle behind another order reads what that order made of it', async (t) => {
  for (const [set, state, expected] of [
    ['lamp is on.', 'lamp: on', 'set lamp off'],
    [{ failed: 'lamp rests until 12:05.' }, 'lamp: off', 'set lamp on'],
  ] as const) {
    const { messages, ran } = await converse({
      messages: [user('lamp on'), user('toggle lamp')],
      device: (name) => (name === 'device_read' ? state : set),
    })
    t.same(ran, ['set lamp on', 'read lamp', expected])
    const replies = messages.filter((message) => message.role === 'assistant')
    t.same(
      replies.map((reply) => reply.toolCalls.length),
      [1, 1, 1, 0],
    )
  }
})

void t.test('toggle sets nothing when the state cannot be read', async (t) => {
  for (const state of [{ failed: 'lamp cannot be read: EIO.' }, 'lamp: one', 'fan: on', '']) {
    const { text, ran } = await converse({ messages: [user('toggle the lamp')], device: () => state })
    t.same(ran, ['read lamp'])
    t.match(text, 'Not done (toggle lamp)')
  }
})

void t.test('several joined messages are all answered, and none is run twice', async (t) => {
  const { ran, text } = await converse({
    messages: [user('turn on the lamp'), user('toggle fan'), user('is the door open?'), user('lamp on')],
    device: (name, args) => (name === 'device_read' ? `${args['name']}: off` : `${args['name']} is ${args['value']}.`),
  })
  t.same(ran, ['set lamp on', 'read fan', 'set fan on', 'read door'])
  t.equal(text, 'lamp is on.\nfan is on.\ndoor: off')
})

void t.test('a message that arrives in mid-turn joins, and nothing is run twice', async (t) => {
  const device = (name: string, args: Readonly<Record<string, string | number>>): string =>
    name === 'device_read' ? `${args['name']}: on` : `${args['name']} is ${args['value']}.`
  const { ran, text } = await converse({
    messages: [user('turn off the fan')],
    joining: { 1: 'read room', 2: 'turn off the fan' },
    device,
  })
  t.same(ran, ['set fan off', 'read room', 'set fan off'], 'a repeated order is an order of its own')
  t.equal(text, 'fan is off.\nroom: on')
  const toggled = await converse({ messages: [user('toggle fan')], joining: { 1: 'turn on the lamp' }, device })
  t.same(toggled.ran, ['read fan', 'set fan off'].concat('set lamp on'))
})

void t.test('a message that was not understood holds back what has not been done yet', async (t) => {
  const both = await converse({ messages: [user('turn on the lamp'), user('if the door is open')] })
  t.same(both.ran, [])
  t.match(both.text, 'Not done (turn on lamp): I act only when I understood everything')
  t.match(both.text, 'I did not understand')
  const late = await converse({ messages: [user('toggle lamp')], joining: { 1: 'no, wait' }, device: () => 'lamp: on' })
  t.same(late.ran, ['read lamp'], 'also in the middle of a toggle')
  const after = await converse({
    messages: [user('turn on lamp')],
    joining: { 1: 'no, wait' },
    device: () => 'lamp is on.',
  })
  t.same(after.ran, ['set lamp on'])
  t.match(after.text, /^lamp is on\.\nI did not understand "/, 'what was done already is said')
})

void t.test('of joined messages that contradict each other the newest counts', async (t) => {
  const { ran, text } = await converse({ messages: [user('lamp on'), user('lamp off')], device: () => 'lamp is off.' })
  t.same(ran, ['set lamp off'])
  t.equal(text, 'Not done (turn on lamp): your newer message asks for something else.\nlamp is off.')
})

void t.test('readings behind an action wait for it', async (t) => {
  const { messages } = await converse({ messages: [user('lamp on, then read lamp and fan')] })
  t.same(
    messages.flatMap((message) => (message.role === 'assistant' ? [message.toolCalls.map((call) => call.name)] : [])),
    [['device_set'], ['device_read', 'device_read'], []],
  )
})

void t.test('more calls than one reply may hold are spread over several', async (t) => {
  const many = Array.from({ length: 40 }, (_, index) => output(`relay${index}`))
  const { ran, messages } = await converse({ messages: [user('all off')], model: offline(() => many) })
  t.equal(new Set(ran).size, 40)
  const sizes = messages.flatMap((message) => (message.role === 'assistant' ? [message.toolCalls.length] : []))
  t.same(sizes, [32, 8, 0])
})

void t.test('a tool that is not offered is said, not called', async (t) => {
  const tools = [tool('device_read')]
  for (const [message, text] of [
    ['turn on lamp', 'Not done (turn on lamp): the tool device_set is not offered in this chat.'],
    ['toggle lamp', 'Not done (toggle lamp): the tool device_set is not offered in this chat.'],
  ] as const) {
    const { ran, ...rest } = await converse({ messages: [user(message)], tools })
    t.same(ran, [])
    t.equal(rest.text, text)
  }
  t.same((await converse({ messages: [user('read lamp')], tools })).ran, ['read lamp'])
})

void t.test('the closing call without tools reports what was done and what is left', async (t) => {
  const model = offline()
  const calls = [{ id: 'c1', name: 'device_set', arguments: '{"name":"lamp","value":"on"}' }]
  const messages: Message[] = [
    user('turn on lamp. read room'),
    { role: 'assistant', text: '', toolCalls: calls },
    { role: 'tool', callId: 'c1', name: 'device_set', text: 'lamp is on.', failed: false },
    user('The limit of tool calls for this turn is reached. Turn off the fan.'),
  ]
  const reply = await model.complete({ system: '', tools: [], messages }, never)
  t.same(reply.toolCalls, [])
  t.equal(reply.text, 'lamp is on.\nNot done (read room): no more calls are possible in this turn. Send it again.')
})

void t.test('status says what this is and reads everything', async (t) => {
  const { text, ran } = await converse({ messages: [user('status')], device: () => 'lamp: off\nroom: 21 °C' })
  t.same(ran, ['read'])
  t.equal(
    text,
    "I am Pincer's offline mode: a small grammar, no language model, no network. Board: a test. Model: offline.\nlamp: off\nroom: 21 °C",
  )
  const bare = await converse({ messages: [user('status')], model: offline(() => []) })
  t.same(bare.ran, [])
  t.match(bare.text, /Board: a test.*\nNo devices are configured\./)
})

void t.test('what was not understood is answered with what this is and the nearest form', async (t) => {
  const { text } = await converse({ messages: [said('Hello.'), user('turn on the lamp tomorrow')] })
  t.equal(
    text,
    'I need a time of day for that. So I did nothing about "turn on the lamp tomorrow". I could do: turn on lamp tomorrow at 07:00\n' +
      "I am Pincer's offline mode, a small grammar: say help for what I understand.",
  )
  const joke = await converse({ messages: [user('tell me a joke')] })
  t.equal(
    joke.text,
    'I did not understand "joke", so I did nothing. The devices here: lamp, fan, door, room and soil.\n' +
      "I am Pincer's offline mode, a small grammar: say help for what I understand.",
  )
  const none = await converse({ messages: [user('turn on the lamp')], model: offline(() => []) })
  t.match(none.text, 'No devices are configured.')
})

void t.test('it costs no tokens', async (t) => {
  const { usage } = await offline().complete({ system: '', tools: ownerTools, messages: [user('read all')] }, never)
  t.same(usage, { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0 })
})
