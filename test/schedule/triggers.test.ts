import t from 'tap'
import type { DeviceConfig } from '../../src/config/config.ts'
import { limits } from '../../src/limits.ts'
import type { Condition } from '../../src/schedule/job.ts'
import { switchConfig } from '../support/device-bench.ts'
import { level, roomSensor, ruleOf, saying, setting, TriggerRig } from '../support/trigger-rig.ts'
import { until } from '../support/until.ts'

const minuteMs = 60_000
const sampleMs = limits.ruleSampleMs
const configs: Readonly<Record<string, DeviceConfig>> = {
  room: roomSensor,
  door: { kind: 'contact', line: 'GPIO24', pull: 'up', invert: false, debounceMs: 20 },
  bell: { kind: 'button', line: 'GPIO5', pull: 'up', invert: false, debounceMs: 20 },
  lamp: switchConfig({ line: 'GPIO17' }),
  heater: switchConfig({ line: 'GPIO27', maxOnMs: 60 * minuteMs, minOffMs: 5 * minuteMs }),
}
const edge = (edge: 'rising' | 'falling' | 'both', device = 'door'): Condition => ({ kind: 'edge', device, edge })
const is = (device: string, state: string, forMs = 0): Condition => ({ kind: 'is', device, state, forMs })

async function begin(t: { testdir(): string }, jobs: readonly ReturnType<typeof ruleOf>[]): Promise<TriggerRig> {
  const rig = new TriggerRig(t.testdir(), configs)
  for (const job of jobs) rig.schedule.put(job)
  await rig.start()
  return rig
}

void t.test('without a rule nothing is read, and no timer runs', async (t) => {
  const rig = await begin(t, [
    { ...ruleOf('1', { kind: 'start' }, saying), time: { kind: 'every', everyMs: minuteMs } },
  ])
  await rig.clock.advance(60 * minuteMs)
  t.equal(rig.reads, 0)
  t.equal(rig.clock.pendingTimers(), 0)
  rig.schedule.put(ruleOf('2', edge('rising'), saying))
  await rig.clock.advance(minuteMs)
  t.equal(rig.clock.pendingTimers(), 0, 'nor for a line')
  await rig.stop()
})

void t.test('an edge fires, of a contact and of a button, and other edges do not', async (t) => {
  const rig = await begin(t, [
    ruleOf('1', edge('rising'), saying),
    ruleOf('2', edge('falling', 'bell'), saying),
    ruleOf('3', edge('both'), saying),
  ])
  await rig.drive('GPIO24', 'low')
  t.strictSame(rig.fired(), ['3: door: a falling edge'])
  await rig.clock.advance(2_000)
  await rig.drive('GPIO24', 'high')
  t.strictSame(rig.fired(), ['1: door: a rising edge', '3: door: a rising edge'])
  await rig.drive('GPIO5', 'low')
  t.strictSame(rig.fired(), [])
  await rig.drive('GPIO5', 'high')
  t.strictSame(rig.fired(), ['2: bell: a falling edge'])
  await rig.stop()
})

void t.test(
  'edges that come while the run lasts, or too quickly, are one further run that says how many',
  async (t) => {
    const rig = await begin(t, [ruleOf('1', edge('falling'), saying)])
    const { promise, resolve } = Promise.withResolvers<void>()
    rig.work = promise
    for (let count = 0; count < 4; count++) {
      await rig.drive('GPIO24', 'low')
      await rig.drive('GPIO24', 'high')
    }
    await rig.clock.advance(30_000)
    t.strictSame(rig.fired(), ['1: door: a falling edge'])
    resolve()
    await rig.clock.advance(2_000)
    t.strictSame(rig.fired(), ['1: door: 3 edges'])
    await rig.drive('GPIO24', 'low')
    await rig.drive('GPIO24', 'high')
    await rig.drive('GPIO24', 'low')
    await rig.drive('GPIO24', 'high')
    t.strictSame(rig.fired(), ['1: door: a falling edge'])
    await rig.clock.advance(2_000)
    t.strictSame(rig.fired(), ['1: door: a falling edge'])
    await rig.stop()
  },
)

