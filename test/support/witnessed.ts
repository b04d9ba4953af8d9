import { once } from 'node:events'
import fs from 'node:fs'
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import { createApp } from '../../src/app.ts'
import type { Inbound } from '../../src/bus/message.ts'
import type { Channel, Intake } from '../../src/channels/channel.ts'
import { createSystemClock } from '../../src/clock.ts'
import { furnishHome, openHome } from '../../src/home.ts'
import { createLog } from '../../src/log.ts'
import type { Message, ModelRequest } from '../../src/model/model.ts'
import { defineTool } from '../../src/tools/tool.ts'
import { callsTools, says, ScriptedModel } from './scripted-model.ts'
import { witnessedConfig } from './witnessed-config.ts'

/**
 * The whole program over the home in its first argument, with a model, a channel and tools that tell another process
 * of each thing they do, at once and before they go on: a kill cannot take back what the witness has heard.
 * Messages come in as lines of JSON on stdin.
 */
function tell(event: object): void {
  fs.writeSync(3, `${JSON.stringify(event)}\n`)
}

/** One letter of a message's plan `do TOKEN PLAN`: r reads, m changes; letters without a blank make one reply. */
interface Step {
  readonly id: string
  readonly tool: 'look' | 'mark'
}

function stepsOf(text: string): Step[][] {
  const [, token = '', plan = ''] = /^do (\S+) ?([rm ]*)/.exec(text) ?? []
  let count = 0
  return plan
    .split(' ')
    .filter((letters) => letters !== '')
    .map((letters) =>
      letters.split('').map((letter) => ({ id: `${token}-${++count}`, tool: letter === 'm' ? 'mark' : 'look' })),
    )
}

/** The messages of the running turn: those behind the last words of the model. */
function presentOf(messages: readonly Message[]): readonly Message[] {
  const end = messages.findLastIndex((each) => each.role === 'assistant' && each.toolCalls.length === 0)
  return messages.slice(end + 1)
}

const model = new ScriptedModel((request: ModelRequest) => {
  const present = presentOf(request.messages)
  const texts = present.flatMap((message) => (message.role === 'user' ? [message.text] : []))
  tell({ event: 'asked', texts })
  const done = new Set(present.flatMap((message) => (message.role === 'tool' ? [message.callId] : [])))
  const next = texts.flatMap(stepsOf).find((reply) => reply.some((step) => !done.has(step.id)))
  if (next === undefined) return says(`done: ${texts.map((text) => text.slice(0, 40)).join(', ')}`)
  return callsTools(...next.map((step) => [step.tool, { token: step.id }, step.id] as const))
})

const token = v.strictObject({ token: v.pipe(v.string(), v.description('the token')) })
const mark = defineTool({
  name: 'mark',
  description: 'Changes something outside.',
  arguments: token,
  access: 'change',
  acts: () => true,
  timeoutMs: 5_000,
  run: async ({ token }) => {
    tell({ event: 'effect', token })
    await new Promise(setImmediate)
    return `marked ${token}`
  },
})
const look = defineTool({
  name: 'look',
  description: 'Looks at something outside.',
  arguments: token,
  access: 'read',
  acts: () => false,
  timeoutMs: 5_000,
  run: ({ token }) => Promise.resolve(`saw ${token}`),
})

let intake: Intake | undefined

const channel: Channel = {
  name: 'witness',
  start(given) {
    intake = given
    return Promise.resolve()
  },
  stop: () => Promise.resolve(),
  async deliver(message) {
    tell({ event: 'delivered', id: message.id, chat: message.chat, text: message.text, answers: message.answers })
    await new Promise(setImmediate)
    return { status: 'delivered' }
  },
  ask: (_question, { unavailable }) => unavailable('nobody is there'),
  show: () => undefined,
}

async function take(message: Inbound): Promise<void> {
  const acceptance = await intake?.accept(message)
  tell({ event: 'accepted', id: message.id, acceptance })
}

async function main(home: string): Promise<void> {
  const app = await createApp({
    home: await furnishHome(await openHome(home)),
    config: witnessedConfig,
    redact: (text) => text,
    clock: createSystemClock(),
    log: createLog({ level: 'warn', redact: (text) => text, write: (line) => tell({ event: 'log', line }) }),
    person: { id: '1', name: 'Ada', role: 'owner' },
    environment: {},
    servesChannels: false,
    memoryBytes: () => 0,
    model,
    channels: [channel],
    tools: [mark, look],
  })
  await app.start()
  tell({ event: 'started' })
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => void take(JSON.parse(line) as Inbound))
  await once(lines, 'close')
  await app.stop()
  tell({ event: 'stopped', faults: model.faults })
}

void main(process.argv[2] ?? '')
