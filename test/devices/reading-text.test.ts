import t from 'tap'
import type { Reading } from '../../src/devices/device.ts'
import { formatReadings, formatShortly } from '../../src/devices/reading-text.ts'
import { inUnits } from '../../src/devices/units.ts'

const reading = (part: Partial<Reading>): Reading => ({
  device: 'room',
  quantity: 'temperature',
  value: 21,
  unit: '°C',
  timeMs: 0,
  ageMs: 0,
  source: 'bme280 on I2C bus 1 at 0x76',
  simulated: false,
  ...part,
})

void t.test('a line names device, values with their decimals, source and age', async (t) => {
  const readings = [
    reading({ ageMs: 65_000 }),
    reading({ quantity: 'humidity', value: 48, unit: '%', ageMs: 65_000 }),
    reading({ quantity: 'pressure', value: 1013.2, unit: 'hPa', ageMs: 65_000 }),
  ]
  t.equal(
    formatReadings([{ device: 'room', status: 'ok', readings }]),
    'room: temperature 21.0 °C, humidity 48 %, pressure 1013.2 hPa (bme280 on I2C bus 1 at 0x76; 1m 5s ago)',
  )
})

void t.test('a state says how long, until when, and what then', async (t) => {
  const lamp = (part: Partial<Reading>): string =>
    formatReadings([
      {
        device: 'lamp',
        status: 'ok',
        readings: [reading({ quantity: 'state', unit: '', source: 'switch on GPIO17', simulated: true, ...part })],
      },
    ])
  t.equal(
    lamp({ value: 'on', heldMs: 180_000, endsInMs: 420_000 }),
    'lamp: on for 3m, off in 7m (simulated; switch on GPIO17; just now)',
  )
  t.equal(lamp({ value: 'off', endsInMs: 9_000 }), 'lamp: off, on in 9s (simulated; switch on GPIO17; just now)')
  t.equal(lamp({ value: 'open' }), 'lamp: open (simulated; switch on GPIO17; just now)')
})

void t.test('a failure is a line of its own, and none are no text', async (t) => {
  t.equal(
    formatReadings([
      { device: 'room', status: 'failed', reason: 'Nothing answers.' },
      { device: 'soil', status: 'ok', readings: [] },
    ]),
    'room: cannot be read: Nothing answers.\nsoil: has nothing to read.',
  )
  t.equal(formatReadings([]), '')
})

void t.test('values are rounded to what the chip is worth, in the units of the person', async (t) => {
  t.strictSame(inUnits('temperature', 21.449, 'metric'), { value: 21.4, unit: '°C' })
  t.strictSame(inUnits('temperature', -0.04, 'metric'), { value: 0, unit: '°C' })
  t.notOk(Object.is(inUnits('temperature', -0.04, 'metric').value, -0))
  t.strictSame(inUnits('temperature', 21.5, 'imperial'), { value: 70.7, unit: '°F' })
  t.strictSame(inUnits('humidity', 48.5, 'imperial'), { value: 49, unit: '%' })
  t.strictSame(inUnits('pressure', 1013.25, 'imperial'), { value: 29.92, unit: 'inHg' })
  t.strictSame(inUnits('voltage', 1.65049, 'imperial'), { value: 1.65, unit: 'V' })
})

void t.test('one of many says its value, what made it so, and how long ago that was', async (t) => {
  const state = (part: Partial<Reading>): string => formatShortly(reading({ quantity: 'state', unit: '', ...part }))
  t.equal(state({ value: 'on', heldMs: 60_000 }), 'room on')
  t.equal(
    state({ value: 'off', heldMs: 60_000, cause: 'switched off by maxOn' }),
    'room off (switched off by maxOn 1m ago)',
  )
  t.equal(state({ value: 'off', heldMs: 0, cause: 'switched off by maxOn' }), 'room off (switched off by maxOn)')
  t.equal(
    state({ value: 'unknown', cause: 'may be on: its line cannot be driven' }),
    'room unknown (may be on: its line cannot be driven)',
  )
  t.equal(formatShortly(reading({ ageMs: 180_000 })), 'room temperature 21.0 °C (3m ago)')
})
