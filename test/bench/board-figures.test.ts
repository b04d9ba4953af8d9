import t from 'tap'
import { boardRows } from './board-figures.ts'

const spread = { median: 0.25, p99: 1.5 }
const pins = {
  edges: 200,
  clockErrorMs: 0.05,
  edgeToHandlerMs: spread,
  kernelToHandlerMs: spread,
  setMs: spread,
  roundTripMs: spread,
}
const memory = { switch: 14, contact: 10, ina219: 15 }

void t.test('where there is no virtual board each of its rows says what is missing', async (t) => {
  const rows = boardRows('needs `npm run board:kernel`')
  t.equal(rows.length, boardRows({ pins, memory, wakeUps: { watching: 12, alone: 10 } }).length)
  for (const { bundle } of rows) t.equal(bundle, 'needs `npm run board:kernel`')
})

void t.test(
  'the rows of the virtual board have medians beside the worst, and say how exact the clocks are',
  async (t) => {
    const rows = boardRows({ pins, memory, wakeUps: 'left out by --quick' })
    t.match(rows[0], { what: /± 0\.05 ms/, unit: 'ms', bundle: '0.25, p99 1.50' })
    t.strictSame(
      rows.slice(4).map(({ bundle }) => bundle),
      [14, 10, 15, 'left out by --quick', 'left out by --quick'],
    )
  },
)
