import fs from 'node:fs'
import t from 'tap'
import { isPincerError } from '../../src/errors.ts'
import { createDevices } from '../../src/devices/devices.ts'
import { createSensors } from '../../src/devices/sensors.ts'
import { createLog } from '../../src/log.ts'
import { DeviceBench, hardwareWith, switchConfig } from '../support/device-bench.ts'

const pinOf = (bench: DeviceBench, line = 'GPIO17'): number | undefined => bench.gpio.pins.get(line)

void t.test('an output starts safe, in one step with its request', async (t) => {
  const bench = new DeviceBench(t.testdir(), {
    lamp: switchConfig({ invert: true }),
    valve: switchConfig({ line: 'GPIO27', safe: 'on' }),
  })
  await bench.start()
  t.strictSame(bench.gpio.history, ['request GPIO17', 'GPIO17=1', 'request GPIO27', 'GPIO27=1'])
  t.equal(bench.gpio.holders.get('GPIO17'), 'pincer:lamp')
})

void t.test('nothing is touched before start', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig() })
  const log = createLog({ level: 'debug', redact: (text) => text, write: () => undefined })
  const { clock, stateFolder, configs } = bench
  const devices = createDevices({
    configs,
    hardware: hardwareWith(bench.gpio),
    clock,
    log,
    stateFolder,
    units: 'metric',
    tell: () => undefined,
    loadSensors: async () => ({ createSensors }),
  })
  t.strictSame(bench.gpio.history, [])
  t.match(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), /^stopped: /)
})

void t.test('on and off say what is true now', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ maxOnMs: 7_200_000 }) })
  const devices = await bench.start()
  const on = await devices.set({ name: 'lamp', value: 'on' })
  t.strictSame(on, { name: 'lamp', state: 'on', changed: true, sentence: 'lamp is on, off again in 2h by maxOn.' })
  t.equal(pinOf(bench), 1)
  await bench.clock.advance(600_000)
  const again = await devices.set({ name: 'lamp', value: 'on' })
  t.strictSame([again.changed, again.sentence], [false, 'lamp is on already, off again in 1h 50m by maxOn.'])
  const shorter = await devices.set({ name: 'lamp', value: 'on', forMs: 60_000 })
  t.strictSame([shorter.changed, shorter.sentence], [false, 'lamp is on already, off again in 1m.'])
  const off = await devices.set({ name: 'lamp', value: 'off' })
  t.strictSame([off.changed, off.sentence], [true, 'lamp is off.'])
  t.equal(pinOf(bench), 0)
  const stays = await devices.set({ name: 'lamp', value: 'off', forMs: 60_000 })
  t.equal(stays.sentence, 'lamp is off already and stays off.')
})

void t.test('invert turns the pin and nothing else', async (t) => {
  const bench = new DeviceBench(t.testdir(), { fan: switchConfig({ invert: true }) })
  const devices = await bench.start()
  await devices.set({ name: 'fan', value: 'on' })
  t.equal(pinOf(bench), 0)
  const [outcome] = await devices.read('fan', new AbortController().signal)
  t.match(outcome, { status: 'ok', readings: [{ value: 'on' }] })
})

void t.test('maxOn switches off by itself, even where minOn is longer, and also with a dead disk', async (t) => {
  const bench = new DeviceBench(t.testdir({ state: {} }) + '/state', {
    pump: switchConfig({ maxOnMs: 10_000, minOnMs: 60_000 }),
  })
  const devices = await bench.start()
  await devices.set({ name: 'pump', value: 'on' })
  t.match(await bench.refusal(devices.set({ name: 'pump', value: 'off' })), /minOn/)
  bench.breakDisk()
  await bench.clock.advance(9_999)
  t.equal(pinOf(bench), 1)
  await bench.clock.advance(1)
  t.equal(pinOf(bench), 0)
  await bench.idle()
})

void t.test('for switches back, and a jump of the wall clock changes nothing', async (t) => {
  for (const jumpMs of [-86_400_000, 86_400_000]) {
    const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ minOffMs: 5_000, perMinute: 2 }) })
    const devices = await bench.start()
    await devices.set({ name: 'lamp', value: 'on', forMs: 10_000 })
    bench.clock.jumpWall(jumpMs)
    await bench.clock.advance(9_999)
    t.equal(pinOf(bench), 1)
    await bench.clock.advance(1)
    t.equal(pinOf(bench), 0)
    await bench.idle()
    bench.clock.jumpWall(jumpMs)
    t.match(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), /stays off for 5s more: minOff 5s/)
    await bench.clock.advance(5_000)
    t.match(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), /limit: .*perMinute 2/)
    await bench.clock.advance(45_000)
    t.equal(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), 'allowed')
  }
})

