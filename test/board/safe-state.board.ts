import t from 'tap'
import { serveBoard } from './served-board.ts'

const config = [
  'board: auto',
  'model: offline',
  'devices:',
  '  lamp: { kind: switch, line: GPIO17, start: last }',
  '  heater: { kind: switch, line: GPIO27, start: last, maxOn: 1h }',
  '  valve: { kind: switch, line: GPIO22, invert: true }',
]
const lines = ['GPIO17', 'GPIO27', 'GPIO22'] as const

void t.test('after kill -9 safe-state tells line by line, and start: last goes on within its maxOn', async (t) => {
  const { board, ask, startDaemon, pincer } = await serveBoard(t, config)
  // As on a Raspberry Pi.
  board.gpio.whenReleased = 'keep'
  const daemon = await startDaemon()
  for (const name of ['lamp', 'heater', 'valve']) await ask(`/on ${name}`, `${name} is on`)
  const levels = () => lines.map((line) => board.gpio.measure(line))
  t.same(levels(), [1, 1, 0])
  daemon.kill('SIGKILL')
  await daemon.ended
  t.same(levels(), [1, 1, 0], 'nobody holds them, and they go on')
  const { stdout, stderr, code } = await pincer('safe-state').ended
  t.strictSame([stderr, code], ['', 0])
  t.equal(stdout, 'lamp: GPIO17 was driven off.\nheater: GPIO27 was driven off.\nvalve: GPIO22 was driven off.\n')
  t.same(levels(), [0, 0, 1])
  await startDaemon()
  t.same(levels(), [1, 1, 1], 'start: last goes on as before, within maxOn')
  t.match(await ask('/read heater', 'heater:'), /heater: on.*, off in (1h|5\dm)/)
})

void t.test(
  'a kernel that lets go of a released line leaves it to its pull, before and after safe-state',
  async (t) => {
    const { board, ask, startDaemon, pincer } = await serveBoard(t, config)
    board.gpio.whenReleased = 'drop'
    const daemon = await startDaemon()
    await ask('/on lamp', 'lamp is on')
    daemon.kill('SIGKILL')
    await daemon.ended
    t.same([board.gpio.directionOf('GPIO17'), board.gpio.measure('GPIO17')], ['input', 0])
    const { stdout, code } = await pincer('safe-state').ended
    t.equal(code, 0)
    t.match(stdout, /^lamp: GPIO17 was driven off\.$/m)
    t.equal(board.gpio.logOf('GPIO17').filter((each) => each === 'drives high').length, 1, 'never on in between')
    t.equal(board.gpio.measure('GPIO17'), 0)
  },
)

void t.test('after a power cut nothing is on beyond what is known of its time', async (t) => {
  const { board, ask, startDaemon, powerOn } = await serveBoard(t, config)
  await startDaemon()
  for (const name of ['lamp', 'heater']) await ask(`/on ${name}`, `${name} is on`)
  await board.powerCut()
  await powerOn()
  await startDaemon()
  t.equal(board.gpio.measure('GPIO17'), 1, 'it has no end')
  t.equal(board.gpio.measure('GPIO27'), 0, 'nothing has set the clock of this board since')
})
