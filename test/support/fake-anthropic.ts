import type { JsonObject } from '../../src/model/json-value.ts'
import { FakeProvider, inPieces, sse, type FakeFormat, type Scripted } from './fake-provider.ts'
import { anthropicRefusalOf } from './fake-anthropic-rules.ts'

/**
 * A local Messages server, as strict as the real one. It is used like FakeOpenai (fake-openai.ts says how):
 *
 *     const server = await FakeAnthropic.start()
 *     t.teardown(() => server.close())
 *     server.will([{ calls: [{ name: 'device_read', arguments: {} }] }, { text: 'It is off.' }], { pieceBytes: 1 })
 *     server.will(anthropicRefuses.overloaded)                              // 529; also .tooQuick .wrongKey .credit
 *     createAnthropicModel({ baseUrl: server.baseUrl, apiKey: server.key, ... })
 *     t.same(server.refusals(), [])
 *
 * In one thing it is stricter: roles have to alternate. Anthropic joins neighbours of one role, others who speak its
 * format do not.
 */
export class FakeAnthropic extends FakeProvider {
  readonly key: string

  private constructor(key: string) {
    super(formatFor(key))
    this.key = key
  }

  static async start(options: { readonly key?: string; readonly port?: number } = {}): Promise<FakeAnthropic> {
    const server = new FakeAnthropic(options.key ?? 'sk-ant-fake')
    await server.listen(options.port)
    return server
  }

  get baseUrl(): string {
    return this.origin
  }
}

const stated = (status: number, type: string, message: string, headers = {}) => ({
  status,
  error: { type: 'error', error: { type, message }, request_id: 'req_1' },
  headers,
})

/** Refusals on demand, with the names of the API's error page. */
export const anthropicRefuses = {
  wrongKey: stated(401, 'authentication_error', 'invalid x-api-key'),
  credit: stated(400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'),
  billing: stated(402, 'billing_error', 'There is an issue with your billing.'),
  tooQuick: stated(429, 'rate_limit_error', "This request would exceed your account's rate limit.", {
    'retry-after': '2',
  }),
  /** A spend limit: a 429 that does not say when to come again. */
  quota: stated(429, 'rate_limit_error', 'You have reached your specified API usage limits.'),
  failed: stated(500, 'api_error', 'Internal server error'),
  overloaded: stated(529, 'overloaded_error', 'Overloaded'),
} satisfies Record<string, Scripted>

function formatFor(key: string): FakeFormat {
  return {
    path: '/v1/messages',
    refusalOf: (request, body) => anthropicRefusalOf(request, body, key),
    stream: streamOf,
    whole: (reply, model) => ({
      ...message(model),
      content: [
        ...(reply.text === undefined ? [] : [{ type: 'text', text: reply.text }]),
        ...callsOf(reply).map(({ id, name, text }) => ({
          type: 'tool_use',
          id,
          name,
          input: JSON.parse(text) as unknown,
        })),
      ],
      stop_reason: stopOf(reply),
      usage: { ...inputUsage(reply), output_tokens: reply.usage?.outputTokens ?? 5 },
    }),
  }
}

type Reply = Extract<Scripted, { text?: string }>

const message = (model: string): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model,
  stop_sequence: null,
})

function inputUsage({ usage = { inputTokens: 12, outputTokens: 5, cacheReadTokens: 0 } }: Reply): object {
  return {
    input_tokens: usage.inputTokens - usage.cacheReadTokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: usage.cacheReadTokens,
  }
}

function stopOf({ stop, calls = [] }: Reply): string {
  return stop ?? (calls.length > 0 ? 'tool_use' : 'end_turn')
}

let callCount = 0

function callsOf({
  calls = [],
}: Reply): readonly { readonly id: string; readonly name: string; readonly text: string }[] {
  return calls.map((call) => ({
    id: call.id ?? `toolu_${++callCount}`,
    name: call.name,
    text: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
  }))
}

function streamOf(reply: Reply, model: string): string {
  const event = (data: JsonObject): string => sse(data, String(data['type']))
  const { text } = reply
  const texts =
    text === undefined
      ? []
      : [
          {
            block: { type: 'text', text: '' },
            deltas: inPieces(text).map((piece) => ({ type: 'text_delta', text: piece })),
          },
        ]
  const calls = callsOf(reply).map((call) => ({
    block: { type: 'tool_use', id: call.id, name: call.name, input: {} },
    deltas: inPieces(call.text).map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
  }))
  return [
    event({
      type: 'message_start',
      message: { ...message(model), content: [], stop_reason: null, usage: { ...inputUsage(reply), output_tokens: 1 } },
    }),
    event({ type: 'ping' }),
    ...[...texts, ...calls].map(({ block, deltas }, index) => {
      const pieces = deltas.map((delta) => event({ type: 'content_block_delta', index, delta })).join('')
      const start = event({ type: 'content_block_start', index, content_block: block })
      return start + pieces + event({ type: 'content_block_stop', index })
    }),
    event({
      type: 'message_delta',
      delta: { stop_reason: stopOf(reply), stop_sequence: null },
      usage: { output_tokens: reply.usage?.outputTokens ?? 5 },
    }),
    event({ type: 'message_stop' }),
  ].join('')
}
