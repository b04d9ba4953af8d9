import t from 'tap'
import { isPincerError } from '../../src/errors.ts'
import { boardOf, matchIn } from '../../src/hardware/board-file.ts'

interface File {
  [key: string]: unknown
  headers: { [header: string]: { [pin: string]: unknown } }
}

/** A board of six pins. */
function boardFile(): File {
  return {
    id: 'small-board',
    label: 'small board',
    match: { compatible: ['maker,small-board'], model: ['Small Board'] },
    chip: 'pinctrl-small',
    headers: {
      J1: {
        1: { name: '3V3' },
        2: { name: 'PA0', line: 0, names: ['SDA0'], functions: ['I2C0', 'PWM0'] },
        3: { name: 'PA1', line: 1 },
        4: { name: 'PA2', line: 2 },
        5: { name: 'LED', line: 'LED_LINE', functions: ['PWM0'] },
        6: { name: 'GND' },
      },
    },
    reserved: [{ why: 'it lights the board', pins: ['LED'] }],
    i2c: { 0: { sda: 'PA0', scl: 'PA1', setup: 'flip the switch' } },
    spi: {},
    leds: { led0: 'the only one' },
    limits: { levelVolts: 1.8, lineCurrentMaxMa: 2 },
    quirks: [],
    unverified: ['limits'],
  }
}

function changed(change: (file: File) => void): File {
  const file = boardFile()
  change(file)
  return file
}

void t.test('numbers are lines of the chip, texts are lines by the name that the kernel has for them', async (t) => {
  const { pins, i2c, devices } = boardOf(boardFile(), 'boards/small.yaml')
  t.strictSame(
    pins.map(({ header, pin, name, line }) => [header, pin, name, line]),
    [
      ['J1', 1, '3V3', undefined],
      ['J1', 2, 'PA0', 'pinctrl-small:0'],
      ['J1', 3, 'PA1', 'pinctrl-small:1'],
      ['J1', 4, 'PA2', 'pinctrl-small:2'],
      ['J1', 5, 'LED', 'LED_LINE'],
      ['J1', 6, 'GND', undefined],
    ],
  )
  t.strictSame(i2c, [{ bus: 0, sda: 'PA0', scl: 'PA1', setup: 'flip the switch' }])
  t.strictSame(devices, {})
})

void t.test('what the file reserves is reserved, and so is every pin of a bus', async (t) => {
  const { pins } = boardOf(boardFile(), 'boards/small.yaml')
  t.strictSame(
    pins.map(({ reserved }) => reserved),
    [undefined, 'it is SDA of I2C bus 0', 'it is SCL of I2C bus 0', undefined, 'it lights the board', undefined],
  )
})

void t.test('what a file is recognised by is read without the rest of it', async (t) => {
  const file = changed((each) => (each.headers = {}))
  t.strictSame(matchIn({ match: file['match'], more: 1 }, 'boards/x.yaml'), file['match'])
  t.throws(() => matchIn({}, 'boards/x.yaml'), { code: 'config', message: /boards\/x\.yaml.*at match/ })
})

const faults: readonly { readonly what: string; readonly file: unknown; readonly says: RegExp }[] = [
  { what: 'another kind of value', file: 'board', says: /at its top level/ },
  { what: 'nothing', file: undefined, says: /at its top level/ },
  { what: 'a missing part', file: changed((file) => delete file['label']), says: /at label/ },
  { what: 'an unknown part', file: changed((file) => (file['colour'] = 'red')), says: /at colour/ },
  { what: 'an id with blanks', file: changed((file) => (file['id'] = 'my board')), says: /at id/ },
  {
    what: 'a pin that is no number',
    file: changed(({ headers }) => (headers['J1'] = { P1: { name: 'GND' } })),
    says: /at headers\.J1\.P1/,
  },
  {
    what: 'a pin without name',
    file: changed(({ headers }) => (headers['J1'] = { 1: { line: 1 } })),
    says: /at headers\.J1\.1\.name/,
  },
  {
    what: 'a line below nought',
    file: changed(({ headers }) => (headers['J1'] = { 1: { name: 'X', line: -1 } })),
    says: /at headers\.J1\.1\.line/,
  },
  {
    what: 'a number for a line and no chip',
    file: changed((file) => delete file['chip']),
    says: /at headers\.J1\.2: line 0 needs a `chip`/,
  },
  {
    what: 'one line on two pins',
    file: changed(({ headers }) => (headers['J2'] = { 1: { name: 'X', line: 2 } })),
    says: /at headers\.J2\.1: pinctrl-small:2 is already pin 4 of J1/,
  },
  {
    what: 'one name on two pins',
    file: changed(({ headers }) => (headers['J2'] = { 1: { name: 'pa2', line: 9 } })),
    says: /at headers\.J2\.1: pa2 is already pin 4 of J1/,
  },
  {
    what: 'an other name that is the name of another pin',
    file: changed(({ headers }) => (headers['J2'] = { 1: { name: 'X', line: 9, names: ['sda0'] } })),
    says: /at headers\.J2\.1: sda0 is already pin 2 of J1/,
  },
  {
    what: 'a bus on a ground pin',
    file: changed((file) => (file['i2c'] = { 0: { sda: 'GND', scl: 'PA1' } })),
    says: /GND is reserved or belongs to a bus, and is no line/,
  },
  {
    what: 'a bus on a pin that is not there',
    file: changed((file) => (file['i2c'] = { 0: { sda: 'PA9', scl: 'PA1' } })),
    says: /PA9 is reserved or belongs to a bus, and is no line/,
  },
  {
    what: 'a pin of two buses',
    file: changed((file) => (file['spi'] = { '0.0': { mosi: 'PA0', miso: 'PA2', sclk: 'LED', select: 'LED' } })),
    says: /is reserved twice/,
  },
  {
    what: 'a reserved pin that is not there',
    file: changed((file) => (file['reserved'] = [{ why: 'x', pins: ['PA9'] }])),
    says: /PA9 is reserved/,
  },
  {
    what: 'an unverified fact that no board file holds',
    file: changed((file) => (file['unverified'] = ['colour'])),
    says: /at unverified\.0/,
  },
  {
    what: 'a device record that is none',
    file: changed((file) => (file['devices'] = { lamp: 'on' })),
    says: /at devices\.lamp/,
  },
]

for (const { what, file, says } of faults) {
  void t.test(`a board file with ${what} is refused in one sentence that names the file and the place`, async (t) => {
    try {
      boardOf(file, 'boards/broken.yaml')
      t.fail('it was taken')
    } catch (error) {
      t.ok(isPincerError(error) && error.code === 'config')
      const sentence = error instanceof Error ? error.message : ''
      t.match(sentence, says)
      t.ok(sentence.startsWith('The board file boards/broken.yaml cannot be used: '))
      t.notOk(sentence.includes('\n'))
    }
  })
}
