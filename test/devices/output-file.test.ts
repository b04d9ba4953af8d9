import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const pinOf = (bench: DeviceBench, line = 'GPIO17'): number | undefined => bench.gpio.pins.get(line)
const lasting = switchConfig({ start: 'last', maxOnMs: hourMs })
const readFile = (bench: DeviceBench): string => fs.readFileSync(bench.outputsFile, 'utf8')

const damages: Readonly<Record<string, (text: string) => string>> = {
  empty: () => '',
  'cut in half': (text) => text.slice(0, text.length / 2),
  'cut by one byte': (text) => text.trimEnd().slice(0, -1),
  'zeros, as some file systems leave them': (text) => '\0'.repeat(text.length),
  'not an object': () => '[]',
  'of another version': (text) => text.replace('"version":1', '"version":2'),
  'with a state that does not exist': (text) => text.replace('"state":"on"', '"state":"maybe"'),
  'with a time in words': (text) => text.replace(/"sinceMs":\d+/, '"sinceMs":"now"'),
  'with a key nobody knows': (text) => text.replace('"state"', '"stat":1,"state"'),
}
for (const [damage, apply] of Object.entries(damages)) {
  void t.test(`a file that is ${damage} is set aside, and everything is safe and strict`, async (t) => {
    const bench = new DeviceBench(t.testdir(), { pump: { ...lasting, minOffMs: 10_000 } })
    await (await bench.start()).set({ name: 'pump', value: 'on' })
    fs.writeFileSync(bench.outputsFile, apply(readFile(bench)))
    const devices = await bench.restart()
    t.equal(pinOf(bench), 0)
    t.match(bench.logged.join('\n'), /error devices: .*outputs\.json cannot be understood; it was moved to /)
    t.ok(fs.readdirSync(bench.stateFolder).some((name) => name.startsWith('outputs.json.corrupt-')))
    t.match(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), /stays off for 10s more: minOff 10s/)
    await bench.clock.advance(10_000)
    t.equal(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), 'allowed')
  })
}

void t.test('times that a damaged file puts into the future are not believed', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: { ...lasting, minOffMs: 10_000 } })
  const before = await bench.start()
  await before.set({ name: 'pump', value: 'on' })
  fs.writeFileSync(bench.outputsFile, readFile(bench).replaceAll(/"(endsMs|latestMs|sinceMs)":\d+/g, '"$1":9e15'))
  const devices = await bench.restart()
  await bench.clock.advance(10_000)
  await bench.idle()
  t.equal(pinOf(bench), 1)
  await bench.clock.advance(hourMs)
  t.equal(pinOf(bench), 0, 'maxOn bounds it all the same')
  await bench.idle()
  await bench.clock.advance(10_000)
  t.equal(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), 'allowed')
})

void t.test('a time off that a damaged file puts into the future does not last for ever', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ minOffMs: 10_000, perMinute: 1 }) })
  const before = await bench.start()
  await before.set({ name: 'pump', value: 'on' })
  await before.set({ name: 'pump', value: 'off' })
  fs.writeFileSync(
    bench.outputsFile,
    readFile(bench)
      .replace(/"sinceMs":\d+/, '"sinceMs":9e15')
      .replace(/"switchesMs":\[[^\]]*\]/, '"switchesMs":[9e15]'),
  )
  const devices = await bench.restart()
  await bench.clock.advance(minuteMs)
  t.equal(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), 'allowed')
})

void t.test('an end that a damaged file puts far away does not make timers spin', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: switchConfig({ start: 'last' }) })
  await (await bench.start()).set({ name: 'pump', value: 'on', forMs: hourMs })
  fs.writeFileSync(bench.outputsFile, readFile(bench).replace(/"endsMs":\d+/, '"endsMs":9e15'))
  const delays: number[] = []
  const after = bench.clock.after.bind(bench.clock)
  bench.clock.after = (delayMs, callback) => {
    delays.push(delayMs)
    return after(delayMs, callback)
  }
  await bench.restart()
  t.equal(pinOf(bench), 1)
  t.ok(delays.length > 0 && delays.every((delayMs) => delayMs < 2 ** 31), String(delays))
})

