import { limits } from '../limits.ts'
import { knownProvider } from './known-providers.ts'

/**
 * Tokens that one request and its reply may hold, by how the model's name begins; the first that fits counts. From the
 * providers' pages of their models and the lists of github.com/anomalyco/models.dev and
 * github.com/BerriAI/litellm (model_prices_and_context_window.json), November 2026. Where the models of a family differ,
 * that of the smallest: no chat here fills more than 100,000 tokens anyway.
 */
const windows: readonly (readonly [string, number])[] = [
  ['claude-', 200_000],
  ['gpt-4.1', 1_000_000],
  ['gpt-4o', 128_000],
  ['gpt-oss', 131_072],
  ['gpt-5', 400_000],
  ['gpt-6', 1_050_000],
  ['gemini-', 1_000_000],
  ['grok-', 256_000],
  ['deepseek-flash', 1_000_000],
  ['deepseek-', 128_000],
  ['mistral-', 128_000],
  ['ministral-', 128_000],
  ['magistral-', 128_000],
  ['codestral-', 256_000],
  ['devstral-', 128_000],
  ['llama-3.1', 131_072],
  ['llama-3.3', 131_072],
  ['llama-4', 131_072],
]

/** On this machine or in this network: nothing but that may be reached by plain http. */
export function isOwnServer(baseUrl: string): boolean {
  return /^http:/i.test(baseUrl)
}

/**
 * The window of a model. Only the large providers run a model with the window that it was made for: a server of one's
 * own runs it with what its memory holds, and has to be asked.
 */
export function windowTokensOf(provider: string, modelName: string, baseUrl: string): number {
  if (isOwnServer(baseUrl)) return limits.localWindowTokens
  const known = knownProvider(provider)
  if (known === undefined) return limits.modelWindowTokensDefault
  // OpenRouter and Groq put the maker in front: `anthropic/claude-sonnet-4.5`.
  const name = modelName.slice(modelName.lastIndexOf('/') + 1).toLowerCase()
  const found = windows.find(([start]) => name.startsWith(start))?.[1]
  return found ?? (known.api === 'anthropic' ? limits.anthropicWindowTokens : limits.modelWindowTokensDefault)
}
