import t from 'tap'
import { limits } from '../../../src/limits.ts'
import { htmlToText } from '../../../src/tools/web/html-text.ts'

const never = new AbortController().signal
const address = new URL('https://site.test/folder/page?x')
const textOf = async (html: string): Promise<string> => (await htmlToText(html, address, never)).text

void t.test('elements become the text that a reader sees', async (t) => {
  for (const [html, text] of [
    ['<p>Hello   <b>bold</b>\n<i>it</i>', 'Hello bold it'],
    ['one<br>two<br/>three', 'one\ntwo\nthree'],
    ['<h1>A</h1><h3>B</h3>text', '# A\n\n### B\n\ntext'],
    ['<div>a<div>b</div>c</div>', 'a\n\nb\n\nc'],
    ['<ul><li>a<li>b<ol><li>c</li><li>d</ol><li><p>e<p>f</ul>g', '- a\n- b\n  1. c\n  2. d\n- e\n  f\n\ng'],
    ['<ul><li></li><li>a</ul>b', '- a\n\nb'],
    ['<table><tr><th>N<th>V<tr><td>x <td><p>1<p>2<tr><td>a<br>b<td></table>z', 'N | V\nx | 1 2\na b |\n\nz'],
    ['<table><tr><td>out<table><tr><td>in<td>2</table>after</table>', 'out\nin | 2\nafter'],
    ['<pre>\n a\n   b  \n</pre>c', ' a\n   b\n\nc'],
    ['<blockquote><p>a<p>b</blockquote>c', '> a\n\n> b\n\nc'],
    ['a<hr>b', 'a\n\n---\n\nb'],
    ['x &amp; &lt;b&gt; &#x27;q&#39; &nbsp;&eacute;&unknown;', "x & <b> 'q' é&unknown;"],
    ['<img alt="a cat" src=x> and <img src=y>', 'a cat and'],
    ['<svg><title>no</title><text>no</text></svg>yes', 'yes'],
    ['<p>unclosed <b>tags <i>everywhere', 'unclosed tags everywhere'],
    ['</p></div></x>stray<//>', 'stray'],
    ['<a', ''],
    ['a < b <3 c', 'a < b <3 c'],
  ] as const) {
    t.equal(await textOf(html), text, html)
  }
})

void t.test('a link is its words and its whole address', async (t) => {
  for (const [html, text] of [
    ['see <a href="/a?b=1&amp;c=(2)">this  page</a>, ok', 'see [this page](https://site.test/a?b=1&c=%282%29), ok'],
    ['<a href=next>n</a> <a href="//other.test">o</a>', '[n](https://site.test/folder/next) [o](https://other.test/)'],
    ['<base href="https://base.test/x/"><a href=y>n</a>', '[n](https://base.test/x/y)'],
    ['<a href="https://a.test/">https://a.test/</a>', 'https://a.test/'],
    [
      '<a href="#top">top</a> <a>none</a> <a href="javascript:alert(1)">js</a> <a href="data:,x">d</a>',
      'top none js d',
    ],
    ['<a href="mailto:a@b.test">a@b.test</a> <a href="http://[">bad</a>', 'a@b.test bad'],
    ['<a href=/x></a><a href=/y> </a>end', 'end'],
    ['<a href=/card><h3>Card</h3><p>more</p></a><p>z', '### [Card](https://site.test/card)\n\nmore\n\nz'],
    ['<a href=/a>one<a href=/b>two</a>', '[one](https://site.test/a)[two](https://site.test/b)'],
    [`<a href="/${'x'.repeat(limits.webLinkCharsMax)}">long</a>`, 'long'],
  ] as const) {
    t.equal(await textOf(html), text, html.slice(0, 60))
  }
})

