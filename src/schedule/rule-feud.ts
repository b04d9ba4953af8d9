import { limits } from '../limits.ts'
import { differ, type Wish } from './rule-wishes.ts'
import type { Rule } from './rule.ts'

interface Turn {
  readonly rule: Rule
  readonly wish: Wish
  readonly atMs: number
}

/**
 * Finds rules that turn each other's output round again and again. At least one of them must wait for what outputs move, a
 * measurement or an output's state: doors and buttons are moved by people as often as they like.
 */
export class RuleFeud {
  readonly #isOutput: (device: string) => boolean
  readonly #turns = new Map<string, readonly Turn[]>()

  constructor(isOutput: (device: string) => boolean) {
    this.#isOutput = isOutput
  }

  /** The rule sets its outputs now. Answers the output over which it fights with another rule, and which. */
  note(rule: Rule, nowMs: number): { readonly output: string; readonly other: Rule } | undefined {
    for (const wish of rule.wishes) {
      const before = this.#turns.get(wish.output) ?? []
      const turns = [
        ...before.filter(({ atMs }) => atMs > nowMs - limits.ruleFightWindowMs),
        { rule, wish, atMs: nowMs },
      ]
      this.#turns.set(wish.output, turns)
      const rounds = turns.filter((turn, index) => {
        const last = turns[index - 1]
        if (last === undefined || last.rule === turn.rule || !differ(last.wish, turn.wish)) return false
        return this.#isMoved(last.rule) || this.#isMoved(turn.rule)
      })
      const other = turns.findLast((turn) => turn.rule !== rule)?.rule
      if (rounds.length < limits.ruleFightTurnsMax || other === undefined) continue
      this.#turns.delete(wish.output)
      return { output: wish.output, other }
    }
    return undefined
  }

  /** The rule is no more: it fights with nobody. */
  forget(rule: Rule): void {
    for (const [output, turns] of this.#turns) {
      this.#turns.set(
        output,
        turns.filter((turn) => turn.rule !== rule),
      )
    }
  }

  #isMoved({ when }: Rule): boolean {
    return when.kind === 'above' || when.kind === 'below' || (when.kind === 'is' && this.#isOutput(when.device))
  }
}
