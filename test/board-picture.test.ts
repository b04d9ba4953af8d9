import t from 'tap'
import { drawBoard } from '../src/board-picture.ts'
import { boardIds, readBoard } from '../src/boards.ts'
import type { DeviceConfig } from '../src/config/config.ts'
import type { LineInfo } from '../src/hardware/ports.ts'
import { switchConfig } from './support/device-bench.ts'

const devices: Readonly<Record<string, DeviceConfig>> = {
  lamp: switchConfig({ line: 'GPIO17' }),
  door: { kind: 'contact', line: 'pin 15', pull: 'up', invert: false, debounceMs: 20 },
  soil: { kind: 'mcp3008', spi: '0.0', channel: 0, vref: 3.3 },
}

function heldLine(name: string, consumer: string): LineInfo {
  return { name, address: `chip:${name}`, consumer, direction: 'input' }
}

void t.test('the header stands as it is on the board, with what uses each pin and what it could be', async (t) => {
  const board = await readBoard('raspberry-pi-3', '/')
  const rows = drawBoard({ board, devices, lines: [heldLine('GPIO23', 'w1')] }).split('\n')
  t.strictSame(rows.slice(0, 12), [
    'Raspberry Pi 3 Model B (board: raspberry-pi-3)',
    '',
    '                                3V3  1 | 2  5V',
    '           SDA of I2C bus 1   GPIO2  3 | 4  5V',
    '           SCL of I2C bus 1   GPIO3  5 | 6  GND',
    '               free: GPCLK0   GPIO4  7 | 8  GPIO14  reserved',
    '                                GND  9 | 10 GPIO15  reserved',
    '              lamp (switch)  GPIO17 11 | 12 GPIO18  free: PCM_CLK SPI1_CE0 PWM0',
    '                       free  GPIO27 13 | 14 GND',
    '             door (contact)  GPIO22 15 | 16 GPIO23  held by w1',
    '                                3V3 17 | 18 GPIO24  free',
    '          MOSI of SPI bus 0  GPIO10 19 | 20 GND',
  ])
})

void t.test('below it stand the reasons, the buses with what is on them, and what nobody has confirmed', async (t) => {
  const board = await readBoard('raspberry-pi-3', '/')
  const text = drawBoard({ board, devices, lines: [] }).replaceAll('\n  ', ' ')
  t.match(text, '\nReserved: ID_SDA, ID_SCL: it belongs to the ID EEPROM of an add-on board.\n')
  t.match(
    text,
    '\nI2C bus 1 (SDA GPIO2, SCL GPIO3): nothing configured. To switch it on, write dtparam=i2c_arm=on into /boot/firmware/config.txt and reboot.\n',
  )
  t.match(text, '\nSPI device 0.0 (chip select GPIO8): soil. ')
  t.match(text, '\nLEDs: ACT (the green light for activity).\n')
  t.match(text, '\nA line has 3.3 V and gives or takes at most 16 mA.\n')
  t.match(text, /\nUnverified, as .*: which line is at which pin, the label of their chip, .*, volts and current\.$/)
})

void t.test('expanders are listed with the names of their lines, and who uses which', async (t) => {
  const board = await readBoard('raspberry-pi-4', '/')
  const chip = (name: string): LineInfo[] =>
    ['0', '1', '10'].map((offset) => ({ name: '', address: `${name}:${offset}`, consumer: '', direction: 'input' }))
  const used = {
    pump: switchConfig({ line: 'mcp23017@1-0021:10' }),
    valve: switchConfig({ line: 'mcp23017@1-0021:1' }),
    fan: switchConfig({ line: 'pcf8574@1-0038:0' }),
  }
  const lines = ['mcp23017@1-0020', 'mcp23017@1-0021', 'pcf8574', 'raspberrypi-exp-gpio'].flatMap((each) => chip(each))
  const text = drawBoard({ board, devices: used, lines })
  t.match(text, '\nLines mcp23017@1-0020:0 to :10: nothing configured.\n')
  t.match(text, '\nLines mcp23017@1-0021:0 to :10: pump on :10, valve on :1.\n')
  t.match(text, '\nLines pcf8574:0 to :10: fan on :0.\n')
  t.notMatch(text, 'raspberrypi-exp-gpio', "the board's own chip is nobody's to use")
})

void t.test('two headers are drawn one below the other, each with its name', async (t) => {
  const text = drawBoard({ board: await readBoard('beaglebone-black', '/'), devices: {}, lines: [] })
  t.ok(text.indexOf('  P8\n') < text.indexOf('  P9\n'))
  t.match(text, 'free: uart4_rxd       P9_11 11 | 12 P9_12       free\n')
  t.match(text, '\n                               AIN4 33 | 34 GNDA_ADC\n')
})

void t.test('no board needs more than 80 columns, not even with names as long as they may be', async (t) => {
  const long = `a${'b'.repeat(80)}`
  for (const id of boardIds()) {
    const board = await readBoard(id, '/')
    const lines = board.pins.map(({ name }) => heldLine(name, long))
    const used = Object.fromEntries(
      board.pins.flatMap(({ line }, index) =>
        line === undefined ? [] : [[`${long}${index}`, switchConfig({ line })]],
      ),
    )
    for (const view of [
      { board, devices: {}, lines: [] },
      { board, devices: {}, lines },
      { board, devices: used, lines },
    ]) {
      const wide = drawBoard(view)
        .split('\n')
        .filter((row) => row.length > 80)
      t.strictSame(wide, [], id)
    }
  }
})

void t.test('of a board without a file it lists the lines of the kernel, and what uses them', async (t) => {
  const board = await readBoard('auto', t.testdir({ proc: { 'device-tree': { model: 'Odd Board\0' } } }))
  const lines: readonly LineInfo[] = [
    { name: 'PA0', address: 'pinctrl-odd:0', consumer: '', direction: 'input' },
    { name: '', address: 'pinctrl-odd:1', consumer: 'reset', direction: 'output' },
    { name: 'PA2', address: 'pinctrl-odd:10', consumer: 'pincer lamp', direction: 'output' },
  ]
  const odd = { lamp: switchConfig({ line: 'PA2' }) }
  t.strictSame(drawBoard({ board, devices: odd, lines }).split('\n'), [
    'This is a board that Pincer does not know (Odd Board): nothing is known of its pins.',
    'Its lines go by the names that the kernel has for them, or as chip:line. None is',
    '  known to be reserved: try none that the board itself may need.',
    '',
    'pinctrl-odd:0   PA0  input   free',
    'pinctrl-odd:1        output  reset',
    'pinctrl-odd:10  PA2  output  lamp (switch)',
  ])
  t.match(drawBoard({ board, devices: {}, lines: [] }), /The kernel shows no GPIO line\.$/)
})
