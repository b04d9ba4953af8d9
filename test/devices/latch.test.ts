import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'

const configs = { lamp: switchConfig({ start: 'last', confirm: true }) }
const on = { name: 'lamp', value: 'on', approved: 'switch lamp on' } as const
const latchFile = (bench: DeviceBench): string => join(bench.stateFolder, 'latch.json')

void t.test(
  'a latch drives safe, refuses everything with the way out, and survives restart and power cut',
  async (t) => {
    const bench = new DeviceBench(t.testdir(), configs)
    let devices = await bench.start()
    await devices.set(on)
    await devices.driveSafe({ latch: true, reason: '/stop all by Ada' })
    const expected =
      'latched: All outputs are latched in their safe state (/stop all by Ada). An owner lifts this with /resume.'
    for (const again of [async () => devices, () => bench.restart(), () => bench.powerCut(1_000)]) {
      devices = await again()
      t.equal(bench.gpio.pins.get('GPIO17'), 0)
      t.equal(devices.latched(), '/stop all by Ada')
      t.equal(await bench.refusal(devices.set(on)), expected)
      t.equal(await bench.refusal(devices.set({ name: 'lamp', value: 'off' })), expected)
      t.equal(await bench.refusal(devices.set({ name: 'lamp', value: 'on' })), expected, 'nobody is asked in vain')
    }
    await devices.unlatch()
    t.equal(devices.latched(), undefined)
    t.equal(bench.gpio.pins.get('GPIO17'), 0, 'lifting it switches nothing on')
    t.equal(await bench.refusal(devices.set(on)), 'allowed')
    await bench.restart()
    t.equal(bench.devices.latched(), undefined)
  },
)

void t.test('driveSafe without latch leaves no latch', async (t) => {
  const bench = new DeviceBench(t.testdir(), configs)
  const devices = await bench.start()
  await devices.driveSafe({ latch: false, reason: 'safe-state' })
  t.equal(devices.latched(), undefined)
  t.notOk(fs.existsSync(latchFile(bench)))
})

void t.test('a latch file that is damaged in any way latches, at each start anew', async (t) => {
  for (const content of ['', '{', '{"reason":1,"wallMs":2}', 'null', '\0\0\0']) {
    const bench = new DeviceBench(t.testdir({ 'latch.json': content }), configs)
    await bench.start()
    t.match(bench.devices.latched(), /cannot be understood/)
    await bench.restart()
    t.match(await bench.refusal(bench.devices.set(on)), /^latched: /)
    await bench.devices.unlatch()
    t.equal(await bench.refusal(bench.devices.set(on)), 'allowed')
  }
})

void t.test('a latch file that cannot be read latches, and is not lifted while it cannot be removed', async (t) => {
  const bench = new DeviceBench(t.testdir({ 'latch.json': { inside: 'x' } }), configs)
  const devices = await bench.start()
  t.match(devices.latched(), /Cannot read .*latch\.json/)
  t.match(await bench.refusal(devices.unlatch()), /^disk: Outputs stay latched: .*Remove it by hand/)
  t.match(await bench.refusal(devices.set(on)), /^latched: /)
})

void t.test('on a disk that takes no new content the latch still survives, as an empty file', async (t) => {
  const bench = new DeviceBench(t.testdir({ '.latch.json.new': {} }), configs)
  const devices = await bench.start()
  await devices.driveSafe({ latch: true, reason: '/stop all' })
  t.equal(devices.latched(), '/stop all')
  t.equal(fs.readFileSync(latchFile(bench), 'utf8'), '')
  await bench.restart()
  t.match(await bench.refusal(bench.devices.set(on)), /^latched: /)
})

void t.test('without any disk it latches until the restart, and says that', async (t) => {
  const bench = new DeviceBench(join(t.testdir({ state: {} }), 'state'), configs)
  const devices = await bench.start()
  await devices.set(on)
  bench.breakDisk()
  t.match(
    await bench.refusal(devices.driveSafe({ latch: true, reason: '/stop all' })),
    /^disk: All outputs are safe and latched, but a restart would lift the latch\. Cannot write /,
  )
  t.equal(bench.gpio.pins.get('GPIO17'), 0)
  t.match(await bench.refusal(devices.set(on)), /^latched: /)
})

void t.test('a second latch writes nothing and keeps the first reason', async (t) => {
  const bench = new DeviceBench(t.testdir(), configs)
  const devices = await bench.start()
  await devices.driveSafe({ latch: true, reason: 'first' })
  const { ino } = fs.statSync(latchFile(bench))
  await devices.driveSafe({ latch: true, reason: 'second' })
  t.equal(fs.statSync(latchFile(bench)).ino, ino)
  t.equal(devices.latched(), 'first')
})

void t.test('a set that waits for the disk while the latch falls does not switch', async (t) => {
  const bench = new DeviceBench(t.testdir(), configs)
  const devices = await bench.start()
  const set = bench.refusal(devices.set(on))
  await Promise.resolve()
  await devices.driveSafe({ latch: true, reason: '/stop all' })
  t.match(await set, /^latched: /)
  t.notOk(bench.gpio.history.includes('GPIO17=1'))
  await bench.restart()
  t.equal(bench.gpio.pins.get('GPIO17'), 0)
})

void t.test('what was still to come does not come while latched, nor after', async (t) => {
  const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({ start: 'last' }) })
  const devices = await bench.start()
  await devices.set({ name: 'lamp', value: 'on' })
  await devices.set({ name: 'lamp', value: 'off', forMs: 10_000 })
  await devices.driveSafe({ latch: true, reason: '/stop all' })
  await bench.clock.advance(60_000)
  t.equal(bench.gpio.pins.get('GPIO17'), 0)
  await devices.unlatch()
  await bench.clock.advance(60_000)
  t.equal(bench.gpio.pins.get('GPIO17'), 0)
})
