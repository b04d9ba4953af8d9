import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const pinOf = (bench: DeviceBench, line = 'GPIO17'): number | undefined => bench.gpio.pins.get(line)
const lasting = switchConfig({ start: 'last', maxOnMs: hourMs })
const readFile = (bench: DeviceBench): string => fs.readFileSync(bench.outputsFile, 'utf8')

void t.test('the file names the deadline before the output goes on', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  const devices = await bench.start()
  let fileWhenOn = ''
  const put = bench.gpio.pins.set.bind(bench.gpio.pins)
  bench.gpio.pins.set = (line, level) => {
    if (level === 1) fileWhenOn = readFile(bench)
    return put(line, level)
  }
  await devices.set({ name: 'pump', value: 'on' })
  const stored: unknown = JSON.parse(fileWhenOn)
  t.match(stored, {
    version: 1,
    bootId: 'boot-1',
    wallMs: bench.clock.nowMs(),
    outputs: { pump: { line: 'GPIO17', state: 'on', sinceMs: 1_000_000, endsMs: 1_000_000 + hourMs } },
  })
  t.equal(fs.statSync(bench.outputsFile).mode & 0o777, 0o600)
})

void t.test('start: safe stays safe after a crash', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ maxOnMs: hourMs }) })
  await (await bench.start()).set({ name: 'pump', value: 'on' })
  t.equal(pinOf(bench), 1)
  await bench.restart()
  t.equal(pinOf(bench), 0)
  await bench.clock.advance(2 * hourMs)
  t.equal(pinOf(bench), 0)
})

for (const [how, again] of [
  ['kill -9', (bench: DeviceBench, ms: number) => bench.restart(ms)],
  ['a power cut', (bench: DeviceBench, ms: number) => bench.powerCut(ms)],
  [
    'a clean restart',
    async (bench: DeviceBench, ms: number) => {
      await bench.devices.stop()
      await bench.clock.advance(ms)
      return bench.start()
    },
  ],
] as const) {
  void t.test(`start: last goes on after ${how}, for the rest of its time alone`, async (t) => {
    const bench = new DeviceBench(t.testdir(), { pump: lasting })
    await (await bench.start()).set({ name: 'pump', value: 'on' })
    await bench.clock.advance(20 * minuteMs)
    const devices = await again(bench, 10 * minuteMs)
    t.equal(pinOf(bench), 1)
    const longer = await devices.set({ name: 'pump', value: 'on', forMs: hourMs })
    t.equal(longer.sentence, 'pump is on already, off again in 30m by maxOn.', 'no restart buys time')
    await bench.clock.advance(30 * minuteMs - 1)
    t.equal(pinOf(bench), 1)
    await bench.clock.advance(1)
    t.equal(pinOf(bench), 0)
    await bench.idle()
  })

  void t.test(`start: last stays off after ${how} when its time is over`, async (t) => {
    const bench = new DeviceBench(t.testdir(), { pump: lasting })
    await (await bench.start()).set({ name: 'pump', value: 'on', forMs: 20 * minuteMs })
    const { length } = bench.gpio.history
    await again(bench, 20 * minuteMs)
    t.equal(pinOf(bench), 0)
    t.notOk(bench.gpio.history.slice(length).includes('GPIO17=1'))
    t.match(bench.logged.join('\n'), /pump stays off: its time ended while Pincer was not running/)
  })

  void t.test(`start: last stays off after ${how} when it was off`, async (t) => {
    const bench = new DeviceBench(t.testdir(), { pump: lasting })
    const devices = await bench.start()
    await devices.set({ name: 'pump', value: 'on' })
    await devices.set({ name: 'pump', value: 'off' })
    await again(bench, 1_000)
    t.equal(pinOf(bench), 0)
  })

  void t.test(`many restarts by ${how} never extend a deadline`, async (t) => {
    const bench = new DeviceBench(t.testdir(), { pump: lasting })
    await (await bench.start()).set({ name: 'pump', value: 'on' })
    for (let minutes = 10; minutes < 60; minutes += 10) {
      await again(bench, 10 * minuteMs)
      t.equal(pinOf(bench), 1, `${minutes} minutes`)
    }
    await again(bench, 10 * minuteMs)
    t.equal(pinOf(bench), 0)
  })

  void t.test(`minOff holds across ${how}`, async (t) => {
    const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ minOffMs: 10 * minuteMs }) })
    const before = await bench.start()
    await before.set({ name: 'pump', value: 'on' })
    await before.set({ name: 'pump', value: 'off' })
    const devices = await again(bench, 4 * minuteMs)
    t.match(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), /stays off for 6m more/)
    await bench.clock.advance(6 * minuteMs)
    t.equal(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), 'allowed')
  })

  void t.test(`perMinute holds across ${how}`, async (t) => {
    const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ perMinute: 2 }) })
    const before = await bench.start()
    await before.set({ name: 'pump', value: 'on' })
    await before.set({ name: 'pump', value: 'off' })
    const devices = await again(bench, 20_000)
    t.match(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), /wait 40s more \(perMinute 2\)/)
    await bench.clock.advance(40_000)
    t.equal(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), 'allowed')
  })
}

