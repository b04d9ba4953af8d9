import * as v from 'valibot'
import { limits } from '../limits.ts'
import { isHostOrNetwork, webAddress } from './addresses.ts'
import { channelsSchema } from './channel-schema.ts'
import type { Config } from './config.ts'
import { deviceNameSchema, deviceSchema } from './device-schema.ts'
import { duration } from './duration-schema.ts'
import type { Lookup } from './environment.ts'
import { readyModel, searchKeyName } from './known-providers.ts'
import { modelSchema, providersOf, providersSchema } from './provider-schema.ts'
import { isTimezone, nearestTimezone } from './timezone.ts'
import { choice, flag, listOf, mapOf, message, shape, text, wholeNumber } from './values.ts'

export interface SchemaOptions {
  /** Ids of the files in boards/. */
  readonly boards: readonly string[]
  readonly lookup: Lookup
  readonly defaults: { readonly board: string; readonly timezone: () => string }
}

/** pincer.yaml as a whole: the one definition of every key, its values and its default. */
export function configSchema({ boards, lookup, defaults }: SchemaOptions): v.GenericSchema<unknown, Config> {
  return v.pipe(
    shape(
      {
        model: v.nullish(modelSchema(), () => readyModel(lookup)),
        providers: v.nullish(providersSchema(lookup), {}),
        channels: channelsSchema(lookup),
        board: v.nullish(choice(['auto', 'simulated', ...boards.filter((id) => id !== 'simulated')]), defaults.board),
        devices: v.nullish(mapOf(deviceNameSchema(), deviceSchema(), 'devices by name'), {}),
        hardware: v.nullish(hardwareSchema(), {}),
        shell: v.nullish(shellSchema(), {}),
        web: v.nullish(webSchema(lookup), {}),
        heartbeat: v.nullish(heartbeatSchema(), 'off'),
        limits: v.nullish(limitsSchema(), {}),
        timezone: v.nullish(timezoneSchema(), defaults.timezone),
        units: v.nullish(choice(['metric', 'imperial']), 'metric'),
      },
      'settings such as `board: simulated`, each on its line',
    ),
    v.transform(({ model, heartbeat, providers, ...plain }): Config => ({
      ...plain,
      models: model,
      providers: providersOf(model, providers, lookup),
      heartbeatMs: heartbeat,
    })),
  )
}

function hardwareSchema() {
  const expected = message('a mapping with raw', 'For example hardware: { raw: off }')
  return shape({ raw: v.nullish(offAskAllow(), 'ask') }, expected)
}

function offAskAllow() {
  return choice(['off', 'ask', 'allow'])
}

function shellSchema(): v.GenericSchema<unknown, Config['shell']> {
  const commands = (): v.GenericSchema<unknown, string[]> =>
    listOf(text('a command or pattern in quotes'), 'a list of commands')
  return v.pipe(
    shape(
      {
        policy: v.nullish(offAskAllow()),
        allow: v.nullish(commands(), []),
        deny: v.nullish(commands(), []),
        network: v.nullish(flag(), false),
        timeout: v.nullish(
          duration({ leastMs: 1_000, mostMs: limits.shellTimeoutMaxMs, none: 'The shortest is 1s.' }),
          '60s',
        ),
      },
      message('a mapping with policy', 'For example shell: { policy: off }'),
    ),
    v.transform(({ policy, timeout, ...plain }) => ({
      ...plain,
      policy: policy ?? 'ask',
      isAskedFor: policy !== undefined && policy !== null,
      timeoutMs: timeout,
    })),
  )
}

function webSchema(lookup: Lookup): v.GenericSchema<unknown, Config['web']> {
  const address = 'an IP address, a network such as 192.168.1.0/24, or a host name'
  const engines: ReadonlySet<unknown> = new Set(['off', 'brave', 'tavily'])
  const searx = v.lazy((input) => {
    if (typeof input === 'string' && input.includes('://')) return webAddress()
    return v.custom<string>((word) => engines.has(word), 'off, brave, tavily or the address of a SearXNG')
  })
  const web = shape(
    {
      allowPrivate: v.nullish(
        listOf(
          v.pipe(text(address), v.check(isHostOrNetwork, message(address, 'Leave out http:// and the path.'))),
          'a list of addresses',
        ),
        [],
      ),
      search: v.nullish(searx, 'off'),
    },
    'a mapping with allowPrivate and search',
  )
  return v.pipe(
    web,
    v.transform((plain) => {
      const keyName = searchKeyName(plain.search)
      const searchKey = keyName === undefined ? undefined : lookup(keyName)
      return searchKey === undefined ? plain : { ...plain, searchKey }
    }),
  )
}

function heartbeatSchema(): v.GenericSchema<unknown, number | undefined> {
  const off = v.pipe(
    v.literal('off'),
    v.transform(() => undefined),
  )
  const noDuration = v.pipe(
    v.custom<never>(
      () => false,
      ({ input }) => {
        const isOff = typeof input === 'string' && /^\s*off\s*$/i.test(input)
        const fix = input === false ? 'Write off, not false.' : isOff ? 'Write off.' : undefined
        return message('off, or a duration such as 30m', fix)
      },
    ),
    v.transform(() => undefined),
  )
  const every = duration({ leastMs: limits.heartbeatMinMs, none: 'Write off.' })
  return v.lazy((input) => {
    if (input === 'off') return off
    return typeof input === 'string' && /^\d/.test(input) ? every : noDuration
  })
}

function limitsSchema(): v.GenericSchema<unknown, Config['limits']> {
  return shape(
    {
      iterations: v.nullish(wholeNumber(1, limits.turnIterationsMax), limits.turnIterationsMax),
      tokensPerDay: v.nullish(wholeNumber(1, 1_000_000_000), 500_000),
      actsPerHour: v.nullish(wholeNumber(1, 10_000), 120),
    },
    'a mapping with iterations, tokensPerDay and actsPerHour',
  )
}

function timezoneSchema(): v.GenericSchema<unknown, string> {
  const expected = 'a time zone such as Europe/Berlin'
  return v.pipe(
    text(expected),
    v.check(isTimezone, ({ input }) => {
      const near = nearestTimezone(input)
      return message(expected, near === undefined ? undefined : `Did you mean ${near}?`)
    }),
  )
}
