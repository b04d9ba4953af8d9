import http from 'node:http'
import https from 'node:https'

// The least that stands between Telegram and a model: poll, ask, send. Nothing is kept, checked or formatted.
//   node relay-main.ts API_ROOT TOKEN BASE_URL KEY
const [, , apiRoot = '', token = '', baseUrl = '', key = ''] = process.argv
const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) }

interface Update {
  readonly update_id: number
  readonly message: { readonly chat: { readonly id: number }; readonly text: string }
}

for (let offset = 0; ;) {
  const polled = JSON.parse(await telegram('getUpdates', { offset, timeout: 30, allowed_updates: ['message'] })) as {
    readonly result: readonly Update[]
  }
  for (const { update_id, message } of polled.result) {
    offset = update_id + 1
    const asked = { model: 'test', stream: true, messages: [{ role: 'user', content: message.text }] }
    const streamed = await post(`${baseUrl}/chat/completions`, asked, { authorization: `Bearer ${key}` })
    const pieces = [...streamed.matchAll(/"delta":(\{[^}]*\})/g)].map(
      ([, delta = '']) => (JSON.parse(delta) as { readonly content?: string | null }).content ?? '',
    )
    await telegram('sendMessage', { chat_id: message.chat.id, text: pieces.join('') })
  }
}

function telegram(method: string, parameters: object): Promise<string> {
  return post(`${apiRoot}/bot${token}/${method}`, parameters, {})
}

function post(url: string, body: object, more: http.OutgoingHttpHeaders): Promise<string> {
  const isSecure = url.startsWith('https:')
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...more }
  const options = { method: 'POST', headers, agent: agents[isSecure ? 'https:' : 'http:'] }
  return new Promise((resolve, reject) => {
    const request = (isSecure ? https : http).request(url, options, (response) => {
      let answer = ''
      response.setEncoding('utf8').on('data', (piece: string) => (answer += piece))
      response.on('end', () => resolve(answer)).on('error', reject)
    })
    request.on('error', reject).end(text)
  })
}
