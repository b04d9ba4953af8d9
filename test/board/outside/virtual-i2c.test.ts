import t from 'tap'
import { RegisterChip } from '../chips/register-chip.ts'
import { VirtualI2c } from './virtual-i2c.ts'

/** A transaction as virtio-i2c hands it over: a register is named, and read. */
async function readRegister(bus: VirtualI2c, address: number) {
  const told: [string, number | undefined][] = []
  const header = (flags: number) => Uint8Array.of(address << 1, 0, 0, 0, flags, 0, 0, 0)
  const [failNext, read] = [1, 2]
  await Promise.all([
    bus
      .request(0, [header(failNext), Uint8Array.of(0xd0)], [1])
      .then((parts) => told.push(['write', parts.at(-1)?.[0]])),
    bus.request(0, [header(read)], [1, 1]).then((parts) => told.push(['read', parts.at(-1)?.[0]])),
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
