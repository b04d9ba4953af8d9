import t from 'tap'
import { shortened, shortLine } from '../src/short-text.ts'

void t.test('a text that fits is given as it is, and a longer one never has more characters than it may', (t) => {
  t.equal(shortened('', 5), '')
  t.equal(shortened('lamps', 5), 'lamps')
  t.equal(shortened('lamps ', 5), 'lamp…')
  t.equal(shortened('a'.repeat(1_000), 60).length, 60)
  t.end()
})

void t.test('a character that is cut in two is no half character in what is shown', (t) => {
  const shown = shortened('abc😀def', 5)
  t.ok(shown.isWellFormed())
  t.match(shown, /^abc/)
  t.ok(shown.length <= 5)
  t.end()
})

void t.test('a short line has no line break, however many blanks stood around', (t) => {
  t.equal(shortLine('  turn\n\n on\t the  lamp \r\n', 60), 'turn on the lamp')
  t.equal(shortLine(`a${'\n'.repeat(100)}b`, 3), 'a b', 'what is left out is counted behind that')
  t.end()
})
