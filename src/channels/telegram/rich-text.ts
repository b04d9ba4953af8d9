/** What a stretch of text is. Two neighbours that hold the same mark object stand in one element. */
export type Mark =
  | { readonly tag: 'b' | 'i' | 's' | 'code' | 'blockquote' }
  | { readonly tag: 'pre'; readonly language: string }
  | { readonly tag: 'a'; readonly href: string }

/** Text under the same marks, the outermost first. */
export interface Run {
  readonly text: string
  readonly marks: readonly Mark[]
}

/** Formatted text as a list of runs, not a tree: it can be cut anywhere, and each piece still knows what it is in. */
export type RichText = readonly Run[]

/** Telegram's HTML: every element that is opened is closed, in order. */
export function toHtml(text: RichText): string {
  let html = ''
  let open: readonly Mark[] = []
  for (const run of text) {
    const shared = sharedMarks(open, run.marks)
    html += open.slice(shared).toReversed().map(endTag).join('')
    html += run.marks.slice(shared).map(startTag).join('')
    html += escaped(run.text)
    open = run.marks
  }
  return html + open.toReversed().map(endTag).join('')
}

/** For a message that Telegram would not take as HTML: no formatting, but the address behind every link. */
export function toPlainText(text: RichText): string {
  return text
    .map(({ text: words, marks }, index) => {
      const link = marks.find((mark) => mark.tag === 'a')
      const goesOn = link !== undefined && text[index + 1]?.marks.includes(link)
      return link === undefined || goesOn || words === link.href ? words : `${words} (${link.href})`
    })
    .join('')
}

/** How many marks, from the outermost, two runs have in common. */
export function sharedMarks(one: readonly Mark[], other: readonly Mark[]): number {
  const differs = one.findIndex((mark, index) => mark !== other[index])
  return differs === -1 ? one.length : differs
}

function startTag(mark: Mark): string {
  switch (mark.tag) {
    case 'a':
      return `<a href="${escaped(mark.href).replaceAll('"', '&quot;')}">`
    case 'pre':
      return mark.language === '' ? '<pre>' : `<pre><code class="language-${mark.language}">`
    case 'b':
    case 'i':
    case 's':
    case 'code':
    case 'blockquote':
      return `<${mark.tag}>`
  }
}

function endTag(mark: Mark): string {
  if (mark.tag === 'pre' && mark.language !== '') return '</code></pre>'
  return `</${mark.tag}>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
