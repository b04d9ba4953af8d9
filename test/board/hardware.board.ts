import t from 'tap'
import { type Board, bootBoard } from './board.ts'
import { Loopback } from './chips/loopback.ts'
import { RegisterChip } from './chips/register-chip.ts'
import { withoutSpi } from './kernel-support.ts'

const script = new URL('./guest/raw_hardware.py', import.meta.url).pathname
const raw = (...args: readonly string[]) => ['/usr/bin/env', 'python3', script, ...args]
const output = async (board: Board, ...args: readonly string[]) => (await board.run(raw(...args))).stdout.trim()

void t.test('an output of the guest is seen outside from its first level on, without a glitch', async (t) => {
  const board = await bootBoard(t)
  const program = board.start(raw('drive', '17', '1'))
  await program.says('driving')
  t.equal(board.gpio.measure('GPIO17'), 1)
  t.equal(board.gpio.directionOf('GPIO17'), 'output')
  program.type('0\n')
  await board.gpio.until(() => board.gpio.measure('GPIO17') === 0)
  t.same(board.gpio.logOf('GPIO17'), ['drives high', 'drives low'])
})

for (const [whenReleased, left] of [
  ['keep', ['output', 1]],
  ['drop', ['input', 0]],
] as const)
  void t.test(`a line whose program was killed: a board that is set to ${whenReleased} it does so`, async (t) => {
    const board = await bootBoard(t)
    board.gpio.whenReleased = whenReleased
    const program = board.start(raw('drive', '17', '1'))
    await program.says('driving')
    program.kill('SIGKILL')
    await program.ended
    t.same([board.gpio.directionOf('GPIO17'), board.gpio.measure('GPIO17')], left)
  })

void t.test('a power cut lets go of every line, also of one that is just being taken', async (t) => {
  const board = await bootBoard(t)
  board.gpio.whenReleased = 'drop'
  const pins = () => ['GPIO17', 'GPIO27'].map((line) => [board.gpio.directionOf(line), board.gpio.measure(line)])
  await board.start(raw('drive', '17', '1')).says('driving')
  board.start(raw('retake', '27'))
  await board.gpio.until(() => board.gpio.logOf('GPIO27').length > 10)
  await board.powerCut()
  const dead = [
    ['input', 0],
    ['input', 0],
  ]
  t.same(pins(), dead)
  await board.powerOn()
  t.same(pins(), dead, 'nothing of before the cut arrives after it')
})

void t.test('an edge made outside arrives in the guest, each in its turn', async (t) => {
  const board = await bootBoard(t)
  const program = board.start(raw('watch', '22'))
  await program.says('watching')
  board.gpio.drive('GPIO22', 1)
  await program.says('rising')
  board.gpio.drive('GPIO22', 0)
  await program.says('falling')
})

void t.test(
  'a chip on the I2C bus is written and read in one transaction, and another address is silent',
  async (t) => {
    const board = await bootBoard(t)
    const chip = new RegisterChip({ 0xd0: 0x60 })
    board.i2c.plug(0x76, chip)
    t.equal(await output(board, 'i2c', '1', '0x76', 'd0', '1'), '60')
    await output(board, 'i2c', '1', '0x76', 'f425', '0')
    t.equal(chip.registers[0xf4], 0x25)
    t.equal(await output(board, 'i2c', '1', '0x77', 'd0', '1'), 'only 0 of 2 messages')
    t.same(board.i2c.log.slice(0, 2), [
      { address: 0x76, direction: 'write', bytes: [0xd0], acknowledged: true },
      { address: 0x76, direction: 'read', bytes: [0x60], acknowledged: true },
    ])
  },
)

void t.test('each fault of the I2C bus shows in the guest and goes away again', async (t) => {
  const board = await bootBoard(t)
  const { i2c } = board
  i2c.plug(0x48, new RegisterChip({ 0: 0x19, 1: 0x80 }))
  const read = () => output(board, 'i2c', '1', '0x48', '00', '2')
  i2c.nackNext = 1
  t.equal(await read(), 'only 0 of 2 messages')
  t.equal(await read(), '1980', 'after a message that was not acknowledged')
  i2c.noise = (bytes) => bytes.map((byte) => byte ^ 1)
  t.equal(await read(), '1881', 'with noise')
  i2c.noise = (bytes) => bytes
  i2c.stick()
  const waiting = read()
  await i2c.hanging()
  i2c.free()
  t.equal(await waiting, 'only 0 of 2 messages', 'on a bus that was stuck')
  t.equal(await read(), '1980', 'after it was freed')
  i2c.unplug(0x48)
  t.equal(await read(), 'only 0 of 2 messages')
})

void t.test(
  'an SPI chip answers at its chip select alone; where there is none the line floats high',
  { skip: withoutSpi },
  async (t) => {
    const board = await bootBoard(t)
    const wire = new Loopback()
    board.spi.plug(1, wire)
    t.equal(await output(board, 'spi', '0.1', '0180aa'), '0180aa')
    t.match(wire.clocks, [{ speedHz: 10_000_000, mode: 0, bitsPerWord: 8 }])
    t.equal(await output(board, 'spi', '0.0', '0180aa'), 'ffffff')
  },
)
