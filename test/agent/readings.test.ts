import t from 'tap'
import { formatContext } from '../../src/agent/context.ts'
import { statusText } from '../../src/agent/status.ts'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'
import type { Reading } from '../../src/devices/device.ts'

const contextOf = (known: readonly Reading[]): string =>
  formatContext({ nowMs: Date.parse('2026-11-21T12:00:00Z'), timezone: 'UTC', known, latched: undefined })
const reading: Reading = {
  device: 'room',
  quantity: 'temperature',
  value: 21,
  unit: '°C',
  timeMs: 0,
  ageMs: 0,
  source: 'bme280',
  simulated: true,
}

void t.test('the model is told what is known, with its age, and that it is simulated', async (t) => {
  t.match(contextOf([reading]), /Last known \(simulated\): room temperature 21\.0 °C\.\]$/)
  t.match(
    contextOf([{ ...reading, simulated: false, ageMs: 180_000 }]),
    / Last known: room temperature 21\.0 °C \(3m ago\)\.\]$/,
  )
  t.notMatch(contextOf([{ ...reading, ageMs: 3_600_000 }]), /room/, 'nothing that is too old to act on')
  t.notMatch(contextOf([]), /Last known/)
})

void t.test('the next request and /status tell what maxOn switched off, and what may be on', async (t) => {
  const bench = new DeviceBench(t.testdir(), {
    pump: switchConfig({ maxOnMs: 10_000 }),
    heater: switchConfig({ line: 'GPIO27' }),
  })
  bench.gpio.breakLine('GPIO27')
  const devices = await bench.start()
  await devices.set({ name: 'pump', value: 'on' })
  await bench.clock.advance(130_000)
  await bench.idle()
  const words = 'pump off (switched off by maxOn 2m ago), heater unknown (may be on: its line cannot be driven)'
  t.ok(contextOf(devices.known()).includes(words), contextOf(devices.known()))
  const status = statusText({
    version: '0',
    upMs: 0,
    memoryBytes: 0,
    board: 'board',
    model: 'offline',
    devices,
    channels: [],
    waiting: 0,
    undelivered: 0,
    runningTurns: 0,
    deadLetters: [],
    isShared: false,
  })
  t.ok(status.includes(`Outputs: ${words}.`), status)
})
