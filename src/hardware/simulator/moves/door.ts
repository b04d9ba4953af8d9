import { formatDuration } from '../../../duration.ts'
import type { Outside } from '../line.ts'
import { type Move, plainMove, type Stage } from './move.ts'

/** A switch closes and opens a few times before it rests. */
const bounce: Record<'open' | 'closed', readonly Outside[]> = {
  closed: [0, undefined, 0, undefined, 0],
  open: [undefined, 0, undefined, 0, undefined],
}
const bounceAtMs = [0, 1, 2, 4, 5] as const
const pressMs = 1_000

/** Moves the door for a moment, or for good. */
export function doorMoves(stage: Stage): readonly Move[] {
  const { name, line } = stage.wiring.door
  const plan = (state: 'open' | 'closed', afterMs: number): { inMs: number; outside: Outside }[] =>
    bounceAtMs.map((atMs, index) => ({ inMs: afterMs + atMs, outside: bounce[state][index] }))
  const moveTo = (state: 'open' | 'closed') => (): string => {
    if (doorState(stage) === state) return `The ${name} is ${state} already.`
    stage.gpio.line(line)?.connect(plan(state, 0))
    return `The ${name} is ${state} now.`
  }
  return [
    plainMove(`press ${name}`, () => {
      const [other, back] =
        doorState(stage) === 'closed' ? (['open', 'closed'] as const) : (['closed', 'open'] as const)
      stage.gpio.line(line)?.connect([...plan(other, 0), ...plan(back, pressMs)])
      return `The ${name} is ${other} for ${formatDuration(pressMs)}, then ${back} again.`
    }),
    plainMove(`open ${name}`, moveTo('open')),
    plainMove(`close ${name}`, moveTo('closed')),
  ]
}

export function doorState({ gpio, wiring }: Stage): 'open' | 'closed' {
  return gpio.line(wiring.door.line)?.restingOutside() === 0 ? 'closed' : 'open'
}
