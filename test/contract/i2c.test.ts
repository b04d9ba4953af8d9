import { kernelAddress, simulate } from '../support/simulated-board.ts'
import { i2cContract } from './i2c.ts'

i2cContract('the simulated I2C port', async () => {
  const { clock, simulator } = simulate()
  return {
    port: simulator.i2c,
    bus: 1,
    absentBus: 7,
    address: 0x76,
    absentAddress: 0x50,
    kernelAddress,
    // The BME280's id, and the low byte of its first trimming word.
    constants: [
      { register: 0xd0, value: 0x60 },
      { register: 0x88, value: 0x70 },
    ],
    stick: async () => void simulator.play('stick i2c'),
    free: async () => void simulator.play('free i2c'),
    wait: (durationMs) => clock.advance(durationMs),
    close: async () => simulator.close(),
  }
})
