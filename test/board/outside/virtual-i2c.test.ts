import t from 'tap'
import { RegisterChip } from '../chips/register-chip.ts'
import { VirtualI2c } from './virtual-i2c.ts'

const flag = { failNext: 1, read: 2 } as const

/** A message as virtio-i2c hands it over; `isLast` is the end of what it hands over at once. */
function message(address: number, flags: number, isLast: boolean) {
  const header = Uint8Array.of(address << 1, 0, 0, 0, flags, 0, 0, 0)
  const reads = (flags & flag.read) !== 0
  return {
    queue: 0,
    written: reads ? [header] : [header, Uint8Array.of(0xd0)],
    sizesBytes: reads ? [1, 1] : [1],
    isLast,
  }
}

/** A transaction: a register is named, and read. */
async function readRegister(bus: VirtualI2c, address: number) {
  const told: [string, number | undefined][] = []
  await Promise.all([
    bus.request(message(address, flag.failNext, false)).then((parts) => told.push(['write', parts.at(-1)?.[0]])),
    bus.request(message(address, flag.read, true)).then((parts) => told.push(['read', parts.at(-1)?.[0]])),
  ])
  return told
}

void t.test('the messages of a transaction are told in their order where all is well', async (t) => {
  const bus = new VirtualI2c()
  bus.plug(0x76, new RegisterChip({ 0xd0: 0x60 }))
  t.same(await readRegister(bus, 0x76), [
    ['write', 0],
    ['read', 0],
  ])
})

void t.test('a guest that hears of a message that failed has heard of those that failed with it', async (t) => {
  const bus = new VirtualI2c()
  t.same(await readRegister(bus, 0x76), [
    ['read', 1],
    ['write', 1],
  ])
  bus.plug(0x76, new RegisterChip({ 0xd0: 0x60 }))
  t.same(await readRegister(bus, 0x76), [
    ['write', 0],
    ['read', 0],
  ])
})

void t.test('a transaction that fails and is longer than the queue is told as far as it was sent', async (t) => {
  const bus = new VirtualI2c()
  const sent = [false, false, false, true].map((isLast) => bus.request(message(0x50, flag.failNext, isLast)))
  t.same(
    (await Promise.all(sent)).map((parts) => parts.at(-1)?.[0]),
    [1, 1, 1, 1],
  )
  bus.plug(0x76, new RegisterChip({ 0xd0: 0x60 }))
  t.same(
    await readRegister(bus, 0x76),
    [
      ['write', 0],
      ['read', 0],
    ],
    'the next one has no part in it',
  )
})

void t.test(
  'a message that is stretched is done when the clock is let go of, and one on a stuck bus fails',
  async (t) => {
    const bus = new VirtualI2c()
    bus.plug(0x76, new RegisterChip({ 0xd0: 0x60 }))
    for (const [hang, status] of [
      [() => bus.stretch(), 0],
      [() => bus.stick(), 1],
    ] as const) {
      hang()
      const reading = readRegister(bus, 0x76)
      await bus.hanging()
      t.same(bus.log, [], 'nothing has reached the chip')
      bus.free()
      t.same(
        new Map(await reading),
        new Map([
          ['write', status],
          ['read', status],
        ]),
      )
      bus.log.splice(0)
    }
  },
)
