import t from 'tap'
import { createCalendar } from '../../src/schedule/calendar.ts'
import type { JobTime } from '../../src/schedule/job.ts'
import { readJobTime, type TimeArguments } from '../../src/schedule/read-time.ts'

const before = process.env['TZ']
t.before(() => (process.env['TZ'] = 'Europe/Berlin'))
t.teardown(() => {
  if (before === undefined) delete process.env['TZ']
  else process.env['TZ'] = before
})

/** A Sunday, 10:30 in Berlin. */
const nowMs = Date.parse('2026-11-22T09:30:00Z')

interface Options {
  readonly now?: string
  readonly isTrusted?: boolean
}

function read(args: TimeArguments, { now, isTrusted = true }: Options = {}): Promise<JobTime> {
  return readJobTime(args, {
    nowMs: now === undefined ? nowMs : Date.parse(now),
    timezone: 'Europe/Berlin',
    isTrusted,
    calendar: async () => createCalendar(),
  })
}

/** The instant that `at` is read as, in UTC; or the sentence that refuses it. */
async function at(text: string, zone?: string, options?: Options): Promise<string> {
  try {
    const time = await read({ at: text, zone }, options)
    return time.kind === 'at' ? new Date(time.atMs).toISOString() : time.kind
  } catch (error) {
    return sentence(error)
  }
}

async function refusal(args: TimeArguments, options?: Options): Promise<string> {
  return read(args, options).then((time) => `taken as ${JSON.stringify(time)}`, sentence)
}

function sentence(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'bad_call') return error.message
  throw error
}

void t.test('in takes a length of time in every form that people and models write', async (t) => {
  const minuteMs = 60_000
  const cases: Readonly<Record<string, number>> = {
    '0s': 0,
    '10m': 10 * minuteMs,
    '10 minutes': 10 * minuteMs,
    'in 10 min': 10 * minuteMs,
    ' IN 10 Minutes ': 10 * minuteMs,
    '250ms': 250,
    '90 secs': 90_000,
    '1h30m': 90 * minuteMs,
    '1h 30m': 90 * minuteMs,
    '1 hour and 30 minutes': 90 * minuteMs,
    '1 hour, 30 minutes and 5 seconds': 90 * minuteMs + 5_000,
    '1.5 hours': 90 * minuteMs,
    'an hour': 60 * minuteMs,
    'one minute': minuteMs,
    'half an hour': 30 * minuteMs,
    'an hour and a minute': 61 * minuteMs,
    PT10M: 10 * minuteMs,
    P1DT2H: 26 * 60 * minuteMs,
    '2 weeks': 14 * 24 * 60 * minuteMs,
    '24d': 24 * 24 * 60 * minuteMs,
  }
  for (const [text, delayMs] of Object.entries(cases)) {
    t.strictSame(await read({ in: text }), { kind: 'in', delayMs }, text)
  }
})

void t.test('what is no length of time is refused with what is expected', async (t) => {
  const cases: Readonly<Record<string, RegExp>> = {
    '': /in "" is no length of time; expected for example 30m; for a date use at\.$/,
    '10': /in "10" has no unit; write for example 90s, 10m, 2h or 1d;/,
    soon: /no length of time/,
    '-5m': /no length of time/,
    '5 parsecs': /no length of time/,
    '10m and then': /no length of time/,
    '25d': /is longer than 24 days; for a date use at/,
    '999999999999 weeks': /is longer than 24 days/,
    '1 month': /months or years, which differ in length; for a date use at/,
    '07:00': /no length of time/,
    P: /no length of time/,
    ['9'.repeat(10_000)]: /has no unit/,
  }
  for (const [text, why] of Object.entries(cases)) t.match(await refusal({ in: text }), why, text.slice(0, 20))
  t.ok((await refusal({ in: 'x'.repeat(10_000) })).length < 300)
})

void t.test('every takes lengths of time, and days with a time of day', async (t) => {
  const cases: Readonly<Record<string, JobTime>> = {
    '30m': { kind: 'every', everyMs: 1_800_000 },
    'every 30 minutes': { kind: 'every', everyMs: 1_800_000 },
    'each hour': { kind: 'every', everyMs: 3_600_000 },
    day: { kind: 'every', everyMs: 86_400_000 },
    'every week': { kind: 'every', everyMs: 7 * 86_400_000 },
    'day at 7': cron('0 7 * * *'),
    'every day at 07:00': cron('0 7 * * *'),
    'day 7pm': cron('0 19 * * *'),
    'daily at noon': cron('0 12 * * *'),
    'day at midnight': cron('0 0 * * *'),
    'weekday at 6:45': cron('45 6 * * 1-5'),
    'weekends at 9:30 am': cron('30 9 * * 0,6'),
    'monday at 8': cron('0 8 * * 1'),
    'Mondays, wed and fri at 18:30': cron('30 18 * * 1,3,5'),
    'day at 07:00:30': cron('30 0 7 * * *'),
  }
  for (const [text, time] of Object.entries(cases)) t.strictSame(await read({ every: text }), time, text)
  t.strictSame(await read({ every: 'day at 7', zone: 'Asia/Tokyo' }), cron('0 7 * * *', 'Asia/Tokyo'))
})

