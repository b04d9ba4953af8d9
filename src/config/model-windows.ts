import { limits } from '../limits.ts'
import { knownProvider } from './known-providers.ts'

/** Tokens that one request and its reply may hold, by how the model's name begins; the first that fits counts. */
const windows: readonly (readonly [string, number])[] = [
  ['claude-', 200_000],
  ['gpt-5', 400_000],
  ['gpt-4.1', 1_000_000],
  ['gpt-4o', 128_000],
  ['gpt-oss', 131_072],
  ['o3', 200_000],
  ['o4', 200_000],
  ['gemini-', 1_000_000],
  ['grok-4', 256_000],
  ['grok-3', 131_072],
  ['deepseek-', 128_000],
  ['mistral-', 128_000],
  ['magistral-', 40_000],
  ['codestral-', 128_000],
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