void t.test('a restored output keeps its line on from the first moment', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  await (await bench.start()).set({ name: 'pump', value: 'on' })
  const { length } = bench.gpio.history
  await bench.restart()
  t.strictSame(bench.gpio.history.slice(length), ['request GPIO17'], 'no blink')
})

void t.test('an output that was on when the power went keeps minOff before it is restored', async (t) => {
  const bench = new DeviceBench(t.testdir(), {
    fridge: switchConfig({ start: 'last', minOffMs: 5 * minuteMs, maxOnMs: hourMs }),
  })
  await (await bench.start()).set({ name: 'fridge', value: 'on' })
  await bench.clock.advance(10 * minuteMs)
  await bench.powerCut(1_000)
  t.equal(pinOf(bench), 0)
  await bench.clock.advance(2 * minuteMs)
  // Else a write of the board that has lost its power could still land on the disk of the next.
  await bench.idle()
  await bench.powerCut(1_000)
  await bench.clock.advance(5 * minuteMs - 3_001)
  t.equal(pinOf(bench), 0)
  await bench.clock.advance(2 * minuteMs)
  await bench.idle()
  t.equal(pinOf(bench), 1, 'also after a second power cut while it waited')
  await bench.clock.advance(50 * minuteMs)
  await bench.idle()
  t.equal(pinOf(bench), 0)
})

void t.test(
  'after a reboot a clock that went backwards counts every deadline as over and no time as passed',
  async (t) => {
    for (const offMs of [-1, -3 * hourMs]) {
      const bench = new DeviceBench(t.testdir(), {
        pump: lasting,
        fan: switchConfig({ line: 'GPIO27', minOffMs: 10 * minuteMs, perMinute: 2 }),
      })
      const before = await bench.start()
      await before.set({ name: 'pump', value: 'on' })
      await before.set({ name: 'fan', value: 'on' })
      await before.set({ name: 'fan', value: 'off' })
      const devices = await bench.powerCut(offMs)
      t.equal(pinOf(bench), 0)
      t.match(
        bench.logged.join('\n'),
        /pump stays off: after this reboot the clock cannot tell whether its time is over/,
      )
      t.match(await bench.refusal(devices.set({ name: 'fan', value: 'on' })), /stays off for 10m more/)
    }
  },
)

void t.test('after a reboot a record from a clock that was never set proves nothing', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  bench.clock.jumpWall(-bench.clock.nowMs() + 1_000)
  await (await bench.start()).set({ name: 'pump', value: 'on' })
  await bench.powerCut(1_000)
  t.equal(pinOf(bench), 0)
})

void t.test('time that only a clock that was never set saw passing does not shorten minOff', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ minOffMs: 10_000 }) })
  const nowMs = bench.clock.nowMs()
  bench.clock.jumpWall(-nowMs)
  const before = await bench.start()
  await before.set({ name: 'pump', value: 'on' })
  await before.set({ name: 'pump', value: 'off' })
  const devices = await bench.powerCut(nowMs)
  t.match(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), /stays off for 10s more/)
})

void t.test('after a power cut a clock that nothing has set proves nothing, however right it looks', async (t) => {
  // Without a battery a board goes on from the time that it last wrote down: minutes seem to have passed, not hours.
  for (const unset of ['before', 'after'] as const) {
    const bench = new DeviceBench(t.testdir(), {
      pump: lasting,
      fan: switchConfig({ line: 'GPIO27', minOffMs: 10 * minuteMs }),
    })
    bench.clock.isSet = unset !== 'before'
    const before = await bench.start()
    await before.set({ name: 'pump', value: 'on' })
    await before.set({ name: 'fan', value: 'on' })
    await before.set({ name: 'fan', value: 'off' })
    bench.clock.isSet = unset !== 'after'
    const devices = await bench.powerCut(11 * minuteMs)
    t.equal(pinOf(bench), 0, unset)
    t.match(await bench.refusal(devices.set({ name: 'fan', value: 'on' })), /stays off for 10m more/)
  }
})

