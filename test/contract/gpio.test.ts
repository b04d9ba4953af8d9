import type { Level } from '../../src/hardware/ports.ts'
import { settle } from '../support/fake-clock.ts'
import { simulate } from '../support/simulated-board.ts'
import { gpioContract } from './gpio.ts'

gpioContract('the simulated GPIO port', async () => {
  const { clock, simulator } = simulate()
  return {
    port: simulator.gpio,
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
