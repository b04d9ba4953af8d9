import { join } from 'node:path'
import t from 'tap'
import { type Board, bootBoard } from './board.ts'
import { Lm75 } from './chips/lm75.ts'
import { Loopback } from './chips/loopback.ts'
import { Mcp23017 } from './chips/mcp23017.ts'
import { Pca9685 } from './chips/pca9685.ts'
import { RegisterChip } from './chips/register-chip.ts'
import { withoutSpi } from './kernel-support.ts'
import { type RemoteBuses, startBuses } from './remote-buses.ts'
import { serveBoard, startStorm } from './served-board.ts'

/** One in the range that is probed by reads, the others by empty writes. */
const addresses = [0x23, 0x44, 0x50, 0x76]

async function boot(): Promise<{ readonly board: Board; readonly buses: RemoteBuses }> {
  const board = await bootBoard(t)
  for (const address of addresses) board.i2c.plug(address, new RegisterChip({ 0xd0: 0x60 }))
  board.spi.plug(0, new Loopback())
  const buses = await startBuses(board)
  const storm = ['/usr/bin/python3', join(import.meta.dirname, 'guest/signal_storm.py'), String(await buses.pid)]
  await board.start(storm).says('storming')
  return { board, buses }
}

const { board, buses } = await boot()

void t.test('a scan finds every chip while signals reach the process', async (t) => {
  board.i2c.delayMs = 5
  for (let time = 0; time < 5; time++)
    t.same(
      await buses.i2c.scan(1),
      addresses.map((address) => ({ address, state: 'present' })),
    )
})

void t.test('a slow chip is read while signals reach the process', async (t) => {
  board.i2c.delayMs = 10
  for (let time = 0; time < 20; time++)
    t.same(
      await buses.i2c.transfer({ bus: 1, address: 0x76, write: Uint8Array.of(0xd0), readBytes: 1, timeoutMs: 5_000 }),
      Uint8Array.of(0x60),
    )
  board.i2c.delayMs = 0
})

void t.test('SPI is read while signals reach the process', { skip: withoutSpi }, async (t) => {
  const write = Uint8Array.from({ length: 200 }, (_, index) => index)
  for (let time = 0; time < 50; time++)
    t.same(await buses.spi.transfer({ device: '0.0', write, speedHz: 1_000_000, mode: 0 }), write)
})

void t.test('an output of a PWM chip on the bus is set while signals reach the daemon', async (t) => {
  const dimmer = new Pca9685()
  const device = 'fan: { kind: level, chip: 1-0040, channel: 3, frequency: 200 }'
  const { board, startDaemon, ask } = await serveBoard(t, ['model: offline', 'devices:', `  ${device}`], {
    tree: 'hat',
    wire({ gpio, i2c }) {
      gpio.drive('GPIO25', 1)
      i2c.plug(0x20, new Mcp23017())
      i2c.plug(0x40, dimmer)
      i2c.plug(0x48, new Lm75())
    },
  })
  const daemon = await startDaemon()
  board.i2c.delayMs = 20
  await startStorm(board, daemon)
  for (const percent of [50, 80, 20, 60]) {
    await ask(`/set fan ${percent}%`, `fan is at ${percent} %`)
    t.ok(Math.abs(dimmer.duty(3) * 100 - percent) < 2, `${dimmer.duty(3)}`)
  }
})
