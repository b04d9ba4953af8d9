import t from 'tap'
import { figuresOf } from './board-pins.ts'

/** The guest's clock is that much ahead. */
const aheadMs = 5_000

/** Times as they are: an edge outside, known to the kernel after `wire` ms, handled, and the answer seen and back. */
function edge(atMs: number, { wire = 1, handler = 2, line = 3, back = 1 } = {}) {
  const edgeMs = aheadMs + atMs + wire
  const handledMs = edgeMs + handler
  const seenMs = atMs + wire + handler + line
  return { drivenMs: atMs, edgeMs, handledMs, seenMs, setMs: aheadMs + seenMs + back }
}

void t.test('the clocks of host and guest are matched by what must have come before what', async (t) => {
  const quick = edge(100, { wire: 0.25, handler: 1, line: 0.75 })
  const { edges, clockErrorMs, ...figures } = figuresOf([edge(0), quick, edge(200, { handler: 10 })])
  t.equal(edges, 3)
  t.equal(clockErrorMs, 0.5, 'as exact as the quickest way in and out allows')
  t.ok(Math.abs(figures.edgeToHandlerMs.median - 3) <= clockErrorMs)
  t.ok(Math.abs(figures.edgeToHandlerMs.p99 - 11) <= clockErrorMs)
  t.same(figures.kernelToHandlerMs, { median: 2, p99: 10 })
  t.same(figures.setMs, { median: 4, p99: 4 })
  t.same(figures.roundTripMs, { median: 6, p99: 14 })
})

void t.test('among two hundred edges p99 leaves out the two worst', async (t) => {
  const edges = Array.from({ length: 200 }, (_, index) => edge(index * 100, { handler: index + 1 }))
  t.same(figuresOf(edges).kernelToHandlerMs, { median: 101, p99: 198 })
})
