/**
 * Answers each edge of one line by setting another to the same level, through the driver that the daemon has. Run inside
 * the virtual board by board-pins.ts; each line of stdout is the times of one edge, on the kernel's monotonic clock.
 */
import { createSystemClock } from '../../src/clock.ts'
import { LinuxGpio } from '../../src/hardware/linux/gpio.ts'
import { loadAddon } from '../../src/hardware/native/addon.ts'
import type { Edge } from '../../src/hardware/ports.ts'
import { createLog } from '../../src/log.ts'
import { nativeFile } from '../../src/native-files.ts'
import type { InsideTimes } from './board-pins.ts'

const [watched = '', answering = ''] = process.argv.slice(2)
const log = createLog({ level: 'warn', redact: (text) => text, write: (line) => process.stderr.write(line) })
const gpio = new LinuxGpio({
  addon: () => loadAddon(nativeFile('pincer', '')),
  clock: createSystemClock(),
  log,
  root: '/',
})
/** The clock of the kernel's events, in fractions of milliseconds. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6

const output = await gpio.requestOutput({ line: answering, consumer: 'bench', initial: 0 })

async function answer(edge: Edge, edgeMs: number): Promise<void> {
  const handledMs = nowMs()
  await output.set(edge === 'rising' ? 1 : 0)
  const times: InsideTimes = { edgeMs, handledMs, setMs: nowMs() }
  process.stdout.write(`${JSON.stringify(times)}\n`)
}

await gpio.requestInput({ line: watched, consumer: 'bench', onEdge: (edge, atMs) => void answer(edge, atMs) })
process.stdout.write('watching\n')
