import t from 'tap'
import { Mcp23017 } from './mcp23017.ts'

const read = (chip: Mcp23017, register: number, count = 1) => {
  chip.write(Uint8Array.of(register))
  return [...chip.read(count)]
}

void t.test('an MCP23017 wakes with all pins as inputs, and everything else is 0', async (t) => {
  const chip = new Mcp23017()
  t.same(read(chip, 0, 22), [0xff, 0xff, ...new Uint8Array(20)])
  t.same(read(chip, 0x15, 2), [0, 0xff], 'the address goes round after the last register')
})

void t.test('an output has the level of its latch, and each change of it is noted', async (t) => {
  const chip = new Mcp23017()
  chip.write(Uint8Array.of(0x14, 0x01, 0x80))
  t.same(chip.log, [], 'an input has no level of its own')
  chip.write(Uint8Array.of(0x00, 0xfe, 0x7f))
  t.same(chip.log, ['GPA0 high', 'GPB7 high'])
  t.same([chip.measure('GPA0'), chip.measure('GPB7'), chip.isOutput('GPA1')], [1, 1, false])
  // Section 3.5.9: writing the port writes the latch.
  chip.write(Uint8Array.of(0x12, 0x00))
  t.equal(chip.measure('GPA0'), 0)
  t.same(read(chip, 0x14, 2), [0x00, 0x80])
})

void t.test(
  'an input reads what is at its pin, its pull-up where nothing is, and turned over where it is told to',
  async (t) => {
    const chip = new Mcp23017()
    chip.drive('GPB3', 1)
    t.same(read(chip, 0x12, 2), [0x00, 0x08])
    chip.write(Uint8Array.of(0x0c, 0x03))
    t.same(read(chip, 0x12), [0x03])
    chip.drive('GPA1', 0)
    t.same(read(chip, 0x12), [0x01])
    chip.write(Uint8Array.of(0x02, 0x03))
    t.same(read(chip, 0x12), [0x02])
  },
)

void t.test(
  'a change raises the interrupt, keeps what the port was then, and is over once that was read',
  async (t) => {
    const chip = new Mcp23017()
    const levels: number[] = []
    chip.onInterrupt = (level) => levels.at(-1) === level || levels.push(level)
    chip.write(Uint8Array.of(0x04, 0x04))
    chip.drive('GPA2', 1)
    t.same(levels, [1, 0])
    chip.drive('GPA2', 0)
    t.same(read(chip, 0x0e, 2), [0x04, 0x00], 'which pin it was')
    t.same(levels, [1, 0], 'looking at that ends nothing')
    t.same(read(chip, 0x10), [0x04], 'what the port was')
    t.same(levels, [1, 0, 1])
    t.same(read(chip, 0x0e), [0x00])
  },
)

void t.test('compared with DEFVAL the interrupt stays for as long as the pin differs', async (t) => {
  const chip = new Mcp23017()
  let level = 1
  chip.onInterrupt = (now) => (level = now)
  chip.write(Uint8Array.of(0x04, 0x01, 0x00, 0x01, 0x00, 0x01))
  t.equal(level, 0, 'the pin is low, and DEFVAL high')
  read(chip, 0x12)
  t.equal(level, 0)
  chip.drive('GPA0', 1)
  read(chip, 0x12)
  t.equal(level, 1)
})

void t.test('what this virtual chip has not is noted', async (t) => {
  const chip = new Mcp23017()
  chip.write(Uint8Array.of(0x0a, 0x80))
  chip.write(Uint8Array.of(0x16))
  t.same(chip.misuses, ['IOCON 80, which this virtual chip does not have', 'register 22, which there is not'])
  t.throws(() => chip.measure('GPC0'), /no pin GPC0/)
})
