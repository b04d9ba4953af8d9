import t, { type Test } from 'tap'
import type { SpiPort, SpiTransfer } from '../../src/hardware/ports.ts'
import { fails } from './gpio.ts'

/** An SPI port with one chip whose answer to one transfer is known. */
export interface SpiRig {
  readonly port: SpiPort
  readonly device: string
  readonly absentDevice: string
  /** What the chip is sent, and whether an answer is the chip's. */
  readonly question: Uint8Array
  isAnswer(bytes: Uint8Array): boolean
  close(): Promise<void>
}

/** What every SPI port must do, simulated or real. */
export function spiContract(name: string, makeRig: () => Promise<SpiRig>): void {
  const test = (promise: string, body: (t: Test, rig: SpiRig, transfer: SpiTransfer) => Promise<void>): void => {
    void t.test(`${name}: ${promise}`, async (t) => {
      const rig = await makeRig()
      t.teardown(() => rig.close())
      await body(t, rig, { device: rig.device, write: rig.question, speedHz: 1_000_000, mode: 0 })
    })
  }

  test('the device is listed', async (t, { port, device, absentDevice }) => {
    t.ok((await port.devices()).includes(device))
    t.notOk((await port.devices()).includes(absentDevice))
  })

  test('a transfer is full duplex: as many bytes come back as were sent, and they are the answer', async (t, rig, transfer) => {
    const sent = Uint8Array.from(rig.question)
    const answer = await rig.port.transfer(transfer)
    t.equal(answer.length, rig.question.length)
    t.ok(rig.isAnswer(answer))
    t.same(rig.question, sent, 'what was sent is untouched')
  })

  test('transfers that are asked for at once do not mix', async (t, rig, transfer) => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => rig.port.transfer(transfer)))
    t.ok(answers.every((answer) => rig.isAnswer(answer)))
  })

  test('a transfer of the greatest length is done whole, one byte more is EMSGSIZE', async (t, { port }, transfer) => {
    const longest = new Uint8Array(port.transferBytesMax)
    t.equal((await port.transfer({ ...transfer, write: longest })).length, port.transferBytesMax)
    await fails(t, 'EMSGSIZE', port.transfer({ ...transfer, write: new Uint8Array(port.transferBytesMax + 1) }))
  })

  test('a device that does not exist is ENODEV', async (t, { port, absentDevice }, transfer) => {
    for (const device of [absentDevice, '', '0', '../0.0'])
      await fails(t, 'ENODEV', port.transfer({ ...transfer, device }))
  })

  test('no bytes, a clock that cannot be and a mode that is none are EINVAL', async (t, { port }, transfer) => {
    await fails(t, 'EINVAL', port.transfer({ ...transfer, write: new Uint8Array() }))
    for (const speedHz of [0, -1, 1.5, Number.NaN, 1e12])
      await fails(t, 'EINVAL', port.transfer({ ...transfer, speedHz }))
    // A mode from outside the type, as it would come from unchecked input.
    const mode: SpiTransfer['mode'] = JSON.parse('4')
    await fails(t, 'EINVAL', port.transfer({ ...transfer, mode }))
  })

  test('all four modes are taken', async (t, { port }, transfer) => {
    for (const mode of [0, 1, 2, 3] as const)
      t.equal((await port.transfer({ ...transfer, mode })).length, transfer.write.length)
  })
}
