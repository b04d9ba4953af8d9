import { readBoard } from '../../src/boards.ts'
import { createSimulator, type Simulator } from '../../src/hardware/simulator/simulator.ts'
import { simulatedWiring } from '../../src/hardware/simulator/wiring.ts'
import { FakeClock } from './fake-clock.ts'

export const board = await readBoard('simulated', '/')
/** The default wiring leaves no address to a kernel driver: here a clock chip's driver has its own. */
export const kernelAddress = 0x68

export function simulate(): { readonly clock: FakeClock; readonly simulator: Simulator } {
  const clock = new FakeClock()
  const wiring = { ...simulatedWiring, kernelHeld: [{ bus: 1, address: kernelAddress }] }
  return { clock, simulator: createSimulator({ board, clock, wiring }) }
}
