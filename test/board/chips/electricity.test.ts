import t from 'tap'
import { Ads1115 } from './ads1115.ts'
import { Ina219 } from './ina219.ts'
import { Mcp3008 } from './mcp3008.ts'

const slow = { speedHz: 1_000_000, mode: 0, bitsPerWord: 8 } as const

void t.test('an INA219 says what the example of its datasheet says (table 8)', async (t) => {
  const chip = new Ina219({ busVolts: 11.98, amperes: 10, shuntOhms: 0.002 })
  const read = (register: number) => {
    chip.write(Uint8Array.of(register))
    const [high = 0, low = 0] = chip.read(2)
    return (high << 8) | low
  }
  t.equal(read(0), 0x399f, 'after power on')
  t.same([read(3), read(4), read(5)], [0, 0, 0], 'nothing is calculated before it is calibrated')
  chip.write(Uint8Array.of(5, 0x50, 0x00))
  t.equal(read(1), 0x07d0)
  t.equal(read(2) >> 3, 0x5d98 >> 3)
  t.equal(read(2) & 3, 2, 'converted, and no overflow')
  t.equal(read(4), 0x2710)
  t.equal(read(3), 0x1766)
  t.same(chip.misuses, [])
})

void t.test('an INA219 cuts at the range of its configuration, knows directions, and forgets on reset', async (t) => {
  let nowMs = 0
  const chip = new Ina219({ busVolts: 20, amperes: -3, shuntOhms: 0.1 }, () => nowMs)
  const read = (register: number) => {
    chip.write(Uint8Array.of(register))
    return new DataView(chip.read(2).buffer).getInt16(0)
  }
  t.equal(read(1), -30_000)
  chip.write(Uint8Array.of(0, 0x00, 0x1f))
  nowMs += 2
  t.equal(read(1), -4_000, 'at 40 mV full scale')
  t.equal(read(2) >> 3, 4_000, 'at 16 V full scale')
  chip.write(Uint8Array.of(5, 0xff, 0xff))
  t.equal(read(5) & 0xffff, 0xfffe, 'the last bit of the calibration cannot be set')
  t.equal(read(2) & 1, 1, 'the current overflows')
  chip.write(Uint8Array.of(0, 0x80, 0x00))
  t.same([read(0), read(5)], [0x399f, 0])
  chip.write(Uint8Array.of(0, 0x00, 0x00))
  t.same(chip.misuses, ['measuring switched off'])
})

void t.test(
  'an ADS1115 converts once when told to, in the time of its data rate, and clips at full scale',
  async (t) => {
    let nowMs = 0
    const chip = new Ads1115(() => nowMs)
    const read = (register: number) => {
      chip.write(Uint8Array.of(register))
      return new DataView(chip.read(2).buffer).getInt16(0)
    }
    t.equal(read(1) & 0xffff, 0x8583, 'after power on')
    // Table 7-3, at 4.096 V: full scale, half of it, one step, less than nothing against AIN1.
    for (const [volts, code] of [
      [4.096, 0x7fff],
      [2.048, 0x4000],
      [0.000125, 1],
      [0, 0],
    ] as const) {
      chip.volts[2] = volts
      chip.write(Uint8Array.of(1, 0xe3, 0x83))
      t.equal(read(1) & 0x8000, 0, 'converting')
      nowMs += 8.9
      t.equal(read(1) & 0xffff, 0xe383, 'done')
      t.equal(read(0), code, `${volts} V`)
    }
    chip.volts[0] = 0.1
    chip.volts[1] = 2
    chip.write(Uint8Array.of(1, 0x85, 0x83))
    nowMs += 8.9
    t.equal(read(0), Math.round((-1.9 / 2.048) * 32_768), 'AIN0 against AIN1 at 2.048 V')
    t.same(chip.misuses, [])
    chip.write(Uint8Array.of(1, 0xe3, 0x03))
    read(0)
    nowMs += 8.9
    t.same(chip.misuses, ['the conversion was read before it was over'])
    t.equal(read(1) & 0x8000, 0, 'eight in a second take longer')
  },
)

void t.test('an MCP3008 answers bit by bit as figure 6-1 shows', async (t) => {
  const chip = new Mcp3008()
  const read = (second: number) => [...chip.exchange(Uint8Array.of(1, second, 0), slow)]
  for (const [volts, code] of [
    [0, 0],
    [3.3 / 1024, 1],
    [1.65, 512],
    [3.3, 1023],
    [5, 1023],
    [-1, 0],
  ] as const) {
    chip.volts[6] = volts
    const [, high = 0, low] = read(0xe0)
    t.same([high & 7, low], [code >> 8, code & 0xff], `${volts} V`)
    t.equal(high & 0xf8, 0xf8, 'the line floats until the null bit')
  }
  chip.volts[0] = 1
  chip.volts[1] = 2
  t.equal(read(0x00)[2], 0, 'CH0 against CH1, which is higher')
  t.equal(read(0x10)[2], Math.floor(1024 / 3.3) & 0xff, 'CH1 against CH0')
  t.same(chip.misuses, [])
})

void t.test(
  'an MCP3008 notes a wrong mode, a clock that is too fast, a short exchange and a missing start',
  async (t) => {
    const chip = new Mcp3008()
    chip.exchange(Uint8Array.of(1, 0x80, 0), { ...slow, mode: 1, speedHz: 2_000_000 })
    chip.exchange(Uint8Array.of(1, 0x80), slow)
    chip.exchange(Uint8Array.of(0, 0, 0), slow)
    t.same(chip.misuses, [
      'SPI mode 1',
      'a clock of 2000000 Hz, at most 1350000',
      'released before all ten bits were out',
      'no start bit with a channel behind it',
    ])
    const fast = new Mcp3008({ supplyVolts: 5, referenceVolts: 5 })
    fast.exchange(Uint8Array.of(1, 0x80, 0), { ...slow, mode: 3, speedHz: 3_600_000 })
    t.same(fast.misuses, [])
  },
)
