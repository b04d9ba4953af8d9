import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { DeviceConfig, PulseConfig } from '../../src/config/config.ts'
import { createDevices } from '../../src/devices/devices.ts'
import type { Devices } from '../../src/devices/device.ts'
import { formatReadings } from '../../src/devices/reading-text.ts'
import { createSensors } from '../../src/devices/sensors.ts'
import type { Simulator } from '../../src/hardware/simulator/simulator.ts'
import type { FakeClock } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { simulate } from '../support/simulated-board.ts'
import { until } from '../support/until.ts'

const button: PulseConfig = { kind: 'button', line: 'GPIO5', pull: 'up', invert: false, debounceMs: 20 }
const counter: PulseConfig = { kind: 'counter', line: 'GPIO6', pull: 'down', invert: false, debounceMs: 0 }
const never = new AbortController().signal

interface Bench {
  readonly devices: Devices
  readonly clock: FakeClock
  readonly simulator: Simulator
  readonly stateFolder: string
  readonly logged: readonly string[]
  readonly read: (name: string) => Promise<string>
  /** Sets the level at a line from outside, and waits. */
  readonly drive: (line: string, level: 'high' | 'low' | 'off', thenMs?: number) => Promise<void>
}

async function open(
  stateFolder: string,
  configs: Readonly<Record<string, DeviceConfig>>,
  board = simulate(),
): Promise<Bench> {
  const { clock, simulator } = board
  const { log, lines: logged } = createLogLines()
  const devices = createDevices({
    configs,
    hardware: simulator,
    clock,
    log,
    stateFolder,
    units: 'metric',
    tell: () => undefined,
    loadSensors: async () => ({ createSensors }),
  })
  await devices.start()
  return {
    devices,
    clock,
    simulator,
    stateFolder,
    logged,
    read: async (name) => formatReadings(await devices.read(name, never)),
    async drive(line, level, thenMs = 100) {
      simulator.play(`drive ${line} ${level}`)
      await clock.advance(thenMs)
    },
  }
}

async function end(bench: Bench): Promise<void> {
  await bench.devices.stop()
  bench.simulator.close()
}

async function pulse(bench: Bench, line: string, count: number, everyMs = 100): Promise<void> {
  for (let each = 0; each < count; each++) {
    await bench.drive(line, 'high', everyMs / 2)
    await bench.drive(line, 'low', everyMs / 2)
  }
}

void t.test('a button says whether it is pressed, how often it was, and when last', async (t) => {
  const bench = await open(t.testdir(), { bell: button })
  t.equal(await bench.read('bell'), 'bell: released, presses 0 (simulated; button on GPIO5; just now)')
  await bench.drive('GPIO5', 'low')
  t.match(
    await bench.read('bell'),
    /^bell: pressed, presses 1 \[last .* ago\] \(simulated; button on GPIO5; just now\)$/,
  )
  await bench.drive('GPIO5', 'off', 180_000)
  t.match(await bench.read('bell'), /^bell: released for 3m, presses 1 \[last 3m ago\] /)
  t.match(bench.devices.known(), [
    { quantity: 'state', value: 'released' },
    { quantity: 'presses', value: 1, unit: '' },
  ])
  await end(bench)
})

void t.test('presses between two readings are counted, and bouncing is one press', async (t) => {
  const bench = await open(t.testdir(), { bell: button })
  for (let bounce = 0; bounce < 5; bounce++) {
    await bench.drive('GPIO5', 'low', 3)
    await bench.drive('GPIO5', 'off', 3)
  }
  t.match(await bench.read('bell'), /presses 0/, 'shorter than its debounce: nobody pressed it')
  for (let press = 0; press < 3; press++) {
    await bench.drive('GPIO5', 'low', 3)
    await bench.drive('GPIO5', 'off', 3)
    await bench.drive('GPIO5', 'low', 50)
    await bench.drive('GPIO5', 'off', 50)
  }
  t.match(await bench.read('bell'), /^bell: released.*, presses 3 /)
  await end(bench)
})

const levels: readonly (readonly [Partial<PulseConfig>, 'high' | 'low', string])[] = [
  [{ pull: 'up' }, 'low', 'pressed'],
  [{ pull: 'up' }, 'high', 'released'],
  [{ pull: 'up', invert: true }, 'high', 'pressed'],
  [{ pull: 'off' }, 'low', 'pressed'],
  [{ pull: 'down' }, 'high', 'pressed'],
  [{ pull: 'down', invert: true }, 'high', 'released'],
]
for (const [config, level, expected] of levels) {
  void t.test(`a button with ${JSON.stringify(config)} is ${expected} when its line is ${level}`, async (t) => {
    const bench = await open(t.testdir(), { bell: { ...button, ...config } })
    await bench.drive('GPIO5', level)
    t.match(await bench.read('bell'), new RegExp(`^bell: ${expected}`))
    await end(bench)
  })
}

