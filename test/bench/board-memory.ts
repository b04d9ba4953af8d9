import { fileURLToPath } from 'node:url'
import { Ina219 } from '../board/chips/ina219.ts'
import { onBoard } from './on-board.ts'
import { median } from './table.ts'

/** What one more open device of a kind adds to the private anonymous memory of a process, in KiB. */
export type BoardMemoryFigures = Readonly<Record<'switch' | 'contact' | 'ina219', number>>

const program = fileURLToPath(import.meta.resolve('./board-memory-main.ts'))
const runtime = fileURLToPath(import.meta.resolve('../../build/node'))
const manyLines = 20
/** All that an INA219 can have. */
const addresses = Array.from({ length: 16 }, (_, index) => 0x40 + index)
const lines = Array.from({ length: manyLines }, (_, index) => `GPIO${index}`)

/** One, and then so many more that there are 20 lines or 16 chips: each time in a process of its own. */
export async function measureBoardMemory(runs: number): Promise<BoardMemoryFigures> {
  return onBoard(async (board) => {
    for (const address of addresses) board.i2c.plug(address, new Ina219())
    const measure = async (configs: readonly object[]): Promise<number> => {
      const found: number[] = []
      for (let run = 0; run < runs; run++) {
        const command = ['/bin/sh', runtime, '--expose-gc', program, JSON.stringify(configs)]
        const { code, stdout, stderr } = await board.run(command)
        if (code !== 0) throw new Error(`Devices could not be opened on the virtual board: ${stderr}`)
        found.push(Number(stdout))
      }
      return median(found)
    }
    return {
      switch: await measure(lines.map((line) => ({ kind: 'switch', line }))),
      contact: await measure(lines.map((line) => ({ kind: 'contact', line, pull: 'up' }))),
      ina219: await measure(addresses.map((address) => ({ kind: 'ina219', address }))),
    }
  })
}
