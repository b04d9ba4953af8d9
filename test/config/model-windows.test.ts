import t from 'tap'
import { knownProvider, knownProviderNames } from '../../src/config/known-providers.ts'
import { windowTokensOf } from '../../src/config/model-windows.ts'

void t.test('the window of a well-known model is known, and any other is taken to be small', (t) => {
  const rows: readonly (readonly [string, string, number])[] = [
    ['anthropic', 'claude-sonnet-5-5', 200_000],
    ['anthropic', 'made-up', 200_000],
    ['openai', 'gpt-5.4-mini', 400_000],
    ['openai', 'gpt-6.1-terra', 1_050_000],
    ['openai', 'gpt-4.1-mini', 1_000_000],
    ['openai', 'made-up', 32_000],
    ['openrouter', 'anthropic/claude-sonnet-5.5', 200_000],
    ['groq', 'openai/gpt-oss-120b', 131_072],
    ['gemini', 'gemini-3.5-flash-lite', 1_000_000],
    ['lan', 'gpt-5.4-mini', 32_000],
    ['constructor', 'x', 32_000],
    ['ollama', 'llama-3.3', 4_096],
    ['llamacpp', 'any', 4_096],
  ]
  for (const [provider, model, tokens] of rows) {
    const baseUrl = knownProvider(provider)?.baseUrl ?? 'https://models.example/v1'
    t.equal(windowTokensOf(provider, model, baseUrl), tokens, `${provider}/${model}`)
  }
  t.equal(windowTokensOf('openai', 'gpt-5.4-mini', 'http://192.168.1.10:11434/v1'), 4_096, 'moved into this network')
  t.equal(windowTokensOf('lan', 'qwen3', 'HTTP://192.168.1.10:8080'), 4_096)
  t.end()
})

void t.test('the window of every default model is known', (t) => {
  for (const name of knownProviderNames()) {
    const model = knownProvider(name)?.defaultModel
    if (model !== undefined)
      t.ok(windowTokensOf(name, model, knownProvider(name)?.baseUrl ?? '') >= 128_000, `${name}/${model}`)
  }
  t.end()
})

void t.test('servers of one own machine need no key and are reached on it', (t) => {
  for (const name of ['ollama', 'llamacpp']) {
    t.match(knownProvider(name), { api: 'openai', baseUrl: /^http:\/\/127\.0\.0\.1:\d+\/v1$/, keyName: undefined })
  }
  const others = knownProviderNames().filter((name) => !['ollama', 'llamacpp'].includes(name))
  for (const name of others) t.match(knownProvider(name)?.keyName, /^[A-Z]+_API_KEY$/)
  t.end()
})
