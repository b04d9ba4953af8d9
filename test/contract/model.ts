import t, { type Test } from 'tap'
import { isPincerError } from '../../src/errors.ts'
import type { Message, Model, ModelRequest, ToolSpec } from '../../src/model/model.ts'

const tools: readonly ToolSpec[] = [
  {
    name: 'device_read',
    description: 'Read',
    parameters: { type: 'object', properties: { name: { type: 'string' } } },
  },
  {
    name: 'device_set',
    description: 'Switch',
    parameters: { type: 'object', properties: { name: { type: 'string' }, value: { type: 'string' } } },
  },
]
const user = (text: string): Message => ({ role: 'user', text, context: 'It is 12:00.' })
const conversations: Readonly<Record<string, readonly Message[]>> = {
  'a first message': [user('read all')],
  'an order': [user('turn on the lamp')],
  nonsense: [user('colourless green ideas sleep furiously')],
  'an empty message': [user('')],
  'several messages at once': [user('hello'), user('read all')],
  'a turn after a turn': [user('hello'), { role: 'assistant', text: 'Hello.', toolCalls: [] }, user('thanks')],
  'a result': [
    user('read all'),
    { role: 'assistant', text: '', toolCalls: [{ id: 'c1', name: 'device_read', arguments: '{}' }] },
    { role: 'tool', callId: 'c1', name: 'device_read', text: 'lamp: off', failed: false },
  ],
  'a failed result and malformed arguments': [
    user('turn on the lamp'),
    { role: 'assistant', text: 'One moment.', toolCalls: [{ id: 'c1', name: 'device_set', arguments: '{"name":' }] },
    { role: 'tool', callId: 'c1', name: 'device_set', text: 'The arguments are not JSON.', failed: true },
  ],
}

/** What every Model promises. `create` makes one for a test; it may need its own server, which `t.teardown` ends. */
export function modelContract(name: string, create: (t: Test) => Model | Promise<Model>): void {
  void t.test(`${name} keeps the contract of the Model port`, async (t) => {
    const model = await create(t)
    t.match(model.id, /./, 'has an id')
    t.ok(Number.isInteger(model.windowTokens) && model.windowTokens > 0, 'has a window')

    for (const [what, messages] of Object.entries(conversations)) {
      for (const offered of [tools, []]) {
        const request = deepFreeze<ModelRequest>({ system: 'You are Pincer.', tools: offered, messages })
        const before = JSON.stringify(request)
        const outcome = await settled(model, request, new AbortController().signal)
        const title = `${what}, ${offered.length} tools`
        t.equal(JSON.stringify(request), before, `${title}: leaves the request alone`)
        if ('error' in outcome) {
          t.ok(isPincerError(outcome.error) && outcome.error.code === 'model', `${title}: fails with the code model`)
          continue
        }
        const { text, toolCalls, usage } = outcome.reply
        t.ok(text.trim() !== '' || toolCalls.length > 0, `${title}: says something or calls something`)
        if (offered.length === 0) t.same(toolCalls, [], `${title}: answers in words when no tools are offered`)
        t.equal(new Set(toolCalls.map((call) => call.id)).size, toolCalls.length, `${title}: ids differ`)
        for (const call of toolCalls) t.ok(call.id !== '' && call.name !== '', `${title}: calls have id and name`)
        const { inputTokens, outputTokens, cacheReadTokens } = usage
        for (const count of [inputTokens, outputTokens, cacheReadTokens]) {
          t.ok(Number.isInteger(count) && count >= 0, `${title}: usage is whole and not negative`)
        }
      }
    }

    const request: ModelRequest = { system: '', tools, messages: [user('read all')] }
    const aborted = await settled(model, request, AbortSignal.abort())
    t.ok(hasCode(aborted, 'stopped'), 'a signal that has aborted rejects with stopped')
    const aborter = new AbortController()
    const running = settled(model, request, aborter.signal)
    aborter.abort()
    t.ok(hasCode(await running, 'stopped'), 'a signal that aborts during the call rejects with stopped')
    const again = await settled(model, request, new AbortController().signal)
    t.ok('reply' in again || hasCode(again, 'model'), 'answers again after it was stopped')
  })
}

type Outcome = { readonly reply: Awaited<ReturnType<Model['complete']>> } | { readonly error: unknown }

async function settled(model: Model, request: ModelRequest, signal: AbortSignal): Promise<Outcome> {
  try {
    return { reply: await model.complete(request, signal) }
  } catch (error) {
    return { error }
  }
}

function hasCode(outcome: Outcome, code: string): boolean {
  return 'error' in outcome && isPincerError(outcome.error) && outcome.error.code === code
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const each of Object.values(value)) deepFreeze(each)
  }
  return value
}
