import t from 'tap'
import { DebouncedLine } from '../../../src/hardware/linux/debounced-line.ts'
import type { Edge, Level } from '../../../src/hardware/ports.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'

/** A line whose level and interrupts are the test's. */
async function open(debounceMs = 20) {
  const clock = new FakeClock()
  const pin = { level: 0 as Level, fails: false, released: 0, interrupt: (): void => undefined }
  const edges: (readonly [Edge, number])[] = []
  const startMs = clock.monotonicMs()
  const line = await DebouncedLine.open({
    clock,
    debounceMs,
    onEdge: (edge, atMs) => edges.push([edge, atMs - startMs]),
    listen(heard) {
      pin.interrupt = heard
      return {
        async get() {
          if (pin.fails) throw new Error('no answer')
          return pin.level
        },
        async release() {
          pin.released++
        },
      }
    },
  })
  const drive = (level: Level): void => {
    pin.level = level
    pin.interrupt()
  }
  return { line, clock, pin, edges, drive }
}

void t.test('a level counts once nothing has changed for the whole time, and is told with that moment', async (t) => {
  const { line, clock, edges, drive } = await open()
  drive(1)
  t.equal(await line.get(), 0)
  await clock.advance(19)
  drive(0)
  await clock.advance(5)
  drive(1)
  await clock.advance(19)
  t.same(edges, [])
  await clock.advance(1)
  t.same(edges, [['rising', 44]])
  t.equal(await line.get(), 1)
  drive(0)
  await clock.advance(20)
  t.same(edges.slice(1), [['falling', 64]])
  t.equal(clock.pendingTimers(), 0)
})

void t.test('a spike is no edge', async (t) => {
  const { line, clock, edges, drive } = await open()
  drive(1)
  drive(0)
  await clock.advance(100)
  t.same(edges, [])
  t.equal(await line.get(), 0)
})

void t.test('a change whose interrupt was lost counts some time after it was looked at', async (t) => {
  const { line, clock, pin, edges } = await open()
  pin.level = 1
  t.equal(await line.get(), 0)
  await clock.advance(20)
  t.equal(await line.get(), 1)
  t.equal(edges.length, 1)
})

void t.test('a chip that does not answer fails for who reads it, and its level is found when it is back', async (t) => {
  const { line, clock, pin, edges, drive } = await open()
  pin.fails = true
  drive(1)
  await clock.advance(20)
  await t.rejects(line.get(), { message: 'no answer' })
  pin.fails = false
  t.equal(await line.get(), 0)
  await clock.advance(20)
  t.same([await line.get(), edges.length], [1, 1])
})

void t.test('a line that was given back tells nothing more, also what was just being read', async (t) => {
  const { line, clock, pin, edges, drive } = await open()
  drive(1)
  await line.release()
  await clock.advance(100)
  drive(0)
  t.equal(clock.pendingTimers(), 0)
  await settle()
  t.same([edges, pin.released], [[], 1])
})

void t.test('a line that cannot be read at first is given back', async (t) => {
  let released = 0
  const opening = DebouncedLine.open({
    clock: new FakeClock(),
    debounceMs: 20,
    onEdge: undefined,
    listen: () => ({
      get: () => Promise.reject(new Error('no answer')),
      async release() {
        released++
      },
    }),
  })
  await t.rejects(opening, { message: 'no answer' })
  t.equal(released, 1)
})
