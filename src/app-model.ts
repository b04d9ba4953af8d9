import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import { providerFlags } from './config/known-providers.ts'
import { windowTokensOf } from './config/model-windows.ts'
import type { Devices } from './devices/device.ts'
import { PincerError } from './errors.ts'
import type { Board } from './hardware/board.ts'
import type { HttpClient } from './http/http-client.ts'
import type { Log } from './log.ts'
import { createChain } from './model/chain.ts'
import type { Model } from './model/model.ts'
import { createOfflineModel } from './model/offline/offline-model.ts'
import { withRetry } from './model/retry.ts'
import { loadPart } from './parts.ts'

export interface ModelParts {
  readonly config: Config
  readonly devices: Devices
  readonly board: Board
  readonly http: () => Promise<HttpClient>
  readonly clock: Clock
  readonly log: Log
  readonly chance: () => number
}

/** The configured models as one, each tried again where that helps. */
export async function createModel(parts: ModelParts): Promise<Model> {
  const models = await Promise.all(parts.config.models.map((id) => createOne(id, parts)))
  const [only] = models
  return models.length === 1 && only !== undefined ? only : createChain(models, parts)
}

async function createOne(id: string, parts: ModelParts): Promise<Model> {
  const { config, devices, board, http, clock } = parts
  if (id === 'offline') {
    const facts = `Board: ${board.label}. Model: ${config.models.join(', ')}.`
    return createOfflineModel({ devices: () => devices.list(), facts: () => facts })
  }
  const [provider = ''] = id.split('/', 1)
  const modelName = id.slice(provider.length + 1)
  const described = config.providers[provider]
  if (described === undefined) throw new PincerError('config', `Nothing is known of the provider of the model ${id}.`)
  const options = {
    id,
    modelName,
    baseUrl: described.baseUrl,
    apiKey: described.apiKey,
    http: await http(),
    clock,
    windowTokens: windowTokensOf(provider, modelName),
    flags: providerFlags(provider, modelName),
  }
  switch (described.api) {
    case 'openai':
      return withRetry((await loadPart('openai')).createOpenaiModel(options), parts)
    case 'anthropic':
      return withRetry((await loadPart('anthropic')).createAnthropicModel(options), parts)
  }
}
