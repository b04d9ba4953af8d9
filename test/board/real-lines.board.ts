import t from 'tap'
import { Lm75 } from './chips/lm75.ts'
import { serveBoard } from './served-board.ts'

const config = [
  'board: auto',
  'model: offline',
  'devices:',
  '  lamp: { kind: switch, line: GPIO17 }',
  '  door: { kind: contact, line: GPIO22, pull: up }',
  '  room: { kind: bme280 }',
]

void t.test('a text switches a real line, and an edge at a pin is what the next text reads', async (t) => {
  const { board, ask, readUntil, readChip, startDaemon } = await serveBoard(t, config)
  board.gpio.drive('GPIO22', 0)
  await startDaemon()
  t.equal(board.gpio.directionOf('GPIO17'), 'output', 'safe from the start')
  t.equal(board.gpio.measure('GPIO17'), 0)
  const on = await ask('/on lamp', 'lamp is')
  t.match(on, /lamp is on/)
  t.notMatch(on, /simulated/)
  // Not what it is now: where a machine is so slow that the loop stands still for seconds, it was driven safe again.
  t.same(board.gpio.logOf('GPIO17').slice(0, 2), ['drives low', 'drives high'])
  t.match(await ask('/read door', 'door:'), /door: closed \(contact on GPIO22/)
  board.gpio.drive('GPIO22', 1)
  // The contact is debounced: for a moment it is what it was.
  t.match(await readUntil('door', /^door: (?!closed)/), /^door: open/)
  t.match(await readChip('room'), /Nothing answers at 0x76 on I2C bus 1/)
})

void t.test('a board without a file is served by the names of its kernel, and it is said', async (t) => {
  const { ask, startDaemon, pincer } = await serveBoard(t, config)
  const daemon = await startDaemon()
  t.match(await ask('/status', 'Board:'), /Board: board that Pincer does not know \(Pincer virtual board\)/)
  const { stdout, stderr, code } = await pincer('board').ended
  t.strictSame([stderr, code], ['', 0])
  t.match(stdout, /GPIO17 +output +lamp \(switch\)\n/)
  t.match(stdout, /GPIO5 +input +free\n/)
  daemon.kill('SIGTERM')
  const ended = await daemon.ended
  t.match(ended.stdout, "Its lines go by the kernel's names or as chip:line: `pincer board` lists them.")
  t.equal(ended.code, 0)
})

void t.test('a chip on the bus is read for a person, and one that is not there is said in a sentence', async (t) => {
  const { board, readChip, startDaemon } = await serveBoard(t, [
    'model: offline',
    'devices: { attic: { kind: lm75, bus: 1, address: 0x48 }, cellar: { kind: lm75, bus: 1, address: 0x49 } }',
  ])
  board.i2c.plug(0x48, new Lm75({ temperatureC: 25.5 }))
  await startDaemon()
  t.match(await readChip('attic'), /25\.5 °C/)
  t.match(await readChip('cellar'), /Nothing answers at 0x49 on I2C bus 1/)
})
