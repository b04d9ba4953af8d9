import { CronExpressionParser, type CronFieldCollection } from 'cron-parser'
import { PincerError, sentenceOf } from '../errors.ts'
import { cronFault } from './cron-fault.ts'

/** What a cron expression asks for, in local time: `wallMs` as in zone-time.ts. */
export interface CronSlots {
  /** Each hour of the day counts: what is asked for is an interval, not a time of the day. */
  readonly isEachHour: boolean
  /** The first match after `wallMs`, exclusive, or undefined: never again. */
  nextWall(wallMs: number): number | undefined
}

/** Throws PincerError `bad_call`: one sentence that says what is wrong in it and what is expected. */
export function parseCron(expression: string): CronSlots {
  const written = expression.trim()
  const fields = (shorthands[written.toLowerCase()] ?? written).toLowerCase().split(/\s+/)
  const fault = written === '' ? 'it is empty' : cronFault(fields)
  if (fault !== undefined) throw wrong(written, fault)
  const slots = slotsOf(readFields(fields.join(' '), written))
  if (slots.nextWall(0) === undefined) throw wrong(written, neverComes)
  return slots
}

const shorthands: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
}

const neverComes = 'none of its months has such a day'

function wrong(written: string, why: string): PincerError {
  return new PincerError('bad_call', `The cron expression "${written.slice(0, 100)}" cannot be used: ${why}.`)
}

/** What is left for cron-parser to refuse once `cronFault` found nothing. */
function readFields(fields: string, written: string): CronFieldCollection {
  try {
    return CronExpressionParser.parse(fields.toUpperCase()).fields
  } catch (error) {
    const sentence = sentenceOf(error)
    const [, twice] = /duplicate values found: (\w+)/.exec(sentence) ?? []
    if (twice !== undefined) throw wrong(written, `one of its fields names ${twice} twice`)
    throw wrong(written, sentence.includes('explicit day of month') ? neverComes : sentence)
  }
}

/**
 * Searches local time as if it were UTC, where each day has 24 hours; what clocks make of it is the zone's affair.
 * (cron-parser's own search steps through the zone, and what it does at a gap or a fold depends on the expression.)
 */
function slotsOf(fields: CronFieldCollection): CronSlots {
  const seconds = fields.second.values.map(Number)
  const minutes = fields.minute.values.map(Number)
  const hours = fields.hour.values.map(Number)
  const months = new Set(fields.month.values.map(Number))
  const isDay = dayMatch(fields)

  /** Of a day, in seconds from its start: the first time that is `fromS` or later. */
  function timeFrom(fromS: number): number | undefined {
    for (const hour of hours) {
      if (hour * 3_600 + 3_599 < fromS) continue
      for (const minute of minutes) {
        const minuteS = hour * 3_600 + minute * 60
        if (minuteS + 59 < fromS) continue
        const second = seconds.find((each) => minuteS + each >= fromS)
        if (second !== undefined) return minuteS + second
      }
    }
    return undefined
  }

  return {
    isEachHour: hours.length === 24,
    nextWall(wallMs) {
      const fromMs = (Math.floor(wallMs / 1_000) + 1) * 1_000
      let dayStartMs = Math.floor(fromMs / dayMs) * dayMs
      let fromS = (fromMs - dayStartMs) / 1_000
      for (let days = 0; days < searchDaysMax; days++) {
        const day = new Date(dayStartMs)
        const timeS = months.has(day.getUTCMonth() + 1) && isDay(day) ? timeFrom(fromS) : undefined
        if (timeS !== undefined) return dayStartMs + timeS * 1_000
        dayStartMs += dayMs
        fromS = 0
      }
      return undefined
    },
  }
}

const dayMs = 86_400_000

/** No day that comes at all comes less often: a fifth Monday in February may take 40 years. */
const searchDaysMax = 41 * 366

/** As cron has it: where both kinds of day are narrowed down, one of them is enough. */
function dayMatch(fields: CronFieldCollection): (day: Date) => boolean {
  const days = new Set<number | string>(fields.dayOfMonth.values)
  const weekdays = new Set<number | string>(sundayIs0(fields.dayOfWeek.values))
  const nth = fields.dayOfWeek.nthDay
  const isDayOfMonth = (day: Date): boolean => days.has(day.getUTCDate()) || (days.has('L') && daysLeft(day) === 0)
  const isDayOfWeek = (day: Date): boolean =>
    (weekdays.has(day.getUTCDay()) && (nth === 0 || Math.ceil(day.getUTCDate() / 7) === nth)) ||
    (daysLeft(day) < 7 && weekdays.has(`${day.getUTCDay()}L`))
  if (days.size === mostDays(fields)) return isDayOfWeek
  if (weekdays.size === 7 && nth === 0 && !fields.dayOfWeek.hasLastChar) return isDayOfMonth
  return (day) => isDayOfMonth(day) || isDayOfWeek(day)
}

function sundayIs0(values: readonly (number | string)[]): readonly (number | string)[] {
  return values.map((each) => (typeof each === 'number' ? each % 7 : each.replace('7', '0')))
}

/** Of a single month cron-parser leaves out the days that it never has. */
function mostDays(fields: CronFieldCollection): number {
  const [month = 1, ...others] = fields.month.values
  return others.length > 0 ? 31 : daysIn(2024, month - 1)
}

function daysLeft(day: Date): number {
  return daysIn(day.getUTCFullYear(), day.getUTCMonth()) - day.getUTCDate()
}

function daysIn(year: number, monthIndex: number): number {
  return new Date(Date.UTC(year, monthIndex + 1, 0)).getUTCDate()
}
