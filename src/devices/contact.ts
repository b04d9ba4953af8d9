import type { ContactConfig } from '../config/config.ts'
import type { Edge, GpioPort, Level } from '../hardware/ports.ts'
import { HeldInput } from './held-input.ts'
import { Listeners } from './listeners.ts'
import { stateReading } from './reader.ts'
import type { Reader, ReadingFrame } from './reader.ts'
import { SharedMeasurement } from './shared-measurement.ts'

/** A door or float contact. */
export function createContact(options: {
  readonly config: ContactConfig
  readonly gpio: GpioPort
  readonly frame: ReadingFrame
}): Reader {
  const { config, gpio, frame } = options
  const { line, pull, debounceMs } = config
  const listeners = new Listeners()
  const onEdge = (edge: Edge): void => {
    state.learn(contactState(edge === 'rising' ? 1 : 0, config))
    listeners.tell(edge)
  }
  const input = new HeldInput({ gpio, device: frame.device, line, bias: pull, debounceMs, onEdge, listens: false })
  // A line is read in microseconds: only who asks at the same moment shares a reading.
  const state = new SharedMeasurement(frame.clock, async () => contactState(await input.level(), config), 0)
  return {
    quantities: ['state'],
    open: () => input.open(),
    async read() {
      const measured = await state.get()
      return [stateReading(frame, measured.value, measured)]
    },
    known: () => (state.last === undefined ? [] : [stateReading(frame, state.last.value, state.last)]),
    watch(listener) {
      const leave = listeners.add(listener)
      void input.listen(true)
      return () => {
        leave()
        void input.listen(listeners.size > 0)
      }
    },
    close: () => input.close(),
  }
}

/**
 * An open contact leaves the line to its resistor: high with a pull-up, low with a pull-down. A resistor outside of the
 * board (`pull: off`) is taken for a pull-up, the usual one; `invert` turns it.
 */
export function contactState(level: Level, config: Pick<ContactConfig, 'pull' | 'invert'>): 'open' | 'closed' {
  const openLevel: Level = config.pull === 'down' ? 0 : 1
  return (level === openLevel) !== config.invert ? 'open' : 'closed'
}
