import type { MarkedToken, Token, Tokens } from 'marked'
import { markdownTokens } from './bounded-lexer.ts'
import { legible, withCharactersFor } from './character-references.ts'
import { isLinkTarget } from './link-target.ts'
import { toPlainText, type RichText } from './rich-text.ts'
import { RichTextWriter } from './rich-text-writer.ts'
import { alignedTable, hasCellsBeyondHead } from './table.ts'

/**
 * A model's Markdown as Telegram can show it. Every word of it is in the result: what Telegram has no form for becomes
 * text (tables, rules, boxes of a task list), and what is no Markdown stays as it was written (HTML, lone signs).
 */
export function renderMarkdown(markdown: string): RichText {
  const writer = new RichTextWriter()
  writeBlocks(writer, markdownTokens(legible(markdown)))
  return writer.text
}

function writeBlocks(writer: RichTextWriter, tokens: readonly Token[]): void {
  for (const token of tokens) {
    writer.gap(1)
    writeToken(writer, token, '')
    // White space that the parser counts to the block before.
    if (/\n *\n$/.test(token.raw)) writer.gap(2)
  }
}

function writeInline(writer: RichTextWriter, tokens: readonly Token[]): void {
  let before = ''
  for (const token of tokens) {
    writeToken(writer, token, before)
    before = token.raw
  }
}

function writeToken(writer: RichTextWriter, token: Token, before: string): void {
  // Others are made by extensions of the parser alone, and there are none; their words would stand as they were written.
  const known = token as MarkedToken
  switch (known.type) {
    case 'space':
      return writer.gap(2)
    case 'paragraph':
      return writeInline(writer, known.tokens)
    case 'heading':
      return writer.under({ tag: 'b' }, () => writeInline(writer, known.tokens))
    case 'code':
      return writeCode(writer, known)
    case 'blockquote':
      return writeQuote(writer, known)
    case 'list':
      return writeList(writer, known)
    case 'list_item':
      return writeItem(writer, known.tokens)
    case 'checkbox':
      return // The sign of its item shows it.
    case 'table':
      return writeTable(writer, known)
    case 'hr':
      return writer.write('———')
    case 'def':
    case 'html':
      return writer.write(lineBreaksOf(known.raw.trimEnd()))
    case 'strong':
    case 'em':
      return writeEmphasis(writer, known, before)
    case 'del':
      return writer.under({ tag: 's' }, () => writeInline(writer, known.tokens))
    case 'codespan':
      return writer.under({ tag: 'code' }, () => writer.write(known.text))
    case 'link':
      return writeLink(writer, known, () => writeInline(writer, known.tokens))
    case 'image':
      return writeLink(writer, known, () => writer.write(withCharactersFor(known.text)))
    case 'br':
      return writer.write('\n')
    case 'escape':
      return writer.write(known.text)
    case 'text':
      return known.tokens === undefined
        ? writer.write(withCharactersFor(known.text))
        : writeInline(writer, known.tokens)
    default:
      return writer.write(token.raw)
  }
}

function writeCode(writer: RichTextWriter, { lang = '', text }: Tokens.Code): void {
  const [language = '', ...rest] = lang.split(' ')
  const isLanguage = /^[\w+#.-]{1,32}$/.test(language) && text.trim() !== ''
  writer.write(isLanguage ? rest.join(' ') : lang)
  writer.gap(1)
  if (text.trim() === '') return
  writer.under({ tag: 'pre', language: isLanguage ? language : '' }, () => writer.write(text))
}

/** Telegram has no quote in a quote: the inner one is marked as it is in mail. */
function writeQuote(writer: RichTextWriter, { tokens }: Tokens.Blockquote): void {
  if (!writer.isInside('blockquote')) {
    writer.under({ tag: 'blockquote' }, () => writeBlocks(writer, tokens))
    return
  }
  writer.indented('> ', () => writeBlocks(writer, tokens))
}

function writeList(writer: RichTextWriter, list: Tokens.List): void {
  let number = (list.start === '' ? 1 : list.start) - 1
  for (const item of list.items) {
    // Markdown counts from the first number on; a number that was left out on purpose is kept.
    number = Math.max(number + 1, Number.parseInt(item.raw.trimStart(), 10) || 0)
    writer.gap(list.loose ? 2 : 1)
    const box = item.checked === true ? '☑ ' : '☐ '
    writer.write((list.ordered ? `${number}. ` : item.task ? '' : '• ') + (item.task ? box : ''))
    writer.indented('   ', () => writeItem(writer, item.tokens))
  }
}

/** Words stand beside the sign of their item, other blocks below it. */
function writeItem(writer: RichTextWriter, tokens: readonly Token[]): void {
  const [first, ...rest] = tokens.filter((token) => token.type !== 'checkbox')
  if (first === undefined) return
  if (['code', 'blockquote', 'table'].includes(first.type)) writer.gap(1)
  writeToken(writer, first, '')
  writeBlocks(writer, rest)
}

function writeTable(writer: RichTextWriter, table: Tokens.Table): void {
  const asText = (cell: Tokens.TableCell): string => {
    const text = new RichTextWriter()
    writeInline(text, cell.tokens)
    return toPlainText(text.text)
  }
  const aligned = hasCellsBeyondHead(table)
    ? table.raw.trimEnd()
    : alignedTable(
        [table.header, ...table.rows].map((row) => row.map(asText)),
        table.align,
      )
  if (aligned === undefined) writeRows(writer, table)
  else writer.under({ tag: 'pre', language: '' }, () => writer.write(aligned))
}

/** A wide table: each row a paragraph, each cell a line that begins with the head of its column. */
function writeRows(writer: RichTextWriter, { header, rows }: Tokens.Table): void {
  for (const row of rows.length > 0 ? rows : [[]]) {
    writer.gap(2)
    for (const [column, head] of header.entries()) {
      writer.gap(1)
      writer.under({ tag: 'b' }, () => writeInline(writer, head.tokens))
      writer.write(': ')
      writeInline(writer, row[column]?.tokens ?? [])
    }
  }
}

/** `2*3*4` is a product, not 2, an emphasised 3, and 4: its signs stay. */
function writeEmphasis(writer: RichTextWriter, token: Tokens.Em | Tokens.Strong, before: string): void {
  const sign = token.type === 'em' ? '*' : '**'
  if (token.raw.startsWith('*') && /[A-Za-z0-9]$/.test(before)) {
    writer.write(sign)
    writeInline(writer, token.tokens)
    writer.write(sign)
    return
  }
  writer.under({ tag: token.type === 'em' ? 'i' : 'b' }, () => writeInline(writer, token.tokens))
}

function writeLink(writer: RichTextWriter, token: Tokens.Link | Tokens.Image, writeLabel: () => void): void {
  const isLiteral = token.type === 'link' && token.autolink === true
  const address = isLiteral ? token.href : withCharactersFor(token.href)
  const label = token.text.trim()
  const title = token.title ? ` (${withCharactersFor(token.title)})` : ''
  if (label === '' || [label, `http://${label}`, `mailto:${label}`].includes(address)) {
    // Telegram links it by itself.
    writer.write((label || address) + title)
  } else if (isLinkTarget(address) && !writer.isInside('a')) {
    writer.under({ tag: 'a', href: address }, writeLabel)
    writer.write(title)
  } else {
    writeLabel()
    writer.write(` (${address.replace(/^mailto:/i, '')})${title}`)
  }
}

/** Models write <br> for a line end, most of all in tables; any other HTML is shown as it is. */
function lineBreaksOf(html: string): string {
  return html.replaceAll(/<br\s*\/?>/gi, '\n')
}
