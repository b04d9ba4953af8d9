import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { allLines, findLine } from '../../../src/hardware/linux/gpio-lines.ts'
import type { GpioChip } from '../../../src/hardware/native/addon.ts'

interface MadeChip {
  readonly label: string
  /** Names of its lines. */
  readonly lines: readonly string[]
  /** What it hangs on. */
  readonly device: string
}

/**
 * A machine with these chips, by their numbers: its folders, and what the kernel says of the chips. A string is the name
 * of the error that a chip cannot be opened with.
 */
function machine(t: Test, chips: Readonly<Record<number, MadeChip | string>>) {
  const root = t.testdir({ dev: {}, etc: { group: 'gpio:x:997:\n' }, sys: { bus: { gpio: { devices: {} } } } })
  const known = new Map<string, GpioChip | string>()
  for (const [number, chip] of Object.entries(chips)) {
    const name = `gpiochip${number}`
    fs.writeFileSync(join(root, 'dev', name), '')
    if (typeof chip === 'string') {
      known.set(join(root, 'dev', name), chip)
      continue
    }
    const { label, lines, device } = chip
    fs.mkdirSync(join(root, 'sys/devices', device, name), { recursive: true })
    fs.symlinkSync(join(root, 'sys/devices', device, name), join(root, 'sys/bus/gpio/devices', name))
    const info = lines.map((line) => ({ name: line, consumer: '', flags: 0 }))
    known.set(join(root, 'dev', name), { name, label, lines: info })
  }
  const gpioChip = (path: string): GpioChip => {
    const chip = known.get(fs.realpathSync(path))
    if (typeof chip === 'object') return chip
    throw Object.assign(new Error(`open: ${chip}`), { code: chip })
  }
  return { root, addon: { gpioChip } }
}

const pins = { label: 'pinctrl-bcm2711', lines: ['ID_SDA', 'GPIO1', 'GPIO2'], device: 'fe200000.gpio' }
const expander = { label: 'mcp23017', lines: ['', ''], device: '1-0020' }

void t.test('a line is found by its name and by label and offset, whatever the number of its chip', async (t) => {
  for (const number of [0, 4, 512]) {
    const place = machine(t, { [number]: pins, 9: expander })
    for (const wanted of ['GPIO2', 'pinctrl-bcm2711:2'])
      t.match(findLine(wanted, place), {
        path: join(place.root, `dev/gpiochip${number}`),
        offset: 2,
        address: 'pinctrl-bcm2711:2',
      })
    t.match(findLine('mcp23017:1', place), { offset: 1, info: { name: '' } })
  }
})

void t.test('the number of a chip names no line, nor does an offset that the chip has not', async (t) => {
  const place = machine(t, { 0: pins })
  for (const wanted of ['gpiochip0:2', '/dev/gpiochip0:2', '0:2', '2', 'pinctrl-bcm2711:3', 'pinctrl-bcm2711:-1', ''])
    t.throws(() => findLine(wanted, place), { kernel: 'ENODEV', message: `There is no line ${wanted} on this board` })
})

void t.test('a label with a colon is a label like any other', async (t) => {
  const place = machine(t, { 0: { ...expander, label: 'INT34C5:00' } })
  t.match(findLine('INT34C5:00:1', place), { offset: 1 })
})

void t.test('a second node for the same chip is not a second chip', async (t) => {
  const place = machine(t, { 0: pins })
  fs.symlinkSync('gpiochip0', join(place.root, 'dev/gpiochip4'))
  t.equal(allLines(place).length, 3)
  t.match(findLine('GPIO1', place), { offset: 1 })
})

void t.test('two chips with one label have the device in their address', async (t) => {
  const place = machine(t, { 0: pins, 1: expander, 2: { ...expander, device: '1-0021', lines: ['', 'PUMP'] } })
  t.same(
    allLines(place)
      .map(({ address }) => address)
      .slice(2),
    ['pinctrl-bcm2711:2', 'mcp23017@1-0020:0', 'mcp23017@1-0020:1', 'mcp23017@1-0021:0', 'mcp23017@1-0021:1'],
  )
  t.match(findLine('mcp23017@1-0021:1', place), { path: join(place.root, 'dev/gpiochip2'), offset: 1 })
  t.match(findLine('PUMP', place), { path: join(place.root, 'dev/gpiochip2') })
  t.throws(() => findLine('mcp23017:1', place), {
    kernel: 'EINVAL',
    message: /\(mcp23017@1-0020:1 and mcp23017@1-0021:1\): write one of those instead\.$/,
  })
})

void t.test('a line that is named with its device keeps that name when the other chip is gone', async (t) => {
  const place = machine(t, { 0: pins, 2: { ...expander, device: '1-0021' } })
  t.match(findLine('mcp23017@1-0021:1', place), { offset: 1, address: 'mcp23017:1' })
  // The one that is left is never meant.
  t.throws(() => findLine('mcp23017@1-0020:1', place), {
    kernel: 'ENODEV',
    message: /^There is no line mcp23017@1-0020:1/,
  })
})

void t.test('lines that nothing tells apart are refused, and found by a name that only one has', async (t) => {
  const place = machine(t, { 0: { ...expander, lines: ['A'] }, 1: { ...expander, lines: ['B'] } })
  t.throws(() => findLine('mcp23017@1-0020:0', place), {
    kernel: 'EINVAL',
    message: /a name that only one line has\.$/,
  })
  t.match(findLine('B', place), { path: join(place.root, 'dev/gpiochip1') })
})

void t.test('a name that two lines have is refused with both addresses', async (t) => {
  const place = machine(t, { 0: pins, 1: { ...expander, lines: ['GPIO1'] } })
  t.throws(() => findLine('GPIO1', place), {
    kernel: 'EINVAL',
    message: /^GPIO1 could be more than one line \(pinctrl-bcm2711:1 and mcp23017:0\)/,
  })
})

void t.test('a chip that goes away while it is looked at is not there', async (t) => {
  for (const code of ['ENOENT', 'ENODEV', 'ENXIO']) {
    const place = machine(t, { 0: code, 1: pins })
    t.equal(allLines(place).length, 3)
    t.match(findLine('GPIO1', place), { offset: 1 })
  }
})

void t.test('a chip that may not be opened is said where the line may be on it, and only there', async (t) => {
  for (const code of ['EACCES', 'EPERM']) {
    const some = machine(t, { 0: code, 1: pins })
    t.equal(allLines(some).length, 3)
    t.match(findLine('GPIO1', some), { offset: 1 })
    t.throws(() => findLine('GPIO9', some), {
      kernel: 'EPERM',
      message: /^\/dev\/gpiochip0 may be opened by root alone/,
    })
    const none = machine(t, { 0: code })
    t.throws(() => allLines(none), { kernel: 'EPERM', message: /groupadd/ })
  }
})

void t.test('a machine without any chip has no lines, and says what to do', async (t) => {
  const place = machine(t, {})
  t.same(allLines(place), [])
  t.throws(() => findLine('GPIO1', place), { kernel: 'ENODEV', message: /no GPIO chip \(\/dev\/gpiochip\*\)/ })
  const bare = { ...place, root: join(place.root, 'nowhere') }
  t.same(allLines(bare), [])
})

void t.test('a fault of ours is not taken for one of the chip', async (t) => {
  const { root } = machine(t, { 0: pins })
  const gpioChip = (): never => {
    throw new TypeError('a bug')
  }
  t.throws(() => allLines({ root, addon: { gpioChip } }), { message: 'a bug' })
})