void t.test('what has no end is restored without knowing the time', async (t) => {
  const bench = new DeviceBench(t.testdir(), {
    pump: switchConfig({ start: 'last' }),
    fan: switchConfig({ line: 'GPIO27', start: 'last' }),
  })
  const before = await bench.start()
  await before.set({ name: 'pump', value: 'on' })
  await before.set({ name: 'fan', value: 'on', forMs: hourMs })
  bench.clock.isSet = false
  await bench.powerCut(minuteMs)
  t.strictSame([pinOf(bench), bench.gpio.pins.get('GPIO27')], [1, 0])
})

void t.test('a clock that is set only after the start, by hours, moves no deadline', async (t) => {
  for (const jumpMs of [-400 * 24 * hourMs, 5 * hourMs, 400 * 24 * hourMs]) {
    const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ maxOnMs: hourMs, minOffMs: hourMs }) })
    bench.clock.isSet = false
    const devices = await bench.start()
    await devices.set({ name: 'pump', value: 'on' })
    bench.clock.jumpWall(jumpMs)
    bench.clock.isSet = true
    await bench.clock.advance(hourMs - 1)
    t.equal(pinOf(bench), 1)
    await bench.clock.advance(1)
    t.equal(pinOf(bench), 0)
    await bench.idle()
    bench.clock.jumpWall(-jumpMs)
    const after = await bench.restart(59 * minuteMs)
    t.match(await bench.refusal(after.set({ name: 'pump', value: 'on' })), /stays off for 1m more/)
  }
})

void t.test('what the simulator did is not driven on a real board', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  await (await bench.start()).set({ name: 'pump', value: 'on' })
  const file = fs.readFileSync(bench.outputsFile, 'utf8')
  t.match(file, '"simulated":false')
  fs.writeFileSync(bench.outputsFile, file.replace('"simulated":false', '"simulated":true'))
  bench.configs = {}
  const { length } = bench.gpio.history
  await bench.restart()
  t.equal(bench.gpio.history.length, length)
})

void t.test(
  'in 24 hours of asking every minute, maxOn and minOff hold to the millisecond, over restarts too',
  async (t) => {
    const maxOnMs = 45 * minuteMs
    const minOffMs = 15 * minuteMs
    const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ start: 'last', maxOnMs, minOffMs }) })
    let devices = await bench.start()
    const startMs = bench.clock.monotonicMs()
    let onSinceMs: number | undefined
    let offSinceMs = -Infinity
    let restarts = 0
    for (let minute = 0; minute < 24 * 60; minute++) {
      // Every third hour it is killed, and is away for ten minutes.
      if (minute % 180 === 100) {
        devices = await bench.restart(10 * minuteMs)
        restarts++
      } else {
        await bench.refusal(devices.set({ name: 'pump', value: 'on' }))
        await bench.clock.advance(minuteMs)
      }
      const nowMs = bench.clock.monotonicMs()
      const isOn = pinOf(bench) === 1
      if (isOn && onSinceMs === undefined) {
        t.ok(nowMs - offSinceMs >= minOffMs, `off for ${(nowMs - offSinceMs) / minuteMs} min`)
        onSinceMs = nowMs - minuteMs
      }
      if (!isOn && onSinceMs !== undefined) {
        offSinceMs = nowMs - minuteMs
        onSinceMs = undefined
      }
      if (onSinceMs !== undefined && nowMs - onSinceMs > maxOnMs) t.fail(`on for ${(nowMs - onSinceMs) / minuteMs} min`)
    }
    t.ok(bench.clock.monotonicMs() - startMs >= 24 * hourMs)
    t.equal(restarts, 8)
    const switched = bench.gpio.history.filter((change) => change === 'GPIO17=1').length
    t.ok(switched >= 20, `it was on ${switched} times`)
  },
)

