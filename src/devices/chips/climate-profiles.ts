import type { ChipProfile } from './profile.ts'

/** Temperature and humidity chips that are told to measure and then send words with checksums. */

/**
 * Sensirion SHT4x (SHT40, SHT41, SHT45), data sheet version 6: section 4.4 (checksum of each word of two bytes), 4.5
 * (commands), 4.6 (conversion; what humidity is beyond 0 and 100 is cut).
 */
export const sht4x: ChipProfile = {
  open: [
    // 0x89 asks for the serial number: an SHT3x or another chip at this address does not answer to it.
    { do: 'write', bytes: [0x89] },
    { do: 'wait', ms: 1 },
    { do: 'read', bytes: 6, crc: { wordBytes: 2 } },
  ],
  measure: [
    { do: 'write', bytes: [0xfd] },
    // Section 3.1: 8.3 ms at the longest, at high precision.
    { do: 'wait', ms: 9 },
    {
      do: 'read',
      bytes: 6,
      crc: { wordBytes: 2 },
      // Section 4.1: it acknowledges no read while it measures.
      silence: {
        everyMs: 2,
        times: 6,
        failure:
          'was told to measure and has not answered since, though that takes 8.3 ms at most: check its supply and its wires.',
      },
    },
  ],
  fields: [
    { quantity: 'temperature', first: 0, count: 16, scale: 175 / 65_535, offset: -45, range: [-40, 125] },
    { quantity: 'humidity', first: 16, count: 16, scale: 125 / 65_535, offset: -6, range: [0, 100], clipped: true },
  ],
}

/** Aosong AHT20, product manual A0: section 5.4 (sequence, status bits, checksum) and section 6 (conversion). */
export const aht20: ChipProfile = {
  open: [
    { do: 'write', bytes: [0xbe, 0x08, 0x00] },
    { do: 'wait', ms: 10 },
    {
      do: 'poll',
      mask: [0x80],
      equals: [0x00],
      everyMs: 10,
      times: 6,
      failure: 'does not finish starting: check its 3.3 V supply.',
    },
    {
      do: 'expect',
      // Bit 3 of the status: calibrated.
      mask: [0x08],
      equals: [0x08],
      failure: 'is not calibrated after it was told to be: another chip is there (perhaps an AHT10), or it is broken.',
    },
  ],
  measure: [
    { do: 'write', bytes: [0xac, 0x33, 0x00] },
    { do: 'wait', ms: 80 },
    {
      do: 'poll',
      mask: [0x80],
      equals: [0x00],
      everyMs: 10,
      times: 6,
      failure: 'is still measuring after 130 ms: it has probably lost power.',
    },
    // Status, 20 bits each of humidity and temperature, and one checksum over all of it, which the AHT10 does not send.
    { do: 'read', bytes: 7, crc: { wordBytes: 6 } },
  ],
  fields: [
    { quantity: 'humidity', first: 8, count: 20, scale: 100 / 2 ** 20, range: [0, 100] },
    { quantity: 'temperature', first: 28, count: 20, scale: 200 / 2 ** 20, offset: -50, range: [-40, 85] },
  ],
}
