import t from 'tap'
import { Lm75 } from './lm75.ts'
import { Tmp102 } from './tmp102.ts'

const word = (value: number) => [value >> 8, value & 0xff]

void t.test('a TMP102 says what tables 3 and 4 of its datasheet say', async (t) => {
  const chip = new Tmp102()
  for (const [temperatureC, code] of [
    [127.9375, 0x7ff],
    [150, 0x7ff],
    [100, 0x640],
    [80, 0x500],
    [75, 0x4b0],
    [50, 0x320],
    [25, 0x190],
    [0.25, 0x004],
    [0, 0x000],
    [-0.25, 0xffc],
    [-25, 0xe70],
    [-55, 0xc90],
  ] as const) {
    chip.temperatureC = temperatureC
    chip.write(Uint8Array.of(0))
    t.same([...chip.read(2)], word(code << 4), `${temperatureC} °C`)
  }
  chip.write(Uint8Array.of(1))
  t.same([...chip.read(2)], [0x60, 0xa0], 'the configuration after power on')
  chip.write(Uint8Array.of(1, 0x60, 0xb0))
  for (const [temperatureC, code] of [
    [150, 0x0960],
    [127.9375, 0x07ff],
    [-0.25, 0x1ffc],
    [-55, 0x1c90],
  ] as const) {
    chip.temperatureC = temperatureC
    chip.write(Uint8Array.of(0))
    t.same([...chip.read(2)], word((code << 3) | 1), `${temperatureC} °C in extended mode`)
  }
  t.same(chip.misuses, [])
})

void t.test('a TMP102 that is shut down measures when it is told to, and else says what it knew', async (t) => {
  let nowMs = 0
  const chip = new Tmp102({ temperatureC: 20 }, () => nowMs)
  chip.write(Uint8Array.of(1, 0x61, 0xa0))
  chip.temperatureC = 30
  chip.write(Uint8Array.of(0))
  t.same([...chip.read(2)], word(20 * 256))
  chip.write(Uint8Array.of(1, 0xe1, 0xa0))
  t.same([...chip.read(2)], [0x61, 0xa0], 'converting')
  nowMs = 36
  t.same([...chip.read(2)], [0xe1, 0xa0], 'ready')
  chip.write(Uint8Array.of(0))
  t.same([...chip.read(2)], word(30 * 256))
})

void t.test('an LM75 of 9 bits says what table 1 of its datasheet says', async (t) => {
  const chip = new Lm75()
  for (const [temperatureC, code] of [
    [125, 0x0fa],
    [130, 0x0fa],
    [25, 0x032],
    [0.5, 0x001],
    [0, 0x000],
    [-0.5, 0x1ff],
    [-25, 0x1ce],
    [-55, 0x192],
  ] as const) {
    chip.temperatureC = temperatureC
    chip.write(Uint8Array.of(0))
    t.same([...chip.read(2)], word(code << 7), `${temperatureC} °C`)
  }
  t.same(chip.misuses, [])
})

void t.test('an LM75A of 11 bits says what table 9 of its datasheet says', async (t) => {
  const chip = new Lm75({ bits: 11 })
  for (const [temperatureC, code] of [
    [127, 0x3e8],
    [125, 0x3e8],
    [25, 0x0c8],
    [0.125, 0x001],
    [-0.125, 0x7ff],
    [-25, 0x738],
    [-54.875, 0x649],
    [-55, 0x648],
  ] as const) {
    chip.temperatureC = temperatureC
    chip.write(Uint8Array.of(0))
    t.same([...chip.read(2)], word(code << 5), `${temperatureC} °C`)
  }
})

void t.test('an LM75 keeps its other registers, and notes what would hang or test it', async (t) => {
  const chip = new Lm75()
  for (const [register, bytes] of [
    [1, [0x00]],
    [2, [0x4b, 0x00]],
    [3, [0x50, 0x00]],
  ] as const) {
    chip.write(Uint8Array.of(register))
    t.same([...chip.read(bytes.length)], bytes, `register ${register} after power on`)
  }
  chip.write(Uint8Array.of(3, 0x1e, 0x80))
  t.same([...chip.read(2)], [0x1e, 0x80])
  t.same(chip.misuses, [])
  chip.write(Uint8Array.of(1, 0xff))
  chip.write(Uint8Array.of(0))
  chip.read(1)
  chip.write(Uint8Array.of(7))
  chip.write(Uint8Array.of(2, 1))
  t.same(chip.misuses, [
    'test bits set in the configuration',
    '1 bytes read of register 0',
    'register 7, which there is not',
    '1 bytes written into register 2',
  ])
})
