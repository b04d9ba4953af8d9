import t from 'tap'
import { isHardwareError } from '../../../src/errors.ts'
import { LinuxSpi } from '../../../src/hardware/linux/spi.ts'
import type { SpiHandle } from '../../../src/hardware/linux/spi-handle.ts'
import type { SpiTransfer } from '../../../src/hardware/ports.ts'
import { limits } from '../../../src/limits.ts'
import { spiContract } from '../../contract/spi.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { kernelError, numbers } from '../../support/scripted-adapter.ts'

const root = t.testdir({
  dev: { 'spidev0.0': '', 'spidev0.1': '', 'spidev10.0': '', spidev: '', 'spidev0.x': '' },
  sys: { module: { spidev: { parameters: { bufsiz: '64\n' } } } },
  etc: { group: 'root:x:0:\n' },
})

/** Devices that answer each byte inverted, as the kernel would run them. */
class ScriptedSpi {
  readonly log: string[] = []
  open = 0
  running = 0
  runningMax = 0
  openFailure: number | undefined
  failure: number | undefined
  gate: PromiseWithResolvers<void> | undefined

  async handle(bus: number, select: number, mode: SpiTransfer['mode']): Promise<SpiHandle> {
    if (this.openFailure !== undefined) throw kernelError(this.openFailure)
    this.open++
    this.log.push(`open ${bus}.${select} mode ${mode}`)
    return {
      exchange: async (write, speedHz) => {
        this.log.push(`${write.length} bytes at ${speedHz} Hz`)
        this.runningMax = Math.max(this.runningMax, ++this.running)
        try {
          await this.gate?.promise
          if (this.failure !== undefined) throw kernelError(this.failure)
          return write.map((byte) => byte ^ 0xff)
        } finally {
          this.running--
        }
      },
      close: () => void this.open--,
    }
  }
}

function makeRig(options: { readonly setup?: string; readonly root?: string } = {}) {
  const clock = new FakeClock()
  const kernel = new ScriptedSpi()
  const open = kernel.handle.bind(kernel)
  const port = new LinuxSpi({ clock, root, load: async () => open, ...options, setup: () => options.setup })
  const send = (device = '0.0', sizeBytes = 3, mode: SpiTransfer['mode'] = 0) =>
    port.transfer({ device, write: new Uint8Array(sizeBytes), speedHz: 1_000_000, mode })
  return { clock, kernel, port, send }
}

spiContract('the Linux SPI driver over a scripted kernel', async () => ({
  port: makeRig().port,
  device: '0.1',
  absentDevice: '3.1',
  question: Uint8Array.of(0x01, 0xf0, 0x00),
  isAnswer: (bytes) => Buffer.from(bytes).equals(Buffer.of(0xfe, 0x0f, 0xff)),
  close: async () => undefined,
}))

async function saidBy(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'it worked'
  } catch (error) {
    return isHardwareError(error) ? `${error.kernel}: ${error.message}` : String(error)
  }
}

void t.test('devices are listed by bus and chip select, in order', async (t) => {
  t.same(await makeRig().port.devices(), ['0.0', '0.1', '10.0'])
  t.same(await makeRig({ root: `${root}/nowhere` }).port.devices(), [])
})

void t.test("the longest transfer is spidev's own buffer; longer ones name the kernel parameter", async (t) => {
  const { kernel, port, send } = makeRig()
  t.equal(port.transferBytesMax, 64)
  t.match(
    await saidBy(send('0.0', 65)),
    /^EMSGSIZE: A transfer of 65 bytes on SPI device 0\.0 is longer than the 64 .*spidev\.bufsiz=128 to the kernel command/,
  )
  t.same(kernel.log, [], 'never cut into pieces: chip select would drop between them')
  t.equal(makeRig({ root: `${root}/nowhere` }).port.transferBytesMax, limits.spiTransferBytesMax, 'its default')
  const odd = t.testdir({ sys: { module: { spidev: { parameters: { bufsiz: 'lots' } } } } })
  t.equal(makeRig({ root: odd }).port.transferBytesMax, limits.spiTransferBytesMax)
})

