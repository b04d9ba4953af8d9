import t, { type Test } from 'tap'
import { LinuxGpio } from '../../../src/hardware/linux/gpio.ts'
import { LoopWatchdog } from '../../../src/hardware/linux/loop-watchdog.ts'
import type { Addon, GpioFlags, HeldLine } from '../../../src/hardware/native/addon.ts'
import { createLog } from '../../../src/log.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const gpioFlags: GpioFlags = {
  used: 1,
  activeLow: 2,
  input: 4,
  output: 8,
  edgeRising: 16,
  edgeFalling: 32,
  openDrain: 64,
  openSource: 128,
  biasUp: 256,
  biasDown: 512,
  biasOff: 1024,
}

/** One chip with one line, over an addon whose calls are noted, and fail where a test says so. Real lines: test/board. */
function open(t: Test, failures: Partial<Record<keyof Addon, string>> = {}) {
  const calls: string[] = []
  const note = (name: keyof Addon, ...facts: readonly (string | number)[]): void => {
    calls.push([name, ...facts].join(' '))
    const code = failures[name]
    if (code !== undefined) throw Object.assign(new Error(code), { code })
  }
  const functions: Partial<Addon> = {
    gpioFlags,
    gpioChip: () => ({ name: 'gpiochip0', label: 'pins', lines: [{ name: 'PUMP', consumer: '', flags: 0 }] }),
    gpioRequest({ value }) {
      note('gpioRequest', value)
      return {} as HeldLine
    },
    gpioGet() {
      note('gpioGet')
      return 0
    },
    gpioSet: (_line, level) => note('gpioSet', level),
    gpioRelease: () => note('gpioRelease'),
    watchdogStart: () => note('watchdogStart'),
    watchdogAddLine(_line, level) {
      note('watchdogAddLine', level)
      return 1
    },
    watchdogRemove: () => note('watchdogRemove'),
  }
  const addon = () => functions as Addon
  const port = new LinuxGpio({
    addon,
    clock: new FakeClock(),
    log: createLog({ level: 'warn', redact: (text) => text, write: () => undefined }),
    root: t.testdir({ dev: { gpiochip0: '' } }),
    watchdog: new LoopWatchdog(addon),
  })
  return { port, calls }
}

const pump = { line: 'PUMP', consumer: 'pincer:test' } as const

void t.test('an output that the watchdog cannot take is driven safe and given back', async (t) => {
  for (const failing of ['watchdogStart', 'watchdogAddLine'] as const) {
    const { port, calls } = open(t, { [failing]: 'ENOMEM' })
    await t.rejects(port.requestOutput({ ...pump, initial: 1, whenStuck: 0 }), { code: 'hardware', kernel: 'EIO' })
    t.same(calls.slice(-2), ['gpioSet 0', 'gpioRelease'])
  }
})

void t.test('an output that the watchdog cannot take later stays at its safe level, and says why', async (t) => {
  const { port, calls } = open(t, { watchdogAddLine: 'EMFILE' })
  const line = await port.requestOutput({ ...pump, initial: 0, whenStuck: 0 })
  await t.rejects(line.set(1), { code: 'hardware', message: /^Line PUMP failed with EMFILE/ })
  t.notOk(calls.some((call) => call.startsWith('gpioSet')))
})

void t.test('a chip that does not answer is silent, also where its line is listened to', async (t) => {
  const { port } = open(t, { gpioGet: 'ENXIO' })
  const silent = { kernel: 'ENXIO', message: /^The chip of line PUMP does not answer: check the chip's wiring/ }
  const line = await port.requestInput({ ...pump, onEdge: () => undefined })
  await t.rejects(line.get(), silent)
  await line.release()
  await t.rejects(port.peek('PUMP'), silent)
})

void t.test('a chip that cannot tell of edges says so when they are asked for, and only then', async (t) => {
  const { port } = open(t, { gpioRequest: 'ENXIO' })
  await t.rejects(port.requestInput({ ...pump, onEdge: () => undefined }), {
    kernel: 'EINVAL',
    message: /cannot tell when it changes/,
  })
  await t.rejects(port.requestInput(pump), { kernel: 'ENXIO', message: /does not answer/ })
})
