import type { ChipProfile } from './profile.ts'

/** Chips that measure one thing and send no checksums. */

/**
 * Rohm BH1750FVI, technical note of 2011: "Instruction set architecture" and "Measurement sequence example". The chip has
 * no register that says what it is.
 */
export const bh1750: ChipProfile = {
  open: [],
  measure: [
    { do: 'write', bytes: [0x01] },
    // One measurement of high resolution; it switches itself off behind it.
    { do: 'write', bytes: [0x20] },
    // "Electrical characteristics": 180 ms at the longest.
    { do: 'wait', ms: 180 },
    { do: 'read', bytes: 2 },
  ],
  fields: [
    {
      quantity: 'illuminance',
      first: 0,
      count: 16,
      scale: 1 / 1.2,
      range: [0, 54_612],
      saturated: 'reads its highest value: it is in bright sun, or SDA is not connected.',
    },
  ],
}

/** Texas Instruments TMP102, SBOS397: "Temperature register", "Configuration register", "One-shot/conversion ready". */
export const tmp102: ChipProfile = {
  open: [
    {
      do: 'expect',
      from: [0x01],
      // The resolution bits R1 and R0 are always 1, the two lowest bits always 0.
      mask: [0x60, 0x03],
      equals: [0x60, 0x00],
      failure: 'has another configuration register than a TMP102: another chip is there (perhaps an LM75).',
    },
  ],
  measure: [
    { do: 'write', bytes: [0x01, 0xe1, 0xa0] },
    // A conversion takes 35 ms at the longest; the one-shot bit reads 1 behind it.
    { do: 'wait', ms: 35 },
    {
      do: 'poll',
      from: [0x01],
      mask: [0x80, 0x00],
      equals: [0x80, 0x00],
      everyMs: 5,
      times: 6,
      failure: 'is still measuring after 60 ms: it has probably lost power.',
    },
    { do: 'read', from: [0x00], bytes: 2 },
  ],
  zero: [{ first: 12, count: 4 }],
  fields: [{ quantity: 'temperature', first: 0, count: 12, signed: true, scale: 0.0625, range: [-55, 128] }],
}

/** The highest bits, for its maker's tests, are 0. */
const lm75Configuration = {
  do: 'expect',
  from: [0x01],
  mask: [0xe0],
  equals: [0x00],
  failure: 'has another configuration register than an LM75: another chip is there (perhaps a TMP102).',
} as const

/** It has no id, but it and all that is made like it begin with a hysteresis of 75 °C and a limit of 80 °C. */
const lm75Limits = [
  { register: 0x02, bytes: [0x4b, 0x00] },
  { register: 0x03, bytes: [0x50, 0x00] },
] as const

/**
 * The LM75 and what is made like it, Texas Instruments SNOS808: "Register structure". Nine bits are the temperature; those
 * behind them differ from maker to maker. It measures all the time.
 */
export const lm75: ChipProfile = {
  open: [
    lm75Configuration,
    ...lm75Limits.map(
      ({ register, bytes }) =>
        ({
          do: 'expect',
          from: [register],
          mask: [0xff, 0xff],
          equals: bytes,
          failure:
            'has other limits than an LM75 after power on: another chip is there, or another program set them. Switch it off and on.',
        }) as const,
    ),
    { do: 'write', bytes: [0x01, 0x00] },
    // "Temperature-to-digital converter characteristics": 300 ms at the longest, from the end of a shutdown too.
    { do: 'wait', ms: 300 },
  ],
  // Other chips have two bytes there too, which would make a temperature: so it is asked each time.
  measure: [lm75Configuration, { do: 'read', from: [0x00], bytes: 2 }],
  fields: [{ quantity: 'temperature', first: 0, count: 9, signed: true, scale: 0.5, range: [-55, 125] }],
}
