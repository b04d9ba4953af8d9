import type { OfflineDevice, Parsed } from '../../src/model/offline/parsed.ts'
import { durationText } from '../../src/model/offline/render.ts'

export const output = (name: string): OfflineDevice => ({ name, output: true, quantities: ['state'] })
const dimmable = (name: string): OfflineDevice => ({ ...output(name), quantities: ['state', 'level'], hasLevel: true })
const contact = (name: string): OfflineDevice => ({ name, output: false, quantities: ['state'] })
const climate = (name: string): OfflineDevice => ({
  name,
  output: false,
  quantities: ['temperature', 'humidity', 'pressure'],
})
const volts = (name: string): OfflineDevice => ({ name, output: false, quantities: ['voltage'] })

/** Device sets for the tables: a plain board, names with joiners and overlaps, and names that are grammar words. */
export const deviceSets = {
  board: [output('lamp'), output('fan'), contact('door'), climate('room'), volts('soil')],
  garden: [
    output('grow-light'),
    output('pump_2'),
    output('pump'),
    output('all-lights'),
    output('fan-on-roof'),
    output('lamp-and-fan'),
    output('lamp'),
    output('fan'),
    climate('green-house'),
    climate('shed'),
  ],
  words: [
    output('on'),
    output('all'),
    output('light'),
    output('the-end'),
    output('for'),
    output('status'),
    output('lamp-on'),
    output('lamp'),
    output('heater'),
    climate('temperature'),
    climate('room'),
    output('ten'),
    output('grow_it'),
    output('grow-it'),
  ],
  levels: [
    { ...dimmable('fader'), quantities: ['level'] },
    dimmable('strip'),
    dimmable('light'),
    output('lamp'),
    dimmable('light_2'),
    climate('room'),
  ],
  sensors: [climate('room'), contact('door')],
  none: [],
} as const satisfies Record<string, readonly OfflineDevice[]>

export type DeviceSet = keyof typeof deviceSets

/** A parse in a few words for tables: `on lamp 10m, read room`; the kind alone when it has no calls. */
export function brief(parsed: Parsed): string {
  if (parsed.kind !== 'calls') return parsed.kind
  return parsed.calls
    .map((call) => {
      switch (call.kind) {
        case 'read':
          return `read ${call.name ?? 'ALL'}`
        case 'plan':
          return `${call.use.name} ${JSON.stringify(call.use.args)}`
        case 'toggle':
          return `toggle ${call.name}`
        case 'set':
          return `${call.value}${typeof call.value === 'number' ? '%' : ''} ${call.name}${call.forMs === undefined ? '' : ` ${durationText(call.forMs)}`}`
      }
    })
    .join(', ')
}
