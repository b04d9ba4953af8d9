import { createServer, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/**
 * A Bot API and a provider on the loopback address, as simple as they can be, for one short run of the daemon. `person`
 * asks each of the questions when the one before is answered; the provider answers the first of them and has no credit
 * for more. Answers the lines of a configuration, and calls `onEnd` behind the last answer.
 */
export async function startRehearsal(questions: readonly string[], onEnd: () => void): Promise<readonly string[]> {
  const person = 7
  const token = '100000001:for-the-rehearsal-of-the-code-cache'
  let asked = 0
  let answered = 0
  const next = (): readonly object[] => {
    if (asked > answered || asked === questions.length) return []
    const [id, question = ''] = [++asked, questions[asked - 1]]
    const chat = { id: person, type: 'private', first_name: 'A' }
    const from = { id: person, is_bot: false, first_name: 'A' }
    const message = { message_id: id, date: Math.floor(Date.now() / 1_000), chat, from, text: question }
    return [{ update_id: id, message }]
  }
  let release: ((updates: readonly object[]) => void) | undefined
  const poll = (): Promise<readonly object[]> => {
    const updates = next()
    return updates.length > 0 ? Promise.resolve(updates) : new Promise((resolve) => (release = resolve))
  }
  const sent = (): object => {
    answered++
    if (answered === questions.length) onEnd()
    else release?.(next())
    return { message_id: 100 + answered, date: 0, chat: { id: person, type: 'private' }, text: '' }
  }
  const results: Readonly<Record<string, () => unknown>> = {
    getUpdates: poll,
    sendMessage: sent,
    getMe: () => ({ id: 1, is_bot: true, first_name: 'Pincer', username: 'pincer_bot' }),
  }
  let isPaid = true
  const answer = async (request: IncomingMessage): Promise<{ status: number; type: string; body: string }> => {
    await text(request)
    const json = 'application/json'
    const method = /^\/bot[^/]+\/(\w+)$/.exec(request.url ?? '')?.[1]
    if (method !== undefined) {
      const result = await (results[method] ?? (() => true))()
      return { status: 200, type: json, body: JSON.stringify({ ok: true, result }) }
    }
    if (!isPaid)
      return { status: 429, type: json, body: '{"error":{"code":"insufficient_quota","message":"No credit."}}' }
    isPaid = false
    const choice = { index: 0, delta: { role: 'assistant', content: '**Hello!**' }, finish_reason: 'stop' }
    const chunk = JSON.stringify({ object: 'chat.completion.chunk', choices: [choice] })
    return { status: 200, type: 'text/event-stream', body: `data: ${chunk}\n\ndata: [DONE]\n\n` }
  }
  const server = createServer((request, response) => {
    void answer(request).then(({ status, type, body }) =>
      response.writeHead(status, { 'content-type': type }).end(body),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return [
    'board: simulated',
    'model: [lan/test, offline]',
    `providers: { lan: { api: openai, baseUrl: "${root}/v1", apiKey: none } }`,
    `channels: { telegram: { token: "${token}", allow: [${person}], apiRoot: "${root}" } }`,
    'limits: { iterations: 20 }',
  ]
}
