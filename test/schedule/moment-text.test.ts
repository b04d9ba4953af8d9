import t from 'tap'
import { createCalendar } from '../../src/schedule/calendar.ts'
import { momentText, momentTextWith } from '../../src/schedule/moment-text.ts'

const before = process.env['TZ']
t.before(() => (process.env['TZ'] = 'Europe/Berlin'))
t.teardown(() => {
  if (before === undefined) delete process.env['TZ']
  else process.env['TZ'] = before
})

const text = (at: string, now: string): string => momentText(Date.parse(at), Date.parse(now))

void t.test('what is today or tomorrow is said to be', (t) => {
  const now = '2026-11-22T09:30:00Z'
  t.equal(text('2026-11-22T17:00:00Z', now), 'today 18:00')
  t.equal(text('2026-11-22T23:00:00Z', now), 'tomorrow 00:00')
  t.equal(text('2026-11-23T22:59:00Z', now), 'tomorrow 23:59')
  t.equal(text('2026-11-23T23:00:00Z', now), 'Tuesday 2026-11-24 00:00')
  t.equal(text('2026-11-21T12:00:00Z', now), 'Saturday 2026-11-21 13:00')
  t.equal(text('2026-11-22T17:00:05Z', now), 'today 18:00:05')
  t.equal(text('2026-10-25T22:59:00Z', '2026-10-24T22:30:00Z'), 'today 23:59', 'a day of 25 hours')
  t.equal(text('2026-10-25T23:00:00Z', '2026-10-24T22:30:00Z'), 'tomorrow 00:00')
  t.end()
})

void t.test('of a job in another zone both clocks are told', (t) => {
  const both = (at: string, zone: string): string =>
    momentTextWith(Date.parse(at), Date.parse('2026-11-22T09:30:00Z'), zone, createCalendar())
  t.equal(both('2026-11-22T22:00:00Z', 'Asia/Tokyo'), 'today 23:00 (Monday 2026-11-23 07:00 in Asia/Tokyo)')
  t.equal(
    both('2026-11-23T01:15:30Z', 'Asia/Kathmandu'),
    'tomorrow 02:15:30 (Monday 2026-11-23 07:00:30 in Asia/Kathmandu)',
  )
  t.end()
})