void t.test('a counter counts rising edges, and its rate is of the last minute', async (t) => {
  const bench = await open(t.testdir(), { rain: counter })
  t.equal(await bench.read('rain'), 'rain: count 0 (simulated; counter on GPIO6; just now)')
  await pulse(bench, 'GPIO6', 30, 1_000)
  t.match(await bench.read('rain'), /^rain: count 30 \(/, 'half a minute says nothing about a minute')
  await bench.clock.advance(35_000)
  // Until the 95th second all thirty of them are within a minute of some second.
  t.match(await bench.read('rain'), /^rain: count 30, rate 2[3-6] \/min \(/)
  await bench.clock.advance(60_000)
  t.match(await bench.read('rain'), /^rain: count 30, rate 0 \/min /)
  await end(bench)
})

void t.test('inverted it counts falling edges', async (t) => {
  const bench = await open(t.testdir(), { rain: { ...counter, invert: true, pull: 'up' } })
  await bench.drive('GPIO6', 'low')
  t.match(await bench.read('rain'), /count 1 /)
  await bench.drive('GPIO6', 'high')
  t.match(await bench.read('rain'), /count 1 /)
  await end(bench)
})

void t.test('a count goes on after a restart, and starts anew on another line', async (t) => {
  const folder = t.testdir()
  const first = await open(folder, { rain: counter })
  await pulse(first, 'GPIO6', 7)
  await end(first)
  const second = await open(folder, { rain: counter, gas: { ...counter, line: 'GPIO12' } })
  await pulse(second, 'GPIO6', 2)
  t.match(await second.read('rain'), /count 9 /)
  t.match(await second.read('gas'), /count 0 /)
  await end(second)
  const third = await open(folder, { rain: { ...counter, line: 'GPIO13' } })
  t.match(await third.read('rain'), /count 0 /)
  await end(third)
})

void t.test('who counted nothing writes nothing', async (t) => {
  const folder = t.testdir({ 'counters.json': '{"version":1,"counters":{"rain":{"line":"GPIO6","count":5}}}' })
  const bench = await open(folder, { rain: counter })
  t.match(await bench.read('rain'), /count 5 /)
  fs.rmSync(join(folder, 'counters.json'))
  await end(bench)
  t.notOk(fs.existsSync(join(folder, 'counters.json')))
})

void t.test('the disk is written ten minutes after the first pulse, and not while nothing is counted', async (t) => {
  const bench = await open(t.testdir(), { rain: counter })
  const file = join(bench.stateFolder, 'counters.json')
  await bench.clock.advance(3_600_000)
  t.notOk(fs.existsSync(file))
  t.equal(bench.clock.pendingTimers(), 0, 'nothing wakes up')
  await pulse(bench, 'GPIO6', 3)
  t.notOk(fs.existsSync(file))
  await bench.clock.advance(600_000)
  await until(() => fs.existsSync(file), 'the file')
  t.match(JSON.parse(fs.readFileSync(file, 'utf8')), { counters: { rain: { line: 'GPIO6', count: 3 } } })
  t.equal(bench.clock.pendingTimers(), 0)
  await end(bench)
})

for (const content of [
  '',
  '{',
  '[]',
  '{"version":2}',
  '{"version":1,"counters":{"rain":{"line":"GPIO6","count":-1}}}',
]) {
  void t.test(`counts that are damaged (${content}) are kept for people, said, and begun anew`, async (t) => {
    const folder = t.testdir({ 'counters.json': content })
    const bench = await open(folder, { rain: counter })
    t.match(await bench.read('rain'), /count 0 /)
    t.match(bench.logged.join('\n'), /What counters counted was damaged: it is kept as .*counters\.json\.corrupt-/)
    await end(bench)
  })
}

void t.test('a disk that takes nothing does not stop counting', async (t) => {
  const folder = t.testdir()
  const bench = await open(folder, { rain: counter })
  fs.rmSync(folder, { recursive: true })
  await pulse(bench, 'GPIO6', 2)
  await bench.clock.advance(600_000)
  await until(
    () => /What counters counted is not saved\. Cannot write/.test(bench.logged.join()),
    'the line in the log',
  )
  await pulse(bench, 'GPIO6', 1)
  t.match(await bench.read('rain'), /count 3/)
  fs.mkdirSync(folder)
  await end(bench)
  t.match(JSON.parse(fs.readFileSync(join(folder, 'counters.json'), 'utf8')), { counters: { rain: { count: 3 } } })
})

const held = async (t: Test, config: PulseConfig, sentence: RegExp): Promise<void> => {
  const board = simulate()
  const other = await board.simulator.gpio.requestInput({ line: config.line, consumer: 'gpio-keys' })
  const bench = await open(t.testdir(), { thing: config }, board)
  t.match(bench.logged.join('\n'), /thing cannot be read\. .*"gpio-keys"/)
  t.match(await bench.read('thing'), /^thing: cannot be read: .*"gpio-keys"/)
  t.strictSame(bench.devices.known(), [])
  await other.release()
  t.match(await bench.read('thing'), sentence)
  await end(bench)
  t.equal((await board.simulator.gpio.lines()).find(({ name }) => name === config.line)?.consumer, '')
}
void t.test('a button on a line that somebody holds is said, and read once the line is free', (t) =>
  held(t, button, /^thing: released, presses 0/),
)
void t.test('so is a counter', (t) => held(t, counter, /^thing: count 0/))