function cron(expression: string, zone = 'Europe/Berlin'): JobTime {
  return { kind: 'cron', expression, zone }
}

void t.test('what every cannot mean is refused with what is expected', async (t) => {
  const cases: Readonly<Record<string, RegExp>> = {
    '0s': /every is 0; expected a length of time/,
    '5': /every "5" has no unit/,
    monday: /every "monday" has no time of day; expected for example "day at 07:00"/,
    weekdays: /has no time of day/,
    'day at 25:00': /has no time of day/,
    'day at 13 pm': /has no time of day/,
    'mon and mon at 7': /is no length of time; expected for example 30m; for days and dates use cron/,
    'month at 7': /for days and dates use cron/,
    '2 months': /months or years, which differ in length; for days and dates use cron/,
    '40d': /is longer than 24 days; for days and dates use cron/,
    '*/5 * * * *': /for days and dates use cron/,
  }
  for (const [text, why] of Object.entries(cases)) t.match(await refusal({ every: text }), why, text)
})

void t.test('at takes dates with a time, ISO 8601, and what is meant from now on', async (t) => {
  const cases: Readonly<Record<string, string>> = {
    '2026-11-23 07:00': '2026-11-23T06:00:00.000Z',
    '2026-11-23T07:00': '2026-11-23T06:00:00.000Z',
    '2026-11-23 at 7': '2026-11-23T06:00:00.000Z',
    '2026-11-23, 7pm': '2026-11-23T18:00:00.000Z',
    '2026-11-23T07:00:30': '2026-11-23T06:00:30.000Z',
    '2026-11-23T07:00:00Z': '2026-11-23T07:00:00.000Z',
    '2026-11-23T07:00:00.000Z': '2026-11-23T07:00:00.000Z',
    '2026-11-23 07:00 UTC': '2026-11-23T07:00:00.000Z',
    '2026-11-23T07:00:00-05:00': '2026-11-23T12:00:00.000Z',
    '2026-11-23T07:00+0530': '2026-11-23T01:30:00.000Z',
    '2026-11-23T07:00+01': '2026-11-23T06:00:00.000Z',
    '2026-11-23T07:00:00+01:00[Europe/Berlin]': '2026-11-23T06:00:00.000Z',
    '2026-11-23 07:00 America/New_York': '2026-11-23T12:00:00.000Z',
    '2026/11/23 07:00': '2026-11-23T06:00:00.000Z',
    '23.11.2026 07:00': '2026-11-23T06:00:00.000Z',
    '23.11.2026, 7:00': '2026-11-23T06:00:00.000Z',
    '2027-07-01 07:00': '2027-07-01T05:00:00.000Z',
    '2028-02-29 07:00': '2028-02-29T06:00:00.000Z',
    '11:00': '2026-11-22T10:00:00.000Z',
    'at 11': '2026-11-22T10:00:00.000Z',
    '10:30': '2026-11-23T09:30:00.000Z',
    '07:00': '2026-11-23T06:00:00.000Z',
    '7 am': '2026-11-23T06:00:00.000Z',
    '7:15 p.m.': '2026-11-22T18:15:00.000Z',
    "7 o'clock": '2026-11-23T06:00:00.000Z',
    noon: '2026-11-22T11:00:00.000Z',
    midnight: '2026-11-22T23:00:00.000Z',
    '12am': '2026-11-22T23:00:00.000Z',
    '12pm': '2026-11-22T11:00:00.000Z',
    'today 18:00': '2026-11-22T17:00:00.000Z',
    'tomorrow 07:00': '2026-11-23T06:00:00.000Z',
    'tomorrow at 7 pm': '2026-11-23T18:00:00.000Z',
    'Tomorrow at noon': '2026-11-23T11:00:00.000Z',
    '7am tomorrow': '2026-11-23T06:00:00.000Z',
    'day after tomorrow 07:00': '2026-11-24T06:00:00.000Z',
    'monday 07:00': '2026-11-23T06:00:00.000Z',
    'on next Wednesday at 18:30': '2026-11-25T17:30:00.000Z',
    '18:00 on fri': '2026-11-27T17:00:00.000Z',
    'sunday 11:00': '2026-11-22T10:00:00.000Z',
    'sunday 10:00': '2026-11-29T09:00:00.000Z',
    '11:00 Asia/Tokyo': '2026-11-23T02:00:00.000Z',
    '07:00 UTC': '2026-11-23T07:00:00.000Z',
  }
  for (const [text, instant] of Object.entries(cases)) t.equal(await at(text), instant, text)
})

