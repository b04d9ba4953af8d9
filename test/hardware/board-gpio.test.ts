import t from 'tap'
import { readBoard } from '../../src/boards.ts'
import { BoardGpio } from '../../src/hardware/board-gpio.ts'
import { boardOf } from '../../src/hardware/board-file.ts'
import { unknownBoard } from '../../src/hardware/board.ts'
import { SimulatedGpio } from '../../src/hardware/simulator/gpio.ts'
import { FakeClock } from '../support/fake-clock.ts'

/** A kernel with these names for the lines of a chip, in their order. */
function kernel(chip: string, names: readonly string[]): SimulatedGpio {
  const pins = Object.fromEntries(names.map((name, line) => [line + 1, { name, line }]))
  const file = {
    id: 'kernel',
    label: 'kernel',
    match: { compatible: [], model: [] },
    chip,
    headers: { all: pins },
    reserved: [],
    i2c: {},
    spi: {},
    leds: {},
    limits: { levelVolts: 3.3, lineCurrentMaxMa: 1 },
    quirks: [],
    unverified: [],
  }
  return new SimulatedGpio({ board: boardOf(file, 'kernel'), clock: new FakeClock(), beforeOutput: () => undefined })
}

const consumer = 'test'

/** The lines that somebody holds. */
async function held(port: SimulatedGpio): Promise<readonly string[]> {
  return (await port.lines()).filter((line) => line.consumer !== '').map(({ address }) => address)
}

void t.test('on a Raspberry Pi a pin is the same line whatever the kernel calls it', async (t) => {
  const names = Array.from({ length: 28 }, (_, line) => (line === 17 ? 'SOMETHING' : `L${line}`))
  const port = kernel('pinctrl-bcm2711', names)
  const gpio = new BoardGpio(await readBoard('raspberry-pi-4', '/'), port)
  for (const line of ['GPIO17', 'pin 11', 'pinctrl-bcm2711:17']) {
    const output = await gpio.requestOutput({ line, consumer, initial: 1 })
    t.strictSame(await held(port), ['pinctrl-bcm2711:17'], line)
    t.equal(port.line('SOMETHING')?.pinLevel(), 1, line)
    await output.release()
    const input = await gpio.requestInput({ line, consumer })
    t.strictSame(await held(port), ['pinctrl-bcm2711:17'], line)
    await input.release()
    await output.release()
    t.equal(await gpio.peek(line), await port.peek('SOMETHING'))
  }
  t.match(
    (await gpio.lines()).find(({ address }) => address === 'pinctrl-bcm2711:17'),
    { name: 'GPIO17' },
  )
})

void t.test('a name that the kernel gives to another line does not lead there', async (t) => {
  // On a Raspberry Pi 3 the kernel's TXD0 goes to the Bluetooth chip.
  const port = kernel('pinctrl-bcm2835', [...Array.from({ length: 32 }, (_, line) => `L${line}`), 'TXD0'])
  const gpio = new BoardGpio(await readBoard('raspberry-pi-3', '/'), port)
  await gpio.requestOutput({ line: 'TXD0', consumer, initial: 1 })
  t.strictSame(await held(port), ['pinctrl-bcm2835:14'])
})

void t.test('on a BeagleBone the name decides, on whatever chip it is and whatever stands behind it', async (t) => {
  const beaglebone = await readBoard('beaglebone-black', '/')
  for (const [chip, names] of [
    ['gpio-0-31', ['P9_1', 'P9_12']],
    ['gpio-96-127', ['P9_122', 'P9_12 [gpmc_ben1]']],
  ] as const) {
    const port = kernel(chip, names)
    const gpio = new BoardGpio(beaglebone, port)
    await gpio.requestOutput({ line: 'P9_12', consumer, initial: 1 })
    t.strictSame(await held(port), [`${chip}:1`])
    t.match((await gpio.lines())[1], { name: 'P9_12', address: `${chip}:1` })
  }
})

void t.test('a pin whose line the kernel has not is refused by the kernel', async (t) => {
  const gpio = new BoardGpio(await readBoard('beaglebone-black', '/'), kernel('gpio-0-31', ['P9_122', 'P9_1']))
  await t.rejects(gpio.requestOutput({ line: 'P9_12', consumer, initial: 0 }), { code: 'hardware', message: /P9_12/ })
  await t.rejects(gpio.requestInput({ line: 'P9_12', consumer }), { code: 'hardware', message: /P9_12/ })
  await t.rejects(gpio.peek('P9_12'), { code: 'hardware', message: /P9_12/ })
})

void t.test('on a board that Pincer does not know the kernel names the lines', async (t) => {
  const port = kernel('pinctrl-x', ['WIFI_EN', 'PA1'])
  const gpio = new BoardGpio(unknownBoard(undefined), port)
  await gpio.requestOutput({ line: 'PA1', consumer, initial: 1 })
  t.strictSame(await held(port), ['pinctrl-x:1'])
  t.equal(await gpio.peek('pinctrl-x:0'), 1, 'pulled up')
})