void t.test('a rule fires sixty times an hour; what is beyond is counted, and told once', async (t) => {
  const rig = await begin(t, [ruleOf('1', edge('falling'), saying)])
  for (let count = 0; count < 80; count++) {
    await rig.drive('GPIO24', 'low')
    await rig.drive('GPIO24', 'high')
    await rig.clock.advance(2_000)
  }
  t.equal(rig.fired().length, limits.ruleFiresPerHourMax)
  t.equal(rig.told.length, 1)
  t.match(rig.told[0], /^Job 1 happened 60 times within an hour: what comes beyond that is left out/)
  await rig.clock.advance(60 * minuteMs)
  await rig.drive('GPIO24', 'low')
  t.strictSame(rig.fired(), ['1: door: a falling edge'])
  t.match(rig.logged.join('\n'), /Job 1 was left out 20 times/)
  await rig.stop()
})

void t.test('a state must last as long as it is said, without a break', async (t) => {
  const rig = await begin(t, [ruleOf('1', is('door', 'closed', 5 * minuteMs), saying)])
  await rig.drive('GPIO24', 'low')
  await rig.clock.advance(4 * minuteMs)
  await rig.drive('GPIO24', 'high')
  await rig.drive('GPIO24', 'low')
  await rig.clock.advance(4 * minuteMs)
  t.strictSame(rig.fired(), [])
  await rig.clock.advance(minuteMs)
  t.strictSame(rig.fired(), ['1: door is closed'])
  await rig.clock.advance(60 * minuteMs)
  t.strictSame(rig.fired(), [], 'it fires when it becomes true, not while it stays so')
  await rig.stop()
})

void t.test('an output that anything switches can be waited for', async (t) => {
  const rig = await begin(t, [ruleOf('1', is('lamp', 'on'), saying), ruleOf('2', is('lamp', 'off', minuteMs), saying)])
  await rig.clock.advance(2 * minuteMs)
  t.strictSame(rig.fired(), ['2: lamp is off'])
  await rig.devices.set({ name: 'lamp', value: 'on' })
  await rig.clock.advance(0)
  t.strictSame(rig.fired(), ['1: lamp is on'])
  await rig.stop()
})

void t.test(
  'a reading fires beyond its bound, again only after it was back by the hysteresis, and is read once for all',
  async (t) => {
    const rig = await begin(t, [
      ruleOf('1', level('above', 25), saying),
      ruleOf('2', level('below', 15), saying),
      ruleOf('3', level('above', 25, minuteMs), saying),
    ])
    const readsBefore = rig.reads
    await rig.clock.advance(10 * sampleMs)
    t.equal(rig.reads - readsBefore, 10)
    const play = async (...values: readonly number[]): Promise<readonly string[]> => {
      for (const value of values) {
        rig.temperature = () => value
        await rig.clock.advance(sampleMs)
      }
      return rig.fired()
    }
    t.strictSame(await play(25, 25.1), ['1: room temperature is 25.1, above 25'])
    t.strictSame(await play(24.9, 25.1, 24.6, 25.1), [])
    t.strictSame(await play(24.5, 25.1), ['1: room temperature is 25.1, above 25'])
    t.strictSame(await play(25.1, 25.1, 25.1, 25.1, 25.1), [])
    t.strictSame(await play(25.1), ['3: room temperature is 25.1, above 25'])
    t.strictSame(await play(20, 14.9), ['2: room temperature is 14.9, below 15'])
    rig.schedule.remove('1')
    rig.schedule.remove('2')
    rig.schedule.remove('3')
    await rig.clock.advance(sampleMs)
    const reads = rig.reads
    await rig.clock.advance(minuteMs)
    t.equal(rig.reads, reads)
    t.equal(rig.clock.pendingTimers(), 0)
    await rig.stop()
  },
)