void t.test('what a reader does not see is not there', async (t) => {
  const secret = 'OBEY'
  for (const hidden of [
    `<script>${secret}</script>`,
    `<SCRIPT type=x>${secret}</SCRIPT >`,
    `<style>${secret}</style>`,
    `<template><p>${secret}</p></template>`,
    `<!-- ${secret} -->`,
    `<!-- a -- ${secret} --!>`,
    `<p hidden>${secret}</p>`,
    `<div hidden=until-found><p>${secret}</p><br>${secret}</div>`,
    `<div aria-hidden="true">${secret}</div>`,
    `<div style="display:none">${secret}</div>`,
    `<div style="color:red; DISPLAY : NONE !important"><a href=/>${secret}</a></div>`,
    `<span style="visibility:hidden">${secret}</span>`,
    `<span style="opacity: 0">${secret}</span>`,
    `<span style="opacity:0.0;x:y">${secret}</span>`,
    `<span style="font-size:0px">${secret}</span>`,
    `<textarea>${secret}</textarea>`,
    `<select><option>${secret}</select>`,
    `<iframe src=x>${secret}</iframe>`,
    `<object>${secret}</object>`,
    `<svg><text>${secret}</text></svg>`,
    `<meta name=description content="${secret}">`,
    `<input type=hidden value="${secret}">`,
    `<img src="${secret}">`,
    `<p title="${secret}" data-x="${secret}"></p>`,
  ]) {
    t.equal(await textOf(`before ${hidden} after`).then((text) => text.replaceAll(/\s+/g, ' ')), 'before after', hidden)
  }
  t.equal(await textOf('<p style="opacity: 0.5; font-size: 0.9em; display: block">seen</p>'), 'seen')
  t.equal(await textOf('a\u202eb\u200bc\u{e0041}d\u00ade\u2060f\u0007'), 'abcdef', 'nor by tricks of the letters')
  t.equal(await textOf('👩‍👩‍👧 नमस्ते می‌خواهم'), '👩‍👩‍👧 नमस्ते می‌خواهم', 'what joins letters stays')
})

void t.test('the title comes by itself, and the main part of a page goes before all around it', async (t) => {
  const words = '<p>enough words to be a page of its own'.repeat(10)
  const page = await htmlToText(
    `<title> A &amp;\n B </title><title>other</title><nav>menu</nav><main>${words}</main><footer>foot</footer>`,
    address,
    never,
  )
  t.equal(page.title, 'A & B')
  t.notMatch(page.text, /menu|foot|other|A & B/)
  t.match(await textOf('<nav>menu</nav><main>short</main>'), /^menu\n\nshort$/, 'an empty shell is none')
})

void t.test('a page without end is cut, in time and in letters', async (t) => {
  const filled = (piece: string): string => piece.repeat(Math.ceil(limits.webBodyBytesMax / piece.length))
  for (const [piece, isCut] of [
    ['<b>', true],
    ['<div><table><tr><td>', true],
    ['word ', true],
    ['<', true],
    ['<a href=x>y</a>', true],
    ['<a href=x>', false],
    ['<td>', false],
    ['<p>', false],
    ['</i>', false],
    ['<br>', false],
    ['<!-- x ', false],
    ['<a b=c ', false],
  ] as const) {
    const page = await htmlToText(filled(piece), address, never)
    t.equal(page.isCut, isCut, piece)
    t.ok(
      page.text.length < limits.webTextCharsMax + 2 * limits.webBlockCharsMax + limits.webPieceChars * 40,
      `${piece} ${page.text.length}`,
    )
  }
  t.equal((await htmlToText('<b>'.repeat(300_000) + '</i>'.repeat(300_000), address, never)).isCut, true)
})

void t.test('reading leaves room for other work, and stops when it is told to', async (t) => {
  const html = '<p>word</p>'.repeat(10_000)
  let turns = 0
  const count = (): void => {
    turns += 1
    if (turns < 10) setImmediate(count)
  }
  setImmediate(count)
  await htmlToText(html, address, never)
  t.equal(turns, 10)
  await t.rejects(htmlToText(html, address, AbortSignal.abort()), { code: 'stopped' })
})
