import t from 'tap'
import { renderMarkdown } from '../../../src/channels/telegram/markdown.ts'
import { toHtml, toPlainText } from '../../../src/channels/telegram/rich-text.ts'
import { limits } from '../../../src/limits.ts'
import { parseTelegramHtml } from '../../support/telegram-html.ts'

const html = (markdown: string): string => toHtml(renderMarkdown(markdown))

const fence = '```'

/** Markdown, and the HTML that Telegram is sent. */
const rows: readonly (readonly [string, string, string])[] = [
  ['bold and italic', '**b** *i* __b__ _i_ ***bi***', '<b>b</b> <i>i</i> <b>b</b> <i>i</i> <i><b>bi</b></i>'],
  ['strike', '~~gone~~', '<s>gone</s>'],
  ['code', 'run `ls -la` now', 'run <code>ls -la</code> now'],
  ['signs in code', '`a < b && c`', '<code>a &lt; b &amp;&amp; c</code>'],
  ['code takes no other formatting', '**bold `code` bold**', '<b>bold </b><code>code</code><b> bold</b>'],
  ['a link keeps its words, not their code', '[`ls`](https://a.org)', '<a href="https://a.org">ls</a>'],
  ['a block of code', `${fence}\nls\n  -l\n${fence}`, '<pre>ls\n  -l</pre>'],
  ['its language', `${fence}c++\nx<y>()\n${fence}`, '<pre><code class="language-c++">x&lt;y&gt;()</code></pre>'],
  [
    'more than a language stands above the code',
    `${fence}sh title="a"\nls\n${fence}`,
    'title="a"\n<pre><code class="language-sh">ls</code></pre>',
  ],
  ['what is no language too', `${fence}"><b>\nls\n${fence}`, '"&gt;&lt;b&gt;\n<pre>ls</pre>'],
  ['a fence that is not closed', `a\n${fence}\nls\nb`, 'a\n<pre>ls\nb</pre>'],
  ['a fence in a fence', `~~~\n${fence}\nls\n${fence}\n~~~`, `<pre>${fence}\nls\n${fence}</pre>`],
  ['an empty block of code', `a\n\n${fence}\n${fence}\n\nb`, 'a\n\nb'],
  ['a link', '[x](https://a.org/?b=1&c="2)', '<a href="https://a.org/?b=1&amp;c=&quot;2">x</a>'],
  ['its title', '[x](https://a.org "t")', '<a href="https://a.org">x</a> (t)'],
  ['a link of Telegram', '[me](tg://user?id=1)', '<a href="tg://user?id=1">me</a>'],
  ['bold inside a link', '[a **b**](http://a.org)', '<a href="http://a.org">a <b>b</b></a>'],
  ['a mail address, which Telegram links by itself', '[me](mailto:a@b.org) a@b.org', 'me (a@b.org) a@b.org'],
  ['an address alone', 'https://a.org and www.b.org <https://c.org>', 'https://a.org and www.b.org https://c.org'],
  ['no script is a link', '[x](javascript:alert(1))', 'x (javascript:alert(1))'],
  ['no file and no data is a link', '[x](file:///a) [y](data:a)', 'x (file:///a) y (data:a)'],
  ['a host that Telegram would drop', '[pi](http://raspberrypi:3000)', 'pi (http://raspberrypi:3000)'],
  ['a link by reference', '[x][1]\n\n[1]: https://a.org', '<a href="https://a.org">x</a>\n\n[1]: https://a.org'],
  ['a picture', '![cat](https://a.org/c.png)', '<a href="https://a.org/c.png">cat</a>'],
  ['a picture without words', '![](https://a.org/c.png)', 'https://a.org/c.png'],
  ['a picture in a link', '[![b](http://i.org)](http://a.org)', '<a href="http://a.org">b (http://i.org)</a>'],
  ['a link without words', '[](https://a.org)', 'https://a.org'],
  ['a quote', '> a\n> b', '<blockquote>a\nb</blockquote>'],
  ['a quote in a quote', '> a\n>> b\n>> c', '<blockquote>a\n&gt; b\n&gt; c</blockquote>'],
  ['code in a quote', `> a\n> ${fence}\n> x\n> ${fence}`, '<blockquote>a\n<pre>x</pre></blockquote>'],
  ['two quotes are two', '> a\n\nb\n\n> c', '<blockquote>a</blockquote>\n\nb\n\n<blockquote>c</blockquote>'],
  ['a list', 'So:\n- a\n- b', 'So:\n• a\n• b'],
  ['a list of lists', '- a\n  - b\n    - c\n- d', '• a\n   • b\n      • c\n• d'],
  ['numbers', '1. a\n1. b\n5. c', '1. a\n2. b\n5. c'],
  ['numbers from zero', '0. a\n1. b', '0. a\n1. b'],
  ['a list with space', '- a\n\n- b', '• a\n\n• b'],
  ['lines of an item', '- a\n  b\n- c', '• a\n   b\n• c'],
  ['code in an item', `1. a\n   ${fence}\n   x\n   ${fence}\n2. b`, '1. a\n<pre>x</pre>\n2. b'],
  ['an item of code alone', `- ${fence}\n  x\n  ${fence}`, '• \n<pre>x</pre>'],
  ['tasks', '- [x] a\n- [ ] b', '☑ a\n☐ b'],
  ['numbered tasks, with space', '1. [x] a\n\n2. [ ] b', '1. ☑ a\n\n2. ☐ b'],
  ['headings', '# One\ntext\n\n### Two *three*', '<b>One</b>\ntext\n\n<b>Two <i>three</i></b>'],
  ['bold in a heading', '## **One** two', '<b>One two</b>'],
  ['an underlined heading', 'One\n===', '<b>One</b>'],
  ['a rule', 'a\n\n---\n\nb', 'a\n\n———\n\nb'],
  [
    'a table, set under each other',
    '| a | n |\n|---|--:|\n| x | 1 |\n| yy | 22 |',
    '<pre>a  |  n\n---+---\nx  |  1\nyy | 22</pre>',
  ],
  ['a table of wide characters', '|温度|b|\n|:-:|-|\n|x|1|', '<pre>温度 | b\n-----+--\n x   | 1</pre>'],
  [
    'a table wider than a telephone',
    `| a | ${'long '.repeat(10)}|\n|---|---|\n| [x](http://a.org) | 1 |\n| y | 2 |`,
    `<b>a</b>: <a href="http://a.org">x</a>\n<b>${'long '.repeat(10).trim()}</b>: 1\n\n<b>a</b>: y\n<b>${'long '.repeat(10).trim()}</b>: 2`,
  ],
  ['a row that is longer than the head', '|a|\n|-|\n|1|2|', '<pre>|a|\n|-|\n|1|2|</pre>'],
  ['a table of lines', '|a|\n|-|\n|1<br>2|', '<b>a</b>: 1\n2'],
  ['a head alone', '|a|b|\n|-|-|', '<pre>a | b\n--+--</pre>'],
  ['HTML is shown', '<b>x</b> <script>y</script>', '&lt;b&gt;x&lt;/b&gt; &lt;script&gt;y&lt;/script&gt;'],
  ['a block of HTML too', '<div>\n**a**\n</div>', '&lt;div&gt;\n**a**\n&lt;/div&gt;'],
  ['half a tag', 'a <b c & d', 'a &lt;b c &amp; d'],
  ['comments', 'a <!-- b --> c', 'a &lt;!-- b --&gt; c'],
  ['line ends of HTML', 'a<br>b<br/>c', 'a\nb\nc'],
  ['line ends', 'a\nb  \nc\\\nd', 'a\nb\nc\nd'],
  ['references', '5 &deg;C &lt;b&gt; AT&amp;T &#176; &#xB0;', '5 °C &lt;b&gt; AT&amp;T ° °'],
  [
    'references that nobody knows',
    '&foo; &#0; &#xD800; &constructor; &',
    '&amp;foo; \ufffd \ufffd &amp;constructor; &amp;',
  ],
  ['references in code stay', '`&amp;`', '<code>&amp;amp;</code>'],
  ['signs that are not Markdown', 'a * b _ c ` d ~ e [f] g] ! h', 'a * b _ c ` d ~ e [f] g] ! h'],
  ['names', 'snake_case_name and __init__.py', 'snake_case_name and <b>init</b>.py'],
  ['products', '2*3*4 and a**b**c', '2*3*4 and a**b**c'],
  ['emphasis between Chinese characters', '这是**重点**内容', '这是<b>重点</b>内容'],
  ['escapes', '\\*a\\* \\# \\<', '*a* # &lt;'],
  ['right to left', '**שלום** عالم', '<b>שלום</b> عالم'],
  ['emoji', '👩‍👩‍👧 **🇩🇪**', '👩‍👩‍👧 <b>🇩🇪</b>'],
  ['NUL and controls', 'a\0b\x1b[31mc\x7f', 'a\ufffdb\ufffd[31mc\ufffd'],
  ['halves of characters', 'a\ud83d b\ude00', 'a\ufffd b\ufffd'],
  ['other line ends', 'a\r\nb\rc\u2028d', 'a\nb\nc\nd'],
  ['tabs', `${fence}\na:\n\tb\n${fence}`, '<pre>a:\n    b</pre>'],
  ['nothing', '', ''],
  ['white space', ' \n\n ', ''],
]

