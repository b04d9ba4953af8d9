import t from 'tap'
import { wrapText } from '../../../src/channels/terminal/wrapping.ts'

void t.test('lines are broken between words, and only those that are too long', async (t) => {
  for (const [text, columns, expected] of [
    ['one two three', 13, 'one two three'],
    ['one two three', 12, 'one two\nthree'],
    ['one two three', 7, 'one two\nthree'],
    ['one two three', 1, 'one\ntwo\nthree'],
    ['short\nthis one is long', 8, 'short\nthis one\nis long'],
    ['  - an item', 8, '  - an\nitem'],
    ['name      a help text', 12, 'name      a\nhelp text'],
    ['unbreakablelongword and more', 8, 'unbreakablelongword\nand more'],
    ['see unbreakablelongword', 8, 'see\nunbreakablelongword'],
    ['kept  \n\n   end', 4, 'kept\n\n   end'],
    ['', 5, ''],
    ['nobody knows the width', undefined, 'nobody knows the width'],
    ['nobody knows the width', 0, 'nobody knows the width'],
  ] as const) {
    t.equal(wrapText(text, columns), expected, JSON.stringify([text, columns]))
  }
})

void t.test('wide characters count twice, marks, joiners and colours not at all', async (t) => {
  for (const [text, columns, expected] of [
    ['灯 打开', 7, '灯 打开'],
    ['灯 打开', 6, '灯\n打开'],
    ['🔥 on', 5, '🔥 on'],
    ['🔥 on', 4, '🔥\non'],
    ['e\u0301te\u0301 a\u200db', 6, 'e\u0301te\u0301 a\u200db'],
    ['\x1b[33mone two\x1b[0m', 7, '\x1b[33mone two\x1b[0m'],
    ['\x1b[33mone two\x1b[0m', 6, '\x1b[33mone\ntwo\x1b[0m'],
  ] as const) {
    t.equal(wrapText(text, columns), expected, JSON.stringify([text, columns]))
  }
})
