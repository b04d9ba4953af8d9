import t from 'tap'
import type { DeviceConfig } from '../../src/config/config.ts'
import { createDevices } from '../../src/devices/devices.ts'
import { createSensors } from '../../src/devices/sensors.ts'
import { switchConfig } from '../support/device-bench.ts'
import { createLogLines } from '../support/log-lines.ts'
import { simulate } from '../support/simulated-board.ts'

const configs: Readonly<Record<string, DeviceConfig>> = {
  door: { kind: 'contact', line: 'GPIO24', pull: 'up', invert: false, debounceMs: 20 },
  bell: { kind: 'button', line: 'GPIO5', pull: 'up', invert: false, debounceMs: 20 },
  rain: { kind: 'counter', line: 'GPIO6', pull: 'down', invert: false, debounceMs: 0 },
  lamp: switchConfig({ line: 'GPIO17', maxOnMs: 60_000 }),
  pump: switchConfig({ line: 'GPIO27' }),
  room: { kind: 'bme280', bus: 1, address: 0x76 },
}
const never = new AbortController().signal

async function open(stateFolder: string) {
  const { clock, simulator } = simulate()
  const requests: boolean[] = []
  const gpio: typeof simulator.gpio = {
    lines: () => simulator.gpio.lines(),
    peek: (line) => simulator.gpio.peek(line),
    requestOutput: (request) => simulator.gpio.requestOutput(request),
    requestInput: (request) => {
      if (request.line === 'GPIO24') requests.push(request.onEdge !== undefined)
      return simulator.gpio.requestInput(request)
    },
  }
  const devices = createDevices({
    configs,
    hardware: { ...simulator, gpio },
    clock,
    log: createLogLines().log,
    stateFolder,
    units: 'metric',
    tell: () => undefined,
    loadSensors: async () => ({ createSensors }),
  })
  await devices.start()
  const told: string[] = []
  const watch = (name: string): (() => void) =>
    devices.watch(name, (edge) => {
      const state = devices.known().find((reading) => reading.device === name)
      told.push(`${name} ${edge ?? 'changed'}: ${state?.value}`)
    })
  const drive = async (line: string, level: 'high' | 'low'): Promise<void> => {
    simulator.play(`drive ${line} ${level}`)
    await clock.advance(100)
  }
  /** What was told since the last call. */
  const news = (): readonly string[] => told.splice(0)
  return { clock, devices, requests, watch, drive, news }
}

void t.test(
  'a contact tells its edges and its new state while it is watched, and its line sleeps otherwise',
  async (t) => {
    const { clock, devices, requests, watch, drive, news } = await open(t.testdir())
    await devices.read('door', never)
    t.strictSame(requests, [false], 'no edge wakes the process while nobody watches')
    const first = watch('door')
    const second = watch('door')
    await clock.advance(0)
    t.strictSame(requests, [false, true], 'it is requested anew once')
    await drive('GPIO24', 'low')
    t.strictSame(news(), ['door falling: closed', 'door falling: closed'])
    first()
    await drive('GPIO24', 'high')
    t.strictSame(news(), ['door rising: open'])
    second()
    await clock.advance(0)
    t.strictSame(requests, [false, true, false])
    await drive('GPIO24', 'low')
    t.strictSame(news(), [])
    const [outcome] = await devices.read('door', never)
    t.match(outcome, { status: 'ok', readings: [{ value: 'closed' }] })
    await devices.stop()
  },
)

void t.test('a button tells presses and releases, a counter what it counts', async (t) => {
  const { devices, watch, drive, news } = await open(t.testdir())
  watch('bell')
  watch('rain')
  await drive('GPIO5', 'low')
  await drive('GPIO5', 'high')
  await drive('GPIO6', 'high')
  await drive('GPIO6', 'low')
  t.strictSame(news(), ['bell rising: pressed', 'bell falling: released', 'rain rising: 1'])
  await devices.stop()
})

void t.test('an output tells each other state, whoever caused it, and nothing where nothing changed', async (t) => {
  const { clock, devices, watch, news } = await open(t.testdir())
  const leave = watch('lamp')
  await devices.set({ name: 'lamp', value: 'on' })
  await devices.set({ name: 'lamp', value: 'on' })
  await devices.set({ name: 'pump', value: 'on' })
  t.strictSame(news(), ['lamp changed: on'])
  await clock.advance(61_000)
  t.strictSame(news(), ['lamp changed: off'], 'maxOn')
  await devices.set({ name: 'lamp', value: 'on' })
  await devices.driveSafe({ latch: false, reason: 'a test' })
  t.strictSame(news(), ['lamp changed: on', 'lamp changed: off'])
  leave()
  await devices.set({ name: 'lamp', value: 'on' })
  t.strictSame(news(), [])
  await devices.stop()
})

void t.test('some outputs can be driven safe while the others go on', async (t) => {
  const { devices } = await open(t.testdir())
  await devices.set({ name: 'lamp', value: 'on' })
  await devices.set({ name: 'pump', value: 'on' })
  await devices.driveSafe({ latch: false, reason: 'a test', only: ['pump'] })
  const states = devices
    .known()
    .flatMap(({ device, value, cause }) => (device === 'bell' ? [] : [[device, value, cause]]))
  t.strictSame(
    states.filter(([, value]) => value === 'on' || value === 'off'),
    [
      ['lamp', 'on', undefined],
      ['pump', 'off', 'switched off by a test'],
    ],
  )
  await devices.stop()
})

void t.test('a sensor tells nothing, and a device that is not there is refused with its near name', async (t) => {
  const { clock, devices, watch, news } = await open(t.testdir())
  const leave = watch('room')
  const reading = devices.read('room', never)
  await clock.advance(1_000)
  t.match(await reading, [{ status: 'ok' }])
  t.strictSame(news(), [])
  t.equal(leave(), undefined)
  t.throws(() => watch('dor'), { code: 'unknown_device', message: /Did you mean door\?/ })
  await devices.stop()
})
