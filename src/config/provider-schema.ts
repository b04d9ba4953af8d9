import * as v from 'valibot'
import { webAddress } from './addresses.ts'
import type { Config, ProviderConfig } from './config.ts'
import type { Lookup } from './environment.ts'
import { knownProvider } from './known-providers.ts'
import { choice, isName, mapOf, message, secret, shape, text } from './values.ts'

export function modelSchema(): v.GenericSchema<unknown, string[]> {
  const expected = 'offline, or provider/model such as anthropic/claude-sonnet-5-5'
  const id = v.pipe(
    text(expected),
    v.regex(/^(offline|(?!offline\/)[a-z][a-z0-9_-]*\/\S+)$/, ({ input }) =>
      message(expected, /^offline\b/i.test(input) ? 'Write offline.' : undefined),
    ),
  )
  const one = v.pipe(
    id,
    v.transform((model) => [model]),
  )
  const several = v.pipe(v.array(id), v.minLength(1, 'at least one model, or offline'))
  return v.lazy((input) => (Array.isArray(input) ? several : one))
}

export function providersSchema(lookup: Lookup): v.GenericSchema<unknown, Config['providers']> {
  const key = v.pipe(
    v.string(),
    v.check(
      (word) => isName(word) && word !== 'offline',
      'a name of lower-case letters, digits, - and _ that starts with a letter, and is not offline',
    ),
  )
  const provider = shape(
    {
      api: v.nullish(choice(['openai', 'anthropic'])),
      baseUrl: v.nullish(webAddress()),
      apiKey: v.nullish(secret('the key that the provider gave')),
    },
    'a mapping with api, baseUrl and apiKey',
  )
  return v.pipe(
    mapOf(key, provider, 'providers by name'),
    v.transform((providers) =>
      Object.fromEntries(
        Object.entries(providers).map(([name, { api, baseUrl, apiKey }]) => {
          const known = readyProvider(name, lookup)
          // What neither stands here nor is known was refused by checkProviders.
          const filled = { api: api ?? known?.api ?? 'openai', baseUrl: baseUrl ?? known?.baseUrl ?? '' } as const
          const found = apiKey ?? known?.apiKey
          return [name, found === undefined ? filled : { ...filled, apiKey: found }]
        }),
      ),
    ),
  )
}

/** The providers that these models need, those that need no word in the file too. */
export function providersOf(
  models: readonly string[],
  described: Config['providers'],
  lookup: Lookup,
): Config['providers'] {
  const named = models.map((model) => model.slice(0, Math.max(0, model.indexOf('/'))))
  const ready = named.flatMap((name): readonly (readonly [string, ProviderConfig])[] => {
    const provider = readyProvider(name, lookup)
    return provider === undefined ? [] : [[name, provider]]
  })
  return { ...Object.fromEntries(ready), ...described }
}

function readyProvider(name: string, lookup: Lookup): ProviderConfig | undefined {
  const known = knownProvider(name)
  if (known === undefined) return undefined
  const { api, baseUrl, keyName } = known
  const apiKey = keyName === undefined ? undefined : lookup(keyName)
  return apiKey === undefined ? { api, baseUrl } : { api, baseUrl, apiKey }
}
