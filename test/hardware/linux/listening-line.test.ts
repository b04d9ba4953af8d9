import t, { type Test } from 'tap'
import { HardwareError } from '../../../src/errors.ts'
import { ListeningLine } from '../../../src/hardware/linux/listening-line.ts'
import type { LineListener } from '../../../src/hardware/native/addon.ts'
import type { Edge } from '../../../src/hardware/ports.ts'
import { limits } from '../../../src/limits.ts'
import { createLog } from '../../../src/log.ts'
import { FakeClock } from '../../support/fake-clock.ts'

/** A chip that can be unplugged, with the line of which the test makes edges. */
function listen() {
  const clock = new FakeClock()
  const said: string[] = []
  const edges: Edge[] = []
  const chip = { isThere: true, requests: 0, held: 0, listener: undefined as LineListener | undefined }
  const counted = { released: 0 }
  const line = ListeningLine.open({
    name: 'DOOR',
    clock,
    log: createLog({ level: 'info', redact: (text) => text, write: (text) => said.push(text) }),
    onEdge: (edge) => edges.push(edge),
    onReleased: () => counted.released++,
    take: (listener) => {
      chip.requests++
      if (!chip.isThere) throw new HardwareError('ENODEV', 'The chip is gone.')
      chip.held++
      chip.listener = listener
      return { get: () => 1, release: () => chip.held-- }
    },
  })
  const unplug = (): void => {
    chip.isThere = false
    chip.listener?.onGone('ENODEV')
  }
  return { line, clock, said, edges, chip, counted, unplug }
}

async function isGone(t: Test, line: ListeningLine): Promise<void> {
  await t.rejects(line.get(), { kernel: 'ENODEV', message: 'The chip is gone.' })
}

void t.test('a line whose chip is gone is looked for until it is back, and then heard again', async (t) => {
  const { line, clock, said, edges, chip, unplug } = listen()
  unplug()
  t.equal(chip.held, 0, 'what is gone is not held')
  await isGone(t, line)
  await clock.advance(limits.lineLookAgainMs * 10)
  t.equal(chip.requests, 1 + 1 + 10)
  chip.isThere = true
  await clock.advance(limits.lineLookAgainMs)
  chip.listener?.onEdge(true, 1, 1)
  t.same(edges, ['rising'])
  t.equal(await line.get(), 1)
  t.same(said, [
    'warn gpio: Line DOOR is gone (ENODEV): it is looked for until it is back.',
    'info gpio: Line DOOR is back.',
  ])
  await clock.advance(limits.lineLookAgainMs * 10)
  t.equal(chip.requests, 1 + 1 + 11, 'nothing is looked for any more')
})

void t.test('whoever reads it takes the line back at once', async (t) => {
  const { line, clock, chip, unplug } = listen()
  unplug()
  chip.isThere = true
  t.equal(await line.get(), 1)
  await clock.advance(limits.lineLookAgainMs * 10)
  t.equal(chip.requests, 2)
  t.equal(chip.held, 1)
})

void t.test('a line that was given back is looked for no more, and cannot be read', async (t) => {
  const { line, clock, chip, counted, unplug } = listen()
  unplug()
  await line.release()
  chip.isThere = true
  await clock.advance(limits.lineLookAgainMs * 10)
  t.equal(chip.requests, 1)
  t.equal(counted.released, 1)
  await t.rejects(line.get(), { kernel: 'EPERM', message: /DOOR was given back/ })
})

void t.test('edges that the kernel dropped are said, once a minute at most, with their number', async (t) => {
  const { clock, said, edges, chip } = listen()
  const edge = (number: number): void => chip.listener?.onEdge(number % 2 === 1, number, number)
  for (const number of [1, 2, 3]) edge(number)
  t.same(said, [])
  for (const number of [10, 11, 20]) edge(number)
  t.same(said, ['warn gpio: Line DOOR: 6 edges came too fast and were lost.'])
  await clock.advance(limits.edgeLossNoticeGapMs)
  edge(21)
  t.match(said.at(-1), /: 8 edges came too fast/)
  t.equal(edges.length, 7)
})

void t.test('the number of edges may wrap around', async (t) => {
  const { said, chip } = listen()
  for (const number of [0xffff_ffff, 0, 1]) chip.listener?.onEdge(true, 0, number)
  t.match(said, [/: 4294967294 edges/])
  t.equal(said.length, 1)
})
