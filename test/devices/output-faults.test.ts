import fs from 'node:fs'
import t from 'tap'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'
import { settle } from '../support/fake-clock.ts'
import { until } from '../support/until.ts'

const pinOf = (bench: DeviceBench, line = 'GPIO17'): number | undefined => bench.gpio.pins.get(line)

void t.test('a failed write drives the safe state and says so', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ minOffMs: 5_000 }) })
  const devices = await bench.start()
  bench.gpio.failWrites('GPIO17', 1)
  t.equal(
    await bench.refusal(devices.set({ name: 'lamp', value: 'on' })),
    'hardware: lamp could not be switched on and is off now. GPIO17 takes no level.',
  )
  t.equal(pinOf(bench), 0)
  t.match(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), /minOff/, 'it may have been on for a moment')
})

void t.test(
  'what cannot be driven counts as on for its group, is not readable, and is tried until it is safe',
  async (t) => {
    const bench = new DeviceBench(t.testdir(), {
      up: switchConfig({ interlock: 'motor', maxOnMs: 10_000 }),
      down: switchConfig({ line: 'GPIO27', interlock: 'motor' }),
    })
    const devices = await bench.start()
    await devices.set({ name: 'up', value: 'on' })
    bench.gpio.breakLine('GPIO17')
    await bench.clock.advance(10_000)
    await bench.idle()
    t.equal(pinOf(bench), 1, 'the deadline could not switch it off')
    t.match(bench.logged.join('\n'), /error devices: up could not|error devices: up cannot be driven off/)
    t.match(
      await bench.refusal(devices.set({ name: 'down', value: 'on' })),
      /limit: down stays off because up may be on/,
    )
    t.match(await devices.read('up', new AbortController().signal), [{ status: 'failed' }])
    t.strictSame(
      devices.known().map(({ device, value }) => `${device} ${value}`),
      ['up unknown', 'down off'],
    )
    bench.gpio.mendLine('GPIO17')
    await bench.clock.advance(5_000)
    await bench.idle()
    t.equal(pinOf(bench), 0)
    t.equal(await bench.refusal(devices.set({ name: 'down', value: 'on' })), 'allowed')
    t.equal(await bench.refusal(devices.set({ name: 'up', value: 'off' })), 'allowed')
  },
)

void t.test('minOff counts from the last moment at which a lost output may have been on', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ minOffMs: 5_000 }) })
  const devices = await bench.start()
  await devices.set({ name: 'pump', value: 'on', forMs: 10_000 })
  bench.gpio.breakLine('GPIO17')
  await bench.clock.advance(10_000)
  await bench.idle()
  bench.gpio.mendLine('GPIO17')
  t.match(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), /stays off for 5s more/)
})

void t.test('tries to drive a lost line safe grow slower and end at a bound', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig() })
  bench.gpio.breakLine('GPIO17')
  const devices = await bench.start()
  await bench.clock.advance(3_600_000)
  t.equal(bench.clock.pendingTimers(), 1)
  t.ok(bench.gpio.requests > 50 && bench.gpio.requests < 100, `${bench.gpio.requests} tries in an hour`)
  const errors = bench.logged.filter((line) => line.startsWith('error'))
  t.equal(errors.length, 1, 'said once, not at each try')
  await devices.stop()
  t.equal(bench.clock.pendingTimers(), 0)
})

void t.test(
  'a line held by another program fails that device alone and names the holder; a later set tries again',
  async (t) => {
    const bench = new DeviceBench(t.testdir(), { lamp: switchConfig(), fan: switchConfig({ line: 'GPIO27' }) })
    bench.gpio.holders.set('GPIO17', 'gpio-fan')
    const devices = await bench.start()
    t.match(bench.logged.join('\n'), /lamp cannot be driven. Line GPIO17 is held by "gpio-fan"/)
    t.equal(await bench.refusal(devices.set({ name: 'fan', value: 'on' })), 'allowed')
    t.match(
      await bench.refusal(devices.set({ name: 'lamp', value: 'on' })),
      /^hardware: lamp could not be switched on, nor driven off: it may be on. Line GPIO17 is held by "gpio-fan"/,
    )
    bench.gpio.holders.delete('GPIO17')
    t.equal(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), 'allowed')
    t.equal(pinOf(bench), 1)
  },
)

