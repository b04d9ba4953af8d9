import t from 'tap'
import { findPin, lineAddress, parseBoard, reservedReason } from '../../src/hardware/board.ts'
import { isPincerError } from '../../src/errors.ts'
import { createSimulator } from '../../src/hardware/simulator/simulator.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { board, boardText } from '../support/simulated-board.ts'

type Json = Record<string, unknown>

/** The simulated board's file with a change. */
function changed(change: (file: Json, header: Record<string, Json>) => void): string {
  const file: Json & { header: Record<string, Json> } = JSON.parse(boardText)
  change(file, file.header)
  return JSON.stringify(file)
}

void t.test('the simulated board has the 40 pins of a Raspberry Pi header, 28 of them lines', async (t) => {
  t.equal(board.id, 'simulated')
  t.same(
    board.pins.map(({ pin }) => pin),
    Array.from({ length: 40 }, (_, index) => index + 1),
  )
  const offsets = board.pins.flatMap(({ offset }) => (offset === undefined ? [] : [offset]))
  t.same(
    offsets.toSorted((a, b) => a - b),
    Array.from({ length: 28 }, (_, index) => index),
  )
  t.equal(board.pins.filter(({ name }) => name === 'GND').length, 8)
})

void t.test('a line is found by name, other name, header pin and chip:offset, in upper and lower case', async (t) => {
  for (const line of ['GPIO17', 'gpio17', ' GPIO17 ', 'pin11', 'pin 11', 'PIN11', 'pinctrl-bcm2711:17'])
    t.equal(findPin(board, line)?.pin, 11, line)
  t.equal(findPin(board, 'SDA1')?.name, 'GPIO2')
  t.equal(findPin(board, 'GPIO0')?.name, 'ID_SDA')
})

void t.test('what is no pin of the board is not found', async (t) => {
  for (const line of ['GPIO28', 'GPIO1 7', '17', 'pin41', 'pin0', '', 'pinctrl-bcm2711:28', 'other:17', '__proto__'])
    t.equal(findPin(board, line), undefined, line)
})

void t.test('power and ground have no address', async (t) => {
  for (const line of ['3V3', '5V', 'GND', 'pin1']) {
    const pin = findPin(board, line)
    t.ok(pin, line)
    t.equal(pin && lineAddress(pin), undefined)
  }
})

void t.test('the ID EEPROM, the console and the bus lines are reserved under each of their names', async (t) => {
  for (const line of ['ID_SDA', 'GPIO0', 'pin27', 'pinctrl-bcm2711:0', 'ID_SCL', 'pin28'])
    t.match(reservedReason(board, line), /EEPROM/, line)
  for (const line of ['GPIO14', 'pin8', 'TXD0', 'GPIO15', 'pin10'])
    t.match(reservedReason(board, line), /console/, line)
  for (const line of ['GPIO2', 'GPIO3']) t.match(reservedReason(board, line), /I2C bus 1/, line)
  for (const line of ['GPIO7', 'GPIO8', 'GPIO9', 'GPIO10', 'GPIO11']) t.match(reservedReason(board, line), /SPI/, line)
  for (const line of ['GPIO17', 'GPIO5', 'pin11', 'nothing']) t.equal(reservedReason(board, line), undefined, line)
})

void t.test('no default device uses a reserved line, and no line serves two of them', async (t) => {
  const lines = Object.values(board.devices).flatMap(({ line }) => (typeof line === 'string' ? [line] : []))
  t.same(
    lines.map((line) => reservedReason(board, line)),
    lines.map(() => undefined),
  )
  t.equal(new Set(lines.map((line) => findPin(board, line)?.pin)).size, lines.length)
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

const faults: readonly { readonly what: string; readonly text: string; readonly says: RegExp }[] = [
  { what: 'no JSON', text: '{ "id": ', says: /not JSON/ },
  { what: 'another kind of value', text: '"board"', says: /at its top level/ },
  { what: 'a missing part', text: changed((file) => delete file['label']), says: /at label/ },
  { what: 'an unknown part', text: changed((file) => (file['colour'] = 'red')), says: /at colour/ },
  { what: 'an id with blanks', text: changed((file) => (file['id'] = 'my board')), says: /at id/ },
  {
    what: 'a pin that is no number',
    text: changed((_, header) => (header['P1'] = { name: 'GND' })),
    says: /at header\.P1/,
  },
  {
    what: 'a pin without name',
    text: changed((_, header) => (header['11'] = { chip: 'a', offset: 1 })),
    says: /at header\.11\.name/,
  },
  {
    what: 'a chip without offset',
    text: changed((_, header) => (header['11'] = { name: 'X', chip: 'a' })),
    says: /at header\.11: expected both/,
  },
  {
    what: 'one line on two pins',
    text: changed((_, header) => (header['11'] = { name: 'X', chip: 'pinctrl-bcm2711', offset: 18 })),
    says: /at header\.12: pinctrl-bcm2711:18 is already pin 11/,
  },
  {
    what: 'one name on two pins',
    text: changed((_, header) => (header['11'] = { name: 'gpio18', chip: 'other', offset: 1 })),
    says: /at header\.12: GPIO18 is already pin 11/,
  },
  {
    what: 'a bus on a ground pin',
    text: changed((file) => (file['i2c'] = { '1': { sda: 6, scl: 5 } })),
    says: /at i2c\.1: pin 6/,
  },
  {
    what: 'a device record that is none',
    text: changed((file) => (file['devices'] = { lamp: 'on' })),
    says: /at devices\.lamp/,
  },
]

for (const { what, text, says } of faults) {
  void t.test(`a board file with ${what} is refused in one sentence that names the file and the place`, async (t) => {
    try {
      parseBoard(text, 'boards/broken.json')
      t.fail('it was taken')
    } catch (error) {
      t.ok(isPincerError(error) && error.code === 'config')
      const sentence = error instanceof Error ? error.message : ''
      t.match(sentence, says)
      t.ok(sentence.startsWith('The board file boards/broken.json cannot be used: '))
      t.notOk(sentence.includes('\n'))
    }
  })
}
