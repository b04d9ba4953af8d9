import type { Devices, DeviceSummary } from '../devices/device.ts'
import { durationForm, formatDuration, parseDuration } from '../duration.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { nearest } from '../nearest.ts'
import { conditionForms } from './condition-forms.ts'
import { deadBandOf } from './dead-bands.ts'
import type { Condition } from './job.ts'

/** `when` of schedule_add, as its schema lets it through. */
export interface When {
  readonly device?: string | undefined
  readonly edge?: string | undefined
  readonly is?: string | undefined
  readonly above?: number | undefined
  readonly below?: number | undefined
  readonly stale?: string | undefined
  readonly for?: string | undefined
  readonly hysteresis?: number | undefined
  readonly event?: string | undefined
  readonly name?: string | undefined
}

const kinds = ['edge', 'is', 'above', 'below', 'stale'] as const

/**
 * What a trigger waits for. `device` is a name, or a name and one of its quantities: `room.humidity`. Fails with PincerError
 * `bad_call` and one sentence.
 */
export function readCondition(when: When, devices: Pick<Devices, 'list'>): Condition {
  if (when.event !== undefined) return readEvent(when)
  if (when.name !== undefined) throw wrong(`when has name, which goes with event: trigger. Expected ${conditionForms}.`)
  if (when.device === undefined) throw wrong(`when names neither a device nor an event. Expected ${conditionForms}.`)
  const given = kinds.filter((kind) => when[kind] !== undefined)
  const [kind] = given
  if (kind === undefined)
    throw wrong(`when says of ${when.device} nothing to wait for. Expected one of ${kinds.join(', ')}.`)
  if (given.length > 1)
    throw wrong(`when has ${given.join(' and ')}: one job waits for one of them. Make a job of each.`)
  const { device, quantity } = find(when.device, devices.list())
  if (when.hysteresis !== undefined && kind !== 'above' && kind !== 'below') {
    throw wrong(`hysteresis goes with above and below, not with ${kind}: leave it out.`)
  }
  if (when.for !== undefined && (kind === 'edge' || kind === 'stale')) {
    throw wrong(
      kind === 'edge'
        ? 'An edge has no length: leave for out, or use is.'
        : 'stale has its time itself: leave for out.',
    )
  }
  switch (kind) {
    case 'edge':
      return { kind, device: edgesOf(device, quantity), edge: edgeOf(when.edge ?? '') }
    case 'is':
      return {
        kind,
        device: device.name,
        state: stateOf(device, quantity, when.is ?? ''),
        forMs: durationOf('for', when.for),
      }
    case 'above':
    case 'below':
      return readLevel(kind, when, device, quantity)
    case 'stale':
      return { kind, device: device.name, afterMs: staleOf(when.stale ?? '') }
  }
}

function readEvent(when: When): Condition {
  const { event, name, ...rest } = when
  const more = Object.entries(rest).flatMap(([key, value]) => (value === undefined ? [] : [key]))
  if (more.length > 0) throw wrong(`when has event and ${more.join(', ')}: an event stands alone.`)
  if (event !== 'start' && event !== 'trigger') {
    throw wrong(`event is ${shown(event ?? '')}; expected start (of Pincer) or trigger (pincer trigger NAME).`)
  }
  if (event === 'start') {
    if (name !== undefined) throw wrong('The event start has no name: leave name out.')
    return { kind: 'start' }
  }
  if (name === undefined || !/^[\w-]{1,32}$/.test(name)) {
    throw wrong('The event trigger needs a name of 1 to 32 letters, digits, _ or -, as in `pincer trigger NAME`.')
  }
  return { kind: 'trigger', name }
}

function readLevel(kind: 'above' | 'below', when: When, device: DeviceSummary, named: string | undefined): Condition {
  const quantity = named ?? device.quantities.find((each) => each !== 'state')
  if (quantity === undefined || quantity === 'state') {
    throw wrong(`${device.name} is a ${device.kind} and measures no number: use is instead of ${kind}.`)
  }
  const value = when[kind] ?? 0
  const hysteresis = when.hysteresis ?? deadBandOf(quantity)
  if (!(hysteresis >= 0)) throw wrong(`hysteresis is ${hysteresis}; expected how far it must come back, 0 or more.`)
  return { kind, device: device.name, quantity, value, hysteresis, forMs: durationOf('for', when.for) }
}

/** A device, and the quantity where one is named. */
function find(
  written: string,
  all: readonly DeviceSummary[],
): { readonly device: DeviceSummary; readonly quantity: string | undefined } {
  const [name = '', quantity, ...more] = written.split('.')
  const device = all.find((each) => each.name === name)
  if (device === undefined) {
    const near = nearest(
      name,
      all.map((each) => each.name),
    )
    const hint = near === undefined ? '' : ` Did you mean ${near}?`
    const known =
      all.length === 0
        ? 'No devices are configured: add one to pincer.yaml.'
        : `Devices: ${all.map((each) => each.name).join(', ')}.`
    throw new PincerError('bad_call', `There is no device ${shown(name)}.${hint} ${known}`)
  }
  if (quantity !== undefined && (more.length > 0 || !device.quantities.includes(quantity))) {
    throw wrong(`${name} has no ${shown(written.slice(name.length + 1))}; it has ${device.quantities.join(', ')}.`)
  }
  return { device, quantity }
}

function edgesOf(device: DeviceSummary, quantity: string | undefined): string {
  if (quantity !== undefined) throw wrong(`An edge is one of the line of ${device.name}: leave .${quantity} out.`)
  if (edgeKinds.has(device.kind)) return device.name
  const instead = device.output ? 'is: on or is: off' : 'above or below'
  throw wrong(
    `${device.name} is a ${device.kind} and has no edges: only contacts, buttons and counters do. Use ${instead}.`,
  )
}

function edgeOf(edge: string): 'rising' | 'falling' | 'both' {
  if (edge === 'rising' || edge === 'falling' || edge === 'both') return edge
  throw wrong(`edge is ${shown(edge)}; expected rising, falling or both.`)
}

const edgeKinds: ReadonlySet<string> = new Set(['contact', 'button', 'counter'])

function stateOf(device: DeviceSummary, quantity: string | undefined, state: string): string {
  const { name, kind, output } = device
  if (!device.quantities.includes('state') || (quantity !== undefined && quantity !== 'state')) {
    throw wrong(
      `${quantity === undefined ? name : `${name}.${quantity}`} is a number: use above or below instead of is.`,
    )
  }
  const states = output ? ['on', 'off'] : kind === 'button' ? ['pressed', 'released'] : ['open', 'closed']
  if (states.includes(state)) return state
  throw wrong(`${name} is a ${kind} and never ${shown(state)}; it is ${states.join(' or ')}.`)
}

function staleOf(text: string): number {
  const afterMs = durationOf('stale', text)
  if (afterMs >= limits.ruleStaleMinMs) return afterMs
  const least = formatDuration(limits.ruleStaleMinMs)
  throw wrong(
    `stale is ${shown(text)}; expected ${least} or more: devices are read each ${formatDuration(limits.ruleSampleMs)}.`,
  )
}

function durationOf(key: 'for' | 'stale', text: string | undefined): number {
  if (text === undefined) return 0
  const durationMs = parseDuration(text)
  if (durationMs !== undefined) return durationMs
  throw wrong(`${key} is ${shown(text)}; expected ${durationForm}.`)
}

/** What a model wrote is shown cut: nobody knows what it holds. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 40))
}

function wrong(sentence: string): PincerError {
  return new PincerError('bad_call', sentence)
}
