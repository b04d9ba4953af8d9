import * as v from 'valibot'
import { limits } from '../limits.ts'
import type { Bme280Config, ContactConfig, DeviceConfig, Mcp3008Config, SwitchConfig } from './config.ts'
import { duration } from './duration-schema.ts'
import { isMapping } from './source.ts'
import { lineFix } from './wiring-checks.ts'
import { choice, flag, isName, keyFix, message, numberFix, quotesFix, shape, text, wholeNumber } from './values.ts'

const deviceKinds = ['switch', 'contact', 'button', 'counter', 'bme280', 'mcp3008', 'ads1115', 'ina219'] as const

/** Words of the chat grammar: `on` as a device would make `/set on off` a riddle. */
const grammarWords: ReadonlySet<string> = new Set(
  (
    'a all an and approve are at board deny device devices every everything for help hi history how hello i if in is it ' +
    'jobs list lines me model my new no none nothing of off on open closed or pair please read resume say set show sim ' +
    'simulated start state status stop switch that the them then this to toggle turn until what when whoami why yes you'
  ).split(' '),
)

const i2cBusMax = 255

export function deviceNameSchema(): v.GenericSchema<string, string> {
  const expected = `a name of 1 to ${limits.configNameCharsMax} lower-case letters, digits, - and _ that starts with a letter`
  return v.pipe(
    v.string(),
    v.check(isName, ({ input }) => {
      const lower = input.toLowerCase().replaceAll(/\s+/g, '-')
      return message(expected, lower !== input && isName(lower) ? `Write ${lower}.` : undefined)
    }),
    v.check(
      (word) => !grammarWords.has(word),
      message('a name that is not a word of the chat commands', 'Describe the thing, for example desk-lamp.'),
    ),
  )
}

/** One device by its `kind`; a device without a known kind is checked no further. */
export function deviceSchema(): v.GenericSchema<unknown, DeviceConfig> {
  const byKind: Readonly<Record<(typeof deviceKinds)[number], v.GenericSchema<unknown, DeviceConfig>>> = {
    switch: switchSchema(),
    contact: contactSchema(),
    button: laterInput('button'),
    counter: laterInput('counter'),
    bme280: bme280Schema(),
    mcp3008: mcp3008Schema(),
    ads1115: laterChip('ads1115', {
      ...i2cAt(0x48, 0x4b),
      channel: wholeNumber(0, 3),
      gain: v.nullish(v.picklist(['2/3', 1, 2, 4, 8, 16], '2/3, 1, 2, 4, 8 or 16')),
    }),
    ina219: laterChip('ina219', {
      ...i2cAt(0x40, 0x4f),
      shuntOhms: v.nullish(above(0, 'a resistance above 0, in ohms'), 0.1),
    }),
  }
  const example = 'a device such as { kind: switch, line: GPIO17 }'
  const noKind = v.pipe(
    v.custom<object>(isMapping, example),
    v.looseObject({ kind: choice(deviceKinds) }, ({ path }) => {
      const settings = path?.[0]?.input
      const fixes = isMapping(settings) ? Object.entries(settings).map(([key, value]) => keyFix(key, value)) : []
      return message(
        `a kind: ${deviceKinds.join(', ')}`,
        fixes.find((fix) => fix !== undefined),
      )
    }),
    // Not reached with a known kind: those have their own schema.
    v.transform(({ kind }) => ({ kind }) as DeviceConfig),
  )
  return v.lazy((input) => {
    const kind = isMapping(input) ? deviceKinds.find((known) => known === input['kind']) : undefined
    return kind === undefined ? noKind : byKind[kind]
  })
}

function switchSchema(): v.GenericSchema<unknown, SwitchConfig> {
  return v.pipe(
    shape(
      {
        kind: v.literal('switch'),
        line: line(),
        invert: v.nullish(flag(), false),
        safe: v.nullish(choice(['on', 'off']), 'off'),
        start: v.nullish(choice(['safe', 'last']), 'safe'),
        maxOn: v.nullish(limit()),
        minOn: v.nullish(limit()),
        minOff: v.nullish(limit()),
        perMinute: v.nullish(wholeNumber(1, limits.switchesPerMinuteMax)),
        interlock: v.nullish(text('the name of a group of switches')),
        confirm: v.nullish(flag(), false),
      },
      'a device',
    ),
    v.transform(({ maxOn, minOn, minOff, perMinute, interlock, ...plain }): SwitchConfig => ({
      ...plain,
      maxOnMs: maxOn ?? undefined,
      minOnMs: minOn ?? undefined,
      minOffMs: minOff ?? undefined,
      perMinute: perMinute ?? undefined,
      interlock: interlock ?? undefined,
    })),
  )
}

