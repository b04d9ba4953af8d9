import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { completeWord } from '../../../src/channels/terminal/completion.ts'
import { addToHistory, loadHistory, mayRemember } from '../../../src/channels/terminal/history.ts'
import { LineSplitter } from '../../../src/channels/terminal/line-splitter.ts'
import { choosePaint } from '../../../src/channels/terminal/paint.ts'
import { printable, printableLine } from '../../../src/channels/terminal/printable.ts'
import { parseAnswer, questionDetails, questionPrompt } from '../../../src/channels/terminal/question-line.ts'
import { limits } from '../../../src/limits.ts'

const texts = (lines: ReturnType<LineSplitter['push']>): string[] =>
  lines.map((line) => (line.kind === 'line' ? line.bytes.toString() : line.kind))

void t.test('no control character of any kind is printed, and every plain text is left alone', (t) => {
  const everything = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('.')
  t.same(printable(everything).match(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu), ['\t', '\n'])
  for (const text of ['plain', 'größer als 20 °C', '日本語', '👩‍🔧 ok', 'a\nb\tc', 'שלום']) t.equal(printable(text), text)
  t.equal(printable('a\r\nb'), 'a\nb')
  t.equal(printable('real\rfake'), 'real␍fake')
  t.equal(printableLine('a\r\nb\tc'), 'a␊b␉c')
  t.end()
})

void t.test('a stream is cut into the same lines however its bytes arrive', (t) => {
  const bytes = Buffer.from('one\r\ntwo\n\nfür\nlast')
  for (let size = 1; size <= bytes.length; size++) {
    const splitter = new LineSplitter(100)
    const lines: string[] = []
    for (let from = 0; from < bytes.length; from += size)
      lines.push(...texts(splitter.push(bytes.subarray(from, from + size))))
    lines.push(...texts(splitter.end()))
    t.same(lines, ['one', 'two', '', 'für', 'last'], `in pieces of ${size}`)
  }
  t.end()
})

void t.test('a line over the bound is told once, is not kept, and the next line is whole again', (t) => {
  const splitter = new LineSplitter(5)
  t.same(texts(splitter.push(Buffer.from('12345\n123456'))), ['12345', 'too-long'])
  t.same(texts(splitter.push(Buffer.from('7'.repeat(1000)))), [])
  t.same(texts(splitter.push(Buffer.from('8\nnext\n'))), ['next'])
  t.same(texts(splitter.push(Buffer.from('1234567'))), ['too-long'])
  t.same(texts(splitter.end()), [])
  t.same(texts(splitter.end()), [])
  t.end()
})

void t.test('history comes back newest first, capped, in a file that only its owner reads', async (t) => {
  const path = join(t.testdir(), 'history')
  t.same(await loadHistory(path), [])
  await addToHistory(path, ['older', 'newest'])
  t.equal(readFileSync(path, 'utf8'), 'older\nnewest\n')
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.same(await loadHistory(path), ['newest', 'older'])
  const many = Array.from({ length: limits.terminalHistoryLinesMax + 10 }, (_, index) => `line ${index}`)
  await addToHistory(path, many)
  t.same(await loadHistory(path), many.slice(-limits.terminalHistoryLinesMax).toReversed())
  await addToHistory(path, many)
  const kept = readFileSync(path, 'utf8').trimEnd().split('\n')
  t.same(kept, many.slice(-limits.terminalHistoryLinesMax), 'the file does not grow for ever')
  await addToHistory(path, ['line 100'])
  t.equal((await loadHistory(path))[0], 'line 100')
  t.equal((await loadHistory(path)).filter((line) => line === 'line 100').length, 1, 'a line comes back once')
  t.same(await loadHistory(t.testdirName), [], 'a folder in its place is an empty history')
})

