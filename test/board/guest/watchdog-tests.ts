/** Real lines while the event loop is stuck: run inside the guest by gpio.board.ts. */
import { isDeepStrictEqual } from 'node:util'
import t, { type Test } from 'tap'
import { LinuxGpio } from '../../../src/hardware/linux/gpio.ts'
import { LoopWatchdog } from '../../../src/hardware/linux/loop-watchdog.ts'
import { loadAddon } from '../../../src/hardware/native/addon.ts'
import type { Level } from '../../../src/hardware/ports.ts'
import { limits } from '../../../src/limits.ts'
import { createLog } from '../../../src/log.ts'
import { nativeFile } from '../../../src/native-files.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { plug, settle, until, type SimulatedChip } from './simulated-chip.ts'

t.setTimeout(120_000)

const addon = loadAddon(nativeFile('pincer', '/run/native'))

function openPort(t: Test) {
  const told: string[] = []
  const watchdog = new LoopWatchdog(() => addon)
  watchdog.onStuck(() => told.push('stuck'))
  const log = createLog({ level: 'info', redact: (text) => text, write: () => undefined })
  const port = new LinuxGpio({ addon: () => addon, clock: new FakeClock(), log, root: '/', watchdog })
  t.teardown(async () => {
    port.close()
    watchdog.close()
    // The loop closes what it held.
    await settle()
  })
  return { port, told }
}

/** Keeps the loop until all levels are these, or for much longer than the watchdog waits; answers them as they are then. */
function keepLoop(chip: SimulatedChip, safe: Readonly<Record<string, Level>>): Readonly<Record<string, Level>> {
  const endMs = performance.now() + 3 * limits.loopStuckMs
  for (;;) {
    const levels = Object.fromEntries(Object.keys(safe).map((line) => [line, chip.measure(line)] as const))
    if (isDeepStrictEqual(levels, safe) || performance.now() > endMs) return levels
  }
}

void t.test('a loop that is stuck with a relay on sees it go off, and the others where they are safe', async (t) => {
  const { port, told } = openPort(t)
  const chip = plug(t, { label: 'relays', lines: { 0: 'PUMP', 1: 'ALARM', 2: 'RAW', 3: 'LAMP', 4: 'GONE' } })
  const consumer = 'pincer:test'
  const pump = await port.requestOutput({ line: 'PUMP', consumer, initial: 1, whenStuck: 0 })
  // Active-low: its safe level is high at the pin.
  const lamp = await port.requestOutput({ line: 'LAMP', consumer, initial: 0, activeLow: true, whenStuck: 0 })
  await lamp.set(1)
  const alarm = await port.requestOutput({ line: 'ALARM', consumer, initial: 0, whenStuck: 1 })
  await port.requestOutput({ line: 'RAW', consumer, initial: 1 })
  const gone = await port.requestOutput({ line: 'GONE', consumer, initial: 1, whenStuck: 0 })
  await gone.release()
  const other = await port.requestOutput({ line: 'GONE', consumer: 'other', initial: 1 })
  t.same([chip.measure('LAMP'), chip.measure('ALARM')], [0, 0])

  const safe = { PUMP: 0, LAMP: 1, ALARM: 1 } as const
  t.same(keepLoop(chip, safe), safe, 'driven while the loop is stuck')
  t.same([chip.measure('RAW'), chip.measure('GONE')], [1, 1], 'what has no safe level, or is no longer ours')
  t.equal(told.length, 0, 'nothing can be told yet')
  await until(() => told.length > 0)
  await settle()
  t.equal(told.length, 1)
  t.same([await pump.get(), await lamp.get(), await alarm.get(), await other.get()], [0, 0, 1, 1])
  await pump.set(0)
  await lamp.set(0)
  await alarm.set(1)
})

void t.test('outputs that are safe already are not touched by a loop that is stuck', async (t) => {
  const { port, told } = openPort(t)
  const chip = plug(t, { label: 'relays', lines: { 0: 'PUMP' } })
  const pump = await port.requestOutput({ line: 'PUMP', consumer: 'pincer:test', initial: 1, whenStuck: 0 })
  await pump.set(0)
  const endMs = performance.now() + 1.2 * limits.loopStuckMs
  while (performance.now() < endMs) continue
  await settle()
  t.same(told, [])
  t.equal(chip.measure('PUMP'), 0)
})
