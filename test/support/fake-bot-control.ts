import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { FakeBotApi } from './fake-bot-api.ts'

/** What a test may ask of a fake that runs in another process. */
const verbs = [
  ...([
    'say',
    'edit',
    'press',
    'pressAnswer',
    'group',
    'block',
    'kick',
    'migrate',
    'addFile',
    'repeatUpdates',
  ] as const),
  ...(['pendingUpdates', 'isPolled', 'chat', 'botTexts', 'isTyping', 'commands'] as const),
  ...(['fail', 'heal', 'callsOf', 'untilSaid', 'untilPolled', 'unplug', 'start'] as const),
] as const

type Verb = (typeof verbs)[number]

/** The same methods as FakeBotApi, over the wire. */
export type RemoteBotApi = {
  readonly [Name in Verb]: (...given: Parameters<FakeBotApi[Name]>) => Promise<Awaited<ReturnType<FakeBotApi[Name]>>>
} & { readonly port: number; readonly apiRoot: string; readonly token: string; readonly stop: () => Promise<void> }

/** The first line that the child prints. */
export interface Ports {
  readonly port: number
  readonly controlPort: number
  readonly token: string
}

/** Takes control on a port of its own, so that the fake's network can be unplugged. `POST /VERB` with a JSON array. */
export async function serveControl(fake: FakeBotApi): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((request, response) => {
    void answer(fake, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, server }
}

async function answer(fake: FakeBotApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [status, body] = await run(fake, request.url?.slice(1) ?? '', text(request))
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

async function run(fake: FakeBotApi, name: string, body: Promise<string>): Promise<readonly [number, object]> {
  try {
    const verb = verbs.find((each) => each === name)
    if (verb === undefined) return [404, { error: `There is no "${name}": ${verbs.join(', ')}.` }]
    const given = JSON.parse((await body) || '[]') as never[]
    const method: (this: FakeBotApi, ...given: never[]) => unknown = fake[verb]
    return [200, { result: await method.apply(fake, given) }]
  } catch (error) {
    return [400, { error: String(error) }]
  }
}

/** Starts a fake as a child process. `flags`: those of fake-bot-api-main.ts. It ends with `stop`, or with this process. */
export async function startFakeBotApi(flags: readonly string[] = []): Promise<RemoteBotApi> {
  const main = fileURLToPath(import.meta.resolve('./fake-bot-api-main.ts'))
  const child = spawn(process.execPath, [main, ...flags], { stdio: ['pipe', 'pipe', 'inherit'] })
  const line = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`The fake ended with ${code} before it listened.`)))
  })
  const { port, controlPort, token } = JSON.parse(await line) as Ports
  const ended = once(child, 'exit')
  const call = async (verb: Verb, given: readonly unknown[]): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${controlPort}/${verb}`, {
      method: 'POST',
      body: JSON.stringify(given),
    })
    const answer = (await response.json()) as { readonly result?: unknown; readonly error?: string }
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.result
  }
  const methods = Object.fromEntries(verbs.map((verb) => [verb, (...given: unknown[]) => call(verb, given)]))
  const stop = async (): Promise<void> => {
    child.stdin.end()
    await ended
  }
  return { ...methods, port, apiRoot: `http://127.0.0.1:${port}`, token, stop } as RemoteBotApi
}