void t.test('a latch that fell while the record could not be written restores nothing', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  await (await bench.start()).set({ name: 'pump', value: 'on' })
  fs.writeFileSync(join(bench.stateFolder, 'latch.json'), '{"reason":"/stop all","wallMs":1}')
  await bench.restart()
  t.equal(pinOf(bench), 0)
  t.match(bench.logged.join('\n'), /pump stays off: outputs are latched/)
})

void t.test('within one boot the wall clock may jump as it likes', async (t) => {
  for (const jumpMs of [-5 * hourMs, 5 * hourMs]) {
    const bench = new DeviceBench(t.testdir(), { pump: lasting })
    await (await bench.start()).set({ name: 'pump', value: 'on' })
    bench.clock.jumpWall(jumpMs)
    await bench.restart(30 * minuteMs)
    t.equal(pinOf(bench), 1)
    await bench.clock.advance(30 * minuteMs)
    t.equal(pinOf(bench), 0)
    await bench.idle()
  }
})

void t.test('a shorter maxOn in the configuration holds at once, counted from when it went on', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  await (await bench.start()).set({ name: 'pump', value: 'on' })
  bench.configs = { pump: { ...lasting, maxOnMs: 20 * minuteMs } }
  await bench.restart(15 * minuteMs)
  t.equal(pinOf(bench), 1)
  await bench.clock.advance(5 * minuteMs)
  t.equal(pinOf(bench), 0)
  await bench.idle()
})

void t.test('what was on is not restored on another line', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  await (await bench.start()).set({ name: 'pump', value: 'on' })
  bench.configs = { pump: { ...lasting, line: 'GPIO27' } }
  await bench.restart()
  t.equal(pinOf(bench, 'GPIO27'), 0)
})

void t.test('two that were on and now share an interlock are not both restored', async (t) => {
  const bench = new DeviceBench(t.testdir(), { up: lasting, down: { ...lasting, line: 'GPIO27' } })
  const devices = await bench.start()
  await devices.set({ name: 'up', value: 'on' })
  await devices.set({ name: 'down', value: 'on' })
  bench.configs = { up: { ...lasting, interlock: 'm' }, down: { ...lasting, line: 'GPIO27', interlock: 'm' } }
  await bench.restart()
  t.strictSame([pinOf(bench), pinOf(bench, 'GPIO27')], [1, 0])
})

void t.test('an output is not restored while another of its group cannot be driven', async (t) => {
  const bench = new DeviceBench(t.testdir(), {
    up: { ...lasting, interlock: 'm' },
    down: { ...lasting, line: 'GPIO27', interlock: 'm' },
  })
  await (await bench.start()).set({ name: 'up', value: 'on' })
  bench.gpio.breakLine('GPIO27')
  await bench.restart()
  t.equal(pinOf(bench), 0)
  t.match(bench.logged.join('\n'), /Switching up back is given up: up stays off because down may be on/)
})

void t.test('an output that is safe when on comes back on, and its time off survives a crash', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ safe: 'on', start: 'last' }) })
  await (await bench.start()).set({ name: 'pump', value: 'off', forMs: 10 * minuteMs })
  await bench.restart(4 * minuteMs)
  t.equal(pinOf(bench), 0)
  await bench.clock.advance(6 * minuteMs)
  t.equal(pinOf(bench), 1)
  await bench.idle()
})

void t.test('off for a time that a restart interrupts still comes back with start: last, and only then', async (t) => {
  for (const start of ['last', 'safe'] as const) {
    const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ start }) })
    const devices = await bench.start()
    await devices.set({ name: 'pump', value: 'on' })
    await devices.set({ name: 'pump', value: 'off', forMs: 10 * minuteMs })
    await bench.restart(4 * minuteMs)
    t.equal(pinOf(bench), 0)
    await bench.clock.advance(6 * minuteMs)
    await bench.idle()
    t.equal(pinOf(bench), start === 'last' ? 1 : 0)
  }
})

void t.test('a switching that failed is not restored', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  const devices = await bench.start()
  bench.gpio.failWrites('GPIO17', 1)
  t.match(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), /^hardware: /)
  await bench.restart()
  t.equal(pinOf(bench), 0)
})

void t.test('driveSafe leaves nothing to restore', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  const devices = await bench.start()
  await devices.set({ name: 'pump', value: 'on' })
  await devices.driveSafe({ latch: false, reason: 'test' })
  await bench.restart()
  t.equal(pinOf(bench), 0)
})
