import { simulate } from '../support/simulated-board.ts'
import { spiContract } from './spi.ts'

spiContract('the simulated SPI port', async () => {
  const { simulator } = simulate()
  return {
    port: simulator.spi,
    device: '0.0',
    absentDevice: '3.1',
    // MCP3008, channel 7 alone: not connected, so a null bit and ten bits near zero.
    question: Uint8Array.of(0x01, 0xf0, 0x00),
    isAnswer: ([, high = 0xff, low = 0xff]) => (high & 0x07) === 0 && low < 8,
    close: async () => simulator.close(),
  }
})
