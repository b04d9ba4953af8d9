import type { ToolCall } from '../../../src/model/model.ts'
import { inPieces, sse } from '../../support/fake-provider.ts'

/** A chunk with this delta. */
export const chunk = (delta: object, finish: string | null = null): string =>
  sse({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })
const call = (index: number | undefined, id: string | undefined, name: string | undefined, given: unknown): object => ({
  tool_calls: [
    { ...(index === undefined ? {} : { index }), id, type: 'function', function: { name, arguments: given } },
  ],
})
export const done = sse('[DONE]')
export const stop = chunk({}, 'stop') + done
const calls = chunk({}, 'tool_calls') + done
export const read = (id: string, given = '{}', name = 'device_read'): ToolCall => ({ id, name, arguments: given })
const textCall = (json: string): string => `<tool_call>\n${json}\n</tool_call>`
export const setOn = '{"name":"device_set","arguments":{"name":"lamp","value":"on"}}'
const lampOn = read('call', '{"name":"lamp","value":"on"}', 'device_set')

interface Expected {
  readonly text?: string
  readonly toolCalls?: readonly ToolCall[]
  readonly usage?: readonly [number, number, number]
}

/** What providers really send, and the reply that it has to become. */
export const oddStreams: Readonly<Record<string, readonly [string, Expected]>> = {
  'a null content': [chunk({ role: 'assistant', content: null }) + chunk({ content: 'Hi.' }) + stop, { text: 'Hi.' }],
  'content as a list of parts': [
    chunk({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
        { type: 'text', text: 'Hi.' },
      ],
    }) + stop,
    { text: 'Hi.' },
  ],
  'thoughts in fields of their own': [
    chunk({ reasoning_content: 'hm' }) +
      chunk({ reasoning: 'hm', reasoning_details: [{}] }) +
      chunk({ content: 'Hi.' }) +
      stop,
    { text: 'Hi.' },
  ],
  'thoughts in the text': [
    chunk({ content: '<think>\nlamp?' }) + chunk({ content: '</think>\n\nHi.' }) + stop,
    { text: 'Hi.' },
  ],
  'a refusal': [chunk({ refusal: 'I will not.' }) + stop, { text: 'I will not.' }],
  'arguments in pieces': [
    [
      chunk(call(0, 'c1', 'device_read', '')),
      ...inPieces('{"name":"Größe 🦀"}').map((piece) => chunk(call(0, undefined, undefined, piece))),
      calls,
    ].join(''),
    { toolCalls: [read('c1', '{"name":"Größe 🦀"}')] },
  ],
  'parallel calls whose pieces are mixed': [
    chunk(call(0, 'c1', 'device_read', '{"na')) +
      chunk(call(1, 'c2', 'device_set', '{"x"')) +
      chunk(call(0, undefined, undefined, 'me":1}')) +
      chunk(call(1, undefined, undefined, ':2}')) +
      calls,
    { toolCalls: [read('c1', '{"name":1}'), read('c2', '{"x":2}', 'device_set')] },
  ],
  'parallel calls that all have the index 0': [
    chunk(call(0, 'c1', 'device_read', '{"a":1}')) + chunk(call(0, 'c2', 'device_read', '{"b":2}')) + calls,
    { toolCalls: [read('c1', '{"a":1}'), read('c2', '{"b":2}')] },
  ],
  'parallel calls with the index 0 and no ids': [
    chunk(call(0, '', 'device_read', '{"a":1}')) + chunk(call(0, '', 'device_read', '{"b":2}')) + calls,
    { toolCalls: [read('call', '{"a":1}'), read('call_2', '{"b":2}')] },
  ],
  'parallel calls in one chunk without any index': [
    chunk({
      tool_calls: [
        { id: 'c1', function: { name: 'device_read', arguments: '{}' } },
        { id: 'c2', function: { name: 'device_set', arguments: '{}' } },
      ],
    }) + calls,
    { toolCalls: [read('c1'), read('c2', '{}', 'device_set')] },
  ],
  'id and name repeated with each piece': [
    chunk(call(0, 'c1', 'device_read', '{"a"')) + chunk(call(0, 'c1', 'device_read', ':1}')) + calls,
    { toolCalls: [read('c1', '{"a":1}')] },
  ],
  'an id that comes late': [
    chunk(call(0, undefined, 'device_read', '{"a"')) + chunk(call(0, 'c1', undefined, ':1}')) + calls,
    { toolCalls: [read('c1', '{"a":1}')] },
  ],
  'two calls of one id': [
    chunk(call(0, 'c1', 'device_read', '{}')) +
      chunk(call(1, 'c1', 'device_set', '{}')) +
      chunk(call(2, 'c1', 'device_set', '{}')) +
      calls,
    { toolCalls: [read('c1'), read('c1_2', '{}', 'device_set'), read('c1_3', '{}', 'device_set')] },
  ],
  'missing and null ids': [
    chunk(call(0, undefined, 'device_read', '{}')) +
      chunk({ tool_calls: [{ index: 1, id: null, function: { name: 'device_set', arguments: '{}' } }] }) +
      calls,
    { toolCalls: [read('call'), read('call_2', '{}', 'device_set')] },
  ],
  'an empty name': [chunk(call(0, 'c1', '', '{}')) + calls, { toolCalls: [read('c1', '{}', 'unnamed')] }],
  'arguments as an object': [
    chunk(call(0, 'c1', 'device_read', { name: 'lamp' })) + calls,
    { toolCalls: [read('c1', '{"name":"lamp"}')] },
  ],
  'arguments that are null, missing and empty': [
    chunk(call(0, 'c1', 'device_read', null)) +
      chunk(call(1, 'c2', 'device_read', undefined)) +
      chunk(call(2, 'c3', 'device_read', '')) +
      calls,
    { toolCalls: [read('c1'), read('c2'), read('c3')] },
  ],
  'malformed arguments, which the registry answers': [
    chunk(call(0, 'c1', 'device_read', '{"name":')) + calls,
    { toolCalls: [read('c1', '{"name":')] },
  ],
  'calls beside words': [
    chunk({ content: 'One moment.' }) + chunk(call(0, 'c1', 'device_read', '{}')) + calls,
    { text: 'One moment.', toolCalls: [read('c1')] },
  ],
  'calls that end with stop': [chunk(call(0, 'c1', 'device_read', '{}')) + stop, { toolCalls: [read('c1')] }],
  'an unknown end': [chunk({ content: 'Hi.' }) + chunk({}, 'eos_token') + done, { text: 'Hi.' }],
  'the end in the chunk with the last words': [chunk({ content: 'Hi.' }, 'stop') + done, { text: 'Hi.' }],
  'no [DONE]': [chunk({ content: 'Hi.' }) + chunk({}, 'stop'), { text: 'Hi.' }],
  'no blank line behind [DONE]': [chunk({ content: 'Hi.' }) + 'data: [DONE]', { text: 'Hi.' }],
  'a [DONE] without a finish_reason': [chunk({ content: 'Hi.' }) + done, { text: 'Hi.' }],
  'an empty finish_reason in each chunk': [
    chunk({ content: 'Hi ' }, '') + chunk({ content: 'there.' }, '') + stop,
    { text: 'Hi there.' },
  ],
  'keep-alives between all': [
    `: x\n\n${chunk({ content: 'Hi.' })}: OPENROUTER PROCESSING\n\n\n\n${stop}`,
    { text: 'Hi.' },
  ],
  'the usage in the last chunk, with empty choices': [
    chunk({ content: 'Hi.' }, 'stop') +
      sse({
        choices: [],
        usage: { prompt_tokens: 9, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } },
      }) +
      done,
    { text: 'Hi.', usage: [9, 2, 4] },
  ],
  'the usage in each chunk': [
    sse({ choices: [{ delta: { content: 'Hi.' } }], usage: { prompt_tokens: 9, completion_tokens: 1 } }) +
      sse({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: { prompt_tokens: 9, completion_tokens: 2 } }),
    { text: 'Hi.', usage: [9, 2, 0] },
  ],
  'the usage as DeepSeek tells it': [
    chunk({ content: 'Hi.' }) +
      sse({
        choices: [{ delta: {}, finish_reason: 'stop' }],
        usage: { prompt_tokens: 9, completion_tokens: 2, prompt_cache_hit_tokens: 8 },
      }),
    { text: 'Hi.', usage: [9, 2, 8] },
  ],
  'the usage where Groq puts it': [
    chunk({ content: 'Hi.' }) +
      sse({
        choices: [{ delta: {}, finish_reason: 'stop' }],
        x_groq: { usage: { prompt_tokens: 9, completion_tokens: 2 } },
      }),
    { text: 'Hi.', usage: [9, 2, 0] },
  ],
  'no usage, and one that is none': [
    chunk({ content: 'Hi.' }) + sse({ choices: [], usage: { prompt_tokens: -1, completion_tokens: '2' } }) + stop,
    { text: 'Hi.', usage: [0, 0, 0] },
  ],
  'a reply that was cut at its length': [
    chunk({ content: 'Once upon' }) + chunk({}, 'length') + done,
    {
      text: 'Once upon\n\n(The answer was cut here at the longest reply that the model may give. Say "continue" for the rest.)',
    },
  ],
  'a length that was used up by thoughts': [
    chunk({ content: '<think>hm' }) + chunk({}, 'length') + done,
    {
      text: 'The model used up the longest reply that it may give before it wrote an answer: ask for less at once, or use another model.',
    },
  ],
  'a call that was cut at the length': [
    chunk(call(0, 'c1', 'device_read', '')) + chunk({}, 'length') + done,
    { toolCalls: [read('c1', '')] },
  ],
  'a filter behind words': [
    chunk({ content: 'Well,' }) + chunk({}, 'content_filter') + done,
    { text: "Well,\n\n(The provider's content filter ended the answer here.)" },
  ],
  'a filter before words': [
    chunk(call(0, 'c1', 'device_read', '{}')) + chunk({}, 'content_filter') + done,
    { text: "The provider's content filter held the answer back: say it in other words." },
  ],
  'a call as text': [chunk({ content: `On it.\n${textCall(setOn)}` }) + stop, { text: 'On it.', toolCalls: [lampOn] }],
  'calls as text': [
    chunk({ content: textCall(setOn) + textCall('{"name":"device_read","arguments":{}}') }) + stop,
    { toolCalls: [lampOn, read('call_2')] },
  ],
  'a call as text that is not closed': [chunk({ content: `<tool_call>${setOn}` }) + stop, { toolCalls: [lampOn] }],
  'a reply that is one call': [chunk({ content: setOn }) + stop, { toolCalls: [lampOn] }],
  'a reply that is one call, in a code block': [
    chunk({ content: `\`\`\`json\n${setOn}\n\`\`\`` }) + stop,
    { toolCalls: [lampOn] },
  ],
  'a reply that is one call with parameters': [
    chunk({ content: setOn.replace('arguments', 'parameters') }) + stop,
    { toolCalls: [lampOn] },
  ],
  'a tool in the text that is not offered': [
    chunk({ content: textCall('{"name":"shell","arguments":{}}') }) + stop,
    { text: textCall('{"name":"shell","arguments":{}}') },
  ],
  'an example in JSON': [
    chunk({ content: '{"name":"lamp","arguments":{"a":1}}' }) + stop,
    { text: '{"name":"lamp","arguments":{"a":1}}' },
  ],
  'a call that is quoted': [
    chunk({ content: `It is ${textCall(setOn)} in words.` }) + stop,
    { text: `It is ${textCall(setOn)} in words.` },
  ],
  'a call in a code block': [
    chunk({ content: `Like so:\n\`\`\`\n${textCall(setOn)}\n\`\`\`` }) + stop,
    { text: `Like so:\n\`\`\`\n${textCall(setOn)}\n\`\`\`` },
  ],
  'a call in a code block that is not closed': [
    chunk({ content: `Like so:\n\`\`\`\n${textCall(setOn)}` }) + stop,
    { text: `Like so:\n\`\`\`\n${textCall(setOn)}` },
  ],
  'a broken call as text': [
    chunk({ content: textCall('{"name":"device_set"') }) + stop,
    { text: textCall('{"name":"device_set"') },
  ],
  'a call as text that the length cut': [
    chunk({ content: textCall(setOn) }) + chunk({}, 'length') + done,
    {
      text: `${textCall(setOn)}\n\n(The answer was cut here at the longest reply that the model may give. Say "continue" for the rest.)`,
    },
  ],
}
