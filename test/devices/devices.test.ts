import t from 'tap'
import type { DeviceConfig } from '../../src/config/config.ts'
import { createDevices } from '../../src/devices/devices.ts'
import type { Devices, ReadOutcome } from '../../src/devices/device.ts'
import { formatReadings } from '../../src/devices/reading-text.ts'
import { createSensors } from '../../src/devices/sensors.ts'
import type { I2cPort } from '../../src/hardware/ports.ts'
import { createLog } from '../../src/log.ts'
import type { Simulator } from '../../src/hardware/simulator/simulator.ts'
import { switchConfig } from '../support/device-bench.ts'
import type { FakeClock } from '../support/fake-clock.ts'
import { simulate } from '../support/simulated-board.ts'

const configs: Readonly<Record<string, DeviceConfig>> = {
  lamp: switchConfig({ maxOnMs: 600_000, perMinute: 6 }),
  fan: switchConfig({ line: 'GPIO27', invert: true, confirm: true }),
  door: { kind: 'contact', line: 'GPIO22', pull: 'up', invert: false, debounceMs: 20 },
  room: { kind: 'bme280', bus: 1, address: 0x76 },
  soil: { kind: 'mcp3008', spi: '0.0', channel: 0, vref: 3.3 },
}
const never = new AbortController().signal

interface Bench {
  readonly devices: Devices
  readonly clock: FakeClock
  readonly simulator: Simulator
  readonly logged: string[]
  readonly transfers: () => number
  readonly read: (name?: string) => Promise<readonly ReadOutcome[]>
}

async function open(
  t: { testdir(): string },
  options: { readonly configs?: Readonly<Record<string, DeviceConfig>>; readonly units?: 'metric' | 'imperial' } = {},
): Promise<Bench> {
  const { clock, simulator } = simulate()
  const logged: string[] = []
  let transfers = 0
  const i2c: I2cPort = {
    buses: () => simulator.i2c.buses(),
    scan: (bus) => simulator.i2c.scan(bus),
    transfer: (transfer) => {
      transfers++
      return simulator.i2c.transfer(transfer)
    },
  }
  const { gpio, spi, kernelSensors, kernelOutputs } = simulator
  const devices = createDevices({
    configs: options.configs ?? configs,
    hardware: { gpio, i2c, spi, kernelSensors, kernelOutputs, simulated: true },
    clock,
    log: createLog({ level: 'debug', redact: (text) => text, write: (line) => logged.push(line) }),
    stateFolder: t.testdir(),
    units: options.units ?? 'metric',
    tell: () => undefined,
    loadSensors: async () => ({ createSensors }),
  })
  await devices.start()
  const read = async (name?: string): Promise<readonly ReadOutcome[]> => {
    const work = devices.read(name, never)
    await clock.advance(60)
    return work
  }
  return { devices, clock, simulator, logged, transfers: () => transfers, read }
}

void t.test('everything on the simulated board is read, each with its origin', async (t) => {
  const { devices, clock, simulator, read } = await open(t)
  await devices.set({ name: 'lamp', value: 'on' })
  await clock.advance(180_000)
  const lines = formatReadings(await read()).split('\n')
  t.equal(lines.length, 5)
  t.equal(lines[0], 'lamp: on for 3m, off in 7m (simulated; switch on GPIO17; just now)')
  t.equal(lines[1], 'fan: off (simulated; switch on GPIO27; just now)')
  t.equal(lines[2], 'door: closed (simulated; contact on GPIO22; just now)')
  t.match(
    lines[3],
    /^room: temperature \d+\.\d °C, humidity \d+ %, pressure \d+\.\d hPa \(simulated; bme280 on I2C bus 1 at 0x76; just now\)$/,
  )
  t.match(lines[4], /^soil: voltage \d\.\d{3} V \(simulated; mcp3008 channel 0 on SPI 0\.0; just now\)$/)
  await devices.stop()
  simulator.close()
})

