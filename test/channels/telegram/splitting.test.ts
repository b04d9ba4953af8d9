import t from 'tap'
import { renderMarkdown } from '../../../src/channels/telegram/markdown.ts'
import { toHtml, type RichText } from '../../../src/channels/telegram/rich-text.ts'
import { splitPlainText, splitRichText } from '../../../src/channels/telegram/splitting.ts'
import { limits } from '../../../src/limits.ts'
import { parseTelegramHtml } from '../../support/telegram-html.ts'

const max = limits.telegramTextUnitsMax
const wordsOf = (text: RichText): string => text.map((run) => run.text).join('')
const split = (markdown: string, unitsMax: number = max): readonly string[] =>
  splitRichText(renderMarkdown(markdown), unitsMax).map(toHtml)

void t.test('what fits stays one message', (t) => {
  t.strictSame(split('**a** b'), ['<b>a</b> b'])
  t.equal(split('a'.repeat(max)).length, 1)
  t.equal(split('a'.repeat(max + 1)).length, 2)
  // Markup is not counted, and neither is what a sign becomes in HTML.
  t.equal(split('**a** '.repeat(600)).length, 1)
  t.equal(split('<'.repeat(max)).length, 1)
  t.equal(splitPlainText('&'.repeat(max), max).length, 1)
  t.end()
})

void t.test('nothing to read gives no message', (t) => {
  for (const text of ['', ' ', '\n\n', '\u200b\u2060', '\u2800', ' '.repeat(9_000)]) {
    t.strictSame(splitPlainText(text, max), [], JSON.stringify(text.slice(0, 4)))
  }
  t.end()
})

void t.test('the cut is between paragraphs, else lines, else words, else characters', (t) => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['paragraphs', 'aa bb\n\ncc\ndd ee', ['aa bb\n\n', 'cc\ndd ee']],
    ['lines', 'aa bb cc\ndd ee ff', ['aa bb cc\n', 'dd ee ff']],
    ['words', 'aaaa bbbb cccc', ['aaaa bbbb ', 'cccc']],
    ['characters', 'aaaabbbbccccdddd', ['aaaabbbbcccc', 'dddd']],
    [
      'a paragraph so early that most of the message would stay empty',
      'a\n\nbbbb bbb bbbb',
      ['a\n\nbbbb bbb ', 'bbbb'],
    ],
  ]
  for (const [name, text, parts] of cases) t.strictSame(splitPlainText(text, 12), parts, name)
  t.end()
})

void t.test('no surrogate pair and no character of several is cut', (t) => {
  t.strictSame(splitPlainText('🙂🙂🙂', 5), ['🙂🙂', '🙂'])
  t.strictSame(splitPlainText('aaa👩‍👩‍👧b', 8), ['aaa', '👩‍👩‍👧', 'b'])
  t.strictSame(splitPlainText('aaaae\u0301b', 5), ['aaaa', 'e\u0301b'])
  t.strictSame(splitPlainText('🇩🇪🇫🇷', 6), ['🇩🇪', '🇫🇷'])
  t.strictSame(splitPlainText('aaaa \u0301bbb', 5), ['aaaa', ' \u0301bbb'], 'a space that carries a mark')
  const zalgo = `a${'\u0301'.repeat(20)}`
  t.equal(splitPlainText(zalgo, 8).join(''), zalgo, 'a character that fits no message is cut, and whole')
  t.strictSame(
    splitPlainText('👩‍👩‍👧', 4),
    ['👩\u200d', '👩\u200d', '👧'],
    'one that fits no message is cut between its pairs',
  )
  t.ok(splitPlainText('🙂'.repeat(20), 3).every((part) => part.isWellFormed()))
  t.strictSame(splitPlainText('🙂', 1).join(''), '🙂', 'even where nothing fits, it comes to an end')
  t.end()
})

void t.test('elements are closed in one part and opened again in the next', (t) => {
  t.strictSame(split('**aaaa _bbbb cccc_ dddd**', 12), ['<b>aaaa <i>bbbb </i></b>', '<b><i>cccc</i> dddd</b>'])
  t.strictSame(split('> aaaa bbbb\n> cccc', 10), [
    '<blockquote>aaaa bbbb\n</blockquote>',
    '<blockquote>cccc</blockquote>',
  ])
  t.end()
})

