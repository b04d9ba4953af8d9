import { ModelChoice } from './agent/model-choice.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config/config.ts'
import { providerFlags } from './config/known-providers.ts'
import { isOwnServer, windowTokensOf } from './config/model-windows.ts'
import type { Devices } from './devices/device.ts'
import { PincerError } from './errors.ts'
import type { Board } from './hardware/board.ts'
import type { HttpClient } from './http/http-client.ts'
import { limits } from './limits.ts'
import type { Log, Redact } from './log.ts'
import { createChain } from './model/chain.ts'
import { withFrames } from './model/frames.ts'
import type { Model } from './model/model.ts'
import type { OfflineModelOptions } from './model/offline/offline-model.ts'
import { withRedaction } from './model/redacted-model.ts'
import { withRetry } from './model/retry.ts'
import { TokenBudget, withTokenBudget } from './model/token-budget.ts'
import { loadPart } from './parts.ts'

export interface ModelParts {
  readonly config: Config
  readonly devices: Devices
  readonly board: Board
  readonly http: () => Promise<HttpClient>
  readonly clock: Clock
  readonly log: Log
  readonly redact: Redact
  readonly chance: () => number
  readonly stateFolder: string
  /** Answers instead of the configured models. */
  readonly instead: Model | undefined
}

export interface ModelSide {
  /** What all chats ask; each may choose among the configured models. */
  readonly choice: ModelChoice
  /** Writes what is not on the disk yet. */
  close(): Promise<void>
}

/** The configured models, each tried again where that helps and counted where it costs. */
export async function createModels(parts: ModelParts): Promise<ModelSide> {
  const { config, devices, board, clock, log, redact, stateFolder } = parts
  const { timezone } = config
  const { tokensPerDay } = config.limits
  const facts = `Board: ${board.label}. Model: ${config.models.join(', ')}.`
  const offline = createOffline({ devices: () => devices.list(), facts: () => facts })
  const budget = await TokenBudget.open({ clock, log, stateFolder, timezone, tokensPerDay })
  const models = await Promise.all(
    config.models.map(async (id) =>
      id === 'offline'
        ? offline
        : withRedaction(withFrames(withTokenBudget(await createRemote(id, parts), budget)), redact),
    ),
  )
  const choice = await ModelChoice.open({
    models: parts.instead === undefined ? models : [withRedaction(withFrames(parts.instead), redact)],
    offline,
    chain: (some) => createChain(some, { clock, log }),
    budget,
    stateFolder,
    clock,
    log,
  })
  return { choice, close: () => budget.close() }
}

/** The grammar, loaded when it is first asked: where a provider answers, that may be never. */
function createOffline(options: OfflineModelOptions): Model {
  return {
    id: 'offline',
    windowTokens: limits.offlineWindowTokens,
    async complete(request, signal) {
      const { createOfflineModel } = await loadPart('offline')
      return createOfflineModel(options).complete(request, signal)
    },
  }
}

async function createRemote(id: string, parts: ModelParts): Promise<Model> {
  const { config, http, clock } = parts
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
    windowTokens: windowTokensOf(provider, modelName, described.baseUrl),
    isOwnServer: isOwnServer(described.baseUrl),
    flags: providerFlags(provider, modelName),
  }
  switch (described.api) {
    case 'openai':
      return withRetry((await loadPart('openai')).createOpenaiModel(options), parts)
    case 'anthropic':
      return withRetry((await loadPart('anthropic')).createAnthropicModel(options), parts)
  }
}
