import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { createCalendar } from '../../src/schedule/calendar.ts'

const calendar = createCalendar()

interface Row {
  readonly text: string
  readonly zone: string
  readonly expression: string
  readonly afterMs: number
  /** What croniter answers; undefined: never. */
  readonly theirsMs: number | undefined
  readonly difference: string
  /** By our rule, as the script that made the rows works it out; the same as theirs where there is no difference. */
  readonly expectedMs: number
}

/** See croniter/answers.py. */
function readRows(): readonly Row[] {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, 'croniter/answers.txt.gz'))).toString()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [zone = '', expression = '', after = '', theirs = '', difference = '', expected = theirs] = line.split('\t')
      const afterMs = Number(after) * 1_000
      const theirsMs = theirs === 'never' ? undefined : afterMs + Number(theirs) * 1_000
      const expectedMs = afterMs + Number(expected) * 1_000
      return { text: line, zone, expression, afterMs, theirsMs, difference, expectedMs }
    })
}

/** Each way in which we answer something else than croniter: what must be true of such a row, and nothing else is left. */
const differences: Readonly<Record<string, (row: Row) => boolean>> = {
  // croniter runs a time of the day again when it comes for the second time. We run it once, the first time.
  fold: ({ expression, zone, theirsMs = 0, expectedMs }) => {
    const isSecondPass = calendar.instantOf(calendar.wallOf(theirsMs, zone), zone) < theirsMs
    return isSecondPass && expectedMs > theirsMs && !/^(\S+ )?\S+ (\*|\*\/1|0-23) \S+ \S+ \S+$/.test(expression)
  },
  // Steps of weekdays go on to 7, which is Sunday, and not to 6; and a field of days that names each of them is a *.
  days: ({ expression }) => {
    const [day = '', , weekday = ''] = expression.split(' ').slice(-3)
    return (
      /(^|,)\d\/\d/.test(weekday) ||
      (namesAll(day, 1, 29) && day !== '*') ||
      (namesAll(weekday, 0, 6) && weekday !== '*')
    )
  },
  // Out of a gap croniter steps by whole minutes and keeps the seconds. We run in the instant in which the gap ends.
  'gap-second': ({ zone, theirsMs = 0, expectedMs }) => {
    const jumpMs = calendar.wallOf(expectedMs, zone) - calendar.wallOf(expectedMs - 1_000, zone)
    return jumpMs > 1_000 && theirsMs > expectedMs && theirsMs - expectedMs < 60_000
  },
  // With the nth or last weekday of a month croniter wants the day of the month too. We, as with other weekdays, either.
  nth: ({ expression, theirsMs, expectedMs }) =>
    /(#\d|L)$/.test(expression) &&
    !/ \* \S+ \S+$/.test(expression) &&
    (theirsMs === undefined || theirsMs > expectedMs),
}

/** Each value from `low` to `high` is in the field of an expression. */
function namesAll(field: string, low: number, high: number): boolean {
  const values = new Set<number>()
  for (const item of field.replace('*', `${low}-31`).split(',')) {
    const [, from = '', to, step] = /^(\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(item) ?? []
    const last = to === undefined ? (step === undefined ? from : 31) : to
    for (let value = Number(from); value <= Number(last); value += Number(step ?? 1)) values.add(value)
  }
  return Array.from({ length: high - low + 1 }, (_, index) => low + index).every((value) => values.has(value))
}

void t.test('next slots are those of croniter, but for the differences that are stated', (t) => {
  const rows = readRows()
  t.equal(process.versions['tz'], '2026c', 'the rows are of these rules of time zones: with others make them anew')
  t.ok(rows.length >= 10_000, `${rows.length} rows`)
  t.ok(new Set(rows.map(({ zone }) => zone)).size >= 8, 'many zones')
  const wrong = rows.filter(
    ({ expression, zone, afterMs, expectedMs }) => calendar.nextCron(expression, zone, afterMs) !== expectedMs,
  )
  t.strictSame(wrong.map(({ text }) => text).slice(0, 20), [], 'each answer is the expected one')

  const different = rows.filter(({ theirsMs, expectedMs }) => theirsMs !== expectedMs)
  const unstated = different.filter((row) => differences[row.difference]?.(row) !== true)
  t.strictSame(unstated.map(({ text }) => text).slice(0, 20), [], 'each difference is one that is stated')
  for (const name of Object.keys(differences)) {
    t.ok(
      different.some(({ difference }) => difference === name),
      `there are rows for ${name}`,
    )
  }
  t.ok(different.length < rows.length / 10, `${different.length} differ`)
  t.end()
})

void t.test('the rows reach over gaps, folds, leap days and year ends', (t) => {
  const counts = { gap: 0, fold: 0, leapDay: 0, newYear: 0 }
  for (const { zone, afterMs, expectedMs } of readRows()) {
    const [from, to] = [calendar.wallOf(afterMs, zone), calendar.wallOf(expectedMs, zone)]
    const changeMs = to - from - (expectedMs - afterMs)
    if (changeMs > 0) counts.gap++
    if (changeMs < 0) counts.fold++
    const shown = new Date(to)
    if (shown.getUTCMonth() === 1 && shown.getUTCDate() === 29) counts.leapDay++
    if (shown.getUTCFullYear() !== new Date(from).getUTCFullYear()) counts.newYear++
  }
  for (const [name, count] of Object.entries(counts)) t.ok(count >= 100, `${name}: ${count}`)
  t.end()
})