void t.test('a link is not cut where a word before it can be', (t) => {
  t.strictSame(split('aaaa bbbb [cc dd](https://a.org)', 13), ['aaaa bbbb ', '<a href="https://a.org">cc dd</a>'])
  t.strictSame(
    split('[aaaa bbbb cccc](https://a.org)', 10),
    ['<a href="https://a.org">aaaa bbbb </a>', '<a href="https://a.org">cccc</a>'],
    'a longer one leads to the same place from both parts',
  )
  t.end()
})

void t.test('code stays whole where it can, and is cut between its lines where not', (t) => {
  const code = (lines: number): string =>
    `\`\`\`sh\n${Array.from({ length: lines }, (_, n) => `line ${n}`).join('\n')}\n\`\`\``
  const [before, whole] = split(`words\n\n${code(5)}\n\nafter`, 40)
  t.equal(before, 'words\n\n')
  t.match(whole, /^<pre><code class="language-sh">line 0\n.*line 4<\/code><\/pre>/s)
  const airy = split('words\nmore\n```\nline 1\n\nline 2\nline 3\n```', 30)
  t.strictSame(airy, ['words\nmore\n', '<pre>line 1\n\nline 2\nline 3</pre>'], 'a blank line in it is no paragraph')
  const long = split(`words\n\n${code(12)}`, 40)
  t.ok(long.length > 2)
  for (const part of long) t.match(part, /<pre><code class="language-sh">(line \d+\n?)+<\/code><\/pre>$/)
  t.match(long[0], /^words/, 'what is too long anyway begins at once')
  t.end()
})

void t.test('a long reply of everything is cut without harm', (t) => {
  const piece =
    '## Head\n\nSome **bold _text_** with [links](https://a.org/b) & `code`.\n\n- a\n  - b\n\n> quote\n\n```py\nif a < b:\n    x()\n```\n\n'
  const text = renderMarkdown(piece.repeat(150))
  for (const unitsMax of [max, 1024, 100, 30]) {
    const parts = splitRichText(text, unitsMax)
    t.equal(parts.map(wordsOf).join(''), wordsOf(text), `${unitsMax}: every character`)
    t.ok(
      parts.every((part) => wordsOf(part).length <= unitsMax),
      `${unitsMax}: none is too long`,
    )
    t.ok(
      parts.every((part) => parseTelegramHtml(toHtml(part)).ok),
      `${unitsMax}: each is valid by itself`,
    )
    if (unitsMax > 50) {
      const code = parts.flatMap((part) => part.filter((run) => run.marks.some((mark) => mark.tag === 'pre')))
      t.ok(
        code.every((run) => run.text === 'if a < b:\n    x()'),
        `${unitsMax}: no code is cut`,
      )
    }
  }
  t.end()
})

void t.test('what is sent stays small enough, however long the addresses are', (t) => {
  const links = Array.from({ length: 40 }, (_, n) => `[link ${n}](https://a.org/${'x'.repeat(1_500)}/${n})`).join(
    '\n\n',
  )
  const parts = splitRichText(renderMarkdown(links), max)
  t.ok(parts.every((part) => Buffer.byteLength(toHtml(part)) <= limits.telegramHtmlBytesMax))
  t.ok(parts.length > 2 && parts.length < 10, `${parts.length} parts`)
  t.equal(parts.map(wordsOf).join(''), wordsOf(renderMarkdown(links)))
  const tooLong = splitRichText([{ text: 'words '.repeat(9), marks: [{ tag: 'a', href: 'y'.repeat(30_000) }] }], max)
  t.equal(tooLong.map(wordsOf).join('').replaceAll(' ', ''), 'words'.repeat(9), 'and it comes to an end in any case')
  t.end()
})

void t.test('text without any place to cut is cut quickly', (t) => {
  const text = 'x'.repeat(500_000)
  t.equal(splitPlainText(text, max).join(''), text)
  t.end()
})
