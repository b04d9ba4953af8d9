import * as v from 'valibot'
import { webAddress } from './addresses.ts'
import type { Config } from './config.ts'
import type { Lookup } from './environment.ts'
import { knownProvider } from './known-providers.ts'
import { choice, isName, mapOf, message, secret, shape, text } from './values.ts'

export function modelSchema(): v.GenericSchema<unknown, string[]> {
  const expected = 'offline, or provider/model such as anthropic/claude-sonnet-4-5'
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
          const known = knownProvider(name)
          const filled = {
            // What neither stands here nor is known was refused by checkProviders.
            api: api ?? known?.api ?? 'openai',
            baseUrl: baseUrl ?? known?.baseUrl ?? '',
          } as const
          const found = apiKey ?? (known?.keyName === undefined ? undefined : lookup(known.keyName))
          return [name, found === undefined ? filled : { ...filled, apiKey: found }]
        }),
      ),
    ),
  )
}
