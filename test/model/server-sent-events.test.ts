import t from 'tap'
import { isPincerError } from '../../src/errors.ts'
import { limits } from '../../src/limits.ts'
import { ServerSentEvents, type ServerSentEvent } from '../../src/model/server-sent-events.ts'

function read(text: string | Uint8Array, pieceBytes: number): readonly ServerSentEvent[] {
  const bytes = Buffer.from(text as string)
  const events = new ServerSentEvents()
  const found: ServerSentEvent[] = []
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    found.push(...events.push(bytes.subarray(start, start + pieceBytes)))
  }
  found.push(...events.end())
  return found
}

const event = (data: string, type = 'message'): ServerSentEvent => ({ type, data })

const rows: readonly (readonly [string, string, readonly ServerSentEvent[]])[] = [
  ['two events', 'data: one\n\ndata: two\n\n', [event('one'), event('two')]],
  ['lines that end in CR LF', 'data: one\r\n\r\ndata: two\r\n\r\n', [event('one'), event('two')]],
  ['lines that end in CR', 'data: one\r\rdata: two\r\r', [event('one'), event('two')]],
  ['ends of lines of all kinds', 'data: a\r\ndata: b\rdata: c\n\r\ndata: d\n\n', [event('a\nb\nc'), event('d')]],
  ['an event with a name', 'event: ping\ndata: {}\n\ndata: x\n\n', [event('{}', 'ping'), event('x')]],
  ['data in several lines', 'data: {\ndata:  "a": 1\ndata: }\n\n', [event('{\n "a": 1\n}')]],
  ['no space behind the colon', 'data:one\n\n', [event('one')]],
  ['only one space is taken away', 'data:  one\n\n', [event(' one')]],
  ['colons inside', 'data: a: b\n\n', [event('a: b')]],
  [
    'comments that keep the connection alive',
    ': keep-alive\n\n:\n\ndata: one\n: OPENROUTER PROCESSING\n\n',
    [event('one')],
  ],
  ['a byte order mark', '\uFEFFdata: one\n\n', [event('one')]],
  ['no blank line at the end', 'data: one\n\ndata: [DONE]\n', [event('one'), event('[DONE]')]],
  ['not even the end of a line', 'data: one\n\ndata: [DONE]', [event('one'), event('[DONE]')]],
  ['characters of two, three and four bytes', 'data: Grüße 温度 🦀\n\n', [event('Grüße 温度 🦀')]],
  ['fields for others', 'id: 7\nretry: 100\nunknown\ndata: one\n\n', [event('one')]],
  ['a name without data is no event', 'event: ping\n\ndata: one\n\n', [event('one')]],
  ['a field without a colon', 'data\n\ndata: one\n\n', [event('one')]],
  ['nothing', '', []],
  ['blank lines alone', '\n\r\n\n\r', []],
  ['what is no event stream', '{"error": {"message": "no"}}\n', []],
]

void t.test('events come out whole, however their bytes are cut', async (t) => {
  for (const [what, text, expected] of rows) {
    for (const pieceBytes of [1, 2, 3, 5, 1_000])
      t.same(read(text, pieceBytes), expected, `${what}, ${pieceBytes} at a time`)
  }
})

void t.test('bytes that are no UTF-8 become replacement characters and break nothing', async (t) => {
  const bytes = Buffer.concat([Buffer.from('data: a'), Buffer.from([0xff, 0xc3]), Buffer.from('\n\ndata: b\n\n')])
  for (const pieceBytes of [1, 100]) t.same(read(bytes, pieceBytes), [event('a\uFFFD\uFFFD'), event('b')])
})

void t.test('an event is given as soon as its blank line is there', async (t) => {
  const events = new ServerSentEvents()
  t.same([...events.push(Buffer.from('data: one\n'))], [])
  t.same([...events.push(Buffer.from('\n'))], [event('one')])
  t.same([...events.push(Buffer.from('data: two\r'))], [])
  t.same([...events.push(Buffer.from('\r'))], [event('two')], 'a CR does not wait for an LF')
})

void t.test('an event that grows beyond the bound is an error, in one line and in many', async (t) => {
  const line = 'x'.repeat(1_000)
  const grow: Readonly<Record<string, (events: ServerSentEvents) => void>> = {
    'in one line': (events) => [...events.push(Buffer.from(line))],
    'in many lines': (events) => [...events.push(Buffer.from(`data: ${line}\n`))],
    'in a comment': (events) => [...events.push(Buffer.from(`:${line}`))],
  }
  for (const [what, add] of Object.entries(grow)) {
    const events = new ServerSentEvents()
    const thrown = t.throws(() => {
      for (let count = 0; count <= limits.modelEventCharsMax / 1_000; count++) add(events)
    }, what)
    t.ok(isPincerError(thrown) && thrown.code === 'model', what)
  }
  const events = new ServerSentEvents()
  const many = Buffer.from(`data: ${line}\n\n`)
  for (let count = 0; count < 3_000; count++) t.equal([...events.push(many)].length, 1)
})
