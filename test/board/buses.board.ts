import t from 'tap'
import { isHardwareError } from '../../src/errors.ts'
import { i2cContract } from '../contract/i2c.ts'
import { spiContract } from '../contract/spi.ts'
import { type Board, bootBoard } from './board.ts'
import { Loopback } from './chips/loopback.ts'
import { RegisterChip } from './chips/register-chip.ts'
import { startBuses, type RemoteBuses } from './remote-buses.ts'

const registers = { 0xd0: 0x60, 0x88: 0x70 }
const sensor = 0x76
/** The kernel's own driver for anything, which does nothing, has this address. */
const held = 0x68

async function boot(test: typeof t): Promise<{ readonly board: Board; readonly buses: RemoteBuses }> {
  const board = await bootBoard(test)
  board.i2c.plug(sensor, new RegisterChip(registers))
  board.spi.plug(0, new Loopback())
  await shell(board, `echo dummy 0x${held.toString(16)} > /sys/bus/i2c/devices/i2c-1/new_device`)
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

const { board, buses } = await boot(t)
const read = (bus: RemoteBuses = buses, timeoutMs = 300) =>
  bus.i2c.transfer({ bus: 1, address: sensor, write: Uint8Array.of(0xd0), readBytes: 1, timeoutMs })

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
    while ((await saidBy(read())).startsWith('ETIMEDOUT')) continue
  },
  wait: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
  close: async () => undefined,
}))

spiContract('the Linux SPI driver on a real bus', async () => ({
  port: buses.spi,
  device: '0.0',
  absentDevice: '3.1',
  question: Uint8Array.of(0x01, 0xf0, 0x00),
  isAnswer: (bytes) => Buffer.from(bytes).equals(Buffer.of(0x01, 0xf0, 0x00)),
  close: async () => undefined,
}))
