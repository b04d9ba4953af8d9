import { limits } from '../limits.ts'
import type { ToolCall } from '../model/model.ts'
import { shortened } from '../short-text.ts'
import type { ToolOutcome } from '../tools/registry.ts'

/** Notices a model that makes the same call with the same result over and over. */
export class Repetition {
  /** How often running each call with its result has come up, for those of the last reply. */
  #streaks = new Map<string, number>()

  /** Takes in one reply's calls; answers the explanation that ends the turn when one came up too often. */
  note(calls: readonly ToolCall[], outcomes: readonly ToolOutcome[]): string | undefined {
    const streaks = new Map<string, number>()
    let explanation: string | undefined
    calls.forEach((call, index) => {
      const outcome = outcomes[index]
      if (outcome === undefined) return
      // A result that was parked twice is the same result under two paths.
      const text = outcome.parkedAs === undefined ? outcome.text : outcome.text.replaceAll(outcome.parkedAs, '')
      const key = JSON.stringify([call.name, call.arguments, text])
      const count = (streaks.get(key) ?? this.#streaks.get(key) ?? 0) + 1
      streaks.set(key, count)
      if (count >= limits.turnSameCallMax) {
        explanation ??= `I stopped: I called ${firstLine(`${call.name} ${call.arguments}`)} ${count} times in a row and each time got the same answer: ${firstLine(outcome.text)}`
      }
    })
    this.#streaks = streaks
    return explanation
  }
}

function firstLine(text: string): string {
  return shortened(text.split('\n', 1)[0] ?? '', limits.repeatedCallCharsMax)
}
