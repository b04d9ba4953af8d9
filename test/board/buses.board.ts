import t, { type Test } from 'tap'
import { isHardwareError } from '../../src/errors.ts'
import { i2cContract } from '../contract/i2c.ts'
import { spiContract } from '../contract/spi.ts'
import { attachChip } from './attached-chip.ts'
import { type Board, bootBoard } from './board.ts'
import { Loopback } from './chips/loopback.ts'
import { RegisterChip } from './chips/register-chip.ts'
import { runInside } from './inside.ts'
import { startBuses, type RemoteBuses } from './remote-buses.ts'
import { withoutSpi } from './kernel-support.ts'

const registers = { 0xd0: 0x60, 0x88: 0x70 }
const sensor = 0x76
/** The kernel's own driver for anything, which does nothing, has this address. */
const held = 0x68

async function boot(test: Test): Promise<{ readonly board: Board; readonly buses: RemoteBuses }> {
  const board = await bootBoard(test)
  board.i2c.plug(sensor, new RegisterChip(registers))
  board.spi.plug(0, new Loopback())
  await attachChip(board, 'dummy', held)
  return { board, buses: await startBuses(board) }
}

async function shell(board: Board, command: string): Promise<void> {
  const { code, stderr } = await board.run(['/bin/sh', '-c', command])
  if (code !== 0) throw new Error(`${command}: ${stderr}`)
}

async function saidBy(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'it worked'
  } catch (error) {
    return isHardwareError(error) ? `${error.kernel}: ${error.message}` : String(error)
  }
}

/** What is said of a call that hangs on a bus until its deadline is over. */
async function givenUp(
  work: Promise<unknown>,
  bus: Pick<Board['i2c'], 'hanging'>,
  drivers: RemoteBuses = buses,
): Promise<string> {
  const said = saidBy(work)
  await bus.hanging()
  await drivers.pass(2_000)
  return said
}

const { board, buses } = await boot(t)
const read = (bus: RemoteBuses = buses, timeoutMs = 300) =>
  bus.i2c.transfer({ bus: 1, address: sensor, write: Uint8Array.of(0xd0), readBytes: 1, timeoutMs })

/** What hung has come back: calls are taken again. */
async function healed(): Promise<void> {
  while ((await saidBy(read())).startsWith('ETIMEDOUT')) continue
}

i2cContract('the Linux I2C driver on a real bus', async () => ({
  port: buses.i2c,
  bus: 1,
  absentBus: 7,
  address: sensor,
  absentAddress: 0x50,
  kernelAddress: held,
  constants: [
    { register: 0xd0, value: 0x60 },
    { register: 0x88, value: 0x70 },
  ],
  stick: async () => board.i2c.stick(),
  async free() {
    board.i2c.free()
    await healed()
  },
  async wait(durationMs) {
    await board.i2c.hanging()
    await buses.pass(durationMs)
    // What was answered before reaches whoever asked.
    await new Promise((resolve) => setImmediate(resolve))
  },
  close: async () => undefined,
}))

if (withoutSpi === false)
  spiContract('the Linux SPI driver on a real bus', async () => ({
    port: buses.spi,
    device: '0.0',
    absentDevice: '3.1',
    question: Uint8Array.of(0x01, 0xf0, 0x00),
    isAnswer: (bytes) => Buffer.from(bytes).equals(Buffer.of(0x01, 0xf0, 0x00)),
    close: async () => undefined,
  }))

void t.test('a chip that does not answer once is said, and answers the next time', async (t) => {
  board.i2c.nackNext = 1
  t.match(
    await saidBy(read()),
    /^EREMOTEIO: Nothing answers at 0x76 on I2C bus 1: check SDA, SCL, its supply and ground/,
  )
  t.same(Array.from(await read()), [0x60])
})

void t.test(
  'a slow chip is waited for; one that is slower than its time-out holds up its bus until it is done',
  async (t) => {
    board.i2c.delayMs = 20
    t.same(Array.from(await read()), [0x60])
    board.i2c.delayMs = 0
    board.i2c.stretch()
    t.match(
      await givenUp(read(buses, 50), board.i2c),
      /^ETIMEDOUT: I2C bus 1 is stuck, for a transfer has not come back from the kernel/,
    )
    t.match(
      await saidBy(read()),
      /^ETIMEDOUT: I2C bus 1 is stuck.*used again as soon as that transfer, which may still be done, ends/,
    )
    board.i2c.free()
    await healed()
    t.same(Array.from(await read()), [0x60])
  },
)

void t.test('a bus that hangs lets other work of the process go on', async (t) => {
  board.i2c.stick()
  t.match(await givenUp(buses.i2c.scan(1), board.i2c), /^ETIMEDOUT: I2C bus 1 is stuck/)
  const wire = { device: '0.0', write: Uint8Array.of(5), speedHz: 1_000_000, mode: 0 } as const
  if (withoutSpi === false)
    t.same(Array.from(await buses.spi.transfer(wire)), [5], 'files are read by the same four threads as SPI is')
  board.i2c.free()
  await healed()
})

void t.test('noise on the wire reaches the caller as bytes: what can be checked, chips check', async (t) => {
  board.i2c.noise = (bytes) => bytes.map((byte) => byte ^ 1)
  t.same(Array.from(await read()), [0x61])
  board.i2c.noise = (bytes) => bytes
})

