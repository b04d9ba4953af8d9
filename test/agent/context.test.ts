import t from 'tap'
import { formatContext } from '../../src/agent/context.ts'
import type { Reading } from '../../src/devices/device.ts'
import { limits } from '../../src/limits.ts'
import { formatLocalTime } from '../../src/local-time.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')

function reading(device: string, more: Partial<Reading> = {}): Reading {
  return {
    device,
    quantity: 'state',
    value: 'on',
    unit: '',
    timeMs: nowMs,
    ageMs: 0,
    source: 'switch on GPIO17',
    simulated: false,
    ...more,
  }
}

const contextOf = (known: readonly Reading[], latched?: string): string =>
  formatContext({ nowMs, timezone: 'Europe/Berlin', known, latched })

void t.test('the model is always told the time, and what is known only where something is', (t) => {
  const now = `Now: ${formatLocalTime(nowMs)} Europe/Berlin.`
  t.equal(contextOf([]), `[${now}]`)
  t.equal(contextOf([reading('lamp')]), `[${now} Last known: lamp on.]`)
  t.equal(
    contextOf([reading('lamp'), reading('room', { quantity: 'temperature', value: 21.4, unit: '°C', ageMs: 90_000 })]),
    `[${now} Last known: lamp on, room temperature 21.4 °C (1m 30s ago).]`,
  )
  t.end()
})

void t.test('what is older than ten minutes is left out, to the millisecond', (t) => {
  const oldest = limits.contextReadingAgeMaxMs
  t.match(contextOf([reading('door', { value: 'open', ageMs: oldest })]), /door open \(10m ago\)/)
  t.notMatch(contextOf([reading('door', { value: 'open', ageMs: oldest + 1 })]), /door|Last known/)
  t.end()
})

void t.test('readings without end do not make the line endless, and the old ones take no place in it', (t) => {
  const old = Array.from({ length: 40 }, (_, index) => reading(`old${index}`, { ageMs: 3_600_000 }))
  const fresh = Array.from({ length: 40 }, (_, index) => reading(`lamp${index}`))
  const context = contextOf([...old, ...fresh])
  t.equal(context.match(/lamp\d+ on/g)?.length, limits.contextReadingsMax)
  t.notMatch(context, /old/)
  t.end()
})

void t.test('a latch is told with its reason and the only way out', (t) => {
  t.match(
    contextOf([], '/stop all by Ada'),
    /\. Outputs are latched safe \(\/stop all by Ada\); only a person can \/resume\.\]$/,
  )
  t.end()
})

void t.test('it is one line', (t) => {
  t.notMatch(contextOf([reading('lamp'), reading('fan')], 'x'), /\n/)
  t.end()
})
