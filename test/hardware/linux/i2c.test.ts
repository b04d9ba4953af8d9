import { join } from 'node:path'
import t from 'tap'
import { isHardwareError, type KernelErrorName } from '../../../src/errors.ts'
import { LinuxI2c } from '../../../src/hardware/linux/i2c.ts'
import { limits } from '../../../src/limits.ts'
import { fails } from '../../contract/gpio.ts'
import { i2cContract } from '../../contract/i2c.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { numbers, ScriptedAdapter } from '../../support/scripted-adapter.ts'

/** A board with the buses 0 and 1; the kernel knows bus 2 too, which has no node. */
const root = t.testdir({
  dev: { 'i2c-0': '', 'i2c-1': '', 'i2c-x': '', i2c: '' },
  sys: {
    bus: { i2c: { devices: { 'i2c-2': {}, '1-0068': { driver: t.fixture('symlink', '../../drivers/rtc-ds1307') } } } },
  },
  etc: { group: 'root:x:0:\n' },
})

function makeRig(setup?: string) {
  const clock = new FakeClock()
  const kernel = new ScriptedAdapter()
  kernel.chips.set(
    0x76,
    Uint8Array.from({ length: 256 }, (_, index) => (index === 0xd0 ? 0x60 : index)),
  )
  kernel.held.add(0x68)
  const port = new LinuxI2c({ clock, root, load: async () => kernel.adapters, setup: () => setup })
  const read = (address = 0x76) =>
    port.transfer({ bus: 1, address, write: Uint8Array.of(0xd0), readBytes: 1, timeoutMs: 300 })
  return { clock, kernel, port, read }
}

i2cContract('the Linux I2C driver over a scripted kernel', async () => {
  const { clock, kernel, port } = makeRig()
  return {
    port,
    bus: 1,
    absentBus: 7,
    address: 0x76,
    absentAddress: 0x50,
    kernelAddress: 0x68,
    constants: [
      { register: 0xd0, value: 0x60 },
      { register: 0x88, value: 0x88 },
    ],
    stick: async () => kernel.stick(),
    free: () => kernel.free(),
    wait: (durationMs) => clock.advance(durationMs),
    close: async () => undefined,
  }
})

/** The sentence that a failing call ends with, behind the kernel's name. */
async function saidBy(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'it worked'
  } catch (error) {
    return isHardwareError(error) ? `${error.kernel}: ${error.message}` : String(error)
  }
}

const told: readonly (readonly [keyof typeof numbers, KernelErrorName, RegExp])[] = [
  ['EREMOTEIO', 'EREMOTEIO', /^Nothing answers at 0x76 on I2C bus 1: check SDA/],
  ['ENXIO', 'ENXIO', /^Nothing answers at 0x76 on I2C bus 1/],
  ['ETIMEDOUT', 'ETIMEDOUT', /^I2C bus 1 did not come free within 300 ms/],
  ['EBUSY', 'ETIMEDOUT', /^I2C bus 1 did not come free/],
  ['EIO', 'EIO', /^The transfer with 0x76 on I2C bus 1 broke off.*stretches the clock/],
  ['EAGAIN', 'EIO', /broke off/],
  ['EOPNOTSUPP', 'EINVAL', /^The adapter of I2C bus 1 cannot do this transfer \(E\w+\)/],
  ['EMSGSIZE', 'EINVAL', /\(EMSGSIZE\)/],
  ['ENODEV', 'ENODEV', /^There is no I2C bus 1/],
  ['ESHUTDOWN', 'ENODEV', /^There is no I2C bus 1/],
  ['EMFILE', 'EIO', /^I2C bus 1 failed with EMFILE/],
]
for (const [number, kernelSays, sentence] of told) {
  void t.test(`a transfer that the kernel ends with ${number} is ${kernelSays}, and leaves nothing open`, async (t) => {
    const { kernel, read } = makeRig()
    kernel.failures.push(numbers[number])
    const said = await saidBy(read())
    t.match(said, new RegExp(`^${kernelSays}: `))
    t.match(said.slice(kernelSays.length + 2), sentence)
    t.equal(kernel.open, 0)
    t.same(Array.from(await read()), [0x60], 'the next one works')
  })
}

void t.test('a NACK that the adapter tells by fewer messages is no answer, for transfers and scans', async (t) => {
  const { kernel, port, read } = makeRig()
  kernel.nacksByCount = true
  for (const address of [0x20, 0x50]) kernel.chips.set(address, new Uint8Array(1))
  t.match(await saidBy(read(0x40)), /^EREMOTEIO: Nothing answers at 0x40/)
  t.same(await port.scan(1), [
    { address: 0x20, state: 'present' },
    { address: 0x50, state: 'present' },
    { address: 0x68, state: 'kernel' },
    { address: 0x76, state: 'present' },
  ])
})

void t.test('an address that a kernel driver holds is refused with its name, and nothing is sent', async (t) => {
  const { kernel, read } = makeRig()
  t.match(await saidBy(read(0x68)), /^EBUSY: A kernel driver \(rtc-ds1307\) holds 0x68 on I2C bus 1/)
  t.same(kernel.log, ['open 1', 'close'])
  kernel.held.add(0x76)
  t.match(await saidBy(read()), /^EBUSY: A kernel driver holds 0x76/, 'one that was free before is looked at again')
})

