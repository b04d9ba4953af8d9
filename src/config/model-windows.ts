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

/**
 * The window of a model. Only the large providers run a model with the window that it was made for: a server of one's
 * own runs it with what its memory holds, and Ollama cuts off what is beyond in silence.
 */
export function windowTokensOf(provider: string, modelName: string): number {
  const known = knownProvider(provider)
  if (known === undefined) return limits.modelWindowTokensDefault
  if (known.keyName === undefined) return limits.localWindowTokens
  // OpenRouter and Groq put the maker in front: `anthropic/claude-sonnet-4.5`.
  const name = modelName.slice(modelName.lastIndexOf('/') + 1).toLowerCase()
  const found = windows.find(([start]) => name.startsWith(start))?.[1]
  return found ?? (known.api === 'anthropic' ? limits.anthropicWindowTokens : limits.modelWindowTokensDefault)
}
