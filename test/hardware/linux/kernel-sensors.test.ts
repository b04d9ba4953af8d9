import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { KernelSensor } from '../../../src/hardware/ports.ts'
import { LinuxKernelSensors } from '../../../src/hardware/linux/kernel-sensors.ts'
import { limits } from '../../../src/limits.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'

type Tree = { readonly [name: string]: string | Tree }

const oneWireLine = (verdict: 'YES' | 'NO', value: string): string =>
  `4b 01 4b 46 7f ff 05 10 e1 : crc=e1 ${verdict}\n4b 01 4b 46 7f ff 05 10 e1 t=${value}\n`

/** As the kernel lays it out: a class has links into the tree of devices, and the numbers are this boot's. */
function sysfs(
  t: Test,
  options: { readonly hwmon?: Tree; readonly iio?: Tree; readonly w1?: Tree; readonly zones?: Tree },
) {
  const { hwmon = {}, iio = {}, w1 = {}, zones = {} } = options
  const folder = t.testdir({
    sys: {
      devices: { hwmon, iio },
      class: { hwmon: {}, thermal: zones },
      bus: { iio: { devices: {} }, w1: { devices: w1 } },
    },
  })
  const root = join(folder, 'sys')
  const link = (target: string, path: string): void => fs.symlinkSync(join(root, target), join(root, path))
  for (const [place, chip] of Object.entries(hwmon)) {
    for (const number of Object.keys(chip)) {
      link(`devices/hwmon/${place}/${number}`, `class/hwmon/${number}`)
      link(`devices/hwmon/${place}`, `devices/hwmon/${place}/${number}/device`)
    }
  }
  for (const [place, chip] of Object.entries(iio)) {
    for (const number of Object.keys(chip)) link(`devices/iio/${place}/${number}`, `bus/iio/devices/${number}`)
  }
  const clock = new FakeClock()
  const port = new LinuxKernelSensors({ root: folder, clock })
  return { root, clock, read: (sensor: KernelSensor) => port.read(sensor) }
}

/** The other end of a pipe, as soon as somebody reads it. */
async function openForReader(path: string): Promise<number> {
  for (;;) {
    try {
      return fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK)
    } catch {
      await settle()
    }
  }
}

const hwmon = (value = 'temp1', device?: string): KernelSensor => ({ kind: 'hwmon', name: 'sht4x', value, device })
const iio = (value: string): KernelSensor => ({ kind: 'iio', name: 'bme280', value })
const oneWire: KernelSensor = { kind: 'ds18b20', id: '28-0316a279d4ff' }
const zone: KernelSensor = { kind: 'thermal', zone: 'cpu-thermal' }
const sht4x = { name: 'sht4x\n', temp1_input: '21500\n', humidity1_input: '45200\n' }

void t.test('a chip is found by its name, whatever its number is after this boot', async (t) => {
  for (const number of ['hwmon0', 'hwmon17']) {
    const { read } = sysfs(t, {
      hwmon: { '1-0044': { [number]: sht4x }, cooling: { hwmon3: { name: 'pwmfan\n', fan1_input: '2400\n' } } },
    })
    t.equal(await read(hwmon()), 21_500)
    t.equal(await read(hwmon('humidity1')), 45_200)
  }
})

void t.test('two chips with one name are told apart by their place, and never guessed', async (t) => {
  const { read } = sysfs(t, {
    hwmon: {
      '1-0044': { hwmon0: sht4x },
      '1-0045': { hwmon1: { ...sht4x, temp1_input: '-3250\n' } },
    },
  })
  t.equal(await read(hwmon('temp1', '1-0045')), -3_250)
  t.equal(await read(hwmon('temp1', '1-0044')), 21_500)
  await t.rejects(read(hwmon()), {
    kernel: 'EINVAL',
    message: 'More than one hwmon sensor is named sht4x: say which one by its place, device: 1-0044 or 1-0045.',
  })
  await t.rejects(read(hwmon('temp1', '1-0046')), {
    kernel: 'ENODEV',
    message: /names its sensor sht4x at 1-0046: .* there: sht4x at 1-0044, sht4x at 1-0045\.$/,
  })
})

