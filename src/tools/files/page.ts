import { PincerError } from '../../errors.ts'
import { limits } from '../../limits.ts'

/**
 * The lines of a text from `offset` (1-based), at most `limit` and no more than one page, word for word; when more is
 * left, a last line in brackets says where to continue. An offset past the end is PincerError `bad_call`.
 */
export function pageOf(
  text: string,
  options: { readonly offset: number; readonly limit: number; readonly path: string },
): string {
  const { path } = options
  // Models count from 0 now and then; the first line is meant.
  const offset = Math.max(1, options.offset)
  const lines = linesOf(text)
  if (lines.length === 0) return `(${path} is empty)`
  if (offset > lines.length) {
    throw new PincerError('bad_call', `${path} has ${count(lines.length, 'line')}: offset ${offset} is past its end.`)
  }
  const wanted = Math.max(1, Math.min(options.limit, limits.fileReadLinesMax))
  const shown: string[] = []
  let chars = 0
  for (const line of lines.slice(offset - 1, offset - 1 + wanted)) {
    chars += line.length + 1
    if (chars > limits.fileReadCharsMax) break
    shown.push(line)
  }
  const first = lines[offset - 1] ?? ''
  if (shown.length === 0) {
    const cut = first.slice(0, limits.fileReadCharsMax).toWellFormed()
    const rest = offset < lines.length ? `; continue with offset ${offset + 1}` : ''
    return `${cut}\n[line ${offset} of ${lines.length}: ${cut.length} of its ${first.length} characters${rest}]`
  }
  const last = offset - 1 + shown.length
  if (last === lines.length) return shown.join('\n')
  return `${shown.join('\n')}\n[lines ${offset}-${last} of ${lines.length}; continue with offset ${last + 1}]`
}

/** A newline at the end ends the last line, it does not begin another. */
export function linesOf(text: string): string[] {
  if (text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}

export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}
