import t, { type Test } from 'tap'
import { boardIds, boardRemarks, boardsForConfig, readBoard } from '../src/boards.ts'

/** A root folder whose device tree says these names. */
function host(t: Test, compatible: string, model: string): string {
  return t.testdir({ proc: { 'device-tree': { compatible: `${compatible}\0some,soc\0`, model: `${model}\0` } } })
}

void t.test('the boards of the first release are there', async (t) => {
  t.strictSame(boardIds(), [
    'beaglebone-black',
    'raspberry-pi-3',
    'raspberry-pi-4',
    'raspberry-pi-5',
    'raspberry-pi-zero-2-w',
    'simulated',
    'visionfive-2',
  ])
})

for (const [compatible, model, id] of [
  ['raspberrypi,model-zero-2-w', 'Raspberry Pi Zero 2 W Rev 1.0', 'raspberry-pi-zero-2-w'],
  ['raspberrypi,3-model-b', 'Raspberry Pi 3 Model B Rev 1.2', 'raspberry-pi-3'],
  ['raspberrypi,3-model-b-plus', 'Raspberry Pi 3 Model B Plus Rev 1.3', 'raspberry-pi-3'],
  ['raspberrypi,4-model-b', 'Raspberry Pi 4 Model B Rev 1.5', 'raspberry-pi-4'],
  ['raspberrypi,5-model-b', 'Raspberry Pi 5 Model B Rev 1.0', 'raspberry-pi-5'],
  ['starfive,visionfive-2-v1.3b', 'StarFive VisionFive 2 v1.3B', 'visionfive-2'],
  ['starfive,visionfive-2-v1.2a', 'StarFive VisionFive 2 v1.2A', 'visionfive-2'],
  ['ti,am335x-bone-black', 'TI AM335x BeagleBone Black', 'beaglebone-black'],
] as const) {
  void t.test(`\`board: auto\` on a ${model} is ${id}, by either name in its device tree`, async (t) => {
    t.equal((await readBoard('auto', host(t, compatible, 'Some Board'))).id, id)
    t.equal((await readBoard('auto', host(t, 'some,board', model))).id, id)
  })
}

void t.test(
  '`board: auto` on any other host is a board that Pincer does not know, never the simulated one',
  async (t) => {
    const board = await readBoard('auto', host(t, 'raspberrypi,6-model-b', 'Future Board'))
    t.match(board, { id: 'unknown', pins: [], i2c: [], spi: [], devices: {} })
    t.match(board.label, /Future Board/)
    t.equal((await readBoard('auto', t.testdir({}))).id, 'unknown')
  },
)

void t.test('check says which board auto found, and what of its file is unverified', async (t) => {
  const [found, unverified, ...more] = await boardRemarks('auto', host(t, 'raspberrypi,4-model-b', 'x'))
  t.equal(found, 'board: auto is a Raspberry Pi 4 Model B, by its device tree (`board: raspberry-pi-4`).')
  t.match(unverified, /^Unverified, as .*: which line is at which pin, .*\.$/)
  t.same(more, [])
  t.strictSame(await boardRemarks('simulated', '/'), [], 'nothing of the simulated board is real')
  const [named] = await boardRemarks('visionfive-2', host(t, 'raspberrypi,4-model-b', 'x'))
  t.equal(named, 'board: visionfive-2 is a VisionFive 2.')
})

void t.test('check says that auto found no board that Pincer knows, and how lines are named there', async (t) => {
  const lines = "Its lines go by the kernel's names or as chip:line: `pincer board` lists them."
  for (const [tree, name] of [
    [{ compatible: 'odd,board\0', model: 'Odd Board\0' }, 'Odd Board'],
    [{ compatible: 'odd,board\0' }, 'odd,board'],
    [{}, 'it has no device tree'],
  ] as const) {
    const root = t.testdir({ proc: { 'device-tree': tree } })
    const said = `board: auto is a board that Pincer does not know (${name}). ${lines}`
    t.strictSame(await boardRemarks('auto', root), [said])
  }
})

void t.test('a board that is named is that one, whatever the host is', async (t) => {
  t.equal((await readBoard('simulated', host(t, 'raspberrypi,4-model-b', 'x'))).id, 'simulated')
})

void t.test('a name that is no board is refused, also one that looks like a path', async (t) => {
  for (const id of ['nothing', '', '..', '../package', 'simulated.yaml', 'raspberry'])
    await t.rejects(readBoard(id, '/'), { code: 'file' }, id)
})

void t.test('the lines of a board are known by all their names, and its reserved ones with the reason', async (t) => {
  const resolve = await boardsForConfig(t.testdir({})).lineResolver('raspberry-pi-5')
  const address = 'pinctrl-rp1:17'
  for (const line of ['GPIO17', 'pin 11', address])
    t.strictSame(resolve?.(line), { status: 'usable', name: 'GPIO17', address }, line)
  t.strictSame(resolve?.('ID_SDA'), { status: 'reserved', reason: 'it belongs to the ID EEPROM of an add-on board' })
  t.strictSame(resolve?.('GPIO71'), { status: 'unknown', nearest: 'GPIO17' })
  t.match(resolve?.('GND'), { status: 'unknown' })
})

void t.test('a BeagleBone is asked for lines by name alone: labels of its chips change places', async (t) => {
  const resolve = await boardsForConfig(t.testdir({})).lineResolver('beaglebone-black')
  t.match(resolve?.('P9_12'), { status: 'usable', name: 'P9_12', address: 'P9_12' })
  t.match(resolve?.('gpio-32-63:28'), { status: 'unknown' })
  t.match(resolve?.('P8_3'), { status: 'reserved', reason: /eMMC/ })
})

void t.test('on a board that Pincer does not know no line can be judged', async (t) => {
  t.equal(await boardsForConfig(t.testdir({})).lineResolver('auto'), undefined)
})

void t.test("a line of an expander is the kernel's own, on every board but the simulated one", async (t) => {
  const boards = boardsForConfig(t.testdir({}))
  const resolve = await boards.lineResolver('raspberry-pi-5')
  for (const line of ['mcp23017:0', 'mcp23017:15', 'pcf8574:7', 'mcp23017@1-0021:3', 'pcf8574@i2c-0.10:7'])
    t.strictSame(resolve?.(line), { status: 'usable', name: line, address: line })
  // Any other label could be another name of a line that the board reserves.
  for (const line of [
    'gpiochip0:2',
    'pinctrl-bcm2711:2',
    'mcp23017',
    'mcp23017:GPA0',
    'mcp23017:100',
    'mcp23017@:0',
    'pinctrl-rp1@1f000d0000.gpio:0',
    'mcp23017@1:0:0',
  ])
    t.match(resolve?.(line), { status: 'unknown' }, line)
  t.match((await boards.lineResolver('simulated'))?.('mcp23017:0'), { status: 'unknown' })
})
