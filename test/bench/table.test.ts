import t from 'tap'
import { distance, formatTable, median, type Row } from './table.ts'

const row: Row = { what: 'size', unit: 'KB', bound: 8, aim: 6, digits: 1 }

void t.test('the distance is that of the worse of bundle and executable', async (t) => {
  t.equal(distance({ ...row, bundle: 6, executable: 5 }), 'aim met')
  t.equal(distance({ ...row, bundle: 5, executable: 6.25 }), 'within the bound, over the aim by 0.3')
  t.equal(distance({ ...row, bundle: 8, executable: 'not built' }), 'within the bound, over the aim by 2')
  t.equal(distance({ ...row, bundle: 9.5, executable: 5 }), 'over the bound by 1.5')
  t.equal(distance({ ...row, bound: 0, aim: 0, bundle: 0 }), 'aim met')
  t.equal(distance({ ...row, bundle: 'needs Telegram' }), '', 'nothing measured')
  t.equal(distance({ ...row, bound: '', bundle: 3 }), '', 'nothing promised')
  t.equal(distance({ ...row, bound: 'all', bundle: '9 of 10', verdict: 'over the bound' }), 'over the bound')
})

void t.test('the table is Markdown, one line a row, with empty cells for what was not measured', async (t) => {
  t.equal(
    formatTable([
      { ...row, bare: 1234.56, bundle: 7 },
      { ...row, what: 'later', unit: '', bundle: 'why' },
    ]),
    [
      '| what | bound | aim | bare node | bundle | executable | distance |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      '| size, KB | 8 | 6 | 1,234.6 | 7 |  | within the bound, over the aim by 1 |',
      '| later | 8 | 6 |  | why |  |  |',
    ].join('\n'),
  )
})

void t.test('the median is the middle value, and there is none of nothing', async (t) => {
  t.equal(median([9, 1, 5]), 5)
  t.throws(() => median([]), /no median/)
})