void t.test('an IIO value is the processed one, or raw with offset and scale of its channel or its type', async (t) => {
  const { read } = sysfs(t, {
    iio: {
      '1-0076': {
        'iio:device2': {
          name: 'bme280\n',
          in_temp_input: '21480\n',
          in_pressure_input: '101.325000000\n',
          in_humidityrelative_raw: '46080\n',
          in_humidityrelative_scale: '0.976562500\n',
          in_voltage0_raw: '-1000\n',
          in_voltage0_scale: '0.125\n',
          in_voltage1_raw: '1000\n',
          in_voltage_scale: '2\n',
          in_voltage1_offset: '-24\n',
        },
      },
    },
  })
  t.equal(await read(iio('temp')), 21_480)
  t.equal(await read(iio('pressure')), 101.325)
  t.equal(await read(iio('humidityrelative')), 45_000)
  t.equal(await read(iio('voltage0')), -125)
  t.equal(await read(iio('voltage1')), 1_952)
  t.equal(await read({ kind: 'iio', name: 'bme280', value: 'temp', device: '1-0076' }), 21_480)
})

void t.test('an IIO value of a part or a difference has the scale and offset of its type', async (t) => {
  // The files of an MLX90614 (temperature of what it looks at) and of an MCP3204 with both kinds of channels.
  const { read } = sysfs(t, {
    iio: {
      '1-005a': {
        'iio:device0': {
          name: 'bme280\n',
          in_temp_object_raw: '15000\n',
          in_temp_offset: '-13657.500000\n',
          in_temp_scale: '20\n',
          'in_voltage0-voltage1_raw': '-8\n',
          'in_voltage-voltage_scale': '1.5\n',
          in_voltage_scale: '100\n',
        },
      },
    },
  })
  t.equal(await read(iio('temp_object')), 26_850)
  t.equal(await read(iio('voltage0-voltage1')), -12)
})

void t.test('a DS18B20 is read with its checksum, a processor by its zone', async (t) => {
  const { read } = sysfs(t, {
    w1: { '28-0316a279d4ff': { w1_slave: oneWireLine('YES', '-1062') } },
    zones: {
      thermal_zone0: { type: 'gpu-thermal\n', temp: '1\n' },
      thermal_zone1: { type: 'cpu-thermal\n', temp: '48312\n' },
      cooling_device0: { type: 'cpu-thermal\n' },
    },
  })
  t.equal(await read(oneWire), -1_062)
  t.equal(await read(zone), 48_312)
})

const missing: readonly (readonly [string, Parameters<typeof sysfs>[1], KernelSensor, RegExp])[] = [
  ['no driver at all', {}, hwmon(), /^No hwmon driver names its sensor sht4x: .*overlay.*reboot\)\.$/],
  [
    'another chip',
    { hwmon: { x: { hwmon0: { name: 'cpu_thermal\n' } } } },
    hwmon(),
    /or use one that is there: cpu_thermal\.$/,
  ],
  [
    'a chip without this value',
    { hwmon: { x: { hwmon0: sht4x } } },
    hwmon('temp2'),
    /^The hwmon sht4x has no temp2: use humidity1 or temp1\.$/,
  ],
  [
    'an IIO chip without this value',
    { iio: { x: { 'iio:device0': { name: 'bme280\n', in_temp_input: '1\n', in_x_scale: '1\n' } } } },
    iio('pressure'),
    /^The iio bme280 has no pressure: use temp\.$/,
  ],
  [
    'another 1-Wire sensor',
    { w1: { '28-000000000001': { w1_slave: oneWireLine('YES', '1') }, w1_bus_master1: {} } },
    oneWire,
    /^There is no 28-0316a279d4ff on the 1-Wire bus: .*dtoverlay=w1-gpio.*there: 28-000000000001\.$/,
  ],
  [
    'a 1-Wire sensor that no driver has taken',
    { w1: { '28-0316a279d4ff': {} } },
    oneWire,
    /^The kernel sees the 28-0316a279d4ff but does not drive it yet: read it again .*modprobe w1_therm.*\.$/,
  ],
  ['no thermal zone', {}, zone, /^The kernel has no thermal zone cpu-thermal: .*remove the device\.$/],
  ['another zone', { zones: { thermal_zone0: { type: 'soc\n', temp: '1\n' } } }, zone, /cpu-thermal: use soc\.$/],
]
for (const [what, tree, sensor, sentence] of missing) {
  void t.test(`${what} is said with what there is`, async (t) => {
    await t.rejects(sysfs(t, tree).read(sensor), { code: 'hardware', kernel: 'ENODEV', message: sentence })
  })
}

void t.test('thermal zones of one name cannot be told apart, so neither is taken for the other', async (t) => {
  const twin = (): Tree => ({ type: 'cpu-thermal\n', temp: '1\n' })
  const { read } = sysfs(t, { zones: { thermal_zone0: twin(), thermal_zone1: twin() } })
  await t.rejects(read(zone), {
    kernel: 'EINVAL',
    message: /^More than one thermal zone .* cpu-thermal: choose another/,
  })
})