void t.test('what the kernel reads is read by its name, and a chip that is not there is said', async (t) => {
  const { devices, clock, simulator, read } = await open(t, {
    configs: {
      garden: { kind: 'ds18b20', id: '28-0316a279d4ff' },
      cpu: { kind: 'thermal', zone: 'cpu-thermal' },
      attic: { kind: 'hwmon', name: 'sht4x', value: 'temp1', device: undefined },
      cellar: { kind: 'sht4x', bus: 1, address: 0x44 },
      hall: { kind: 'bmp280', bus: 1, address: 0x76 },
    },
  })
  t.strictSame(devices.known(), [])
  const lines = formatReadings(await read()).split('\n')
  t.match(lines[0], /^garden: temperature \d+\.\d °C \(simulated; ds18b20 28-0316a279d4ff; just now\)$/)
  t.match(lines[1], /^cpu: temperature 45\.\d °C \(simulated; thermal zone cpu-thermal; just now\)$/)
  t.match(lines[2], /^attic: cannot be read: No hwmon driver names its sensor sht4x: load the driver/)
  t.match(lines[3], /^cellar: cannot be read: Nothing answers at 0x44 on I2C bus 1.* It may also be at 0x45 or 0x46/)
  t.match(lines[4], /^hall: cannot be read: No BMP280 at 0x76 .*; it is a BME280, .* Set kind: bme280\.$/)
  simulator.play('unplug garden')
  await clock.advance(1_000)
  t.match(formatReadings(await read('garden')), /^garden: cannot be read: The kernel's driver of the ds18b20/)
  simulator.play('plug garden')
  t.match(await read('garden'), [{ status: 'ok' }])
  await devices.stop()
  simulator.close()
})

void t.test('a transfer that fails in passing is not heard of', async (t) => {
  const { devices, simulator, read } = await open(t)
  simulator.play('fail room 2')
  t.match(await read('room'), [{ status: 'ok' }])
  await devices.stop()
  simulator.close()
})

void t.test('two channels of one converter are read one after the other', async (t) => {
  const ads1115 = { kind: 'ads1115', bus: 1, address: 0x48, gain: 1 } as const
  const { clock, simulator } = simulate()
  const writes: string[] = []
  let config = 0
  const i2c: I2cPort = {
    buses: () => simulator.i2c.buses(),
    scan: (bus) => simulator.i2c.scan(bus),
    // Answers with the channel that was chosen last: 4096 steps for each.
    async transfer({ write = new Uint8Array(), readBytes = 0 }) {
      const [pointer, high, low] = write
      if (high !== undefined && low !== undefined) {
        config = high * 256 + low
        writes.push(high.toString(16))
      }
      const value = pointer === 1 ? config : ((config >> 12) & 0x3) * 4_096 + 4_096
      return Uint8Array.of(value >> 8, value & 0xff).subarray(0, readBytes)
    },
  }
  const devices = createDevices({
    configs: { one: { ...ads1115, channel: 0 }, two: { ...ads1115, channel: 1 } },
    hardware: { ...simulator, i2c },
    clock,
    log: createLog({ level: 'info', redact: (text) => text, write: () => undefined }),
    stateFolder: t.testdir(),
    units: 'metric',
    tell: () => undefined,
    loadSensors: async () => ({ createSensors }),
  })
  await devices.start()
  const work = devices.read(undefined, never)
  await clock.advance(60)
  t.match(await work, [{ readings: [{ value: 0.512 }] }, { readings: [{ value: 1.024 }] }])
  t.strictSame(writes, ['c3', 'd3'])
  await devices.stop()
  simulator.close()
})

void t.test('units imperial gives °F and inHg', async (t) => {
  const { devices, simulator, read } = await open(t, { units: 'imperial' })
  t.match(
    formatReadings(await read('room')),
    /^room: temperature \d+\.\d °F, humidity \d+ %, pressure \d\d\.\d\d inHg /,
  )
  const inFahrenheit = devices.list().filter(({ isFahrenheit }) => isFahrenheit)
  t.same(
    inFahrenheit.map(({ name }) => name),
    ['room'],
  )
  await devices.stop()
  simulator.close()
})

void t.test('those who read one chip together share one measurement, and a young one is answered again', async (t) => {
  const { devices, clock, simulator, transfers, read } = await open(t)
  await read('room')
  await clock.advance(2_000)
  const before = transfers()
  const both = Promise.all([devices.read('room', never), devices.read('room', never)])
  await clock.advance(60)
  const [[first], [second]] = await both
  t.equal(transfers() - before, 9, 'id, start and trimming, three settings, one status, one burst')
  t.strictSame(first, second)
  await clock.advance(500)
  const [young] = await devices.read('room', never)
  const measured = young?.status === 'ok' ? young.readings[0] : undefined
  t.ok((measured?.ageMs ?? 0) >= 500 && (measured?.ageMs ?? 0) < 1_000, 'with its true age')
  t.equal(clock.nowMs() - (measured?.timeMs ?? 0), measured?.ageMs)
  await clock.advance(1_000)
  const later = devices.read('room', never)
  await clock.advance(15)
  const [fresh] = await later
  t.ok(fresh?.status === 'ok' && (fresh.readings[0]?.ageMs ?? Infinity) < 10)
  await devices.stop()
  simulator.close()
})

void t.test('two devices on one chip share its measurement too', async (t) => {
  const room: DeviceConfig = { kind: 'bme280', bus: 1, address: 0x76 }
  const { devices, simulator, read } = await open(t, { configs: { room, attic: room } })
  const [first, second] = await read()
  t.ok(first?.status === 'ok' && second?.status === 'ok')
  if (first?.status === 'ok' && second?.status === 'ok') {
    t.strictSame(
      first.readings.map(({ value, timeMs }) => [value, timeMs]),
      second.readings.map(({ value, timeMs }) => [value, timeMs]),
    )
    t.equal(second.readings[0]?.device, 'attic')
  }
  await devices.stop()
  simulator.close()
})

void t.test('a device that fails is an outcome, and the others are read', async (t) => {
  const { devices, simulator, read } = await open(t)
  simulator.play('unplug room')
  const outcomes = await read()
  t.strictSame(
    outcomes.map((outcome) => outcome.status),
    ['ok', 'ok', 'ok', 'failed', 'ok'],
  )
  t.match(formatReadings(outcomes), /room: cannot be read: Nothing answers at 0x76 on I2C bus 1: check SDA, SCL/)
  simulator.play('plug room')
  t.match(await read('room'), [{ status: 'ok' }])
  await devices.stop()
  simulator.close()
})

void t.test('a reading that was stopped ends at once', async (t) => {
  const { devices, clock, simulator } = await open(t)
  const stop = new AbortController()
  const work = devices.read(undefined, stop.signal)
  stop.abort()
  await t.rejects(work, { code: 'stopped' })
  await t.rejects(devices.read('lamp', stop.signal), { code: 'stopped' })
  await clock.advance(100)
  await devices.stop()
  simulator.close()
})

void t.test('a contact follows the door, and its line is held for us', async (t) => {
  const { devices, clock, simulator, read } = await open(t)
  simulator.play('open door')
  await clock.advance(1_000)
  t.match(await read('door'), [{ readings: [{ quantity: 'state', value: 'open', unit: '' }] }])
  simulator.play('close door')
  await clock.advance(1_000)
  t.match(await read('door'), [{ readings: [{ value: 'closed' }] }])
  t.equal((await simulator.gpio.lines()).find((line) => line.name === 'GPIO22')?.consumer, 'pincer:door')
  await devices.stop()
  t.equal((await simulator.gpio.lines()).find((line) => line.name === 'GPIO22')?.consumer, '')
  simulator.close()
})

void t.test('a contact on a line that another program holds is said, and read once the line is free', async (t) => {
  const { clock, simulator } = simulate()
  const other = await simulator.gpio.requestInput({ line: 'GPIO22', consumer: 'doorbell' })
  const logged: string[] = []
  const devices = createDevices({
    configs,
    hardware: simulator,
    clock,
    log: createLog({ level: 'info', redact: (text) => text, write: (line) => logged.push(line) }),
    stateFolder: t.testdir(),
    units: 'metric',
    tell: () => undefined,
    loadSensors: async () => ({ createSensors }),
  })
  await devices.start()
  t.match(logged.join('\n'), /door cannot be read\. Line GPIO22 is held by "doorbell"/)
  t.match(await devices.read('door', never), [{ status: 'failed', reason: /held by "doorbell"/ }])
  await other.release()
  t.match(await devices.read('door', never), [{ status: 'ok' }])
  await devices.stop()
  simulator.close()
})

void t.test('list says what there is, with the limits in a few words', async (t) => {
  const { devices, simulator } = await open(t)
  t.strictSame(devices.list(), [
    {
      name: 'lamp',
      kind: 'switch',
      quantities: ['state'],
      output: true,
      safe: 'off',
      maxOnMs: 600_000,
      limits: 'maxOn 10m, perMinute 6',
    },
    { name: 'fan', kind: 'switch', quantities: ['state'], output: true, safe: 'off', limits: 'confirm' },
    { name: 'door', kind: 'contact', quantities: ['state'], output: false, limits: '' },
    { name: 'room', kind: 'bme280', quantities: ['temperature', 'humidity', 'pressure'], output: false, limits: '' },
    { name: 'soil', kind: 'mcp3008', quantities: ['voltage'], output: false, limits: '' },
  ])
  await devices.stop()
  simulator.close()
})

void t.test('known touches nothing and grows old', async (t) => {
  const { devices, clock, simulator, read } = await open(t)
  t.strictSame(
    devices.known().map(({ device, value }) => [device, value]),
    [
      ['lamp', 'off'],
      ['fan', 'off'],
    ],
  )
  await read()
  await clock.advance(60_000)
  simulator.play('unplug room')
  const known = devices.known()
  t.equal(known.length, 2 + 1 + 3 + 1)
  t.ok(known.filter(({ device }) => device === 'room').every(({ ageMs }) => ageMs >= 60_000))
  await devices.stop()
  simulator.close()
})

void t.test('a sensor that failed has no reading any more, until it is read again', async (t) => {
  const { devices, clock, simulator, read } = await open(t)
  const knownOf = (name: string) => devices.known().filter(({ device }) => device === name)
  await read()
  simulator.play('unplug room')
  t.equal(knownOf('room').length, 3, 'nobody has looked yet')
  await clock.advance(1_000)
  t.match(formatReadings(await read('room')), /^room: cannot be read: Nothing answers at 0x76 on I2C bus 1/)
  t.strictSame(knownOf('room'), [], 'stale is not the last value')
  simulator.play('plug room')
  await clock.advance(10)
  t.match(formatReadings(await read('room')), /^room: temperature /)
  t.equal(knownOf('room').length, 3)
  await devices.stop()
  simulator.close()
})

void t.test('a line belongs to its device by its name and by its address', async (t) => {
  const { devices, simulator } = await open(t)
  t.equal(devices.ownerOfLine('GPIO17'), 'lamp')
  t.equal(devices.ownerOfLine('pinctrl-bcm2711:22'), 'door')
  t.equal(devices.ownerOfLine('GPIO5'), undefined)
  t.equal(devices.ownerOfLine(''), undefined)
  await devices.stop()
  simulator.close()
})

void t.test('a switch on its address is the line of that name', async (t) => {
  const { devices, simulator } = await open(t, { configs: { lamp: switchConfig({ line: 'pinctrl-bcm2711:17' }) } })
  t.equal(devices.ownerOfLine('GPIO17'), 'lamp')
  await devices.stop()
  simulator.close()
})

void t.test('a line of an expander is the same with and without the device that the expander is', async (t) => {
  for (const [line, same, other] of [
    ['mcp23017@1-0020:3', 'mcp23017:3', 'mcp23017@1-0021:3'],
    ['mcp23017:3', 'mcp23017@1-0020:3', 'mcp23017@1-0020:4'],
  ] as const) {
    const { devices, simulator } = await open(t, { configs: { pump: switchConfig({ line }) } })
    for (const each of [line, same]) t.equal(devices.ownerOfLine(each), 'pump', each)
    t.equal(devices.ownerOfLine(other), undefined, other)
    await devices.stop()
    simulator.close()
  }
})

void t.test('what the simulated board does is said to be simulated', async (t) => {
  const { devices, simulator } = await open(t)
  const { sentence } = await devices.set({ name: 'lamp', value: 'on', forMs: 1_000 })
  t.equal(sentence, 'lamp is on, off again in 1s (simulated).')
  await devices.stop()
  simulator.close()
})

void t.test('a name that is no output says which are', async (t) => {
  const { devices, simulator } = await open(t)
  await t.rejects(devices.set({ name: 'door', value: 'on' }), {
    code: 'unknown_device',
    message: 'door is a contact and cannot be switched. Those that can: lamp, fan.',
  })
  t.equal(devices.confirmation({ name: 'door', value: 'on' }), undefined)
  await t.rejects(devices.read('rom', never), { code: 'unknown_device', message: /Did you mean room\?/ })
  await devices.stop()
  simulator.close()
})

void t.test('without devices everything works and says so', async (t) => {
  const { devices, simulator } = await open(t, { configs: {} })
  t.strictSame(await devices.read(undefined, never), [])
  t.strictSame(devices.list(), [])
  await devices.driveSafe({ latch: false, reason: 'test' })
  await t.rejects(devices.set({ name: 'lamp', value: 'on' }), { message: /No devices are configured/ })
  await devices.stop()
  simulator.close()
})