void t.test('a half-written new file beside the old one changes nothing', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  await (await bench.start()).set({ name: 'pump', value: 'on' })
  fs.writeFileSync(join(bench.stateFolder, '.outputs.json.new'), '{"version":1,"boo')
  await bench.restart()
  t.equal(pinOf(bench), 1)
})

void t.test('a file that cannot be read at all means safe, not a failed start', async (t) => {
  const bench = new DeviceBench(t.testdir({ 'outputs.json': {} }), { pump: lasting })
  await bench.start()
  t.equal(pinOf(bench), 0)
  t.match(bench.logged.join('\n'), /error devices: Cannot read .*All outputs start in their safe state/)
})

void t.test(
  'with a disk that takes nothing, on is refused, off works, and the file cannot switch it on again',
  async (t) => {
    const bench = new DeviceBench(t.testdir(), { pump: lasting, fan: { ...lasting, line: 'GPIO27' } })
    const devices = await bench.start()
    await devices.set({ name: 'pump', value: 'on' })
    bench.fillDisk()
    t.match(await bench.refusal(devices.set({ name: 'fan', value: 'on' })), /^disk: Cannot write .*outputs\.json: /)
    t.equal(pinOf(bench, 'GPIO27'), 0)
    t.equal(await bench.refusal(devices.set({ name: 'pump', value: 'off' })), 'allowed')
    t.equal(pinOf(bench), 0)
    t.match(bench.logged.join('\n'), /error devices: Cannot write .*outputs can be switched off but not on/)
    await bench.restart()
    t.equal(pinOf(bench), 0)
    bench.freeDisk()
    t.equal(await bench.refusal(bench.devices.set({ name: 'fan', value: 'on' })), 'allowed')
  },
)

void t.test('with a full disk a new for may shorten but not lengthen', async (t) => {
  const bench = new DeviceBench(t.testdir(), { pump: lasting })
  const devices = await bench.start()
  await devices.set({ name: 'pump', value: 'on', forMs: 10 * minuteMs })
  bench.fillDisk()
  t.match(await bench.refusal(devices.set({ name: 'pump', value: 'on', forMs: 20 * minuteMs })), /^disk: /)
  t.equal(await bench.refusal(devices.set({ name: 'pump', value: 'on', forMs: 1_000 })), 'allowed')
  await bench.clock.advance(1_000)
  t.equal(pinOf(bench), 0)
})

void t.test('a state folder that goes away refuses on, while deadline and stop still drive safe', async (t) => {
  const bench = new DeviceBench(join(t.testdir({ state: {} }), 'state'), {
    pump: lasting,
    fan: switchConfig({ line: 'GPIO27' }),
  })
  const devices = await bench.start()
  await devices.set({ name: 'pump', value: 'on', forMs: 1_000 })
  await devices.set({ name: 'fan', value: 'on' })
  bench.breakDisk()
  await bench.clock.advance(1_000)
  await bench.idle()
  t.equal(pinOf(bench), 0)
  t.match(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), /^disk: /)
  await devices.stop()
  t.equal(pinOf(bench, 'GPIO27'), 0)
  bench.mendDisk()
  await bench.start()
  t.equal(pinOf(bench), 0, 'the record that could not be replaced is over by its own deadline')
})

void t.test('a home that cannot be read starts safe and latched', async (t) => {
  const bench = new DeviceBench(join(t.testdir({ state: {} }), 'state'), { pump: lasting })
  bench.breakDisk()
  const devices = await bench.start()
  t.equal(pinOf(bench), 0)
  t.match(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), /^latched: .*latch\.json/)
  bench.mendDisk()
  await devices.unlatch()
  t.equal(await bench.refusal(devices.set({ name: 'pump', value: 'on' })), 'allowed')
})