function contactSchema(): v.GenericSchema<unknown, ContactConfig> {
  return v.pipe(
    shape({ kind: v.literal('contact'), ...input() }, 'a device'),
    v.transform(({ debounce, ...plain }): ContactConfig => ({ ...plain, debounceMs: debounce })),
  )
}

function bme280Schema(): v.GenericSchema<unknown, Bme280Config> {
  // Bosch BME280 datasheet, 6.2: SDO low is 0x76, high is 0x77.
  return shape({ kind: v.literal('bme280'), ...i2cAt(0x76, 0x77) }, 'a device')
}

function mcp3008Schema(): v.GenericSchema<unknown, Mcp3008Config> {
  return shape(
    {
      kind: v.literal('mcp3008'),
      spi: v.nullish(spiDevice(), '0.0'),
      channel: wholeNumber(0, 7),
      vref: v.nullish(above(0, 'a voltage above 0'), 3.3),
    },
    'a device',
  )
}

function laterInput(kind: 'button' | 'counter'): v.GenericSchema<unknown, DeviceConfig> {
  return v.pipe(
    shape({ kind: v.literal(kind), ...input() }, 'a device'),
    v.transform(({ debounce, ...plain }) => ({ ...plain, debounceMs: debounce })),
  )
}

function laterChip(kind: 'ads1115' | 'ina219', entries: v.ObjectEntries): v.GenericSchema<unknown, DeviceConfig> {
  return v.pipe(
    shape({ ...entries, kind: v.literal(kind) }, 'a device'),
    v.transform((chip) => ({ ...chip, kind })),
  )
}

function limit(): v.GenericSchema<unknown, number> {
  return duration({ none: 'Leave the key out for no limit.' })
}

function line(): v.GenericSchema<unknown, string> {
  return text('a GPIO line such as GPIO17', lineFix)
}

function input() {
  return {
    line: line(),
    pull: v.nullish(choice(['up', 'down', 'off']), 'off'),
    invert: v.nullish(flag(), false),
    debounce: v.nullish(duration({ mostMs: limits.debounceMaxMs, none: 'The shortest is 1ms.' }), '20ms'),
  } as const
}

function i2cAt(least: number, most: number) {
  const join = most - least === 1 ? 'or' : 'to'
  const expected = `${hex(least)} ${join} ${hex(most)}`
  const fix = (input: unknown): string | undefined => {
    if (numberFix(input) === quotesFix) return quotesFix
    const [, digits = ''] = /^(?:0x)?([0-9a-f]{2})h?$/i.exec(String(input)) ?? []
    const meant = Number.parseInt(digits, 16)
    return meant >= least && meant <= most ? `Addresses are hexadecimal: write ${hex(meant)}.` : undefined
  }
  const address = v.pipe(
    v.number(({ input }) => message(expected, fix(input))),
    v.check(
      (value) => Number.isInteger(value) && value >= least && value <= most,
      ({ input }) => message(expected, fix(input)),
    ),
  )
  return { bus: v.nullish(i2cBus(), 1), address: v.nullish(address, least) } as const
}

function i2cBus(): v.GenericSchema<unknown, number> {
  const number = wholeNumber(0, i2cBusMax)
  const named = v.custom<number>(
    () => false,
    ({ input }) => message('the number of a bus', `Write ${/\d+$/.exec(String(input))?.[0] ?? ''}.`),
  )
  return v.lazy((input) => (typeof input === 'string' && /^(\/dev\/)?i2c-\d{1,3}$/.test(input) ? named : number))
}

function spiDevice(): v.GenericSchema<unknown, string> {
  const expected = 'a bus and chip select such as "0.0"'
  return v.pipe(
    v.string(({ input }) => message(expected, typeof input === 'number' ? 'Write it in quotes.' : undefined)),
    v.regex(/^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/, ({ input }) => {
      const [, bus, select] = /^(?:\/dev\/)?(?:spidev)?(\d{1,3})[./:](\d{1,3})$/.exec(input) ?? []
      return message(expected, bus === undefined ? undefined : `Write "${Number(bus)}.${Number(select)}".`)
    }),
  )
}

function above(bound: number, expected: string): v.GenericSchema<unknown, number> {
  return v.pipe(
    v.number(({ input }) => message(expected, numberFix(input))),
    v.check((value) => value > bound && Number.isFinite(value), expected),
  )
}

function hex(address: number): string {
  return `0x${address.toString(16).padStart(2, '0')}`
}