void t.test('a sensor that says nothing for too long fires what waits for that, once', async (t) => {
  const rig = await begin(t, [ruleOf('1', { kind: 'stale', device: 'room', afterMs: 2 * minuteMs }, saying)])
  await rig.clock.advance(minuteMs)
  rig.temperature = () => undefined
  await rig.clock.advance(100_000)
  t.strictSame(rig.fired(), [])
  await rig.clock.advance(40_000)
  t.strictSame(rig.fired(), ['1: room had no good reading for 2m'])
  await rig.clock.advance(60 * minuteMs)
  t.strictSame([rig.fired(), rig.told], [[], []])
  rig.temperature = () => 20
  await rig.clock.advance(minuteMs)
  rig.temperature = () => undefined
  await rig.clock.advance(3 * minuteMs)
  t.equal(rig.fired().length, 1)
  await rig.stop()
})

void t.test('when Pincer starts, what waits for that fires, once', async (t) => {
  const rig = await begin(t, [ruleOf('1', { kind: 'start' }, saying)])
  rig.schedule.put(ruleOf('2', { kind: 'start' }, saying))
  await rig.clock.advance(minuteMs)
  t.strictSame(rig.fired(), ['1: Pincer started'])
  await rig.stop()
})

void t.test(
  'what is true when a rule is armed: states are made, texts said once over restarts, pulses wait',
  async (t) => {
    const rig = new TriggerRig(t.testdir(), configs)
    rig.temperature = () => 30
    rig.schedule.put(ruleOf('1', level('above', 25), setting('lamp', 'on')))
    rig.schedule.put(ruleOf('2', level('above', 25), saying))
    rig.schedule.put(ruleOf('3', level('above', 25), setting('lamp', 'on', 60_000)))
    await rig.start()
    await rig.idle()
    t.strictSame(
      rig.fired().map((each) => each[0]),
      ['1', '2'],
    )
    await rig.stop()
    await rig.start()
    await rig.idle()
    t.strictSame(
      rig.fired().map((each) => each[0]),
      ['1'],
    )
    t.equal(rig.state('lamp'), 'on')
    rig.temperature = () => 20
    await rig.clock.advance(sampleMs)
    await rig.stop()
    rig.temperature = () => 30
    await rig.start()
    t.strictSame(
      rig.fired().map((each) => each[0]),
      ['1', '2'],
      'it was false in between',
    )
    await rig.idle()
    rig.temperature = () => 20
    await rig.clock.advance(sampleMs)
    rig.temperature = () => 30
    await rig.clock.advance(sampleMs)
    t.strictSame(
      rig.fired().map((each) => each[0]),
      ['1', '2', '3'],
    )
    await rig.idle()
    await rig.stop()
  },
)

void t.test(
  'a state that is there when a job is made or resumed is no change: it waits for the next, over a restart and a lost line too',
  async (t) => {
    const rig = await begin(t, [])
    rig.schedule.put(ruleOf('1', is('door', 'open'), saying))
    rig.schedule.put(ruleOf('2', is('door', 'open'), setting('lamp', 'on')))
    rig.schedule.put(ruleOf('3', is('door', 'open'), setting('heater', 'on', minuteMs)))
    rig.schedule.put(ruleOf('4', is('lamp', 'off'), saying))
    await rig.clock.advance(10 * minuteMs)
    t.strictSame(rig.fired(), [])
    await rig.stop()
    await rig.start()
    await rig.clock.advance(10 * minuteMs)
    t.strictSame(rig.fired(), [], 'a restart is no change either')
    await rig.devices.driveSafe({ latch: true, reason: '/stop all' })
    await rig.clock.advance(minuteMs)
    await rig.devices.unlatch()
    await rig.clock.advance(minuteMs)
    t.strictSame(rig.fired(), [], 'nor is the end of a latch')
    await rig.drive('GPIO24', 'low')
    await rig.clock.advance(2_000)
    t.strictSame(rig.fired(), [])
    await rig.drive('GPIO24', 'high')
    await rig.clock.advance(0)
    await rig.idle()
    t.strictSame(rig.fired(), ['1: door is open', '2: door is open', '3: door is open'])
    await rig.schedule.setPaused('1', { why: 'a test' })
    await rig.schedule.setPaused('1', false)
    await rig.clock.advance(minuteMs)
    t.strictSame(rig.fired(), [], 'resumed while it is open')
    await rig.drive('GPIO24', 'low')
    await rig.clock.advance(2_000)
    await rig.drive('GPIO24', 'high')
    await rig.idle()
    t.strictSame(rig.fired().toSorted(), ['1: door is open', '2: door is open', '3: door is open'])
    await rig.stop()
  },
)

