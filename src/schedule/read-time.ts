import { PincerError } from '../errors.ts'
import { formatLocalTime } from '../local-time.ts'
import { shortened } from '../short-text.ts'
import type { Calendar } from './calendar.ts'
import type { JobTime } from './job.ts'
import { readDays, readDayTime } from './read-day-time.ts'
import { readMoment, type Moment } from './read-moment.ts'
import { readSpan } from './read-span.ts'
import { firstInstant, processZone } from './zone-time.ts'

/** Of `schedule_add`: one of the first four, and for `at` and `cron` the zone that they are meant in. */
export interface TimeArguments {
  readonly in?: string | undefined
  readonly at?: string | undefined
  readonly every?: string | undefined
  readonly cron?: string | undefined
  readonly zone?: string | undefined
}

export interface TimeContext {
  readonly nowMs: number
  /** The person's own zone, which is the process's. */
  readonly timezone: string
  /** Whether `nowMs` is to be believed: see isCalendarTrusted. */
  readonly isTrusted: boolean
  /** Loaded for what needs it alone: a cron expression, or a time in another zone. */
  readonly calendar: () => Promise<Calendar>
}

/** When a job is to run, as a person or a model writes it. Fails with PincerError `bad_call` and one sentence. */
export async function readJobTime(args: TimeArguments, context: TimeContext): Promise<JobTime> {
  if (args.in !== undefined) return { kind: 'in', delayMs: readSpanOf('in', args.in.replace(/^\s*in\s+/i, '')) }
  if (args.every !== undefined) return readEvery(args.every, args.zone, context)
  if (args.at !== undefined) return { kind: 'at', atMs: await readAt(args.at, args.zone, context) }
  if (args.cron !== undefined) return readCron(args.cron, args.zone ?? context.timezone, context)
  throw wrong('No time is given; expected one of in, at, every or cron.')
}

function readSpanOf(key: 'in' | 'every', text: string): number {
  const span = readSpan(text)
  if (typeof span === 'number') return span
  const instead = key === 'in' ? 'for a date use at' : 'for days and dates use cron'
  throw wrong(`${key} ${quoted(text)} ${span ?? 'is no length of time; expected for example 30m'}; ${instead}.`)
}

/** Lengths of time, and the days of a week: `30m`, `day at 07:00`, `mon and thu at 18:30`. */
async function readEvery(text: string, zone: string | undefined, context: TimeContext): Promise<JobTime> {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^(?:every|each)\s+/, '')
  const [, daysBefore, time = ''] = /^(.+?),?(?: at)? ((?:noon|midnight|\d).*)$/.exec(words) ?? []
  const days = readDays(daysBefore ?? words)
  if (days === undefined || words === 'day') {
    const everyMs = readSpanOf('every', words.replace(/^(?:second|minute|hour|day|week)$/, '1 $&'))
    if (everyMs > 0) return { kind: 'every', everyMs }
    throw wrong('every is 0; expected a length of time, for example 30m.')
  }
  const timeS = readDayTime(time)
  if (timeS === undefined) throw wrong(`every ${quoted(text)} has no time of day; expected for example "day at 07:00".`)
  const [hour, minute, second] = [Math.floor(timeS / 3_600), Math.floor(timeS / 60) % 60, timeS % 60]
  const expression = `${second === 0 ? '' : `${second} `}${minute} ${hour} * * ${days}`
  return readCron(expression, zone ?? context.timezone, context)
}

async function readCron(expression: string, zone: string, context: TimeContext): Promise<JobTime> {
  const fault = (await context.calendar()).cronFault(expression, zone)
  if (fault !== undefined) throw wrong(fault)
  return { kind: 'cron', expression: expression.trim().replaceAll(/\s+/g, ' '), zone }
}

async function readAt(text: string, givenZone: string | undefined, context: TimeContext): Promise<number> {
  const moment = readMoment(text)
  if (typeof moment === 'string') throw wrong(`at ${quoted(text)} ${moment}.`)
  if (!context.isTrusted && moment.day.kind !== 'date') {
    throw wrong(`at ${quoted(text)} needs today's date, which this board does not know yet; give the date, or use in.`)
  }
  const zone = givenZone ?? moment.zone ?? context.timezone
  if (moment.zone !== undefined && moment.zone !== zone) {
    throw wrong(
      `at ${quoted(text)} names another zone than zone does, which is ${quoted(zone)}; leave one of them out.`,
    )
  }
  const { nowMs } = context
  const clocks = zone === context.timezone ? ownClocks : clocksIn(zone, await context.calendar())
  const atMs = instantOf(moment, clocks, nowMs)
  if (atMs > nowMs) return atMs
  throw wrong(
    `at ${quoted(text)} is ${formatLocalTime(atMs)}, which has passed: now it is ${formatLocalTime(nowMs)} (${context.timezone}); expected a time to come.`,
  )
}

/** What clocks show, as if it were UTC, and when they show it. */
interface Clocks {
  wallOf(atMs: number): number
  instantOf(wallMs: number): number
}

const ownClocks: Clocks = {
  wallOf: (atMs) => atMs + processZone.offsetMs(atMs),
  instantOf: (wallMs) => firstInstant(processZone, wallMs),
}

function clocksIn(zone: string, calendar: Calendar): Clocks {
  return {
    wallOf: (atMs) => calendar.wallOf(atMs, zone),
    instantOf: (wallMs) => calendar.instantOf(wallMs, zone),
  }
}

function instantOf({ day, timeS, offsetMs }: Moment, clocks: Clocks, nowMs: number): number {
  const todayMs = Math.floor(clocks.wallOf(nowMs) / dayMs) * dayMs
  const onDay = (startMs: number): number => clocks.instantOf(startMs + timeS * 1_000)
  /** The first one to come, of one that comes each so many days. */
  const toCome = (startMs: number, everyMs: number): number =>
    onDay(startMs) > nowMs ? onDay(startMs) : onDay(startMs + everyMs)
  switch (day.kind) {
    case 'date':
      return offsetMs === undefined ? onDay(day.dayMs) : day.dayMs + timeS * 1_000 - offsetMs
    case 'from-today':
      return onDay(todayMs + day.days * dayMs)
    case 'next':
      return toCome(todayMs, dayMs)
    case 'weekday': {
      const days = (day.weekday - new Date(todayMs).getUTCDay() + 7) % 7
      return toCome(todayMs + days * dayMs, 7 * dayMs)
    }
  }
}

const dayMs = 86_400_000

const quotedCharsMax = 60

function quoted(text: string): string {
  return JSON.stringify(shortened(text, quotedCharsMax))
}

function wrong(sentence: string): PincerError {
  return new PincerError('bad_call', sentence)
}
