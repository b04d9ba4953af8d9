import t from 'tap'
import { boardIds, readBoard } from '../../src/boards.ts'
import { findLine, findPin, unknownBoard } from '../../src/hardware/board.ts'
import { createSimulator } from '../../src/hardware/simulator/simulator.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { board } from '../support/simulated-board.ts'

const beaglebone = await readBoard('beaglebone-black', '/')

/** The header that all these boards share, as every vendor's picture of it shows: what is no number is no line. */
const raspberryHeader =
  '3V3 5V 2 5V 3 GND 4 14 GND 15 17 18 27 GND 22 23 3V3 24 10 GND 9 25 11 8 GND 7 0 1 5 GND 6 12 13 GND 19 16 26 20 GND 21'

for (const id of boardIds().filter((each) => each === 'simulated' || each.startsWith('raspberry-pi-'))) {
  void t.test(`${id} has the 40 pins of a Raspberry Pi, each line where it is on the header`, async (t) => {
    const { pins } = await readBoard(id, '/')
    const order = pins.map(({ pin }) => pin)
    t.strictSame(
      order,
      order.map((_, index) => index + 1),
    )
    t.equal(pins.map(({ name, line }) => line?.split(':')[1] ?? name).join(' '), raspberryHeader)
    for (const { name, line = '', names } of pins.filter((pin) => pin.line !== undefined))
      t.ok([name, ...names].includes(`GPIO${line.split(':')[1]}`), name)
  })
}

void t.test('the headers of a BeagleBone Black have 46 pins each, and a line has the name of its pin', async (t) => {
  for (const header of ['P8', 'P9']) {
    const pins = beaglebone.pins.filter((pin) => pin.header === header)
    t.strictSame(
      pins.map(({ pin }) => pin),
      Array.from({ length: 46 }, (_, index) => index + 1),
    )
    for (const { pin, name, line } of pins) if (line !== undefined) t.equal(name, `${header}_${pin}`)
  }
})

void t.test('every board but the simulated one says what it is recognised by, and no two say the same', async (t) => {
  const seen = new Set<string>()
  for (const id of boardIds()) {
    const { id: inside, match } = await readBoard(id, '/')
    t.equal(inside, id, 'the file has the name of its board')
    t.equal(match.compatible.length > 0 && match.model.length > 0, id !== 'simulated', id)
    for (const each of [...match.compatible, ...match.model]) {
      t.notOk(seen.has(each), each)
      seen.add(each)
    }
  }
})

void t.test('a line is found by name, other name, header pin and chip:line, in upper and lower case', async (t) => {
  for (const line of ['GPIO17', 'gpio17', ' GPIO17 ', 'pin11', 'pin 11', 'PIN11', 'pinctrl-bcm2711:17'])
    t.equal(findPin(board, line)?.pin, 11, line)
  t.equal(findPin(board, 'SDA1')?.name, 'GPIO2')
  t.equal(findPin(board, 'GPIO0')?.name, 'ID_SDA')
  t.match(findLine(beaglebone, 'P8_24')?.reserved, /eMMC/, 'also where the kernel calls it by its use alone')
  t.equal(findPin(beaglebone, 'p9_12')?.name, 'P9_12')
  t.equal(findPin(beaglebone, 'GPIO1_28')?.name, 'P9_12')
})

void t.test('what is no pin of the board is not found, nor a pin number that two headers have', async (t) => {
  for (const line of ['GPIO28', 'GPIO1 7', '17', 'pin41', 'pin0', '', 'pinctrl-bcm2711:28', 'other:17', '__proto__'])
    t.equal(findPin(board, line), undefined, line)
  t.equal(findPin(beaglebone, 'pin 12'), undefined)
})

void t.test('a function that several pins can have is the name of none', async (t) => {
  t.ok(board.pins.some(({ functions }) => functions.includes('PWM0_0')))
  t.equal(findPin(board, 'PWM0_0'), undefined)
})

void t.test('power and ground are pins without a line', async (t) => {
  for (const name of ['3V3', '5V', 'GND', 'pin1']) {
    t.ok(findPin(board, name), name)
    t.equal(findLine(board, name), undefined, name)
  }
})

void t.test('the ID EEPROM, the console and the lines of buses are reserved under each of their names', async (t) => {
  const reasonOf = (line: string): string | undefined => findLine(board, line)?.reserved
  for (const line of ['ID_SDA', 'GPIO0', 'pin27', 'pinctrl-bcm2711:0', 'ID_SCL', 'pin28'])
    t.match(reasonOf(line), /EEPROM/, line)
  for (const line of ['GPIO14', 'pin8', 'TXD0', 'GPIO15', 'pin10']) t.match(reasonOf(line), /console/, line)
  for (const line of ['GPIO2', 'GPIO3']) t.match(reasonOf(line), /I2C bus 1/, line)
  for (const line of ['GPIO7', 'GPIO8', 'GPIO9', 'GPIO10', 'GPIO11']) t.match(reasonOf(line), /SPI/, line)
  for (const line of ['GPIO17', 'GPIO5', 'pin11', 'nothing']) t.equal(reasonOf(line), undefined, line)
})

void t.test('on a board without a file every line is what the kernel calls it, and none is reserved', async (t) => {
  const unknown = unknownBoard('Some Board')
  t.match(unknown.label, /Some Board/)
  for (const line of ['GPIO2', 'WIFI_EN', 'gpiochip0:3', ' PA0 '])
    t.strictSame(findLine(unknown, line), { name: line.trim(), address: line.trim() })
  t.equal(findPin(unknown, 'GPIO2'), undefined)
})

void t.test('no default device uses a reserved line, and no line serves two of them', async (t) => {
  const lines = Object.values(board.devices).flatMap(({ line }) => (typeof line === 'string' ? [line] : []))
  t.strictSame(
    lines.map((line) => findLine(board, line)?.reserved),
    lines.map(() => undefined),
  )
  t.equal(new Set(lines.map((line) => findLine(board, line)?.address)).size, lines.length)
})

void t.test('the default devices are wired on the simulated board: each line, chip and channel answers', async (t) => {
  const simulator = createSimulator({ board, clock: new FakeClock() })
  const help = simulator.play('help')
  for (const name of Object.keys(board.devices)) t.ok(help.includes(name), `${name} is part of the simulated world`)
  const known = new Set((await simulator.gpio.lines()).map((line) => line.name))
  for (const { line, bus, address, spi } of Object.values(board.devices)) {
    if (typeof line === 'string') t.ok(known.has(line), `line ${line}`)
    if (bus !== undefined) t.ok((await simulator.i2c.scan(Number(bus))).some((each) => each.address === address))
    if (typeof spi === 'string') t.ok((await simulator.spi.devices()).includes(spi))
  }
})
