import t from 'tap'
import { Ds18b20, oneWireChecksum } from './ds18b20.ts'
import { Ds2482 } from './ds2482.ts'

void t.test('the checksum of 1-Wire is that of the example in application note 27', async (t) => {
  t.equal(oneWireChecksum([0x02, 0x1c, 0xb8, 0x01, 0x00, 0x00, 0x00]), 0xa2)
})

/** A master on I2C, as a program uses it. */
function master(chip: Ds2482) {
  const status = () => chip.read(1)[0] ?? 0
  return {
    status,
    write: (...bytes: readonly number[]) => {
      for (const byte of bytes) chip.write(Uint8Array.of(0xa5, byte))
    },
    reset: () => {
      chip.write(Uint8Array.of(0xb4))
      return (status() & 0x02) !== 0
    },
    read: (count: number) =>
      Array.from({ length: count }, () => {
        chip.write(Uint8Array.of(0x96))
        chip.write(Uint8Array.of(0xe1, 0xe1))
        return chip.read(1)[0] ?? 0
      }),
    /** The bit, its complement, and the direction taken. */
    triplet: (direction: number) => {
      chip.write(Uint8Array.of(0x78, direction << 7))
      return [(status() >> 5) & 1, (status() >> 6) & 1, status() >> 7]
    },
  }
}

void t.test('a DS18B20 says what table 1 of its datasheet says, and 85 °C before it has measured', async (t) => {
  let nowMs = 0
  const chip = new Ds18b20({ serial: '0316a279d4ff' }, () => nowMs)
  const wire = master(new Ds2482([chip]))
  const scratchpad = () => {
    wire.reset()
    wire.write(0xcc, 0xbe)
    return wire.read(9)
  }
  t.same(scratchpad().slice(0, 2), [0x50, 0x05])
  for (const [temperatureC, code] of [
    [125, 0x07d0],
    [25.0625, 0x0191],
    [10.125, 0x00a2],
    [0.5, 0x0008],
    [0, 0x0000],
    [-0.5, 0xfff8],
    [-10.125, 0xff5e],
    [-25.0625, 0xfe6f],
    [-55, 0xfc90],
  ] as const) {
    chip.temperatureC = temperatureC
    wire.reset()
    wire.write(0xcc, 0x44)
    t.same(wire.read(1), [0x00], 'converting')
    nowMs += 751
    const bytes = scratchpad()
    t.same(bytes.slice(0, 2), [code & 0xff, code >> 8], `${temperatureC} °C`)
    t.equal(bytes[8], oneWireChecksum(bytes.slice(0, 8)))
  }
})

void t.test('two chips on one wire are told apart by searching, and only who is meant answers', async (t) => {
  const chips = [new Ds18b20({ serial: '000000000001' }), new Ds18b20({ serial: '000000000002' })]
  const wire = master(new Ds2482(chips))
  t.equal(wire.reset(), true)
  wire.write(0xf0)
  // The family is 28 hex, the lowest bit first; the first bits of the serial numbers differ.
  t.same(
    Array.from({ length: 8 }, () => wire.triplet(0)[0]),
    [0, 0, 0, 1, 0, 1, 0, 0],
  )
  t.same(wire.triplet(1), [0, 0, 1], 'both are there: the direction is the one that was asked for')
  t.same(wire.triplet(1), [0, 1, 0], 'the other one is silent')
  wire.reset()
  wire.write(0x55, 0x28, 9, 9, 9, 9, 9, 9, 9, 0xbe)
  t.same(wire.read(2), [0xff, 0xff], 'nobody has this number')
  t.equal(master(new Ds2482([])).reset(), false, 'nobody is there')
})

void t.test('a DS2482 begins as its datasheet says, and has no channels', async (t) => {
  const chip = new Ds2482([])
  chip.write(Uint8Array.of(0xf0))
  t.same([...chip.read(1)], [0x18])
  t.equal(chip.write(Uint8Array.of(0xc3, 0xf0)), false)
  chip.write(Uint8Array.of(0xd2, 0xe1))
  t.same([...chip.read(1)], [0x01])
  chip.write(Uint8Array.of(0xe1, 0xf0))
  t.same([...chip.read(1)], [0x08])
})
