import t from 'tap'
import { createCalendar } from '../../src/schedule/calendar.ts'

const calendar = createCalendar()

/** The next slots after an instant, as clocks in the zone show them, each with its distance from UTC: `03-29 03:00 +2`. */
function slots(expression: string, zone: string, after: string, count: number): readonly string[] {
  const found: string[] = []
  let atMs: number | undefined = Date.parse(after)
  while (found.length < count) {
    atMs = calendar.nextCron(expression, zone, atMs)
    if (atMs === undefined) break
    const wallMs = calendar.wallOf(atMs, zone)
    const hours = (wallMs - atMs) / 3_600_000
    const shown = new Date(wallMs).toISOString().slice(5, 16).replace('T', ' ')
    found.push(`${shown} ${hours < 0 ? '' : '+'}${hours}`)
  }
  return found
}

void t.test('a time of the day that clocks are put forward over runs once, in the instant in which they are', (t) => {
  t.strictSame(slots('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', 3), [
    '03-28 02:30 +1',
    '03-29 03:00 +2',
    '03-30 02:30 +2',
  ])
  t.strictSame(slots('30 2 * * *', 'America/New_York', '2026-03-07T12:00Z', 2), ['03-08 03:00 -4', '03-09 02:30 -4'])
  t.strictSame(slots('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', 2), [
    '10-04 02:30 +11',
    '10-05 02:15 +11',
  ])
  t.strictSame(slots('0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00Z', 2), ['11-04 01:00 -2', '11-05 00:00 -2'])
  t.strictSame(
    slots('*/20 1-3 * * *', 'Europe/Berlin', '2026-03-29T00:30Z', 4),
    ['03-29 01:40 +1', '03-29 03:00 +2', '03-29 03:20 +2', '03-29 03:40 +2'],
    'three that are skipped and one that comes then are one',
  )
  t.end()
})