const garbage: readonly (readonly [string, string, RegExp])[] = [
  ['an empty file', '', /cannot read it \(no value\): check its wiring and supply\.$/],
  ['a line end alone', '\n', /\(no value\)/],
  ['a word', 'error\n', /\("error" is no number\)/],
  ['half a number', '21,5\n', /\("21,5" is no number\)/],
  ['a number that is none', 'NaN\n', /"NaN" is no number/],
]
for (const [what, content, sentence] of garbage) {
  void t.test(`${what} is a failure, not a reading`, async (t) => {
    const { read } = sysfs(t, { hwmon: { x: { hwmon0: { ...sht4x, temp1_input: content } } } })
    await t.rejects(read(hwmon()), { kernel: 'EIO', message: sentence })
    t.equal(await read(hwmon('humidity1')), 45_200, 'its other values are read')
  })
}

void t.test('a fault that the chip itself has noticed is no reading', async (t) => {
  const tree = (fault: string) => ({ hwmon: { x: { hwmon0: { ...sht4x, temp1_fault: fault } } } })
  t.equal(await sysfs(t, tree('0\n')).read(hwmon()), 21_500)
  await t.rejects(sysfs(t, tree('1\n')).read(hwmon()), { kernel: 'EIO', message: /it reports a fault/ })
})

void t.test('a wrong checksum on the 1-Wire bus is a failure, and so is an answer without a temperature', async (t) => {
  for (const [content, sentence] of [
    [oneWireLine('NO', '20687'), /its checksum is wrong/],
    ['', /no temperature/],
    [oneWireLine('YES', ''), /no temperature/],
    ['t=20687\n', /no temperature/],
  ] as const) {
    const { read } = sysfs(t, { w1: { '28-0316a279d4ff': { w1_slave: content } } })
    await t.rejects(read(oneWire), { kernel: 'EIO', message: sentence })
  }
})

void t.test("what the kernel says when its driver cannot read is the failure's name", async (t) => {
  const { read, root } = sysfs(t, { hwmon: { x: { hwmon0: { name: 'sht4x\n' } } } })
  const value = join(root, 'class/hwmon/hwmon0/temp1_input')
  // Byte 0 of its own memory is not mapped for any process.
  fs.symlinkSync('/proc/self/mem', value)
  await t.rejects(read(hwmon()), { kernel: 'EIO', message: /cannot read it \(EIO\)/ })
  fs.rmSync(value)
  // A socket cannot be opened as a file; its own path has to be short.
  const folder = fs.mkdtempSync(join(tmpdir(), 'pincer-'))
  const server = createServer().listen(join(folder, 'socket'))
  await new Promise((resolve) => server.once('listening', resolve))
  fs.symlinkSync(join(folder, 'socket'), value)
  await t.rejects(read(hwmon()), { kernel: 'ENXIO', message: /\(ENXIO\)/ })
  server.close()
  fs.rmSync(folder, { recursive: true })
})

void t.test(
  'a file that this user may not read is said with its path',
  { skip: process.getuid?.() === 0 && 'root may read all' },
  async (t) => {
    const { read, root } = sysfs(t, { hwmon: { x: { hwmon0: sht4x } } })
    fs.chmodSync(join(root, 'class/hwmon/hwmon0/temp1_input'), 0)
    await t.rejects(read(hwmon()), { kernel: 'EPERM', message: /temp1_input may not be read by this user/ })
  },
)

void t.test('a driver that does not answer is given up, said to be slow meanwhile, and read again later', async (t) => {
  const { read, root, clock } = sysfs(t, { hwmon: { x: { hwmon0: { name: 'sht4x\n', humidity1_input: '1\n' } } } })
  const value = join(root, 'class/hwmon/hwmon0/temp1_input')
  execFileSync('mkfifo', [value])
  const first = read(hwmon())
  first.catch(() => undefined)
  await clock.advance(limits.kernelSensorTimeoutMs)
  await t.rejects(first, { kernel: 'ETIMEDOUT', message: /has not answered within 10 s/ })
  await t.rejects(read(hwmon()), { kernel: 'ETIMEDOUT', message: /is read again as soon as/ })
  t.equal(clock.pendingTimers(), 0, 'the second one did not even begin')
  t.equal(await read(hwmon('humidity1')), 1, 'another value does not wait for it')
  const writer = await openForReader(value)
  fs.rmSync(value)
  fs.writeFileSync(value, '22000\n')
  fs.writeSync(writer, '21500\n')
  fs.closeSync(writer)
  // The late answer has to come through the file system's threads first.
  let answer: number | undefined
  while (answer === undefined) {
    await settle()
    answer = await read(hwmon()).catch(() => undefined)
  }
  t.equal(answer, 22_000)
})