void t.test('what must last counts from when the job was made, of pulses too, which no restart repeats', async (t) => {
  const rig = await begin(t, [])
  rig.temperature = () => 30
  rig.schedule.put(ruleOf('1', is('door', 'open', 5 * minuteMs), setting('heater', 'on', 60_000)))
  rig.schedule.put(ruleOf('2', level('above', 25, 5 * minuteMs), saying))
  rig.schedule.put(ruleOf('3', level('above', 25), setting('lamp', 'on', 60_000)))
  await rig.clock.advance(4 * minuteMs)
  t.strictSame(rig.fired(), [])
  await rig.clock.advance(minuteMs + sampleMs)
  await rig.idle()
  t.strictSame(rig.fired().toSorted(), ['1: door is open', '2: room temperature is 30, above 25'])
  await rig.stop()
  await rig.start()
  await rig.clock.advance(10 * minuteMs)
  t.strictSame(rig.fired(), [])
  await rig.stop()
})

void t.test('while outputs are latched nothing fires; afterwards what keeps a state makes it again', async (t) => {
  const rig = await begin(t, [
    ruleOf('1', is('door', 'closed'), setting('lamp', 'on')),
    ruleOf('2', edge('both'), saying),
    ruleOf('3', is('door', 'open'), saying),
  ])
  await rig.drive('GPIO24', 'low')
  await rig.idle()
  t.equal(rig.state('lamp'), 'on')
  rig.fired()
  await rig.devices.driveSafe({ latch: true, reason: '/stop all' })
  await rig.drive('GPIO24', 'high')
  await rig.drive('GPIO24', 'low')
  await rig.clock.advance(minuteMs)
  t.strictSame(rig.fired(), [])
  await rig.devices.unlatch()
  await rig.clock.advance(sampleMs)
  await rig.idle()
  t.strictSame(rig.fired(), ['1: door is closed'])
  t.equal(rig.state('lamp'), 'on')
  await rig.clock.advance(10 * minuteMs)
  t.strictSame([rig.fired(), rig.clock.pendingTimers()], [[], 0])
  await rig.stop()
})

void t.test('a state that a limit refuses is tried again, later each time', async (t) => {
  const rig = await begin(t, [ruleOf('1', is('door', 'closed'), setting('heater', 'on'))])
  await rig.devices.set({ name: 'heater', value: 'on' })
  await rig.devices.set({ name: 'heater', value: 'off' })
  await rig.drive('GPIO24', 'low')
  await rig.idle()
  t.equal(rig.state('heater'), 'off', 'minOff 5m')
  await rig.clock.advance(3 * minuteMs)
  await rig.idle()
  t.equal(rig.state('heater'), 'off')
  await rig.clock.advance(4 * minuteMs)
  await rig.idle()
  t.equal(rig.state('heater'), 'on')
  t.equal(rig.fired().length, 3)
  await rig.clock.advance(minuteMs)
  t.strictSame(rig.fired(), [])
  await rig.stop()
})

void t.test('what maxOn ends stays ended, and the rule that is still true says so once', async (t) => {
  const rig = await begin(t, [ruleOf('1', is('door', 'closed'), setting('heater', 'on'))])
  await rig.drive('GPIO24', 'low')
  await rig.idle()
  await rig.clock.advance(180 * minuteMs)
  t.equal(rig.state('heater'), 'off')
  t.equal(rig.fired().length, 1)
  t.equal(rig.told.length, 2)
  t.match(rig.told.toSorted(), [
    /^Job 1 is still true, but leaves heater as it is after maxOn/,
    /^heater: switched off by maxOn/,
  ])
  await rig.stop()
})