void t.test('mode and speed reach the device, which is closed again', async (t) => {
  const { kernel, send } = makeRig()
  await send('0.1', 3, 3)
  t.same(kernel.log, ['open 0.1 mode 3', '3 bytes at 1000000 Hz'])
  t.equal(kernel.open, 0)
})

void t.test('all devices of a bus take turns, other buses do not wait', async (t) => {
  const { clock, kernel, send } = makeRig()
  kernel.gate = Promise.withResolvers<void>()
  const all = [send('0.0'), send('0.1'), send('10.0')]
  await clock.advance(0)
  t.equal(kernel.running, 2, 'one on each bus')
  kernel.gate.resolve()
  await Promise.all(all)
  t.equal(kernel.runningMax, 2)
})

void t.test('a transfer that does not come back marks its bus stuck until it does', async (t) => {
  const { clock, kernel, send } = makeRig()
  kernel.gate = Promise.withResolvers<void>()
  const hanging = saidBy(send('0.0'))
  await clock.advance(limits.spiTimeoutMs + 1)
  t.match(await hanging, /^ETIMEDOUT: SPI bus 0 is stuck/)
  t.match(await saidBy(send('0.1')), /^ETIMEDOUT: SPI bus 0 is stuck/)
  t.equal(kernel.open, 1, 'the one that hangs')
  kernel.gate.resolve()
  await clock.advance(0)
  t.equal(kernel.open, 0)
  t.equal((await send('0.1')).length, 3)
})

void t.test('a long transfer at a slow speed has the time that its bits take', async (t) => {
  const { clock, kernel, port } = makeRig()
  kernel.gate = Promise.withResolvers<void>()
  const slow = port.transfer({ device: '0.0', write: new Uint8Array(50), speedHz: 100, mode: 0 })
  await clock.advance(4_000)
  kernel.gate.resolve()
  t.equal((await slow).length, 50)
})

void t.test('each failure of the kernel is said with what mends it, and leaves nothing open', async (t) => {
  for (const [number, says] of [
    ['ENODEV', /^ENODEV: There is no SPI device 0\.0: set the switch, or use 0\.0 or 0\.1 or 10\.0\.$/],
    ['ESHUTDOWN', /^ENODEV: There is no SPI device 0\.0/],
    ['EINVAL', /^EINVAL: The driver of SPI device 0\.0 does not take mode 0 at 1000000 Hz/],
    ['EMSGSIZE', /^EMSGSIZE: .*spidev\.bufsiz=/],
    ['ETIMEDOUT', /^ETIMEDOUT: The transfer with SPI device 0\.0 failed/],
    ['EIO', /^EIO: The transfer with SPI device 0\.0 failed/],
    ['EMFILE', /^EIO: SPI device 0\.0 failed with EMFILE/],
  ] as const) {
    const { kernel, send } = makeRig({ setup: 'set the switch' })
    kernel.failure = numbers[number]
    t.match(await saidBy(send()), says)
    t.equal(kernel.open, 0)
    kernel.failure = undefined
    t.equal((await send()).length, 3, 'the next one works')
  }
})

void t.test('a device that may not be opened names the group or the rule that is missing', async (t) => {
  const { kernel, send } = makeRig()
  kernel.openFailure = numbers.EACCES
  t.match(
    await saidBy(send()),
    /^EPERM: \/dev\/spidev0\.0 may be opened by root alone: .*SUBSYSTEM=="spidev", GROUP="spi"/,
  )
  kernel.openFailure = numbers.ENOENT
  t.match(await saidBy(send()), /^ENODEV/)
})

void t.test('what was asked to be sent may be changed by its owner behind the call', async (t) => {
  const { port } = makeRig()
  const write = Uint8Array.of(1, 2)
  const answer = port.transfer({ device: '0.0', write, speedHz: 1_000, mode: 0 })
  write.fill(9)
  t.same(Array.from(await answer), [0xfe, 0xfd])
})
