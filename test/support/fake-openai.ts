import { FakeProvider, inPieces, sse, type FakeFormat, type Scripted } from './fake-provider.ts'
import { openaiRefusalOf } from './fake-openai-rules.ts'

/**
 * A local Chat Completions server, as strict as the real one.
 *
 *     const server = await FakeOpenai.start()
 *     t.teardown(() => server.close())
 *     server.will({ text: 'Hello.' })                                       // the next answer
 *     server.will([{ calls: [{ name: 'device_read', arguments: {} }] }, { text: 'It is off.' }])
 *     server.will({ text: 'Grüße' }, { pieceBytes: 1 })                     // one byte at a time
 *     server.will({ text: 'Hello.' }, { cutAtByte: 40 })                    // the connection breaks
 *     server.will(openaiRefuses.overloaded)                                 // 503; also .quota .tooQuick .wrongKey
 *     server.will((body) => ({ text: `You sent ${JSON.stringify(body).length} characters.` }))
 *     server.otherwise = { text: 'ok' }                                     // when the script is at its end
 *     createOpenaiModel({ baseUrl: server.baseUrl, apiKey: server.key, ... })
 *     t.same(server.refusals(), [])                                         // the client did all right
 *     server.bodies()                                                       // what it sent
 */
export class FakeOpenai extends FakeProvider {
  readonly key: string

  private constructor(key: string) {
    super(formatFor(key))
    this.key = key
  }

  static async start(options: { readonly key?: string; readonly port?: number } = {}): Promise<FakeOpenai> {
    const server = new FakeOpenai(options.key ?? 'sk-fake')
    await server.listen(options.port)
    return server
  }

  get baseUrl(): string {
    return `${this.origin}/v1`
  }
}

const stated = (status: number, code: string | null, type: string, message: string, headers = {}) => ({
  status,
  error: { error: { message, type, param: null, code } },
  headers,
})

/** Refusals on demand, as the API's error guide words them. */
export const openaiRefuses = {
  wrongKey: stated(401, 'invalid_api_key', 'invalid_request_error', 'Incorrect API key provided: sk-f***ake.'),
  tooQuick: stated(429, 'rate_limit_exceeded', 'requests', 'Rate limit reached for requests.', { 'retry-after': '2' }),
  quota: stated(429, 'insufficient_quota', 'insufficient_quota', 'You exceeded your current quota.'),
  failed: stated(500, null, 'server_error', 'The server had an error while processing your request.'),
  overloaded: stated(503, null, 'server_error', 'The engine is currently overloaded, please try again later.'),
} satisfies Record<string, Scripted>

function formatFor(key: string): FakeFormat {
  return {
    path: '/v1/chat/completions',
    refusalOf: (request, body) => openaiRefusalOf(request, body, key),
    stream: streamOf,
    whole: (reply, model) => ({
      ...head(model, 'chat.completion'),
      choices: [{ index: 0, message: { role: 'assistant', ...wholeMessage(reply) }, finish_reason: stopOf(reply) }],
      usage: usageOf(reply),
    }),
  }
}

type Reply = Extract<Scripted, { text?: string }>

const head = (model: string, object: string): object => ({ id: 'chatcmpl-1', object, created: 1_700_000_000, model })

function usageOf({ usage = { inputTokens: 12, outputTokens: 5, cacheReadTokens: 0 } }: Reply): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens },
  }
}

function stopOf({ stop, calls = [] }: Reply): string {
  return stop ?? (calls.length > 0 ? 'tool_calls' : 'stop')
}

let callCount = 0

function callsOf({
  calls = [],
}: Reply): readonly { readonly id: string; readonly name: string; readonly text: string }[] {
  return calls.map((call) => ({
    id: call.id ?? `call_${++callCount}`,
    name: call.name,
    text: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
  }))
}

function wholeMessage(reply: Reply): object {
  const calls = callsOf(reply).map(({ id, name, text }) => ({
    id,
    type: 'function',
    function: { name, arguments: text },
  }))
  return { content: reply.text ?? null, ...(calls.length === 0 ? {} : { tool_calls: calls }) }
}

function streamOf(reply: Reply, model: string): string {
  const chunk = (delta: object, finish: string | null = null): string =>
    sse({
      ...head(model, 'chat.completion.chunk'),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      usage: null,
    })
  return [
    chunk({ role: 'assistant', content: reply.text === undefined ? null : '' }),
    ...inPieces(reply.text ?? '').map((content) => chunk({ content })),
    ...callsOf(reply).map(({ id, name, text }, index) => {
      const pieces = inPieces(text).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] }))
      return (
        chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }) + pieces.join('')
      )
    }),
    chunk({}, stopOf(reply)),
    // The usage comes in a chunk of its own, which has no choices.
    sse({ ...head(model, 'chat.completion.chunk'), choices: [], usage: usageOf(reply) }),
    sse('[DONE]'),
  ].join('')
}
