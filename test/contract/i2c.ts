import t, { type Test } from 'tap'
import type { I2cPort } from '../../src/hardware/ports.ts'
import { fails } from './gpio.ts'

/** An I2C port with one chip that has 8-bit register numbers and reads on by itself. */
export interface I2cRig {
  readonly port: I2cPort
  readonly bus: number
  readonly absentBus: number
  readonly address: number
  /** Nothing answers there. */
  readonly absentAddress: number
  /** A kernel driver holds it. */
  readonly kernelAddress: number
  /** Two registers that never change, and what they hold. */
  readonly constants: readonly [
    { readonly register: number; readonly value: number },
    { readonly register: number; readonly value: number },
  ]
  stick(): Promise<void>
  free(): Promise<void>
  /** Lets so much of the port's time pass. */
  wait(durationMs: number): Promise<void>
  close(): Promise<void>
}

/** What every I2C port must do, simulated or real. */
export function i2cContract(name: string, makeRig: () => Promise<I2cRig>): void {
  const test = (promise: string, body: (t: Test, rig: I2cRig) => Promise<void>): void => {
    void t.test(`${name}: ${promise}`, async (t) => {
      const rig = await makeRig()
      t.teardown(() => rig.close())
      await body(t, rig)
    })
  }
  const registerRead = (register: number, readBytes = 1) => ({ write: Uint8Array.of(register), readBytes })

  test('the bus is listed', async (t, { port, bus, absentBus }) => {
    t.ok((await port.buses()).includes(bus))
    t.notOk((await port.buses()).includes(absentBus))
  })

  test('a combined transaction names a register and reads it', async (t, { port, bus, address, constants }) => {
    for (const { register, value } of constants) {
      const bytes = await port.transfer({ bus, address, ...registerRead(register), timeoutMs: 1_000 })
      t.same(Array.from(bytes), [value])
    }
  })

  test('a read is answered in full length', async (t, { port, bus, address, constants }) => {
    const [{ register, value }] = constants
    const bytes = await port.transfer({ bus, address, ...registerRead(register, 2), timeoutMs: 1_000 })
    t.equal(bytes.length, 2)
    t.equal(bytes[0], value)
  })

  test('a write alone is answered with nothing, a read alone with its bytes', async (t, rig) => {
    const { port, bus, address, constants } = rig
    const write = Uint8Array.of(constants[0].register)
    t.equal((await port.transfer({ bus, address, write, timeoutMs: 1_000 })).length, 0)
    t.same([...write], [constants[0].register], 'what was sent is untouched')
    t.equal((await port.transfer({ bus, address, readBytes: 3, timeoutMs: 1_000 })).length, 3)
  })

  test('transactions that are asked for at once do not mix', async (t, { port, bus, address, constants }) => {
    const asked = Array.from({ length: 40 }, (_, index) => constants[index % 2 === 0 ? 0 : 1])
    const answers = await Promise.all(
      asked.map(({ register }) => port.transfer({ bus, address, ...registerRead(register), timeoutMs: 1_000 })),
    )
    t.same(
      answers.map((bytes) => bytes[0]),
      asked.map(({ value }) => value),
    )
  })

  test('an address that does not answer is EREMOTEIO or ENXIO, and the bus works on', async (t, rig) => {
    const { port, bus, address, absentAddress, constants } = rig
    const absent = { bus, address: absentAddress, timeoutMs: 1_000 }
    await fails(t, ['EREMOTEIO', 'ENXIO'], port.transfer({ ...absent, readBytes: 1 }))
    await fails(t, ['EREMOTEIO', 'ENXIO'], port.transfer({ ...absent, write: Uint8Array.of(0) }))
    const read = registerRead(constants[0].register)
    t.equal((await port.transfer({ bus, address, ...read, timeoutMs: 1_000 }))[0], constants[0].value)
  })

  test('a bus that does not exist is ENODEV, for transfers and scans', async (t, { port, absentBus, address }) => {
    await fails(t, 'ENODEV', port.transfer({ bus: absentBus, address, readBytes: 1, timeoutMs: 1_000 }))
    await fails(t, 'ENODEV', port.scan(absentBus))
  })

  test('an address that a kernel driver holds is EBUSY', async (t, { port, bus, kernelAddress }) => {
    await fails(t, 'EBUSY', port.transfer({ bus, address: kernelAddress, readBytes: 1, timeoutMs: 1_000 }))
  })

  test('arguments that the kernel does not take are EINVAL', async (t, { port, bus, address }) => {
    for (const wrong of [0x07, 0x78, -1, 1.5, Number.NaN])
      await fails(t, 'EINVAL', port.transfer({ bus, address: wrong, readBytes: 1, timeoutMs: 1_000 }))
    for (const readBytes of [0, -1, 8_193, 1.5, Number.NaN])
      await fails(t, 'EINVAL', port.transfer({ bus, address, readBytes, timeoutMs: 1_000 }))
    for (const sizeBytes of [0, 8_193])
      await fails(t, 'EINVAL', port.transfer({ bus, address, write: new Uint8Array(sizeBytes), timeoutMs: 1_000 }))
    await fails(t, 'EINVAL', port.transfer({ bus, address, timeoutMs: 1_000 }))
    for (const timeoutMs of [0, -1, Number.NaN])
      await fails(t, 'EINVAL', port.transfer({ bus, address, readBytes: 1, timeoutMs }))
  })

  // Some adapters see a line that is held low at once, others wait for the whole time: both are right.
  test('a stuck bus is ETIMEDOUT for transfers and scans, in time, and works once it is free', async (t, rig) => {
    const { port, bus, address, constants } = rig
    const read = registerRead(constants[0].register)
    await rig.stick()
    for (const work of [
      () => port.transfer({ bus, address, ...read, timeoutMs: 300 }),
      // Not once for each of the 112 addresses.
      () => port.scan(bus),
    ]) {
      const outcome = { ended: false }
      const failing = fails(t, 'ETIMEDOUT', work()).then(() => (outcome.ended = true))
      await rig.wait(2_000)
      t.ok(outcome.ended, 'it has given up')
      await failing
    }
    await rig.free()
    t.equal((await port.transfer({ bus, address, ...read, timeoutMs: 300 }))[0], constants[0].value)
  })

  test('a scan finds the chip and the kernel-held address and stays within 0x08 to 0x77', async (t, rig) => {
    const found = await rig.port.scan(rig.bus)
    t.ok(found.some(({ address, state }) => address === rig.address && state === 'present'))
    t.ok(found.some(({ address, state }) => address === rig.kernelAddress && state === 'kernel'))
    t.notOk(found.some(({ address }) => address === rig.absentAddress))
    t.ok(found.every(({ address }) => address >= 0x08 && address <= 0x77))
    const addresses = found.map(({ address }) => address)
    t.same(
      addresses,
      addresses.toSorted((a, b) => a - b),
      'in order',
    )
  })
}
