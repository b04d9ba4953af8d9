import type { Ads1115Config, Ina219Config } from '../../config/config.ts'
import type { ChipProfile } from './profile.ts'

/** Chips that measure volts and amperes. Their settings are read back: another chip would not keep them. */

const otherChip = 'does not keep its settings: another chip is there, or the wiring is bad.'

/** SBAS444, "Config register": the bits PGA and the full scale of each gain. */
const gains: Readonly<Record<Ads1115Config['gain'], { readonly bits: number; readonly volts: number }>> = {
  '2/3': { bits: 0b000, volts: 6.144 },
  1: { bits: 0b001, volts: 4.096 },
  2: { bits: 0b010, volts: 2.048 },
  4: { bits: 0b011, volts: 1.024 },
  8: { bits: 0b100, volts: 0.512 },
  16: { bits: 0b101, volts: 0.256 },
}

/** Texas Instruments ADS1115, SBAS444: "Conversion register", "Config register", "Single-shot mode". */
export function ads1115({ channel, gain }: Pick<Ads1115Config, 'channel' | 'gain'>): ChipProfile {
  const { bits, volts } = gains[gain]
  // Start; the input against ground; gain; one shot. Then 128 samples a second, and no comparator.
  const high = 0x80 | ((0b100 + channel) << 4) | (bits << 1) | 0x01
  const low = 0x83
  const beyond =
    gain === '2/3'
      ? 'reads its highest value: the input is beyond what it can measure.'
      : `reads its highest value: the input is beyond ${volts} V. Set a smaller gain.`
  return {
    open: [],
    measure: [
      { do: 'write', bytes: [0x01, high, low] },
      // 1/128 s, 10 % slower at the worst.
      { do: 'wait', ms: 9 },
      // Before its ready bit is looked at: how long another chip takes to set that one is no sign of anything.
      { do: 'expect', from: [0x01], mask: [0x7f, 0xff], equals: [high & 0x7f, low], failure: otherChip },
      {
        do: 'poll',
        from: [0x01],
        mask: [0x80, 0x00],
        equals: [0x80, 0x00],
        everyMs: 2,
        times: 6,
        failure: 'is still converting after 19 ms: it has probably lost power, or another chip is there.',
      },
      { do: 'read', from: [0x00], bytes: 2 },
    ],
    fields: [
      {
        quantity: 'voltage',
        first: 0,
        count: 16,
        signed: true,
        scale: volts / 32_768,
        range: [-volts, volts],
        saturated: beyond,
      },
    ],
  }
}

/**
 * Texas Instruments INA219, SBOS448: "Configuration register", "Shunt voltage register" (10 µV a step), "Bus voltage
 * register" (4 mV a step, with the flag CNVR). Current and power are computed here: the chip's
 * own would need a calibration that fits the shunt, and have no more to them.
 */
export function ina219({ shuntOhms }: Pick<Ina219Config, 'shuntOhms'>): ChipProfile {
  // 32 V, ±320 mV, twelve bits each, shunt and bus in turn: as after power on. Writing it begins a new conversion.
  const configuration = [0x39, 0x9f]
  return {
    open: [],
    measure: [
      { do: 'write', bytes: [0x00, ...configuration] },
      // "ADC settings": 586 µs at the longest for each of the two.
      { do: 'wait', ms: 2 },
      { do: 'expect', from: [0x00], mask: [0xff, 0xff], equals: configuration, failure: otherChip },
      {
        do: 'poll',
        from: [0x02],
        mask: [0x00, 0x02],
        equals: [0x00, 0x02],
        everyMs: 1,
        times: 6,
        failure: 'is still converting after 7 ms: it has probably lost power, or another chip is there.',
      },
      { do: 'read', from: [0x01], bytes: 2 },
      { do: 'read', from: [0x02], bytes: 2 },
    ],
    fields: [
      {
        quantity: 'current',
        first: 0,
        count: 16,
        signed: true,
        scale: 1e-5 / shuntOhms,
        range: [-0.32 / shuntOhms, 0.32 / shuntOhms],
        // "Shunt voltage register": here it ends at 320 mV, whatever more there is.
        saturatedAt: 32_000,
        saturated: `reads its highest value: more than ${(0.32 / shuntOhms).toPrecision(3)} A flow. Use a shunt of fewer ohms.`,
      },
      { quantity: 'voltage', first: 16, count: 13, scale: 0.004, range: [0, 32] },
    ],
    derive: (measured) => ({ ...measured, power: (measured.voltage ?? 0) * (measured.current ?? 0) }),
  }
}