void t.test('a line that takes nothing any more is requested anew to reach the safe state', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig() })
  const devices = await bench.start()
  await devices.set({ name: 'lamp', value: 'on' })
  bench.gpio.failWrites('GPIO17', 1)
  t.equal(await bench.refusal(devices.set({ name: 'lamp', value: 'off' })), 'allowed')
  t.equal(pinOf(bench), 0)
  t.equal(bench.gpio.history.filter((each) => each === 'request GPIO17').length, 2)
})

void t.test('what was driven safe before the start can be started', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig() })
  bench.gpio.breakLine('GPIO17')
  const devices = bench.create()
  t.match(await bench.refusal(devices.driveSafe({ latch: false, reason: 'safe-state' })), /^hardware: .*lamp/)
  bench.gpio.mendLine('GPIO17')
  await devices.start()
  t.match(await devices.read('lamp', new AbortController().signal), [{ status: 'ok' }])
})

void t.test('a line that is not on the board is said as that', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ line: 'GPIO99' }) })
  await bench.start()
  t.match(bench.logged.join('\n'), /There is no line GPIO99 on this board/)
})

void t.test('driveSafe ignores minOn and beats what is still being decided', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ minOnMs: 60_000 }) })
  const devices = await bench.start()
  await devices.set({ name: 'lamp', value: 'on' })
  await devices.driveSafe({ latch: false, reason: 'test' })
  t.equal(pinOf(bench), 0)

  const set = bench.refusal(devices.set({ name: 'lamp', value: 'on' }))
  const safe = devices.driveSafe({ latch: false, reason: 'test' })
  t.match(await set, /^stopped: lamp was driven to its safe state meanwhile/)
  await safe
  await settle()
  t.equal(pinOf(bench), 0)
})

void t.test('driveSafe wins over a switching that already waits at a slow line', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig() })
  const devices = await bench.start()
  let open = (): void => undefined
  bench.gpio.waitFor(
    new Promise((resolve) => {
      open = resolve
    }),
  )
  const set = bench.refusal(devices.set({ name: 'lamp', value: 'on' }))
  // The set has passed the disk and waits at the line.
  await until(() => fs.existsSync(bench.outputsFile), 'the record')
  await settle()
  const safe = devices.driveSafe({ latch: true, reason: '/stop all' })
  open()
  await Promise.all([set, safe])
  t.equal(pinOf(bench), 0)
  t.match(devices.known(), [{ value: 'off' }])
})

void t.test('a longer time that waits for the disk does not outlive driveSafe', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig() })
  const devices = await bench.start()
  await devices.set({ name: 'lamp', value: 'on', forMs: 10_000 })
  const set = bench.refusal(devices.set({ name: 'lamp', value: 'on', forMs: 60_000 }))
  await Promise.resolve()
  await Promise.resolve()
  await devices.driveSafe({ latch: false, reason: 'test' })
  t.match(await set, /^stopped: /)
  const [lamp] = devices.known()
  t.strictSame([lamp?.value, lamp?.endsInMs], ['off', undefined])
  t.equal(bench.clock.pendingTimers(), 0)
})

void t.test('driveSafe that fails names what it could not drive', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig(), fan: switchConfig({ line: 'GPIO27' }) })
  const devices = await bench.start()
  await devices.set({ name: 'lamp', value: 'on' })
  await devices.set({ name: 'fan', value: 'on' })
  bench.gpio.breakLine('GPIO17')
  t.match(
    await bench.refusal(devices.driveSafe({ latch: true, reason: '/stop all' })),
    /^hardware: Not driven to its safe state: lamp\. /,
  )
  t.equal(pinOf(bench, 'GPIO27'), 0)
  t.equal(devices.latched(), '/stop all')
  bench.gpio.mendLine('GPIO17')
  await bench.clock.advance(5_000)
  t.equal(pinOf(bench), 0, 'it is tried again while latched')
})

