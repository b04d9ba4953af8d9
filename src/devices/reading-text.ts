import { formatDuration } from '../duration.ts'
import type { Reading, ReadOutcome } from './device.ts'
import { formatNumber } from './units.ts'

const justNowMs = 2_000

/**
 * One line for each device, for example
 * `room: temperature 21.4 °C, humidity 48 % (simulated; bme280 on I2C bus 1 at 0x76; just now)`,
 * `lamp: on for 3m, off in 7m (switch on GPIO17; just now)`, `room: cannot be read: <sentence>`.
 */
export function formatReadings(outcomes: readonly ReadOutcome[]): string {
  return outcomes.map(formatOutcome).join('\n')
}

function formatOutcome(outcome: ReadOutcome): string {
  switch (outcome.status) {
    case 'failed':
      return `${outcome.device}: cannot be read: ${outcome.reason}`
    case 'ok': {
      const [first] = outcome.readings
      if (first === undefined) return `${outcome.device}: has nothing to read.`
      return `${outcome.device}: ${outcome.readings.map(formatValue).join(', ')} (${formatOrigin(first)})`
    }
  }
}

function formatValue(reading: Reading): string {
  const { value, quantity, unit } = reading
  if (typeof value === 'number') return `${quantity} ${formatNumber(value, unit)} ${unit}`
  return `${value}${formatHeld(reading)}`
}

function formatHeld({ value, heldMs, endsInMs }: Reading): string {
  const held = heldMs === undefined || heldMs < justNowMs ? '' : ` for ${formatDuration(heldMs)}`
  return `${held}${endsInMs === undefined ? '' : `, ${value === 'on' ? 'off' : 'on'} in ${formatDuration(endsInMs)}`}`
}

function formatOrigin({ simulated, source, ageMs }: Reading): string {
  const age = ageMs < justNowMs ? 'just now' : `${formatDuration(ageMs)} ago`
  return [...(simulated ? ['simulated'] : []), source, age].join('; ')
}