void t.test('of two rules that are true at once the safe one has its way, and both are named, once', async (t) => {
  const rig = await begin(t, [
    ruleOf('1', level('above', 20), setting('lamp', 'off')),
    ruleOf('2', is('door', 'closed'), setting('lamp', 'on')),
  ])
  rig.temperature = () => 22
  await rig.clock.advance(sampleMs)
  await rig.idle()
  rig.fired()
  for (let count = 0; count < 3; count++) {
    await rig.drive('GPIO24', 'low')
    await rig.clock.advance(minuteMs)
    await rig.drive('GPIO24', 'high')
    await rig.clock.advance(minuteMs)
  }
  t.strictSame(rig.fired(), [])
  t.equal(rig.state('lamp'), 'off')
  t.equal(rig.told.length, 1)
  t.match(
    rig.told[0],
    /^Job 2 and Job 1 fight over lamp: .*wants lamp on, the second lamp off, which is safe and holds\./,
  )
  await rig.drive('GPIO24', 'low')
  rig.temperature = () => 19
  await rig.clock.advance(sampleMs)
  await rig.idle()
  t.strictSame(rig.fired(), ['2: door is closed'], 'it waited for the other')
  t.equal(rig.state('lamp'), 'on')
  await rig.stop()
})

void t.test(
  'rules that turn an output round and round are stopped, with the output safe; a door may go as it likes',
  async (t) => {
    const rig = await begin(t, [
      ruleOf('1', is('lamp', 'off', 5_000), setting('lamp', 'on')),
      ruleOf('2', is('lamp', 'on', 5_000), setting('lamp', 'off')),
      ruleOf('3', is('door', 'closed'), setting('heater', 'on')),
      ruleOf('4', is('door', 'open'), setting('heater', 'off')),
    ])
    rig.fired()
    for (let count = 0; count < 12; count++) {
      await rig.clock.advance(5_100)
      await rig.idle()
      await rig.drive('GPIO24', count % 2 === 0 ? 'low' : 'high')
      await rig.idle()
    }
    await rig.clock.advance(minuteMs)
    await rig.idle()
    t.equal(rig.state('lamp'), 'off')
    const paused = rig.schedule
      .list()
      .flatMap(({ job }) => (job.paused === undefined ? [] : [[job.id, job.paused.why]]))
    t.strictSame(paused, [
      ['1', 'it fought with another job over lamp'],
      ['2', 'it fought with another job over lamp'],
    ])
    t.equal(rig.told.length, 1, rig.told.join())
    t.match(rig.told[0], /fight over lamp: they turned it round 6 times within 10 minutes.*both are paused/)
    await rig.stop()
  },
)

void t.test(
  'a device that cannot be read is told to each chat once, over a restart too, and that it is back',
  async (t) => {
    const rig = await begin(t, [
      ruleOf('1', level('above', 15), setting('lamp', 'on')),
      ruleOf('2', level('above', 30), saying, 'there'),
    ])
    await rig.idle()
    t.equal(rig.state('lamp'), 'on')
    rig.temperature = () => undefined
    await rig.clock.advance(2 * sampleMs)
    t.equal(rig.state('lamp'), 'on', 'twice is no fault yet')
    t.equal(rig.lossOf('1'), undefined)
    await rig.clock.advance(sampleMs)
    await rig.idle()
    t.equal(rig.state('lamp'), 'off')
    await until(() => rig.told.length === 2)
    await rig.clock.advance(10 * minuteMs)
    t.equal(rig.told.length, 2)
    t.match(
      rig.told[0],
      /^room cannot be read, and Job 1 rests on it\. .*Driven to the safe state until then: lamp off\./,
    )
    t.match(rig.told[1], /^room cannot be read, and Job 2 rests on it\. /)
    t.notMatch(rig.told[1], /Driven/)
    t.same([rig.lossOf('1'), rig.lossOf('2')], ['The sensor is not there.', 'The sensor is not there.'])
    await rig.stop()
    await rig.start()
    await rig.clock.advance(10 * minuteMs)
    t.equal(rig.told.length, 2)
    rig.temperature = () => 20
    rig.fired()
    await rig.clock.advance(sampleMs)
    await rig.idle()
    t.strictSame(rig.told.slice(2), [
      'room can be read again: Job 1 goes on.',
      'room can be read again: Job 2 goes on.',
    ])
    t.equal(rig.state('lamp'), 'on', 'it begins anew')
    t.equal(rig.lossOf('1'), undefined)
    await rig.stop()
  },
)