void t.test('chats that leave together keep what was typed in each of them', async (t) => {
  const path = join(t.testdir(), 'history')
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`)
  await Promise.all(lines.map((line) => addToHistory(path, [line])))
  t.same((await loadHistory(path)).toSorted(), lines.toSorted())
})

void t.test('secrets, very long lines and line breaks are not remembered', (t) => {
  const redact = (text: string): string => text.replaceAll(/sk-\w+/g, '***')
  t.equal(mayRemember('lamp on', redact), true)
  t.equal(mayRemember('my key is sk-abc', redact), false)
  t.equal(mayRemember('a\nb', redact), false)
  t.equal(mayRemember('x'.repeat(limits.terminalHistoryLineCharsMax + 1), redact), false)
  t.end()
})

void t.test('tab completes a command at the start and a device anywhere else', (t) => {
  const completions = { commands: ['/read', '/resume', '/stop'], devices: ['lamp', 'fan', 'lantern'] }
  t.same(completeWord('/re', completions), [['/read', '/resume'], '/re'])
  t.same(completeWord('/read la', completions), [['lamp', 'lantern'], 'la'])
  t.same(completeWord('turn on fa', completions), [['fan'], 'fa'])
  t.same(completeWord('say /re', completions), [[], '/re'])
  t.same(completeWord('', completions), [[], ''])
  t.same(completeWord('lamp ', completions), [[], ''])
  t.end()
})

void t.test('colour needs a terminal that is not dumb, and no NO_COLOR', (t) => {
  t.equal(choosePaint({ TERM: 'xterm' }).quiet('x'), '\x1b[2mx\x1b[0m')
  t.equal(choosePaint({ TERM: 'xterm', NO_COLOR: '' }).quiet('x'), '\x1b[2mx\x1b[0m')
  t.equal(choosePaint({ TERM: 'xterm', NO_COLOR: '1' }).quiet('x'), 'x')
  t.equal(choosePaint({ TERM: 'xterm', NO_COLOR: '1' }).movesCursor, true)
  t.equal(choosePaint({ TERM: 'dumb' }).quiet('x'), 'x')
  t.equal(choosePaint({ TERM: 'dumb' }).movesCursor, false)
  t.end()
})

const question = {
  code: 'K7QF2',
  chat: 'local',
  personId: '1',
  personName: 'Ada',
  action: 'set gate on',
  reason: 'It asks each time.',
  untilMs: Date.parse('2026-11-21T12:05:00Z'),
  offersAlways: false,
}

void t.test('a question shows the whole action on one line, and hides nothing', (t) => {
  t.equal(questionPrompt(question), 'Allow: set gate on? (It asks each time.) [y/N] ')
  const action = 'rm x\n\x1b[2K\u202eAllow: nothing'
  t.equal(questionPrompt({ ...question, action }), 'Allow: rm x␊␛[2K\ufffdAllow: nothing? (It asks each time.) [y/N] ')
  t.equal(questionPrompt({ ...question, offersAlways: true }), 'Allow: set gate on? (It asks each time.) [y/N/always] ')
  t.match(
    questionDetails({ ...question, call: 'device_set {"name":"gate"}\n\x1b[2K', personName: 'A\u202eda' }),
    /^As it will run: device_set \{"name":"gate"\}␊␛\[2K\. Only A\ufffdda can answer, until Saturday 2026-11-21 \d\d:05, here or with \/approve K7QF2 or \/deny K7QF2\.$/,
  )
  t.notMatch(questionDetails(question), /As it will run/)
  t.end()
})

void t.test('only y and yes are a yes, and always is one only where it is offered', (t) => {
  const parse = (text: string, offersAlways = false) => parseAnswer(text, { ...question, offersAlways })
  for (const text of ['y', 'Y', 'yes', ' YES ']) t.equal(parse(text), 'yes')
  for (const text of ['', ' ', 'n', 'N', 'no']) t.equal(parse(text), 'no')
  for (const text of ['ye', 'yess', 'yes please', 'ok', 'j', '1', 'true', 'ny', 'a']) t.equal(parse(text), undefined)
  t.same([parse('always'), parse(' Always', true), parse('a', true)], [undefined, 'always', undefined])
  t.end()
})
