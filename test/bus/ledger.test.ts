import t from 'tap'
import { keyOf, Ledger } from '../../src/bus/ledger.ts'
import { formatRecord, parseRecord, type JournalRecord } from '../../src/bus/record.ts'
import { limits } from '../../src/limits.ts'
import { inbound } from '../support/messages.ts'

function fold(records: readonly JournalRecord[]): Ledger {
  const ledger = new Ledger()
  for (const record of records) ledger.apply(record)
  return ledger
}

function stateOf(ledger: Ledger): object {
  return { pending: ledger.pending(), outbound: ledger.outbound() }
}

const out = (id: string, done: string[]): JournalRecord => ({
  k: 'out',
  m: { id, channel: 'test', chat: 'home', text: 'x', answers: done, failed: false },
  done,
})

const story: readonly JournalRecord[] = [
  { k: 'in', m: inbound('one', { id: '1' }) },
  { k: 'in', m: inbound('two', { id: '2' }) },
  { k: 'in', m: inbound('other channel', { id: '1', channel: 'other' }) },
  { k: 'call', id: 'a', of: ['test/1', 'test/2'], what: 'switch' },
  { k: 'call', id: 'b', of: ['test/2'], what: 'write' },
  { k: 'ran', id: 'a' },
  { k: 'again', of: ['other/1'] },
  { k: 'again', of: ['other/1', 'test/1'] },
  out('r1', ['test/1']),
  out('notice', []),
  { k: 'sent', id: 'r1' },
  { k: 'ran', id: 'unknown' },
  { k: 'sent', id: 'unknown' },
  { k: 'call', id: 'c', of: ['test/unknown'], what: 'nothing' },
]

void t.test('what is open follows from the records', (t) => {
  const ledger = fold(story)
  t.match(ledger.pending(), [
    {
      message: { id: '2' },
      restarts: 0,
      calls: [
        { id: 'a', ended: true },
        { id: 'b', ended: false },
      ],
    },
    { message: { channel: 'other' }, restarts: 2, calls: [] },
  ])
  t.match(ledger.outbound(), [{ id: 'notice' }])
  t.same([ledger.inboundCount, ledger.outboundCount], [2, 1])
  t.ok(ledger.knows('test/1') && ledger.knows('test/2') && ledger.knows('other/1'))
  t.notOk(ledger.knows('test/3'))
  t.end()
})

void t.test(
  'at every point of a story the fewest records give the same state again, through the file form too',
  (t) => {
    for (let length = 0; length <= story.length; length++) {
      const ledger = fold(story.slice(0, length))
      const records = ledger.records()
      t.same(stateOf(fold(records)), stateOf(ledger), `after ${length} records`)
      const parsed = records.map((record) => parseRecord(formatRecord(record)))
      t.same(parsed, records)
      t.same(fold(records).records(), records, 'and do not grow')
    }
    t.end()
  },
)

void t.test('a record that stands in the journal twice changes nothing', (t) => {
  const once = stateOf(fold(story))
  for (const [index, record] of story.entries()) {
    if (record.k === 'again') continue
    t.same(stateOf(fold(story.toSpliced(index, 0, record))), once, `record ${index}, at once`)
    // What was delivered is forgotten: only its delivery, said again, would close it again.
    if (record.k !== 'out') t.same(stateOf(fold([...story, record])), once, `record ${index}, at the end`)
  }
  t.end()
})

void t.test('the ids of handled messages are kept in number, the oldest forgotten first', (t) => {
  const ledger = new Ledger()
  const { journalHandledIdsMax } = limits
  for (let id = 0; id < journalHandledIdsMax + 10; id++) {
    ledger.apply({ k: 'in', m: inbound('x', { id: String(id) }) })
    ledger.apply(out(`r${id}`, [`test/${id}`]))
  }
  t.notOk(ledger.knows('test/9'))
  t.ok(ledger.knows('test/10'))
  t.ok(fold(ledger.records()).knows('test/10'))
  t.end()
})

void t.test('a message is named by its channel and its id there', (t) => {
  t.equal(keyOf({ channel: 'telegram', id: '7' }), 'telegram/7')
  t.end()
})