void t.test('the same state again uses no rate and writes nothing', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ perMinute: 3 }) })
  const devices = await bench.start()
  await devices.set({ name: 'lamp', value: 'on' })
  const before = fs.statSync(bench.outputsFile, { bigint: true })
  for (let round = 0; round < 5; round++) await devices.set({ name: 'lamp', value: 'on' })
  const after = fs.statSync(bench.outputsFile, { bigint: true })
  t.equal(after.ino, before.ino)
  t.equal(after.mtimeNs, before.mtimeNs)
  await devices.set({ name: 'lamp', value: 'off' })
  t.equal(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), 'allowed')
  await devices.set({ name: 'lamp', value: 'off' })
  t.match(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), /was switched 4 times within a minute/)
})

void t.test('a start and a stop without any switching write no file', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ maxOnMs: 1_000, start: 'last' }) })
  const devices = await bench.start()
  await devices.stop()
  t.strictSame(fs.readdirSync(bench.stateFolder), [])
})

void t.test('of an interlock group one is on, however fast one asks', async (t) => {
  const bench = new DeviceBench(t.testdir(), {
    up: switchConfig({ interlock: 'motor' }),
    down: switchConfig({ line: 'GPIO27', interlock: 'motor' }),
    other: switchConfig({ line: 'GPIO22', interlock: 'else' }),
  })
  const devices = await bench.start()
  const answers = await Promise.all(
    ['up', 'down', 'other'].map((name) => bench.refusal(devices.set({ name, value: 'on' }))),
  )
  t.strictSame(answers, [
    'allowed',
    'limit: down stays off while up is on: of the interlock group motor only one may be on. Switch up off first.',
    'allowed',
  ])
  await devices.set({ name: 'up', value: 'off' })
  t.equal(await bench.refusal(devices.set({ name: 'down', value: 'on' })), 'allowed')
})

void t.test('of two directions the second waits for the longer dead time, whoever names it', async (t) => {
  for (const [up, down] of [
    [2_000, undefined],
    [undefined, 2_000],
    [500, 2_000],
  ] as const) {
    const bench = new DeviceBench(t.testdir({}), {
      up: switchConfig({ line: 'GPIO17', interlock: 'blind', deadTimeMs: up }),
      down: switchConfig({ line: 'GPIO27', interlock: 'blind', deadTimeMs: down }),
      lamp: switchConfig({ line: 'GPIO22', interlock: 'other', deadTimeMs: 60_000 }),
    })
    const devices = await bench.start()
    await devices.set({ name: 'up', value: 'on' })
    await devices.set({ name: 'up', value: 'off' })
    await devices.set({ name: 'lamp', value: 'on' })
    await bench.clock.advance(1_999)
    t.match(
      await bench.refusal(devices.set({ name: 'down', value: 'on' })),
      /^limit: down stays off for .* more: up of its/,
    )
    // It is no limit on itself: that is minOff.
    t.equal(await bench.refusal(devices.set({ name: 'up', value: 'on' })), 'allowed')
    await devices.set({ name: 'up', value: 'off' })
    await bench.clock.advance(2_000)
    t.equal(await bench.refusal(devices.set({ name: 'down', value: 'on' })), 'allowed')
    await bench.devices.driveSafe({ latch: false, reason: 'test' })
    t.match(await bench.refusal(devices.set({ name: 'up', value: 'on' })), /down of its interlock group/, 'also then')
  }
})