void t.test('an address that a kernel driver holds is named with it, and nothing is sent', async (t) => {
  const before = board.i2c.log.length
  const said = await saidBy(buses.i2c.transfer({ bus: 1, address: held, readBytes: 1, timeoutMs: 300 }))
  t.match(said, /^EBUSY: A kernel driver \(dummy\) holds 0x68 on I2C bus 1/)
  t.equal(board.i2c.log.length, before)
})

void t.test('a scan sends an empty write, and where EEPROMs are a read of one byte', async (t) => {
  const before = board.i2c.log.length
  await buses.i2c.scan(1)
  const sent = board.i2c.log.slice(before)
  const isRead = (address: number) => (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5f)
  t.equal(sent.length, 111)
  t.ok(sent.every(({ address, direction }) => (direction === 'read') === isRead(address)))
  t.ok(sent.every(({ direction, bytes }) => direction === 'read' || bytes.length === 0))
})

void t.test(
  'an adapter that is taken away does not wait for us, is said to be gone, and works when it is back',
  async (t) => {
    const driver = '/sys/bus/virtio/drivers/i2c_virtio'
    await shell(board, `basename $(ls -d ${driver}/virtio*) > /run/adapter; cat /run/adapter > ${driver}/unbind`)
    t.same(await buses.i2c.buses(), [])
    t.match(await saidBy(read()), /^ENODEV: There is no I2C bus 1: enable I2C/)
    await shell(board, `cat /run/adapter > ${driver}/bind`)
    t.same(Array.from(await read()), [0x60])
  },
)

void t.test('an adapter without a node says which module makes one', async (t) => {
  await shell(board, 'rm /dev/i2c-1')
  t.match(
    await saidBy(read()),
    /^ENODEV: The kernel has I2C bus 1, but no \/dev\/i2c-1: load its driver: sudo modprobe i2c-dev/,
  )
  await shell(board, 'mknod /dev/i2c-1 c 89 1')
  t.same(Array.from(await read()), [0x60])
})

void t.test(
  'an SPI transfer that is longer than the buffer of spidev names the kernel parameter, and is not cut',
  { skip: withoutSpi },
  async (t) => {
    const long = { device: '0.0', write: new Uint8Array(4_097), speedHz: 1_000_000, mode: 0 } as const
    t.match(await saidBy(buses.spi.transfer(long)), /^EMSGSIZE: .*spidev\.bufsiz=8192 to the kernel command line/)
  },
)

void t.test('mode, speed and chip select reach the chip', { skip: withoutSpi }, async (t) => {
  const wire = new Loopback()
  board.spi.plug(1, wire)
  const transfer = { device: '0.1', write: Uint8Array.of(1, 2), speedHz: 500_000, mode: 3 } as const
  t.same(Array.from(await buses.spi.transfer(transfer)), [1, 2])
  t.same(wire.clocks, [{ mode: 3, speedHz: 500_000, bitsPerWord: 8 }])
})

void t.test(
  'an SPI controller that hangs marks its bus, with all its devices, until it comes back',
  { skip: withoutSpi },
  async (t) => {
    const transfer = { device: '0.0', write: Uint8Array.of(1), speedHz: 1_000_000, mode: 0 } as const
    board.spi.stick()
    t.match(await givenUp(buses.spi.transfer(transfer), board.spi), /^ETIMEDOUT: SPI bus 0 is stuck/)
    t.match(await saidBy(buses.spi.transfer({ ...transfer, device: '0.1' })), /^ETIMEDOUT: SPI bus 0 is stuck/)
    board.spi.free()
    while ((await saidBy(buses.spi.transfer(transfer))).startsWith('ETIMEDOUT')) continue
    t.same(Array.from(await buses.spi.transfer(transfer)), [1])
  },
)

void t.test('whoever may not open the nodes is told of the group, or of the rule that makes one', async (t) => {
  const nobody = await startBuses(board)
  await nobody.become(65_534)
  const transfer = { device: '0.0', write: Uint8Array.of(1), speedHz: 1_000_000, mode: 0 } as const
  t.match(
    await saidBy(read(nobody)),
    /^EPERM: \/dev\/i2c-1 may be opened by root alone: sudo groupadd -f i2c, write SUBSYSTEM/,
  )
  if (withoutSpi === false)
    t.match(await saidBy(nobody.spi.transfer(transfer)), /^EPERM: \/dev\/spidev0\.0 may be opened by root alone/)
  await shell(board, 'chgrp games /dev/i2c-1 && chmod 660 /dev/i2c-1')
  t.match(
    await saidBy(read(nobody)),
    /^EPERM: \/dev\/i2c-1 may not be opened by this user: add the user to the group games/,
  )
})

void t.test(
  'behind all these faults no file is open that was not before, and nothing keeps a process alive',
  async (t) => {
    const before = await buses.openFiles()
    board.i2c.nackNext = 20
    for (let each = 0; each < 20; each++) t.match(await saidBy(read()), /^EREMOTEIO/)
    t.equal(await buses.openFiles(), before)
    t.ok(before < 30, `${before} files are open`)
  },
)

void t.test('a process ends at once while a bus that it used still hangs', async (t) => {
  const other = await boot(t)
  other.board.i2c.stick()
  const said = await givenUp(other.buses.i2c.scan(1), other.board.i2c, other.buses)
  t.match(said, /^ETIMEDOUT: I2C bus 1 is stuck/)
  t.equal(await other.buses.exit(), 0)
})

void t.test('a node of SPI that cannot be set up is not left open', async (t) => {
  await runInside(t, await bootBoard(t), 'guest/spi-driver-tests.ts')
})