void t.test('a time of the day that comes twice runs once, the first time', (t) => {
  t.strictSame(slots('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2), ['10-25 02:30 +2', '10-26 02:30 +1'])
  t.strictSame(
    slots('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:00Z', 1),
    ['10-26 02:30 +1'],
    'asked in the second pass, before it comes again',
  )
  t.strictSame(slots('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00Z', 2), [
    '04-05 01:45 +11',
    '04-06 01:45 +10.5',
  ])
  t.strictSame(slots('0 2,3 * * *', 'Europe/Berlin', '2026-10-25T00:00Z', 2), ['10-25 03:00 +1', '10-26 02:00 +1'])
  t.end()
})

void t.test('an interval goes on through gap and fold, each quarter of an hour that really passes', (t) => {
  t.strictSame(slots('*/15 * * * *', 'Europe/Berlin', '2026-10-25T00:31Z', 6), [
    '10-25 02:45 +2',
    '10-25 02:00 +1',
    '10-25 02:15 +1',
    '10-25 02:30 +1',
    '10-25 02:45 +1',
    '10-25 03:00 +1',
  ])
  t.strictSame(slots('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:01Z', 3), [
    '03-29 01:30 +1',
    '03-29 03:00 +2',
    '03-29 03:30 +2',
  ])
  t.strictSame(slots('45 * * * *', 'Australia/Lord_Howe', '2026-04-04T14:00Z', 3), [
    '04-05 01:45 +11',
    '04-05 01:45 +10.5',
    '04-05 02:45 +10.5',
  ])
  t.strictSame(slots('15 * * * *', 'Australia/Lord_Howe', '2026-10-03T14:30Z', 2), [
    '10-04 01:15 +10.5',
    '10-04 03:15 +11',
  ])
  t.end()
})

void t.test('a day that a zone leaves out is a gap like any other', (t) => {
  t.strictSame(slots('0 7 * * *', 'Pacific/Apia', '2011-12-29T00:00Z', 3), [
    '12-29 07:00 -10',
    '12-31 00:00 +14',
    '12-31 07:00 +14',
  ])
  t.strictSame(slots('0 7 21 8 *', 'Pacific/Kwajalein', '1993-08-20T00:00Z', 1), ['08-22 00:00 +12'])
  t.end()
})

void t.test('days of the month and of the week, last, nth and leap days', (t) => {
  const days = (expression: string, after: string, count: number): readonly string[] =>
    slots(expression, 'UTC', `${after}T23:59Z`, count).map((each) => each.slice(0, 5))
  t.strictSame(days('0 0 29 2 *', '2096-03-01', 1), ['02-29'], '2100 is no leap year')
  t.equal(calendar.nextCron('0 0 29 2 *', 'UTC', Date.parse('2096-03-01')), Date.parse('2104-02-29'))
  t.equal(calendar.nextCron('0 0 * 2 1#5', 'UTC', Date.parse('2072-03-01')), Date.parse('2112-02-29'))
  t.strictSame(days('0 0 L * *', '2028-01-31', 3), ['02-29', '03-31', '04-30'])
  t.strictSame(days('0 0 15,l 2 *', '2026-01-31', 2), ['02-15', '02-28'])
  t.strictSame(days('0 0 * * 5L', '2026-11-01', 2), ['11-27', '12-25'])
  t.strictSame(days('0 0 * * 7L', '2026-11-01', 2), ['11-29', '12-27'])
  t.strictSame(days('0 0 * * fri#2', '2026-11-01', 2), ['11-13', '12-11'])
  t.strictSame(days('0 0 13 * 5', '2026-11-01', 3), ['11-06', '11-13', '11-20'], 'either of both kinds of day')
  t.strictSame(days('0 0 */1 * 5', '2026-11-01', 2), ['11-06', '11-13'], '*/1 is *')
  t.strictSame(days('0 0 * 2,9 6#2', '2026-01-01', 2), ['02-14', '09-12'])
  t.strictSame(days('0 0 * feb MON-Wed', '2026-01-01', 4), ['02-02', '02-03', '02-04', '02-09'])
  t.strictSame(days('0 0 * * 5-7', '2026-11-19', 4), ['11-20', '11-21', '11-22', '11-27'])
  t.strictSame(days('@weekly', '2026-11-16', 2), ['11-22', '11-29'])
  t.end()
})

void t.test('six fields begin with the second, and slots are whole seconds after the one that is asked for', (t) => {
  const at = Date.parse('2026-11-22T07:00:00Z')
  t.equal(calendar.nextCron('30 0 7 * * *', 'UTC', at), at + 30_000)
  t.equal(calendar.nextCron('* * * * * *', 'UTC', at), at + 1_000)
  t.equal(calendar.nextCron('* * * * * *', 'UTC', at + 1), at + 1_000)
  t.equal(calendar.nextCron('0 7 * * *', 'UTC', at - 1), at)
  t.equal(calendar.nextCron('0 7 * * *', 'UTC', at), at + 86_400_000)
  t.end()
})

void t.test('the zone of the process is told by Date as Intl tells it', (t) => {
  const before = process.env['TZ']
  t.teardown(() => {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  })
  for (const zone of ['Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kolkata', 'America/Sao_Paulo']) {
    process.env['TZ'] = zone
    const own = createCalendar(zone)
    const startMs = Date.parse('2010-12-30T00:00Z')
    const wrong = Array.from({ length: 4_000 }, (_, index) => startMs + index * 5 * 3_600_000).filter(
      (atMs) => own.wallOf(atMs, zone) !== calendar.wallOf(atMs, zone),
    )
    t.strictSame(wrong, [], zone)
    const every = own.nextCron('30 2 * * *', zone, startMs)
    t.equal(every, calendar.nextCron('30 2 * * *', zone, startMs), zone)
  }
  t.end()
})

void t.test('an expression that cannot be used is told in one sentence that says what is expected', (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /it is empty/],
    ['every day', /it has 2 fields; expected five .* for example "30 7 \* \* 1-5"/],
    ['0 0 7 * * * *', /it has 7 fields/],
    ['60 7 * * *', /the minute is "60"; expected 0 to 59/],
    ['0 24 * * *', /the hour is "24"; expected 0 to 23/],
    ['0 7 0 * *', /the day of the month is "0"; expected 1 to 31/],
    ['0 7 * 13 *', /the month is "13"; expected 1 to 12 \(or jan to dec\)/],
    ['0 7 * jan1 *', /the month is "jan1"/],
    ['0 7 * * 8', /the day of the week is "8"; expected 0 to 7 \(or sun to sat\)/],
    ['0 7 * * monday', /the day of the week is "monday"/],
    ['0 7 * * 5#6', /expected for example 5#1/],
    ['0 7 * * 8#1', /expected for example 5#1/],
    ['0 7 * * xyzL', /expected for example 5#1/],
    ['0 7 * * 1#1,2', /"#" and "\?" cannot stand in a list/],
    ['0 22-6 * * *', /the hour runs backwards in "22-6"; write 22-23,0-6/],
    ['0 7 * * fri-mon', /write 5-6,0-1/],
    ['*/0 * * * *', /steps of 0/],
    ['0,0 * * * *', /one of its fields names 0 twice/],
    ['-5 * * * *', /the minute is "-5"/],
    ['1.5 * * * *', /the minute is "1.5"/],
    ['0 7 L-3 * *', /the day of the month is "l-3"/],
    ['0 7 1W * *', /the day of the month is "1w"/],
    ['H * * * *', /the minute is "h"/],
    ['@reboot', /it has 1 field;/],
    ['0 0 30 2 *', /none of its months has such a day/],
    ['0 0 31 4,6,9,11 *', /none of its months has such a day/],
    [`${'1,'.repeat(600)}2 * * * *`, /cannot be used/],
  ]
  for (const [expression, sentence] of cases) {
    const fault = calendar.cronFault(expression, 'UTC') ?? ''
    t.match(fault, sentence, expression)
    t.match(fault, /^The cron expression "[^\n]*" cannot be used: [^\n]*[.?]$/, 'one sentence')
    t.ok(fault.length < 400, 'a short one')
    t.throws(() => calendar.nextCron(expression, 'UTC', 0), { code: 'bad_call' }, expression)
  }
  t.equal(calendar.cronFault('0 0 30 2 1', 'UTC'), undefined, 'Mondays in February do come')
  t.end()
})

void t.test('a name that is no time zone is told with the one that was meant', (t) => {
  const fault = (zone: string): string | undefined => calendar.cronFault('0 7 * * *', zone)
  t.equal(fault('Berlin'), '"Berlin" is no time zone: did you mean Europe/Berlin?')
  t.equal(fault('europe/berlin'), '"europe/berlin" is no time zone: did you mean Europe/Berlin?')
  t.equal(fault('utc'), '"utc" is no time zone: did you mean UTC?')
  for (const zone of ['', '+02:00', 'UTC+2', 'Mars/Olympus', '../../etc/passwd', 'x'.repeat(5_000)]) {
    t.match(fault(zone), /is no time zone: expected a name such as Europe\/Berlin or UTC$/, zone.slice(0, 20))
  }
  t.throws(() => calendar.nextCron('0 7 * * *', 'Berlin', 0), { code: 'bad_call' })
  t.end()
})