void t.test('a node that may not be opened says which group may, or that none does', async (t) => {
  const { kernel, read } = makeRig()
  kernel.openFailure = numbers.EACCES
  t.match(
    await saidBy(read()),
    /^EPERM: \/dev\/i2c-1 may be opened by root alone: sudo groupadd -f i2c, write SUBSYSTEM=="i2c-dev"/,
  )
})

void t.test('a bus that is gone works as soon as it is back', async (t) => {
  const { kernel, port, read } = makeRig()
  kernel.openFailure = numbers.ENOENT
  t.match(await saidBy(read()), /^ENODEV: There is no I2C bus 1/)
  t.match(await saidBy(port.scan(1)), /^ENODEV: There is no I2C bus 1/)
  kernel.openFailure = undefined
  t.same(Array.from(await read()), [0x60])
})

void t.test('buses are what has a node; one without says whether the module or the overlay is missing', async (t) => {
  const { port } = makeRig('set the switch')
  t.same(await port.buses(), [0, 1])
  const on = (bus: number) => saidBy(port.transfer({ bus, address: 0x76, readBytes: 1, timeoutMs: 100 }))
  t.match(await on(2), /^ENODEV: The kernel has I2C bus 2, but no \/dev\/i2c-2: load its driver: sudo modprobe i2c-dev/)
  t.match(await on(7), /^ENODEV: There is no I2C bus 7: set the switch, or use 0 or 1\.$/)
  for (const bus of [-1, 1.5, Number.NaN]) t.match(await on(bus), /^ENODEV/)
})

void t.test('without /dev there is no bus, and that is said', async (t) => {
  const load = () => Promise.reject(new Error('asked for nothing'))
  const port = new LinuxI2c({ clock: new FakeClock(), root: join(t.testdir(), 'none'), load, setup: () => undefined })
  t.same(await port.buses(), [])
  t.match(await saidBy(port.scan(1)), /^ENODEV: There is no I2C bus 1: enable I2C .* and reboot\)\.$/)
})

void t.test('what is not built is said as that', async (t) => {
  const load = () => Promise.reject(new Error('not built'))
  const port = new LinuxI2c({ clock: new FakeClock(), root, load, setup: () => undefined })
  t.equal(await saidBy(port.scan(1)), 'Error: not built')
})

void t.test('a scan writes nothing to where EEPROMs are, and asks nothing more of a bus that hangs', async (t) => {
  const { clock, kernel, port } = makeRig()
  await port.scan(1)
  const probes = kernel.log.filter((line) => line.startsWith('0x'))
  t.equal(probes.length, 0x77 - 0x08 + 1 - 1, 'every address but the one that is held')
  const readOf = probes.filter((line) => line.endsWith(' read')).map((line) => Number(line.slice(0, 4)))
  const inRange = (address: number): boolean =>
    (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5f)
  t.ok(readOf.length === 24 && readOf.every(inRange))
  kernel.stick()
  kernel.log.length = 0
  const hanging = fails(t, 'ETIMEDOUT', port.scan(1))
  await clock.advance(limits.i2cTimeoutMs + limits.busGraceMs)
  await hanging
  t.same(kernel.log, ['open 1', '0x08 quick'], 'one probe, and the adapter stays open until it is back')
  await kernel.free()
  t.equal(kernel.open, 0)
})

void t.test('a reading does not wait for a whole scan, but never runs inside another transfer', async (t) => {
  const { kernel, port, read } = makeRig()
  const scan = port.scan(1)
  t.same(Array.from(await read()), [0x60])
  const probesBefore = kernel.log.filter((line) => line.startsWith('0x')).length
  t.ok(probesBefore < 10, `${probesBefore} probes had gone before`)
  await scan
  t.equal(kernel.runningMax, 1)
})

void t.test('the adapter is given the time-out of each transfer', async (t) => {
  const { kernel, read } = makeRig()
  await read()
  t.same(kernel.timeoutsMs, [300])
})

void t.test('a bus that hangs stops no other bus', async (t) => {
  const { clock, kernel, port, read } = makeRig()
  kernel.stick()
  const hanging = saidBy(read())
  await clock.advance(300 + limits.busGraceMs)
  t.match(await hanging, /^ETIMEDOUT: I2C bus 1 is stuck/)
  const other = port.transfer({ bus: 0, address: 0x76, readBytes: 1, timeoutMs: 300 })
  t.match(await saidBy(read()), /^ETIMEDOUT: I2C bus 1 is stuck/)
  await kernel.free()
  t.equal((await other).length, 1)
})

void t.test('what was asked to be sent may be changed by its owner behind the call', async (t) => {
  const { port } = makeRig()
  const write = Uint8Array.of(0xd0)
  const answer = port.transfer({ bus: 1, address: 0x76, write, readBytes: 1, timeoutMs: 300 })
  write.fill(9)
  t.same(Array.from(await answer), [0x60])
})