void t.test(
  'a job on a sensor that fails already says so at once, is safe, and goes on when the sensor is back',
  async (t) => {
    const rig = await begin(t, [ruleOf('1', level('above', 15), setting('lamp', 'on'))])
    rig.temperature = () => undefined
    await rig.clock.advance(10 * minuteMs)
    await until(() => rig.told.length === 1)
    await rig.devices.set({ name: 'heater', value: 'on' })
    rig.schedule.put(ruleOf('2', level('below', 18), setting('heater', 'on')))
    rig.schedule.put(ruleOf('3', level('above', 30), saying))
    await rig.clock.advance(0)
    await until(() => rig.told.length === 2)
    t.match(rig.told[1], /^room cannot be read, and Job 2 and Job 3 rest on it\. .*state until then: heater off\./)
    t.equal(rig.lossOf('3'), 'The sensor is not there.')
    t.equal(rig.state('heater'), 'off')
    await rig.schedule.setPaused('3', { why: 'a test' })
    await rig.clock.advance(10 * minuteMs)
    t.equal(rig.told.length, 2, 'once')
    rig.temperature = () => 17
    await rig.clock.advance(sampleMs)
    await rig.idle()
    t.equal(rig.told[2], 'room can be read again: Job 1 and Job 2 go on.')
    t.same([rig.state('lamp'), rig.state('heater')], ['on', 'on'])
    await rig.stop()
  },
)

void t.test('the first reading in vain is enough for a job that was just made, of others three in a row', async (t) => {
  const rig = await begin(t, [ruleOf('1', level('above', 15), saying, 'there')])
  rig.temperature = () => undefined
  await rig.clock.advance(sampleMs)
  rig.schedule.put(ruleOf('2', level('above', 30), setting('lamp', 'on')))
  await rig.clock.advance(0)
  await until(() => rig.told.length === 1)
  t.match(
    rig.told[0],
    /^room cannot be read, and Job 2 rests on it\. .*Driven to the safe state until then: lamp off\./,
  )
  await rig.clock.advance(sampleMs)
  t.match(rig.told.slice(1), [/Job 1 rests on it/])
  rig.temperature = () => 20
  await rig.clock.advance(sampleMs)
  rig.temperature = () => undefined
  await rig.clock.advance(2 * sampleMs)
  t.equal(rig.told.length, 4, 'both are told that it is back, and two in vain are none')
  await rig.clock.advance(sampleMs)
  await until(() => rig.told.length === 6)
  t.match(rig.told.slice(4).toSorted(), [/Job 1 rests/, /Job 2 rests/])
  await rig.stop()
})

void t.test('a job whose device is no more is paused, and its maker told', async (t) => {
  const rig = await begin(t, [
    ruleOf('1', is('gate', 'open'), saying),
    ruleOf('2', { kind: 'above', device: 'room', quantity: 'humidity', value: 1, hysteresis: 0, forMs: 0 }, saying),
  ])
  await rig.clock.advance(minuteMs)
  t.strictSame(
    rig.schedule.list().map(({ job }) => job.paused?.why),
    ['there is no device gate any more', 'room has no humidity any more'],
  )
  t.equal(rig.told.length, 2)
  t.match(rig.told[0], /^Job 1 is paused: there is no device gate any more\. Put it back into pincer\.yaml/)
  await rig.stop()
})

void t.test('a rule that is paused, resumed or removed stops and begins at once', async (t) => {
  const rig = await begin(t, [ruleOf('1', edge('both'), saying)])
  await rig.schedule.setPaused('1', { why: 'a test' })
  await rig.drive('GPIO24', 'low')
  t.strictSame(rig.fired(), [])
  await rig.schedule.setPaused('1', false)
  await rig.clock.advance(100)
  await rig.drive('GPIO24', 'high')
  t.equal(rig.fired().length, 1)
  rig.schedule.remove('1')
  await rig.clock.advance(2_000)
  await rig.drive('GPIO24', 'low')
  t.strictSame(rig.fired(), [])
  await rig.stop()
})
