import t from 'tap'
import { Aht20 } from './aht20.ts'
import { Bh1750 } from './bh1750.ts'
import { checksum } from './checksum.ts'
import { Sht4x } from './sht4x.ts'

void t.test('the checksum is that of the example in the datasheet', async (t) => {
  t.equal(checksum([0xbe, 0xef]), 0x92)
})

void t.test(
  'an SHT4x acknowledges nothing while it measures, then says it once, each word with its checksum',
  async (t) => {
    let nowMs = 0
    const chip = new Sht4x({ temperatureC: 25, humidityPercent: 50 }, () => nowMs)
    t.equal(chip.read(6), false, 'nothing was asked')
    t.equal(chip.write(Uint8Array.of(0xfd)), true)
    nowMs = 8
    t.equal(chip.read(6), false)
    t.equal(chip.write(Uint8Array.of(0xfd)), false)
    nowMs = 8.4
    // Section 4.6: 70/175 and 56/125 of 65535.
    const [temperature, humidity] = [26_214, 29_360]
    const answer = chip.read(6)
    t.same(answer && new DataView(answer.buffer).getUint16(0), temperature)
    t.same(answer && new DataView(answer.buffer).getUint16(3), humidity)
    t.same(answer && answer[2], checksum([temperature >> 8, temperature & 0xff]))
    t.same(answer && answer[5], checksum([humidity >> 8, humidity & 0xff]))
    t.equal(chip.read(6), false, 'what was read is gone')
    t.same(chip.misuses, [])
    chip.write(Uint8Array.of(0x2c, 0x06))
    t.same(chip.misuses, ['a command of more than one byte', 'command 0x2c'], 'as an SHT3x is asked')
  },
)

void t.test('an SHT4x takes less time for less precision, and has a serial number', async (t) => {
  let nowMs = 0
  const chip = new Sht4x({}, () => nowMs)
  for (const [command, durationMs] of [
    [0xf6, 4.5],
    [0xe0, 1.6],
  ] as const) {
    chip.write(Uint8Array.of(command))
    nowMs += durationMs - 0.1
    t.equal(chip.read(6), false)
    nowMs += 0.2
    t.ok(chip.read(6))
  }
  chip.write(Uint8Array.of(0x89))
  t.same(chip.read(6), Uint8Array.of(0x0f, 0x17, checksum([0x0f, 0x17]), 0x2a, 0x5c, checksum([0x2a, 0x5c])))
})

void t.test('an AHT20 is busy for 80 ms, then says two values of 20 bits and a checksum over all', async (t) => {
  let nowMs = 0
  const chip = new Aht20({ temperatureC: 25, humidityPercent: 50 }, () => nowMs)
  t.equal((chip.read(1)[0] ?? 0) & 0x88, 0x08, 'calibrated, not busy')
  chip.write(Uint8Array.of(0xac, 0x33, 0x00))
  nowMs = 79
  t.equal((chip.read(1)[0] ?? 0) & 0x80, 0x80)
  nowMs = 81
  // Section 6: half of 2^20, and 75/200 of it.
  const answer = [...chip.read(7)]
  t.same(answer.slice(1, 6), [0x80, 0x00, 0x06, 0x00, 0x00])
  t.equal(answer[6], checksum(answer.slice(0, 6)))
  t.same(chip.misuses, [])
})

void t.test(
  'an AHT20 notes a measurement without calibration, values that are not measured yet, and unknown commands',
  async (t) => {
    let nowMs = 0
    const chip = new Aht20({ calibrated: false }, () => nowMs)
    t.equal((chip.read(1)[0] ?? 0) & 0x08, 0)
    chip.write(Uint8Array.of(0xac, 0x33, 0x00))
    chip.read(7)
    nowMs = 100
    chip.write(Uint8Array.of(0xbe, 0x08, 0x00))
    nowMs = 111
    t.equal((chip.read(1)[0] ?? 0) & 0x88, 0x08)
    chip.write(Uint8Array.of(0xac))
    t.same(chip.misuses, [
      'a measurement before it was calibrated',
      'the values were read before they were measured',
      'command 0xac',
    ])
  },
)

void t.test('a BH1750 counts as its datasheet says, in each mode and measuring time', async (t) => {
  let nowMs = 0
  const chip = new Bh1750({}, () => nowMs)
  const measure = (opcode: number, durationMs: number) => {
    chip.write(Uint8Array.of(opcode))
    nowMs += durationMs
    return new DataView(chip.read(2).buffer).getUint16(0)
  }
  // The example: 83 90 hex is 28067 lx.
  chip.lux = 28_067
  t.equal(measure(0x20, 180), 0x8390)
  t.equal(measure(0x23, 24), 0x8390)
  chip.lux = 0.5
  t.equal(measure(0x21, 180), 1, 'half a lux in mode 2')
  chip.lux = 100_000
  t.equal(measure(0x20, 180), 0xffff)
  // "Changing to 138": 01000_100 and 011_01010.
  chip.write(Uint8Array.of(0x44))
  chip.write(Uint8Array.of(0x6a))
  chip.lux = 100
  t.equal(measure(0x20, 360), 240, 'twice as sensitive')
  t.same(chip.misuses, [])
  measure(0x20, 180)
  chip.write(Uint8Array.of(0x01, 0x20))
  t.same(chip.misuses, ['the light was read before it was measured', 'two opcodes in one message'])
})
