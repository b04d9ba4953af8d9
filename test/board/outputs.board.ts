import t from 'tap'
import type { ServedBoard } from './served-board.ts'
import { serveBoard } from './served-board.ts'

const config = [
  'model: offline',
  'devices:',
  '  relay: { kind: switch, line: GPIO17, safe: off }',
  '  pump: { kind: switch, line: GPIO27, invert: true, safe: off, start: last }',
]

/** Both outputs on, as the pins show: the pump's relay pulls in while its line is low. */
async function bothOn({ board, ask }: ServedBoard): Promise<void> {
  await ask('/on relay', 'relay is on')
  await ask('/on pump', 'pump is on')
  if (board.gpio.measure('GPIO17') !== 1 || board.gpio.measure('GPIO27') !== 0)
    throw new Error('The pins do not follow.')
}

const levels = ({ board }: ServedBoard) => ['GPIO17', 'GPIO27'].map((line) => board.gpio.measure(line))

void t.test('an output has its safe level from the first moment on, and follows what a person says', async (t) => {
  const served = await serveBoard(t, config)
  await served.startDaemon()
  await bothOn(served)
  t.same(served.board.gpio.logOf('GPIO17'), ['drives low', 'drives high'], 'no other level in between')
  t.same(served.board.gpio.logOf('GPIO27'), ['drives high', 'drives low'])
})

void t.test('a daemon that is stopped leaves its outputs safe', async (t) => {
  const served = await serveBoard(t, config)
  const daemon = await served.startDaemon()
  await bothOn(served)
  daemon.kill('SIGTERM')
  t.match(await daemon.ended, { code: 0 })
  t.same(levels(served), [0, 1])
})

void t.test('a relay held on by a killed daemon is switched off by safe-state', async (t) => {
  const served = await serveBoard(t, config)
  const daemon = await served.startDaemon()
  await bothOn(served)
  daemon.kill('SIGKILL')
  await daemon.ended
  t.same(levels(served), [1, 0], 'this board keeps the level of a line that was let go of')
  const outcome = await served.pincer('safe-state').ended
  t.match(outcome, { code: 0 })
  t.same(levels(served), [0, 1])
})

void t.test('a relay held on by a killed daemon is switched off when the daemon starts again', async (t) => {
  const served = await serveBoard(t, config)
  const daemon = await served.startDaemon()
  await bothOn(served)
  daemon.kill('SIGKILL')
  await daemon.ended
  const before = served.board.gpio.logOf('GPIO17').length
  await served.startDaemon()
  t.same(served.board.gpio.logOf('GPIO17').slice(before), ['drives low'])
  t.match(await served.ask('/read relay', 'relay:'), /relay: off/)
})

void t.test(
  'a board that drops lines of a killed daemon lets the relay fall, and the start keeps it off',
  async (t) => {
    const served = await serveBoard(t, config)
    served.board.gpio.whenReleased = 'drop'
    const daemon = await served.startDaemon()
    await bothOn(served)
    daemon.kill('SIGKILL')
    await daemon.ended
    t.equal(served.board.gpio.directionOf('GPIO17'), 'input')
    const before = served.board.gpio.logOf('GPIO17').length
    await served.startDaemon()
    t.same(served.board.gpio.logOf('GPIO17').slice(before), ['drives low'])
  },
)

void t.test(
  'after a power cut an output starts safe, and one that starts as it was is switched on again',
  async (t) => {
    const served = await serveBoard(t, config)
    await served.startDaemon()
    await bothOn(served)
    await served.board.powerCut()
    t.equal(served.board.gpio.directionOf('GPIO17'), 'input', 'no power, no level')
    const before = served.board.gpio.logOf('GPIO17').length
    await served.powerOn()
    await served.startDaemon()
    t.same(served.board.gpio.logOf('GPIO17').slice(before), ['drives low'])
    t.match(await served.ask('/read pump', 'pump:'), /pump: on/)
    t.same(levels(served), [0, 0])
  },
)
