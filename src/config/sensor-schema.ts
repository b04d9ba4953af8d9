import * as v from 'valibot'
import { limits } from '../limits.ts'
import { chipAddresses } from './chip-addresses.ts'
import type { I2cChipKind } from './chip-addresses.ts'
import type {
  Ads1115Config,
  I2cSensorConfig,
  Ina219Config,
  KernelSensorConfig,
  Mcp3008Config,
  PulseConfig,
  SensorConfig,
} from './config.ts'
import { duration } from './duration-schema.ts'
import { choice, flag, message, numberFix, quotesFix, shape, text, wholeNumber } from './values.ts'
import { lineFix } from './wiring-checks.ts'

const i2cBusMax = 255

type Schemas<Kind extends string, Config> = Readonly<Record<Kind, v.GenericSchema<unknown, Config>>>

/** What is only read, by its kind; a contact stands with the switches in device-schema.ts. */
export function sensorSchemas(): Schemas<SensorConfig['kind'], SensorConfig> {
  return {
    button: pulse('button'),
    counter: pulse('counter'),
    bme280: i2cSensor('bme280'),
    bmp280: i2cSensor('bmp280'),
    sht4x: i2cSensor('sht4x'),
    aht20: i2cSensor('aht20'),
    bh1750: i2cSensor('bh1750'),
    tmp102: i2cSensor('tmp102'),
    lm75: i2cSensor('lm75'),
    ads1115: ads1115(),
    ina219: ina219(),
    mcp3008: mcp3008(),
    ...kernelSensors(),
  }
}

/** A GPIO line that somebody else drives. */
export function inputEntries() {
  return {
    line: text('a GPIO line such as GPIO17', lineFix),
    pull: v.nullish(choice(['up', 'down', 'off']), 'off'),
    invert: v.nullish(flag(), false),
    debounce: v.nullish(duration({ mostMs: limits.debounceMaxMs, none: 'The shortest is 1ms.' }), '20ms'),
  } as const
}

function pulse(kind: PulseConfig['kind']): v.GenericSchema<unknown, PulseConfig> {
  return v.pipe(
    shape({ kind: v.literal(kind), ...inputEntries() }, 'a device'),
    v.transform(({ debounce, ...plain }): PulseConfig => ({ ...plain, debounceMs: debounce })),
  )
}

function i2cSensor(kind: I2cSensorConfig['kind']): v.GenericSchema<unknown, I2cSensorConfig> {
  return shape({ kind: v.literal(kind), ...i2cAt(kind) }, 'a device')
}

function ads1115(): v.GenericSchema<unknown, Ads1115Config> {
  return shape(
    {
      kind: v.literal('ads1115'),
      ...i2cAt('ads1115'),
      channel: wholeNumber(0, 3),
      gain: v.nullish(v.picklist(['2/3', 1, 2, 4, 8, 16], '2/3, 1, 2, 4, 8 or 16'), 1),
    },
    'a device',
  )
}

function ina219(): v.GenericSchema<unknown, Ina219Config> {
  return shape(
    {
      kind: v.literal('ina219'),
      ...i2cAt('ina219'),
      shuntOhms: v.nullish(above(0, 'a resistance above 0, in ohms'), 0.1),
    },
    'a device',
  )
}

function mcp3008(): v.GenericSchema<unknown, Mcp3008Config> {
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

function kernelSensors(): Schemas<KernelSensorConfig['kind'], KernelSensorConfig> {
  const id = 'the id of a DS18B20 such as 28-0316a279d4ff'
  return {
    hwmon: named('hwmon', /^(temp|humidity|in|curr|power|fan)\d+$/, 'temp1, humidity1, in0, curr1, power1 or fan1'),
    iio: named(
      'iio',
      /^(temp|pressure|humidityrelative|illuminance|voltage|current|power|concentration_co2)[a-z0-9_-]*$/,
      'temp, humidityrelative, pressure, illuminance, voltage0 or the like',
    ),
    ds18b20: shape(
      {
        kind: v.literal('ds18b20'),
        id: v.pipe(
          text(id),
          v.regex(/^28-[0-9a-f]{12}$/, message(id, 'It is the name of its folder in /sys/bus/w1/devices.')),
        ),
      },
      'a device',
    ),
    thermal: shape(
      { kind: v.literal('thermal'), zone: text('the type of a thermal zone such as cpu-thermal') },
      'a device',
    ),
  }
}

function named(kind: 'hwmon' | 'iio', value: RegExp, values: string): v.GenericSchema<unknown, KernelSensorConfig> {
  const device = "the kernel's name of its place, such as 1-0045"
  return v.pipe(
    shape(
      {
        kind: v.literal(kind),
        name: text(`the name of a chip, as its ${kind} driver gives it`),
        value: v.pipe(
          text(values),
          v.regex(value, ({ input }) => {
            const bare = input.replace(/^in_(?=[a-z])/, '').replace(/_(input|raw)$/, '')
            return message(values, bare !== input && value.test(bare) ? `Write ${bare}.` : undefined)
          }),
        ),
        device: v.nullish(v.pipe(text(device), v.regex(/^[A-Za-z0-9._:-]+$/, device))),
      },
      'a device',
    ),
    v.transform(({ device: place, ...plain }): KernelSensorConfig => ({ ...plain, device: place ?? undefined })),
  )
}

function i2cAt(kind: I2cChipKind) {
  const addresses: readonly number[] = chipAddresses[kind]
  const [first = 0] = addresses
  const expected =
    addresses.length > 2 ? `${hex(first)} to ${hex(addresses.at(-1) ?? first)}` : addresses.map(hex).join(' or ')
  const fix = (input: unknown): string | undefined => {
    if (numberFix(input) === quotesFix) return quotesFix
    const [, digits = ''] = /^(?:0x)?([0-9a-f]{2})h?$/i.exec(String(input)) ?? []
    const meant = Number.parseInt(digits, 16)
    return addresses.includes(meant) ? `Addresses are hexadecimal: write ${hex(meant)}.` : undefined
  }
  const address = v.pipe(
    v.number(({ input }) => message(expected, fix(input))),
    v.check(
      (value) => addresses.includes(value),
      ({ input }) => message(expected, fix(input)),
    ),
  )
  return { bus: v.nullish(i2cBus(), 1), address: v.nullish(address, first) } as const
}

function i2cBus(): v.GenericSchema<unknown, number> {
  const number = wholeNumber(0, i2cBusMax)
  const asPath = v.custom<number>(
    () => false,
    ({ input }) => message('the number of a bus', `Write ${/\d+$/.exec(String(input))?.[0] ?? ''}.`),
  )
  return v.lazy((input) => (typeof input === 'string' && /^(\/dev\/)?i2c-\d{1,3}$/.test(input) ? asPath : number))
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