void t.test('off for a time comes back by itself, judged again then', async (t) => {
  const bench = new DeviceBench(t.testdir(), {
    lamp: switchConfig({ interlock: 'mains', maxOnMs: 60_000 }),
    heater: switchConfig({ line: 'GPIO27', interlock: 'mains' }),
  })
  const devices = await bench.start()
  await devices.set({ name: 'lamp', value: 'on' })
  const off = await devices.set({ name: 'lamp', value: 'off', forMs: 10_000 })
  t.equal(off.sentence, 'lamp is off, on again in 10s.')
  await bench.clock.advance(10_000)
  await bench.idle()
  t.equal(pinOf(bench), 1)
  await bench.clock.advance(49_999)
  t.equal(pinOf(bench), 1)
  await bench.clock.advance(1)
  t.equal(pinOf(bench), 0, 'it came back for the rest of its time alone')
  await bench.idle()

  await devices.set({ name: 'lamp', value: 'on' })
  await devices.set({ name: 'lamp', value: 'off', forMs: 10_000 })
  await devices.set({ name: 'heater', value: 'on' })
  await bench.clock.advance(10_000)
  await bench.idle()
  t.equal(pinOf(bench), 0, 'the heater went on meanwhile')
  t.match(bench.logged.join('\n'), /Switching lamp back is given up: lamp stays off while heater is on/)
})

void t.test('a switching back that minOff refuses waits until it may', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ perMinute: 2 }) })
  const devices = await bench.start()
  await devices.set({ name: 'lamp', value: 'on' })
  await devices.set({ name: 'lamp', value: 'off', forMs: 10_000 })
  await bench.clock.advance(10_000)
  await bench.idle()
  t.equal(pinOf(bench), 0)
  await bench.clock.advance(50_000)
  await bench.idle()
  t.equal(pinOf(bench), 1)
})

void t.test('confirm needs exactly the sentence, and nobody for the safe state', async (t) => {
  const bench = new DeviceBench(t.testdir(), { gate: switchConfig({ maxOnMs: 1_000, confirm: true }) })
  const devices = await bench.start()
  const request = { name: 'gate', value: 'on' } as const
  const sentence = devices.confirmation(request)
  t.equal(sentence, 'switch gate on for at most 1s (maxOn), then off again')
  for (const approved of ['yes', '', sentence?.toLowerCase() ?? '', `${sentence} `]) {
    t.match(await bench.refusal(devices.set({ ...request, approved })), /^needs_human: .*switch gate on for at most 1s/)
  }
  t.match(await bench.refusal(devices.set(request)), /^needs_human/)
  t.equal(pinOf(bench), 0)
  t.match(
    await bench.refusal(devices.set({ ...request, forMs: 500, approved: sentence ?? '' })),
    /^needs_human: .*"switch gate on for 500ms, then off again"/,
    'a yes to one request is no yes to another',
  )
  t.equal(await bench.refusal(devices.set({ ...request, approved: sentence ?? '' })), 'allowed')
  t.equal(pinOf(bench), 1)
  t.equal(devices.confirmation({ name: 'gate', value: 'off' }), undefined)
  t.equal(
    devices.confirmation({ name: 'gate', value: 'off', forMs: 5_000 }),
    'switch gate off for 5s, then on again',
    'off for a time ends in on',
  )
  t.equal(await bench.refusal(devices.set({ name: 'gate', value: 'off' })), 'allowed')
})

void t.test('limits that contradict each other are refused before any line is touched', async (t) => {
  for (const [config, words] of [
    [{ safe: 'on', maxOnMs: 1_000 }, /devices\.lamp has `safe: on` and `maxOn`/],
    [{ safe: 'on', interlock: 'mains' }, /devices\.lamp has `safe: on` and `interlock`/],
  ] as const) {
    const bench = new DeviceBench(t.testdir(), { lamp: switchConfig(config) })
    await t.rejects(bench.start(), { code: 'config', message: words })
    t.strictSame(bench.gpio.history, [])
  }
})

void t.test('an unknown name is answered with the nearest one, and what is no output with the outputs', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig(), fan: switchConfig({ line: 'GPIO27' }) })
  const devices = await bench.start()
  t.equal(
    await bench.refusal(devices.set({ name: 'lmap', value: 'on' })),
    'unknown_device: There is no device "lmap". Did you mean lamp? Devices: lamp, fan.',
  )
  for (const name of ['', '__proto__', 'constructor', '\u0000', 'x'.repeat(100_000)]) {
    const answer = await bench.refusal(devices.set({ name, value: 'on' }))
    t.match(answer, /^unknown_device: There is no device "/)
    t.ok(answer.length < 200)
  }
})

void t.test('a refusal is an expected failure with its own code', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ minOnMs: 1_000 }) })
  const devices = await bench.start()
  await devices.set({ name: 'lamp', value: 'on' })
  const error: unknown = await devices.set({ name: 'lamp', value: 'off' }).catch((error: unknown) => error)
  t.ok(isPincerError(error) && error.code === 'limit')
})
