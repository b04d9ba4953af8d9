import type { Board } from '../../board.ts'
import type { Faults } from '../faults.ts'
import type { SimulatedGpio } from '../gpio.ts'
import type { Wiring } from '../wiring.ts'
import type { World } from '../world.ts'

/** What the moves act on. */
export interface Stage {
  readonly board: Board
  readonly wiring: Wiring
  readonly world: World
  readonly gpio: SimulatedGpio
  readonly faults: Faults
  /** A chip that gets its power back starts anew. */
  readonly powerOnRoom: () => void
}

/** One thing that a hand can do to the simulated world. */
export interface Move {
  /** The fixed first words; what follows is for `run`. */
  readonly words: readonly string[]
  /** The whole of it as people type it, optional parts in brackets. */
  readonly form: string
  /** Takes the words behind the fixed ones, in lower case, and answers one sentence. */
  readonly run: (rest: readonly string[]) => string
}

/** A move that is nothing but its words. */
export function plainMove(form: string, run: () => string): Move {
  return {
    words: form.split(' '),
    form,
    run: (rest) => (rest.length > 0 ? `"${rest.join(' ')}" is too much. Try: /sim ${form}.` : run()),
  }
}
