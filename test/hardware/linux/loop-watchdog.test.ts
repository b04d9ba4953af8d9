import t from 'tap'
import type { Addon, HeldLine } from '../../../src/hardware/native/addon.ts'
import { LoopWatchdog } from '../../../src/hardware/linux/loop-watchdog.ts'
import { limits } from '../../../src/limits.ts'

/** What the watchdog asks of the addon, in order. */
function recorded() {
  const calls: string[] = []
  let fire = (): void => undefined
  let number = 0
  const functions: Partial<Addon> = {
    watchdogStart(stuckMs, onFired) {
      calls.push(`start ${stuckMs}`)
      fire = onFired
    },
    watchdogAddLine: (_line, level) => calls.push(`line ${level}`) && ++number,
    watchdogAddFile: (fd, text) => calls.push(`file ${fd} ${text}`) && ++number,
    watchdogRemove: (which) => void calls.push(`remove ${which}`),
    watchdogStop: () => void calls.push('stop'),
  }
  const watchdog = new LoopWatchdog(() => functions as Addon)
  return { calls, watchdog, fire: () => fire() }
}
const line = {} as HeldLine

void t.test('nothing is watched, nor started, before an output is away from its safe level', async (t) => {
  const { calls, watchdog } = recorded()
  const lamp = watchdog.watchLine(line, 0)
  const led = watchdog.watchFile(7, '0')
  lamp.back()
  watchdog.close()
  t.same(calls, [])
  lamp.away()
  lamp.away()
  led.away()
  t.same(calls, [`start ${limits.loopStuckMs}`, 'line 0', 'file 7 0'])
  lamp.back()
  lamp.back()
  lamp.away()
  t.same(calls.slice(3), ['remove 1', 'line 0'])
  led.back()
  watchdog.close()
  watchdog.close()
  t.same(calls.slice(5), ['remove 2', 'stop'])
})

void t.test('everybody who listens is told each time', async (t) => {
  const { watchdog, fire } = recorded()
  const told: string[] = []
  watchdog.onStuck(() => told.push('first'))
  watchdog.watchLine(line, 0).away()
  watchdog.onStuck(() => told.push('second'))
  fire()
  fire()
  t.same(told, ['first', 'second', 'first', 'second'])
})