void t.test(
  'stop drives all safe, gives the lines back, refuses what comes later, and can be called twice',
  async (t) => {
    const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ maxOnMs: 10_000 }) })
    const devices = await bench.start()
    await devices.set({ name: 'lamp', value: 'on' })
    const late = devices.set({ name: 'lamp', value: 'on' })
    await Promise.all([devices.stop(), devices.stop(), late.catch(() => undefined)])
    t.equal(pinOf(bench), 0)
    t.equal(bench.gpio.holders.size, 0)
    t.match(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), /^stopped/)
    t.equal(bench.clock.pendingTimers(), 0)
    await bench.clock.advance(100_000)
    t.equal(pinOf(bench), 0)
  },
)

void t.test('a stop during start leaves everything safe', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ start: 'last' }) })
  await (await bench.start()).set({ name: 'lamp', value: 'on' })
  bench.gpio.crash()
  bench.clock.kill()
  const starting = bench.start()
  await bench.devices.stop()
  await starting
  t.equal(pinOf(bench), 0)
  t.equal(bench.gpio.holders.size, 0)
})

void t.test('a deadline that falls due while the start still opens other lines is kept', async (t) => {
  const lasting = switchConfig({ start: 'last', maxOnMs: 10_000 })
  const bench = new DeviceBench(t.testdir(), { lamp: lasting, fan: { ...lasting, line: 'GPIO27' } })
  const before = await bench.start()
  await before.set({ name: 'lamp', value: 'on' })
  await before.set({ name: 'fan', value: 'on' })
  bench.gpio.crash()
  bench.clock.kill()
  // The fan's line is slow to get, until the lamp is due.
  const request = bench.gpio.requestOutput.bind(bench.gpio)
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  bench.gpio.requestOutput = async (options) => {
    if (options.line === 'GPIO27') await gate
    return request(options)
  }
  const devices = bench.create()
  const starting = devices.start()
  await until(() => bench.clock.pendingTimers() > 0, 'the restored lamp')
  await bench.clock.advance(10_000)
  t.equal(pinOf(bench), 0, 'not only when the start is over')
  open()
  await starting
  await bench.clock.advance(10_000)
  await bench.idle()
  t.equal(pinOf(bench), 0)
  t.equal(pinOf(bench, 'GPIO27'), 0)
})

void t.test(
  'a switching back that is due while everything is driven safe does not come, without any latch',
  async (t) => {
    for (const early of [0, 1]) {
      const bench = new DeviceBench(t.testdir(), { lamp: switchConfig() })
      const devices = await bench.start()
      await devices.set({ name: 'lamp', value: 'on' })
      await devices.set({ name: 'lamp', value: 'off', forMs: 10_000 })
      const { promise: gate, resolve: open } = Promise.withResolvers<void>()
      bench.gpio.waitFor(gate)
      await bench.clock.advance(10_000 - early)
      const safe = devices.driveSafe({ latch: false, reason: 'safe-state' })
      await bench.clock.advance(early)
      open()
      await safe
      await bench.idle()
      await bench.clock.advance(60_000)
      await bench.idle()
      t.equal(pinOf(bench), 0, early === 0 ? 'due just before' : 'due just after')
    }
  },
)

void t.test('a switching back that the disk refuses is given up for good, also after a restart', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ start: 'last' }) })
  const devices = await bench.start()
  await devices.set({ name: 'lamp', value: 'on' })
  await devices.set({ name: 'lamp', value: 'off', forMs: 10_000 })
  bench.fillDisk()
  await bench.clock.advance(10_000)
  await bench.idle()
  t.match(bench.logged.join('\n'), /error devices: lamp was to be on again, but: Cannot write /)
  bench.freeDisk()
  await bench.restart()
  await bench.clock.advance(60_000)
  await bench.idle()
  t.equal(pinOf(bench), 0)
})
