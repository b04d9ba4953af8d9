import { formatDuration, parseDuration } from '../../../duration.ts'
import type { World } from '../world.ts'
import { type Move, plainMove, type Stage } from './move.ts'

const roomMinC = 5
const roomMaxC = 45
/** How far `heat` and `cool` go when no temperature is named. */
const nudgeK = 6
const skipMaxMs = 7 * 86_400_000
/** Soil after watering, and after weeks without. */
const soaked = 0.9
const parched = 0.1

/** Weather, water and time. */
export function climateMoves(stage: Stage): readonly Move[] {
  const { wiring, world } = stage
  const soil = wiring.analog.soil.name
  const toHour = (hour: number) => (): string => {
    world.skipToHour(hour)
    return `The world has moved on: ${describeTime(world)}.`
  }
  return [
    nudgeMove(stage, { verb: 'heat', direction: 1, exampleC: 30, how: 'The heater runs' }),
    nudgeMove(stage, { verb: 'cool', direction: -1, exampleC: 15, how: 'The air conditioner runs' }),
    plainMove(`water ${soil}`, () => {
      world.setSoil(soaked)
      return `The ${soil} is wet now.`
    }),
    plainMove(`dry ${soil}`, () => {
      world.setSoil(parched)
      return `The ${soil} is dry now.`
    }),
    plainMove('day', toHour(12)),
    plainMove('night', toHour(23)),
    {
      words: ['skip'],
      form: 'skip 10m',
      run: (rest) => {
        const durationMs = parseDuration(rest.join(' '))
        if (durationMs === undefined || durationMs > skipMaxMs)
          return `"${rest.join(' ')}" is no duration up to 7d. Try: /sim skip 10m.`
        world.skip(durationMs)
        return `The world has moved ${formatDuration(durationMs)} ahead: ${describeTime(world)}. The board's own clock has not.`
      },
    },
  ]
}

interface Nudge {
  readonly verb: 'heat' | 'cool'
  readonly direction: 1 | -1
  readonly exampleC: number
  readonly how: string
}

function nudgeMove({ wiring, world }: Stage, { verb, direction, exampleC, how }: Nudge): Move {
  const { name } = wiring.room
  return {
    words: [verb, name],
    form: `${verb} ${name} [to ${exampleC}]`,
    run: (rest) => {
      const { temperatureC } = world.climate()
      const targetC = rest.length === 0 ? defaultTargetC(temperatureC, direction) : parseCelsius(rest)
      if (targetC === undefined)
        return `"${rest.join(' ')}" is no temperature from ${roomMinC} to ${roomMaxC} °C. Try: /sim ${verb} ${name} to ${exampleC}.`
      if ((targetC - temperatureC) * direction <= 0)
        return `The ${name} has ${temperatureC.toFixed(1)} °C: there is nothing to ${verb}.`
      world.nudgeTo(targetC)
      return `${how} until the ${name} has ${targetC} °C. Try: /sim skip 5m.`
    },
  }
}

function defaultTargetC(temperatureC: number, direction: 1 | -1): number {
  return Math.min(roomMaxC, Math.max(roomMinC, Math.round(temperatureC + direction * nudgeK)))
}

function parseCelsius(words: readonly string[]): number | undefined {
  const match = /^(?:to )?(\d{1,2}(?:\.\d+)?) ?(?:°?c)?$/.exec(words.join(' '))
  const celsius = Number(match?.[1])
  return celsius >= roomMinC && celsius <= roomMaxC ? celsius : undefined
}

export function describeTime(world: World): string {
  const minutes = Math.floor(world.hour() * 60)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `it is ${two(Math.floor(minutes / 60))}:${two(minutes % 60)} there, ${world.outsideC().toFixed(1)} °C outside`
}
