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
  return { pending: ledger.pending(), outbound: ledger.outbound(), dead: ledger.deadLetters() }
}

const out = (id: string, done: string[]): JournalRecord => ({
  k: 'out',
  m: { id, channel: 'test', chat: 'home', text: 'x', answers: done, failed: false },
  done,
})

const dead = (id: string, atMs = 0): JournalRecord => ({
  k: 'dead',
  m: { id, channel: 'test', chat: 'home', text: 'x', atMs, why: 'the chat is gone' },
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
  out('r2', []),
  dead('r2'),
  dead('r0'),
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
  t.same([ledger.inboundCount, ledger.outboundCount('test'), ledger.outboundCount('other')], [2, 1, 0])
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

void t.test('dead letters are kept in number and for some days, the oldest forgotten first', (t) => {
  const { deadLettersMax, deadLetterAgeMaxMs } = limits
  const ledger = new Ledger()
  for (let id = 0; id < deadLettersMax + 5; id++) ledger.apply(dead(`d${id}`, id))
  const ids = ledger.deadLetters().map(({ id }) => id)
  t.same([ids.length, ids[0], ids.at(-1)], [deadLettersMax, 'd5', `d${deadLettersMax + 4}`])
  ledger.forgetOld(deadLetterAgeMaxMs + 5)
  t.equal(ledger.deadLetters().length, deadLettersMax, 'exactly as old as they may be')
  ledger.forgetOld(deadLetterAgeMaxMs + 7)
  t.equal(ledger.deadLetters()[0]?.id, 'd7')
  ledger.forgetOld(-deadLetterAgeMaxMs)
  t.equal(ledger.deadLetters().length, deadLettersMax - 2, 'a clock that went back forgets nothing')
  t.end()
})

void t.test('a message is named by its channel and its id there', (t) => {
  t.equal(keyOf({ channel: 'telegram', id: '7' }), 'telegram/7')
  t.end()
})