void t.test('at is meant in the zone that is given, and of that zone is today', async (t) => {
  t.equal(await at('2026-11-23 07:00', 'Asia/Tokyo'), '2026-11-22T22:00:00.000Z')
  // In Auckland it is already Sunday 22:30, in Honolulu still Saturday 23:30.
  t.equal(await at('tomorrow 00:30', 'Pacific/Auckland'), '2026-11-22T11:30:00.000Z')
  t.equal(await at('tomorrow 00:30', 'Pacific/Honolulu'), '2026-11-22T10:30:00.000Z')
  t.equal(await at('2026-11-23T07:00Z', 'Asia/Tokyo'), '2026-11-23T07:00:00.000Z', 'an offset says more than a zone')
  t.equal(await at('2026-11-23 07:00', 'Tokyo'), '"Tokyo" is no time zone: did you mean Asia/Tokyo?')
  t.match(await at('07:00 Asia/Tokyo', 'Europe/Paris'), /names another zone than zone does, which is "Europe\/Paris"/)
})

void t.test('at keeps the rule of gaps and folds', async (t) => {
  t.equal(await at('2027-03-28 02:30'), '2027-03-28T01:00:00.000Z', 'when the clocks are put forward')
  t.equal(await at('2027-10-31 02:30'), '2027-10-31T00:30:00.000Z', 'the first time')
  t.equal(
    await at('02:30', undefined, { now: '2027-10-31T00:45:00Z' }),
    '2027-11-01T01:30:00.000Z',
    'not a second time',
  )
  t.equal(await at('2:15', 'Australia/Lord_Howe', { now: '2026-10-03T12:00:00Z' }), '2026-10-03T15:30:00.000Z')
})

void t.test('a time that has passed is refused with both times named', async (t) => {
  t.equal(
    await at('2026-11-20 07:00'),
    'at "2026-11-20 07:00" is Friday 2026-11-20 07:00, which has passed: now it is Sunday 2026-11-22 10:30 (Europe/Berlin); expected a time to come.',
  )
  t.match(await at('today 10:30'), /which has passed/, 'also what is just now')
  t.match(await at('2026-11-22T07:00Z'), /Sunday 2026-11-22 08:00, which has passed/)
})

void t.test('while the clock is not known to be right, at needs a date', async (t) => {
  const untrusted = { isTrusted: false }
  for (const text of ['07:00', 'tomorrow 07:00', 'monday 07:00']) {
    t.match(await at(text, undefined, untrusted), /needs today's date, which this board does not know yet/, text)
  }
  t.equal(await at('2026-11-23 07:00', undefined, untrusted), '2026-11-23T06:00:00.000Z')
  t.strictSame(await read({ in: '10m' }, untrusted), { kind: 'in', delayMs: 600_000 })
  t.strictSame(await read({ cron: '0 7 * * *' }, untrusted), cron('0 7 * * *'))
})

void t.test('what at cannot mean is refused with what is expected', async (t) => {
  const cases: Readonly<Record<string, RegExp>> = {
    '': /at "" is no time; expected for example 07:00, tomorrow 07:00, monday 18:30 or 2026-11-23 07:00\.$/,
    later: /is no time/,
    '2026-11-23': /has no time of day; write for example 2026-11-23 07:00/,
    tomorrow: /has no time of day; write for example tomorrow 07:00/,
    '2027-02-29 07:00': /names a day that does not exist/,
    '2026-13-01 07:00': /names a day that does not exist/,
    '2026-11-31 07:00': /names a day that does not exist/,
    '2026-11-23 25:00': /has "25:00" where a time of day is expected/,
    '2026-11-23 07:60': /has "07:60" where/,
    '2026-11-23 13pm': /has "13pm" where/,
    'tomorrow at 24:00': /has "24:00" where/,
    '24:00': /is no time/,
    '11/12/2026 07:00': /can be read in two ways; write the date as 2026-11-23/,
    '1795331000': /is a count of seconds; expected a local time/,
    '1795331000000': /is a count of seconds/,
    'in 10 minutes': /is a length of time; use in for it/,
    '10 minutes': /is no time/,
    '0 7 * * *': /is no time/,
    '2026-11-23 07:00 Mars/Olympus': /"Mars\/Olympus" is no time zone/,
    ['1 '.repeat(5_000)]: /is no time/,
    [`tomorrow ${'x'.repeat(5_000)}`]: /is no time|where a time/,
  }
  for (const [text, why] of Object.entries(cases)) {
    const said = await at(text)
    t.match(said, why, text.slice(0, 30))
    t.ok(said.length < 300, 'in one short sentence')
  }
})

void t.test('cron is checked with its zone, and kept with it', async (t) => {
  t.strictSame(await read({ cron: ' 30  7 * *  1-5 ' }), cron('30 7 * * 1-5'))
  t.strictSame(await read({ cron: '@daily', zone: 'UTC' }), cron('@daily', 'UTC'))
  t.match(await refusal({ cron: '61 * * * *' }), /the minute is "61"/)
  t.match(await refusal({ cron: '0 7 * * *', zone: 'Berlin' }), /did you mean Europe\/Berlin\?/)
  t.match(await refusal({}), /expected one of in, at, every or cron/)
})
