import * as v from 'valibot'
import { limits } from '../limits.ts'
import type { ContactConfig, DeviceConfig, SwitchConfig } from './config.ts'
import { duration } from './duration-schema.ts'
import { isMapping } from './source.ts'
import { inputEntries, sensorSchemas } from './sensor-schema.ts'
import { lineFix } from './wiring-checks.ts'
import { choice, flag, isName, keyFix, message, shape, text, wholeNumber } from './values.ts'

/** Words of the chat grammar: `on` as a device would make `/set on off` a riddle. */
const grammarWords: ReadonlySet<string> = new Set(
  (
    'a all an and approve are at board deny device devices every everything for help hi history how hello i if in is it ' +
    'jobs list lines me model my new no none nothing of off on open closed or pair please read resume say set show sim ' +
    'simulated start state status stop switch that the them then this to toggle turn until what when whoami why yes you'
  ).split(' '),
)

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
  const byKind: Readonly<Record<DeviceConfig['kind'], v.GenericSchema<unknown, DeviceConfig>>> = {
    switch: switchSchema(),
    light: lightSchema(),
    level: levelSchema(),
    contact: contactSchema(),
    ...sensorSchemas(),
  }
  const isKind = (word: unknown): word is DeviceConfig['kind'] =>
    typeof word === 'string' && Object.hasOwn(byKind, word)
  const deviceKinds = Object.keys(byKind).filter(isKind)
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
    v.transform(({ kind }): DeviceConfig => {
      throw new Error(`Devices of the kind ${kind} have a schema of their own.`)
    }),
  )
  return v.lazy((input) => {
    const kind = isMapping(input) ? input['kind'] : undefined
    return isKind(kind) ? byKind[kind] : noKind
  })
}

function switchSchema(): v.GenericSchema<unknown, SwitchConfig> {
  return v.pipe(
    shape(
      {
        kind: v.literal('switch'),
        line: text('a GPIO line such as GPIO17', lineFix),
        invert: v.nullish(flag(), false),
        safe: v.nullish(choice(['on', 'off']), 'off'),
        start: v.nullish(choice(['safe', 'last']), 'safe'),
        maxOn: v.nullish(limit()),
        minOn: v.nullish(limit()),
        minOff: v.nullish(limit()),
        perMinute: v.nullish(wholeNumber(1, limits.switchesPerMinuteMax)),
        interlock: v.nullish(text('the name of a group of switches')),
        deadTime: v.nullish(limit()),
        confirm: v.nullish(flag(), false),
      },
      'a device',
    ),
    v.transform(({ maxOn, minOn, minOff, perMinute, interlock, deadTime, ...plain }): SwitchConfig => ({
      ...plain,
      scale: undefined,
      maxOnMs: maxOn ?? undefined,
      minOnMs: minOn ?? undefined,
      minOffMs: minOff ?? undefined,
      perMinute: perMinute ?? undefined,
      interlock: interlock ?? undefined,
      deadTimeMs: deadTime ?? undefined,
    })),
  )
}

/** A lamp that nothing can go wrong with: an LED that a kernel driver has, or a line. */
function lightSchema(): v.GenericSchema<unknown, SwitchConfig> {
  const common = {
    kind: v.literal('light'),
    start: v.nullish(choice(['safe', 'last']), 'safe'),
    maxOn: v.nullish(limit()),
  } as const
  const onLine = v.pipe(
    shape(
      {
        ...common,
        line: text('a GPIO line such as GPIO17, or led: NAME instead', lineFix),
        invert: v.nullish(flag(), false),
      },
      'a device',
    ),
    v.transform(({ line, invert, start, maxOn }) =>
      unlimited({ kind: 'light', line, invert, start, maxOn, scale: undefined }),
    ),
  )
  const onLed = v.pipe(
    shape({ ...common, led: kernelName('the name of an LED in /sys/class/leds') }, 'a device'),
    v.transform(({ led, start, maxOn }) =>
      unlimited({
        kind: 'light',
        line: `led:${led}`,
        invert: false,
        start,
        maxOn,
        scale: { min: 0, max: 100, safe: 0 },
      }),
    ),
  )
  return v.lazy((input) => (isMapping(input) && 'led' in input ? onLed : onLine))
}

/** A PWM channel that a kernel driver has. */
function levelSchema(): v.GenericSchema<unknown, SwitchConfig> {
  const percents = v.strictTuple([percent(), percent()], 'two percentages such as [10, 80]')
  return v.pipe(
    shape(
      {
        kind: v.literal('level'),
        chip: kernelName('the device of a PWM chip, as `readlink /sys/class/pwm/pwmchip*/device` ends'),
        channel: v.nullish(wholeNumber(0, limits.pwmChannelMax), 0),
        frequency: v.nullish(wholeNumber(1, limits.pwmHertzMax), 1_000),
        range: v.nullish(
          v.pipe(
            percents,
            v.check(([min, max]) => min < max, 'the lower percentage first, such as [10, 80]'),
          ),
          [0, 100],
        ),
        safe: v.nullish(percent(), 0),
        maxOn: v.nullish(limit()),
      },
      'a device',
    ),
    v.transform(({ chip, channel, frequency, range: [min, max], safe, maxOn }) => {
      const line = `pwm:${chip}/${channel}@${frequency}`
      return unlimited({ kind: 'level', line, invert: false, start: 'safe', maxOn, scale: { min, max, safe } })
    }),
  )
}

function unlimited({
  maxOn,
  ...plain
}: Pick<SwitchConfig, 'kind' | 'line' | 'invert' | 'start' | 'scale'> & {
  readonly maxOn?: number | null | undefined
}): SwitchConfig {
  const no = { minOnMs: undefined, minOffMs: undefined, perMinute: undefined }
  return {
    ...plain,
    ...no,
    safe: 'off',
    maxOnMs: maxOn ?? undefined,
    interlock: undefined,
    deadTimeMs: undefined,
    confirm: false,
  }
}

function percent(): v.GenericSchema<unknown, number> {
  return v.pipe(
    v.number(({ input }) =>
      message('a percentage from 0 to 100', typeof input === 'string' ? 'Write it without quotes and %.' : undefined),
    ),
    v.check((value) => value >= 0 && value <= 100, 'a percentage from 0 to 100'),
  )
}

/** It becomes a part of a path below /sys. */
function kernelName(expected: string): v.GenericSchema<unknown, string> {
  return v.pipe(
    text(expected),
    v.check((name) => /^[^/@\s]{1,64}$/.test(name) && name !== '.' && name !== '..', expected),
  )
}

function contactSchema(): v.GenericSchema<unknown, ContactConfig> {
  return v.pipe(
    shape({ kind: v.literal('contact'), ...inputEntries() }, 'a device'),
    v.transform(({ debounce, ...plain }): ContactConfig => ({ ...plain, debounceMs: debounce })),
  )
}

function limit(): v.GenericSchema<unknown, number> {
  return duration({ none: 'Leave the key out for no limit.' })
}
