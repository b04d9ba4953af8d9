import type { GpioPort, Level } from '../../src/hardware/ports.ts'
import { settle } from '../support/fake-clock.ts'
import { BoardGpio } from '../../src/hardware/board-gpio.ts'
import { board, simulate } from '../support/simulated-board.ts'
import { gpioContract } from './gpio.ts'

for (const [name, over] of [
  ['the simulated GPIO port', (kernel: GpioPort): GpioPort => kernel],
  ['a GPIO port with the names of a board', (kernel: GpioPort): GpioPort => new BoardGpio(board, kernel)],
] as const)
  gpioContract(name, async () => {
    const { clock, simulator } = simulate()
    return {
      port: over(simulator.gpio),
      lineA: 'GPIO5',
      lineB: 'GPIO6',
      async drive(line: string, level: Level | undefined) {
        simulator.play(`drive ${line} ${level === undefined ? 'off' : level === 1 ? 'high' : 'low'}`)
        await settle()
      },
      measure: async (line) => (simulator.play(`measure ${line}`).includes('is high') ? 1 : 0),
      wait: (durationMs) => clock.advance(durationMs),
      close: async () => simulator.close(),
    }
  })