void t.test('Markdown becomes the HTML that Telegram knows', (t) => {
  for (const [name, markdown, expected] of rows) {
    t.equal(html(markdown), expected, name)
    t.ok(parseTelegramHtml(html(markdown)).ok, `${name}: Telegram takes it`)
  }
  t.end()
})

void t.test('without formatting, the address of a link stands behind its words', (t) => {
  const text = renderMarkdown('**See** [the **docs**](https://a.org/x) and https://b.org.')
  t.equal(toPlainText(text), 'See the docs (https://a.org/x) and https://b.org.')
  t.end()
})

void t.test('an address that is too long for a link stands in the text', (t) => {
  const address = `https://a.org/${'x'.repeat(limits.telegramLinkCharsMax)}`
  t.equal(html(`[a](${address})`), `a (${address})`)
  t.end()
})

/** Text that no person writes, in the forms that make parsers slow or end their stack. */
const hostile: Readonly<Record<string, string>> = {
  quotes: '> '.repeat(10_000),
  'quotes without space': '>'.repeat(10_000),
  brackets: '['.repeat(10_000),
  'closed brackets': `${'['.repeat(10_000)}a${']'.repeat(10_000)}`,
  links: `${'['.repeat(10_000)}a${'](x)'.repeat(10_000)}`,
  pictures: '![['.repeat(10_000),
  lists: '- '.repeat(10_000),
  numbers: '1. '.repeat(10_000),
  'lists in lists': Array.from({ length: 300 }, (_, depth) => `${'  '.repeat(depth)}- a`).join('\n'),
  'lists in quotes': '> - '.repeat(5_000),
  stars: '*a **b _c '.repeat(4_000),
  'stars alone': '*'.repeat(30_000),
  backticks: Array.from({ length: 300 }, (_, count) => `${'`'.repeat(count)}a`).join(' '),
  tags: '<b '.repeat(20_000),
  comments: '<!--'.repeat(15_000),
  references: '&amp;'.repeat(12_000),
  'one word': `${'a'.repeat(60_000)}@`,
  definitions: '[a]: x\n'.repeat(9_000),
  cells: `${'|'.repeat(10_000)}\n${'|-'.repeat(10_000)}|\n${'|a'.repeat(10_000)}`,
  'line ends': '\n'.repeat(60_000),
  zalgo: `a${'\u0301'.repeat(50_000)}`,
}

void t.test('hostile text ends neither the stack nor the patience of the test runner, and is shown', (t) => {
  for (const [name, markdown] of Object.entries(hostile)) {
    t.ok(parseTelegramHtml(html(markdown)).ok, name)
  }
  t.end()
})

void t.test('a reply that is too long to be read as Markdown is shown as it was written', (t) => {
  const markdown = '**a** '.repeat(limits.telegramMarkdownCharsMax / 6 + 1)
  t.equal(html(markdown), markdown)
  t.end()
})

/** Every sign of Markdown and HTML, and what parsers stumble over. */
const signs: readonly string[] = [
  '* ** _ __ ~~ ~ ` `` ``` [ ] ]( ) ![ ( < > | & \\ " = @ 2*3*4'.split(' '),
  '\n,\n\n,\n> ,\n>> ,\n- ,\n  - ,\n1. ,\n   ,\n    ,\n# ,\n---\n,\n===\n,\n- [x] ,\n```\n,```sh\n'.split(','),
  '\n|,|\n,\n|-|-|\n,\n|a|b|\n|-|-|\n|,<b>,</b>,<a href=",">,<!--,-->,<br>,<script>,<pre>'.split(','),
  '&amp;,&lt;, ",https://a.org/,](https://a.org/,](javascript:,\n[a]: ,[a], ,\t,**\n,*a*'.split(','),
  '🙂,👩‍👩‍👧,\u0301,שלום,\u202e,\0,\ud83d,\ude00,\x1b'.split(','),
].flat()

void t.test('every word of any text stands in what Telegram shows, and Telegram takes it', (t) => {
  const random = randomFrom(20261121)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  const faults: unknown[] = []
  for (let round = 0; round < 3_000 && faults.length === 0; round++) {
    let count = 0
    const pieces = Array.from({ length: 1 + Math.floor(random() * 30) }, () =>
      random() < 0.5 ? pick(signs) : `w${round}x${count++}${pick(['', ' ', '\n'])}`,
    )
    const markdown = pieces.join('')
    const made = html(markdown)
    const parsed = parseTelegramHtml(made)
    const words = markdown.match(/w\d+x\d+/g) ?? []
    const shown = parsed.ok ? parsed.text + parsed.entities.map((each) => `${each.url} ${each.language}`).join(' ') : ''
    const missing = words.filter((each) => !shown.includes(each))
    const undone = parsed.ok ? parsed.lost : []
    if (!parsed.ok || missing.length > 0 || undone.length > 0) faults.push({ markdown, made, missing, undone, parsed })
  }
  t.strictSame(faults, [])
  t.end()
})

/** Always the same numbers in [0, 1), so that a failure can be seen again. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
