import type { Message, ModelRequest } from '../../src/model/model.ts'

/**
 * The request as the body that an OpenAI-compatible Chat Completions API takes; the size of a request is the bytes of
 * this text. See https://platform.openai.com/docs/api-reference/chat/create.
 */
export function openaiRequestBody(request: ModelRequest, model: string): string {
  const tools = request.tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, description, parameters },
  }))
  return JSON.stringify({
    model,
    messages: [{ role: 'system', content: request.system }, ...request.messages.map(wireMessage)],
    // An empty list is refused by the API.
    ...(tools.length === 0 ? {} : { tools }),
  })
}

function wireMessage(message: Message): object {
  switch (message.role) {
    case 'user':
      return {
        role: 'user',
        content: [message.text, message.context].filter((part) => part !== undefined).join('\n\n'),
      }
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.text }
    case 'assistant':
      return {
        role: 'assistant',
        content: message.text === '' && message.toolCalls.length > 0 ? null : message.text,
        ...(message.toolCalls.length === 0
          ? {}
          : {
              tool_calls: message.toolCalls.map((call) => ({
                id: call.id,
                type: 'function',
                function: { name: call.name, arguments: call.arguments },
              })),
            }),
      }
  }
}
