import { formatDuration } from '../duration.ts'
import type { Reading, ReadOutcome } from './device.ts'
import { formatValue } from './units.ts'

const justNowMs = 2_000

/**
 * One of many on a line: `lamp on`, `pump off (switched off by maxOn 12m ago)`, `heater unknown (may be on: ...)`,
 * `room temperature 21.4 °C (3m ago)`.
 */
export function formatShortly({ device, quantity, value, unit, ageMs, heldMs, cause, note }: Reading): string {
  const name = quantity === 'state' ? device : `${device} ${quantity}`
  const shown = typeof value === 'number' ? formatValue(value, unit) : value
  const agoMs = cause === undefined || heldMs === undefined ? ageMs : heldMs
  const ago = agoMs < justNowMs ? undefined : `${formatDuration(agoMs)} ago`
  const notes = [note, cause, ago].filter((each) => each !== undefined)
  return `${name} ${shown}${notes.length === 0 ? '' : ` (${notes.join(' ')})`}`
}

/**
 * One line for each device, for example
 * `room: temperature 21.4 °C, humidity 48 % (simulated; bme280 on I2C bus 1 at 0x76; just now)`,
 * `lamp: on for 3m, off in 7m (switch on GPIO17; just now)`, `pump: off for 3m, switched off by maxOn (...)`,
 * `room: cannot be read: <sentence>`.
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
      return `${outcome.device}: ${outcome.readings.map(formatReading).join(', ')} (${formatOrigin(first)})`
    }
  }
}

function formatReading(reading: Reading): string {
  const { value, quantity, unit, note } = reading
  const shown = typeof value === 'number' ? `${quantity} ${formatValue(value, unit)}` : `${value}${formatHeld(reading)}`
  return note === undefined ? shown : `${shown} [${note}]`
}

function formatHeld({ value, heldMs, endsInMs, cause }: Reading): string {
  const held = heldMs === undefined || heldMs < justNowMs ? '' : ` for ${formatDuration(heldMs)}`
  const why = cause === undefined ? '' : `, ${cause}`
  return `${held}${why}${endsInMs === undefined ? '' : `, ${value === 'on' ? 'off' : 'on'} in ${formatDuration(endsInMs)}`}`
}

function formatOrigin({ simulated, source, ageMs }: Reading): string {
  const age = ageMs < justNowMs ? 'just now' : `${formatDuration(ageMs)} ago`
  return [...(simulated ? ['simulated'] : []), source, age].join('; ')
}
