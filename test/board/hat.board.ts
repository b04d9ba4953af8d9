import t, { type Test } from 'tap'
import { Lm75 } from './chips/lm75.ts'
import { Mcp23017 } from './chips/mcp23017.ts'
import { Pca9685 } from './chips/pca9685.ts'
import { serveBoard, startStorm } from './served-board.ts'

const config = [
  'model: offline',
  'devices:',
  '  relay: { kind: switch, line: "mcp23017:0" }',
  '  valve: { kind: switch, line: "mcp23017:15", invert: true }',
  '  door: { kind: contact, line: "mcp23017:8", pull: up }',
  '  bell: { kind: button, line: "mcp23017:9", debounce: 1ms, invert: true }',
  '  fan: { kind: level, chip: 1-0040, channel: 3, frequency: 200, range: [20, 90], safe: 30 }',
  '  act: { kind: light, led: ACT }',
  '  lamp: { kind: light, led: "hat:white:reading" }',
  '  cpu: { kind: thermal, zone: cpu-thermal }',
]

/** A board with the HAT of hat.dts, and a Telegram outside. */
async function serveHat(t: Test, lines: readonly string[] = config) {
  const [expander, dimmer, thermometer] = [new Mcp23017(), new Pca9685(), new Lm75({ temperatureC: 41.5, bits: 11 })]
  const served = await serveBoard(t, lines, {
    tree: 'hat',
    wire({ gpio, i2c }) {
      gpio.drive('GPIO25', 1)
      expander.onInterrupt = (level) => gpio.drive('GPIO25', level)
      i2c.plug(0x20, expander)
      i2c.plug(0x40, dimmer)
      i2c.plug(0x48, thermometer)
    },
  })
  return { ...served, expander, dimmer, thermometer }
}

void t.test(
  'relays on an MCP23017 that the kernel drives have their safe level from the first moment on',
  async (t) => {
    const { expander, startDaemon, ask } = await serveHat(t)
    const daemon = await startDaemon()
    await ask('/on relay', 'relay is on')
    await ask('/on valve', 'valve is on')
    t.same([expander.measure('GPA0'), expander.measure('GPB7')], [1, 0])
    daemon.kill('SIGTERM')
    t.match(await daemon.ended, { code: 0 })
    const levels = (pin: string) => expander.log.filter((each) => each.startsWith(pin))
    t.same(levels('GPA0'), ['GPA0 low', 'GPA0 high', 'GPA0 low'], 'no other level in between')
    t.same(levels('GPB7'), ['GPB7 high', 'GPB7 low', 'GPB7 high'])
    t.same(expander.misuses, [])
  },
)

void t.test('a relay on an MCP23017 is switched also while signals reach the daemon', async (t) => {
  const { board, expander, startDaemon, ask } = await serveHat(t)
  const daemon = await startDaemon()
  await ask('/on relay', 'relay is on')
  // It does nothing in the daemon, as the end of a child does nothing: but this bus gives up a transfer that a signal meets.
  board.i2c.delayMs = 20
  const storm = await startStorm(board, daemon)
  for (let time = 0; time < 5; time++) {
    await ask('/off relay', 'relay is off')
    await ask('/on relay', 'relay is on')
  }
  storm.kill('SIGKILL')
  board.i2c.delayMs = 0
  daemon.kill('SIGTERM')
  t.match(await daemon.ended, { code: 0 })
  const levels = expander.log.filter((each) => each.startsWith('GPA0')).map((each) => each.slice('GPA0 '.length))
  t.same(levels, ['low', ...Array.from({ length: 6 }, () => ['high', 'low']).flat()])
  t.same(expander.misuses, [])
})

