import type { Reading, SwitchState } from './device.ts'
import { earlier, oppositeOf, percentOf } from './output-status.ts'
import type { Output } from './output.ts'
import { stateReading } from './reader.ts'
import type { Reader, ReadingFrame } from './reader.ts'

/** The state of an output, read back from its line, and since and until when. */
export function createSwitchReader(output: Output, frame: ReadingFrame): Reader {
  const readingOf = (value: SwitchState): Reading => {
    const { state, sinceMs, endsMs, back, cause } = output.status
    const nowMs = frame.clock.monotonicMs()
    const reading = stateReading(frame, value)
    // A line that is not where it was driven to has no history that we know.
    if (value !== state) return reading
    const changesMs = earlier(endsMs, back?.atMs)
    return {
      ...reading,
      ...(sinceMs === undefined ? {} : { heldMs: nowMs - sinceMs }),
      ...(cause === undefined ? {} : { cause: `switched ${value} ${cause}` }),
      ...(changesMs === undefined ? {} : { endsInMs: Math.max(0, changesMs - nowMs) }),
    }
  }
  const { config } = output
  const readingsOf = (value: SwitchState, percent: number): readonly Reading[] => {
    const state = readingOf(value)
    if (config.scale === undefined) return [state]
    const level = { ...state, quantity: 'level', value: Math.round(percent), unit: '%' }
    return config.kind === 'level' ? [level] : [state, level]
  }
  return {
    quantities: config.scale === undefined ? ['state'] : config.kind === 'level' ? ['level'] : ['state', 'level'],
    async read() {
      const { state, percent } = await output.read()
      return readingsOf(state, percent)
    },
    watch: (listener) => output.watch(listener),
    known() {
      const { state, percent } = output.status
      if (state !== 'unknown') return readingsOf(state, percentOf(config, state, percent))
      // Before the start nothing is known of it, and nothing is wrong.
      if (output.fault === undefined) return []
      const cause = `may be ${oppositeOf(output.config.safe)}: its line cannot be driven`
      return [{ ...stateReading(frame, state), cause }]
    },
  }
}
