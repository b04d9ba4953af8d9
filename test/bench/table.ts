/** One line of the budget table. `undefined`: not measured; a text: why, or what is said instead of a number. */
export interface Row {
  readonly what: string
  readonly unit: string
  readonly bound: number | string
  readonly aim: number | string
  readonly bare?: number | string | undefined
  readonly bundle?: number | string | undefined
  readonly executable?: number | string | undefined
  /** Digits behind the point. */
  readonly digits: number
  /** Where the values are words: what is said of them instead of a distance. */
  readonly verdict?: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('There is no median of nothing.')
  return middle
}

export function formatTable(rows: readonly Row[]): string {
  const head = ['what', 'bound', 'aim', 'bare node', 'bundle', 'executable', 'distance']
  const lines = rows.map((row) => [
    row.unit === '' ? row.what : `${row.what}, ${row.unit}`,
    cell(row.bound, row.digits),
    cell(row.aim, row.digits),
    cell(row.bare, row.digits),
    cell(row.bundle, row.digits),
    cell(row.executable, row.digits),
    distance(row),
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** How far the worse of the two is from bound and aim. Every budget is an upper bound. */
export function distance(row: Row): string {
  if (row.verdict !== undefined) return row.verdict
  const measured = [row.bundle, row.executable].filter((value) => typeof value === 'number')
  const worst = Math.max(...measured)
  if (measured.length === 0 || typeof row.bound !== 'number') return ''
  if (worst > row.bound) return `over the bound by ${cell(worst - row.bound, row.digits)}`
  if (typeof row.aim === 'number' && worst > row.aim) {
    return `within the bound, over the aim by ${cell(worst - row.aim, row.digits)}`
  }
  return 'aim met'
}

function cell(value: number | string | undefined, digits: number): string {
  return typeof value === 'number' ? value.toLocaleString('en', digitsOf(digits)) : (value ?? '')
}

function digitsOf(digits: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: 0, maximumFractionDigits: digits }
}