void t.test(
  'an edge at an MCP23017 reaches the daemon by its interrupt line, and its missing pull is said',
  async (t) => {
    const { expander, board, ask, readUntil, startDaemon } = await serveHat(t)
    expander.drive('GPB0', 1)
    const daemon = await startDaemon()
    await daemon.says("Line mcp23017:8: the kernel's driver of this chip sets no pull", 'stderr')
    t.match(await ask('/read door', 'door:'), /^door: open \(contact on mcp23017:8/)
    await board.gpio.until(() => board.gpio.isWatched('GPIO25'))
    expander.drive('GPB0', 0)
    await readUntil('door', /^door: closed/)
    for (let press = 1; press <= 3; press++) {
      expander.drive('GPB1', 1)
      await readUntil('bell', new RegExp(`^bell: pressed( for \\S+)?, presses ${press}\\b`))
      expander.drive('GPB1', 0)
      await readUntil('bell', /^bell: released/)
    }
    await board.gpio.until(() => board.gpio.measure('GPIO25') === 1)
    t.same(expander.misuses, [])
  },
)

/** The driver keeps the length of a pulse and rounds the frequency: 200 Hz are 203 Hz. */
const isNear = (share: number, percent: number) => Math.abs(share * 100 - percent) < 2

void t.test(
  'a PWM channel of a PCA9685 is safe from the start, follows what a person says within its range, and ends safe',
  async (t) => {
    const { dimmer, ask, startDaemon } = await serveHat(t)
    const daemon = await startDaemon()
    t.ok(isNear(dimmer.duty(3), 30), `safe: ${dimmer.duty(3)}`)
    // 200 Hz lies between two steps of the chip's divider: which one a kernel takes has changed.
    t.match(Math.round(dimmer.frequencyHz), /^(197|203)$/)
    t.match(await ask('/set fan 80%', 'fan'), /^fan is at 80 %/)
    t.ok(isNear(dimmer.duty(3), 80), String(dimmer.duty(3)))
    t.match(await ask('/set fan 95%', 'fan'), /its range is 20 % to 90 %/)
    t.ok(isNear(dimmer.duty(3), 80), 'as it was')
    daemon.kill('SIGTERM')
    t.match(await daemon.ended, { code: 0 })
    t.ok(isNear(dimmer.duty(3), 30), `safe: ${dimmer.duty(3)}`)
    t.same(dimmer.misuses, [])
  },
)

void t.test(
  'LEDs of the kernel are set by name, dimmed where they can be, and beat no more once they are ours',
  async (t) => {
    const { dimmer, board, ask, startDaemon } = await serveHat(t)
    await board.gpio.until(() => board.gpio.logOf('GPIO26').length > 3)
    const daemon = await startDaemon()
    // The kernel takes the brightness of an LED that is behind a bus, and sets it in its own time.
    const actIs = (level: 0 | 1) => board.gpio.until(() => board.gpio.measure('GPIO26') === level)
    await actIs(0)
    const beats = board.gpio.logOf('GPIO26').length
    await ask('/on act', 'act is on')
    await actIs(1)
    await ask('/on lamp', 'lamp is on')
    await board.i2c.until(() => dimmer.duty(15) === 1)
    await ask('/set lamp 40%', 'lamp is at 40 %')
    await board.i2c.until(() => isNear(dimmer.duty(15), 40))
    t.equal(board.gpio.logOf('GPIO26').length, beats + 1, 'the heart stands still')
    daemon.kill('SIGTERM')
    t.match(await daemon.ended, { code: 0 })
    await actIs(0)
    await board.i2c.until(() => dimmer.duty(15) === 0)
    t.same(dimmer.misuses, [])
  },
)

void t.test('a thermal zone has the value of its sensor, and its board LED is not free for a switch', async (t) => {
  const { thermometer, ask, readUntil, startDaemon } = await serveHat(t, [
    'model: offline',
    'devices:',
    '  cpu: { kind: thermal, zone: cpu-thermal }',
    '  gpu: { kind: thermal, zone: gpu-thermal }',
    '  taken: { kind: switch, line: GPIO26 }',
  ])
  await startDaemon()
  t.match(await ask('/read cpu', 'cpu:'), /^cpu: temperature 41\.5 °C \(thermal zone cpu-thermal;/)
  thermometer.temperatureC = -10.5
  await readUntil('cpu', /-10\.5 °C/)
  t.match(await ask('/read gpu', 'gpu:'), /The kernel has no thermal zone gpu-thermal: use cpu-thermal\./)
  t.match(await ask('/read taken', 'taken:'), /Line GPIO26 is held by "ACT"/)
})
