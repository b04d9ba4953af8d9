import type { Test } from 'tap'
import { createSystemClock, type Clock } from '../../src/clock.ts'
import { providerFlags, type ProviderFlags } from '../../src/config/known-providers.ts'
import type { HttpClient } from '../../src/http/http-client.ts'
import { lookupAddresses } from '../../src/http/race.ts'
import { createUndiciClient } from '../../src/http/undici-client.ts'
import { createAnthropicModel } from '../../src/model/anthropic/anthropic-model.ts'
import type { JsonObject } from '../../src/model/json-value.ts'
import type { Message, Model, ModelReply, ModelRequest, ToolSpec } from '../../src/model/model.ts'
import { createOpenaiModel } from '../../src/model/openai/openai-model.ts'
import { isProviderError, type ProviderError } from '../../src/model/provider-error.ts'
import { FakeAnthropic } from './fake-anthropic.ts'
import { FakeOpenai } from './fake-openai.ts'
import type { FakeProvider, Scripted } from './fake-provider.ts'

/** A model of each wire format over the real HTTP client and a strict local server. */

export const never = new AbortController().signal

export const deviceRead: ToolSpec = {
  name: 'device_read',
  description: 'Read',
  parameters: { type: 'object', properties: { name: { type: 'string' } } },
}
export const deviceSet: ToolSpec = {
  name: 'device_set',
  description: 'Switch',
  parameters: { type: 'object', properties: { name: { type: 'string' }, value: { type: 'string' } } },
}

export const user = (text: string, context?: string): Message =>
  context === undefined ? { role: 'user', text } : { role: 'user', text, context }

export function asking(text: string, tools: readonly ToolSpec[] = [deviceRead, deviceSet]): ModelRequest {
  return { system: 'You are Pincer.', tools, messages: [user(text, 'It is 12:00.')] }
}

export interface RigOptions {
  readonly clock?: Clock
  readonly modelName?: string
  readonly flags?: Partial<ProviderFlags>
  readonly windowTokens?: number
  readonly isOwnServer?: boolean
  readonly apiKey?: string | undefined
  readonly baseUrl?: string
}

function httpFor(t: Test, clock: Clock = createSystemClock()): HttpClient {
  const http = createUndiciClient({ clock, lookup: lookupAddresses })
  t.teardown(() => http.close())
  return http
}

interface Rig<Server extends FakeProvider> {
  readonly server: Server
  readonly model: Model
}

export async function openaiRig(t: Test, options: RigOptions = {}): Promise<Rig<FakeOpenai>> {
  const server = await FakeOpenai.start()
  t.teardown(() => server.close())
  const model = createOpenaiModel({
    id: 'openai/gpt-6.1-terra',
    modelName: 'gpt-6.1-terra',
    baseUrl: server.baseUrl,
    apiKey: server.key,
    http: httpFor(t, options.clock),
    clock: createSystemClock(),
    windowTokens: 128_000,
    isOwnServer: false,
    ...options,
    flags: { ...providerFlags('openai', options.modelName ?? 'gpt-6.1-terra'), ...options.flags },
  })
  return { server, model }
}

export async function anthropicRig(t: Test, options: RigOptions = {}): Promise<Rig<FakeAnthropic>> {
  const server = await FakeAnthropic.start()
  t.teardown(() => server.close())
  const model = createAnthropicModel({
    id: 'anthropic/claude-sonnet-5-5',
    modelName: 'claude-sonnet-5-5',
    baseUrl: server.baseUrl,
    apiKey: server.key,
    http: httpFor(t, options.clock),
    clock: createSystemClock(),
    windowTokens: 200_000,
    isOwnServer: false,
    ...options,
    flags: { ...providerFlags('anthropic', options.modelName ?? 'claude-sonnet-5-5'), ...options.flags },
  })
  return { server, model }
}

export const rigs = { openai: openaiRig, anthropic: anthropicRig } as const

/** A model that calls a tool once, where it may, and then answers. */
export function callsThenAnswers(body: JsonObject): Scripted {
  const sent = JSON.stringify(body['messages'])
  const mayCall = 'tools' in body && !('tool_choice' in body) && !/"role":"tool"|"tool_result"/.test(sent)
  return mayCall ? { calls: [{ name: 'device_read', arguments: {} }] } : { text: 'ok' }
}

/** The failure of a call that must fail with ProviderError. */
export async function providerErrorOf(promise: Promise<ModelReply>): Promise<ProviderError> {
  const error: unknown = await promise.then(
    (reply) => new Error(`It answered: ${JSON.stringify(reply)}`),
    (failure: unknown) => failure,
  )
  if (!isProviderError(error)) throw error
  return error
}
