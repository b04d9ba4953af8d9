import t from 'tap'
import { attachChip } from './attached-chip.ts'
import { Lm75 } from './chips/lm75.ts'
import { Mcp3008 } from './chips/mcp3008.ts'
import { type ServedBoard, serveBoard } from './served-board.ts'
import { withoutSpi } from './kernel-support.ts'

// A kernel that hangs in an SPI transfer can be neither interrupted nor killed: what the daemon does meanwhile counts.

const config = [
  'model: offline',
  'devices:',
  '  relay: { kind: switch, line: GPIO17 }',
  '  soil: { kind: mcp3008, spi: "0.0", channel: 0 }',
]

/** A daemon whose SPI controller keeps it in the kernel, with its relay on. */
async function serveStuck({ board, ask, readUntil, startDaemon }: ServedBoard) {
  board.spi.plug(0, new Mcp3008())
  const daemon = await startDaemon()
  await ask('/on relay', 'relay is on')
  board.spi.stick()
  await readUntil('soil', /SPI bus 0 is stuck/)
  return daemon
}

void t.test(
  'while SPI hangs, outputs are switched and stopped, and the end of the daemon leaves them safe',
  { skip: withoutSpi },
  async (t) => {
    const served = await serveBoard(t, config)
    const { board, ask, pincer } = served
    const daemon = await serveStuck(served)
    const relay = () => board.gpio.measure('GPIO17')
    await ask('/off relay', 'relay is off')
    t.equal(relay(), 0)
    await ask('/on relay', 'relay is on')
    t.match(await ask('/stop all', 'safe state'), /^All outputs are in their safe state/)
    t.equal(relay(), 0)
    await ask('/resume', 'Outputs can be switched again')
    await ask('/on relay', 'relay is on')
    daemon.kill('SIGTERM')
    await daemon.says('Stopping')
    await board.gpio.until(() => relay() === 0)
    // The kernel keeps the process, but neither the line nor the home.
    let outcome = await pincer('safe-state').ended
    while (outcome.code !== 0) outcome = await pincer('safe-state').ended
    t.equal(outcome.stdout, 'relay: GPIO17 was driven off.\n')
    board.spi.free()
    t.match(await daemon.ended, { code: 0 })
  },
)

void t.test(
  'a daemon that is killed while SPI hangs is kept by the kernel with its lines on, and safe-state says so',
  { skip: withoutSpi },
  async (t) => {
    const served = await serveBoard(t, config)
    const { board, pincer } = served
    const daemon = await serveStuck(served)
    daemon.kill('SIGKILL')
    const outcome = await pincer('safe-state').ended
    t.match(outcome, {
      code: 1,
      stderr: /does not answer, and only it can write the lines that it holds\..* cut the power/,
    })
    t.equal(board.gpio.measure('GPIO17'), 1)
    board.spi.free()
    await daemon.ended
    t.match(await pincer('safe-state').ended, { code: 0 })
    t.equal(board.gpio.measure('GPIO17'), 0)
  },
)

void t.test(
  'sensors whose kernel drivers hang leave the rest of the daemon alone, however many they are',
  async (t) => {
    const addresses = [0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d]
    const { board, ask, readUntil, startDaemon } = await serveBoard(t, [
      ...config,
      ...addresses.map(
        (each, at) => `  rack${at}: { kind: hwmon, name: lm75, value: temp1, device: 1-00${each.toString(16)} }`,
      ),
    ])
    for (const address of addresses) {
      board.i2c.plug(address, new Lm75())
      await attachChip(board, 'lm75', address)
    }
    await startDaemon()
    await readUntil('rack5', /^rack5: temperature 20\.0 °C/)
    board.i2c.stick()
    const all = ask('/read', 'rack0: cannot be read')
    await board.i2c.hanging()
    await ask('/on relay', 'relay is on')
    t.match(await ask('/stop all', 'safe state'), /^All outputs are in their safe state/)
    t.equal(board.gpio.measure('GPIO17'), 0)
    t.match(await all, /rack4: cannot be read: The .* is not read, for the kernel has not come back from/)
    board.i2c.free()
    await readUntil('rack3', /20\.0 °C/)
  },
)
