import t from 'tap'
import { parseTelegramHtml } from './telegram-html.ts'

void t.test('text and entities are what Telegram makes of the HTML', (t) => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['a &lt;b&gt; &amp; &quot;c&quot; &#65;&#x1F642;', 'a <b> & "c" A🙂', []],
    ['&nbsp;&foo; &amp', '&nbsp;&foo; &', []],
    ['<b>a</b><strong>b</strong>', 'ab', ['bold 0 1', 'bold 1 1']],
    ['<i>a</i><em>b</em>', 'ab', ['italic 0 1', 'italic 1 1']],
    ['<u>a</u><ins>b</ins>', 'ab', ['underline 0 1', 'underline 1 1']],
    ['<s>a</s><strike>b</strike><del>c</del>', 'abc', ['strikethrough 0 1', 'strikethrough 1 1', 'strikethrough 2 1']],
    ['<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>', 'ab', ['spoiler 0 1', 'spoiler 1 1']],
    ['<B>🙂 <i>x</i></B>', '🙂 x', ['bold 0 4', 'italic 3 1']],
    ['<a href="https://a.org/?b=1&amp;c">x</a>', 'x', ['text_link 0 1 https://a.org/?b=1&c']],
    ["<a href='tg://user?id=5'>x</a>", 'x', ['text_mention 0 1 tg://user?id=5']],
    ['<a>a.org</a>', 'a.org', ['text_link 0 5 a.org']],
    ['<pre>a</pre>', 'a', ['pre 0 1']],
    ['<pre><code class="language-sh">a</code></pre>', 'a', ['pre 0 1 sh']],
    ['<code>a</code>', 'a', ['code 0 1']],
    ['<blockquote>a</blockquote>', 'a', ['blockquote 0 1']],
    ['<blockquote expandable>a</blockquote>', 'a', ['expandable_blockquote 0 1']],
    ['<b></b>a', 'a', []],
    ['<b>a</>', 'a', ['bold 0 1']],
  ]
  for (const [html, text, entities] of rows) {
    const parsed = parseTelegramHtml(html)
    if (!parsed.ok) {
      t.fail(html, parsed)
      continue
    }
    t.equal(parsed.text, text, html)
    t.strictSame(
      parsed.entities.map(({ type, offset, length, url, language }) =>
        [type, offset, length, url ?? language].join(' ').trimEnd(),
      ),
      entities,
      html,
    )
    t.strictSame(parsed.lost, [], html)
  }
  t.end()
})

void t.test('what Telegram cannot parse is refused in its words', (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['a <b', 'Unclosed start tag at byte offset 2'],
    ['a < b>', 'Unsupported start tag "" at byte offset 2'],
    ['é<div>', 'Unsupported start tag "div" at byte offset 2'],
    ['<br/>', 'Unsupported start tag "br/" at byte offset 0'],
    ['<b>a', `Can't find end tag corresponding to start tag "b"`],
    ['a</b>', 'Unexpected end tag at byte offset 1'],
    ['<b><i>a</b></i>', 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'],
    ['<b>a</b x>', 'Unclosed end tag at byte offset 4'],
    ['<a ="x">a</a>', 'Empty attribute name in the tag "a" at byte offset 0'],
    ['<a href', 'Unclosed start tag "a" at byte offset 0'],
    ['<a href="x', 'Unclosed start tag at byte offset 0'],
    ['<a href=a/b>x</a>', 'Unexpected end of name token at byte offset 8'],
    ['<span>a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    [
      '&#xD83D;',
      'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
    ],
  ]
  for (const [html, error] of rows) t.strictSame(parseTelegramHtml(html), { ok: false, error }, html)
  t.end()
})

void t.test('formatting that Telegram undoes without a word is told', (t) => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['<blockquote>a<blockquote>b</blockquote></blockquote>', ['blockquote at 1']],
    ['<code>a<b>b</b></code>', ['bold at 1']],
    ['<b>a<code>b</code></b>', ['code at 1']],
    ['<a href="a.org">a<code>b</code></a>', ['code at 1']],
    ['<a href="javascript:x">a</a>', ['text_link at 0']],
    ['<a href="http://raspberrypi:3000/">a</a>', ['text_link at 0']],
    ['<a href="http://10.0.0.1:3000/">a</a><a href="http://[::1]/">b</a>', []],
    ['<blockquote><pre>a</pre></blockquote>', []],
  ]
  for (const [html, lost] of rows) {
    const parsed = parseTelegramHtml(html)
    t.strictSame(parsed.ok && parsed.lost, lost, html)
  }
  t.end()
})
