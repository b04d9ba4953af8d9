import type { Tokens } from 'marked'
import { limits } from '../../limits.ts'

type Align = Tokens.Table['align'][number]

/** The cells of a table in plain text, set under each other; nothing where that is wider than a telephone. */
export function alignedTable(rows: readonly (readonly string[])[], align: readonly Align[]): string | undefined {
  if (rows.some((row) => row.some((cell) => cell.includes('\n')))) return undefined
  const columns = align.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))))
  const between = ' | '
  const wholeWidth = columns.reduce((sum, width) => sum + width, between.length * (columns.length - 1))
  if (wholeWidth > limits.telegramTableColumnsMax) return undefined
  const lines = rows.map((row) =>
    columns
      .map((width, column) => padded(row[column] ?? '', width, align[column] ?? null))
      .join(between)
      .trimEnd(),
  )
  const rule = columns.map((width) => '-'.repeat(width)).join('-+-')
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}

/** A row with more cells than the head: the parser would drop them. */
export function hasCellsBeyondHead(table: Tokens.Table): boolean {
  const rows = table.raw.trimEnd().split('\n').slice(2)
  return rows.some(
    (row) =>
      row
        .trim()
        .replace(/^\|/, '')
        .replace(/\|$/, '')
        .split(/(?<!\\)\|/).length > table.align.length,
  )
}

function padded(cell: string, width: number, align: Align): string {
  const missing = width - widthOf(cell)
  if (align === 'right') return ' '.repeat(missing) + cell
  if (align === 'center') return ' '.repeat(Math.floor(missing / 2)) + cell + ' '.repeat(Math.ceil(missing / 2))
  return cell + ' '.repeat(missing)
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]/u
const without = /[\p{M}\p{Cf}]/u

/** Columns in a fixed-width font: East Asian characters and emoji take two, marks none. */
function widthOf(text: string): number {
  let columns = 0
  for (const character of text) columns += without.test(character) ? 0 : wide.test(character) ? 2 : 1
  return columns
}
