import t from 'tap'
import { durationMaxMs, formatDuration, parseDuration } from '../src/duration.ts'

void t.test('a whole number and a unit is a duration', (t) => {
  for (const [text, ms] of [
    ['250ms', 250],
    ['90s', 90_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    [' 5 m ', 300_000],
    ['24d', durationMaxMs],
    ['007s', 7_000],
    ['5 minutes', 300_000],
    ['5 min', 300_000],
    ['1 hour', 3_600_000],
    ['90 seconds', 90_000],
    ['2days', 2 * 86_400_000],
  ] as const) {
    t.equal(parseDuration(text), ms, text)
  }
  t.end()
})

void t.test('anything else is not', (t) => {
  const bad = [
    '',
    '10',
    'm',
    '1.5h',
    '-5s',
    '+5s',
    '0s',
    '0ms',
    '25d',
    '9999999999s',
    '1h30m',
    '10 Minutes',
    '10M',
    '5 toString',
    '2 weeks',
    'a minute',
    '5 minutes 3 seconds',
  ]
  for (const text of [...bad, '1e3s', '٣s', '5s;', '5\ns x', 'NaNs', 'Infinityd', '1w']) {
    t.equal(parseDuration(text), undefined, JSON.stringify(text))
  }
  t.end()
})

void t.test('people read at most two units, and what is parsed from a plain form is written as it was', (t) => {
  for (const [ms, text] of [
    [0, '0ms'],
    [-5, '0ms'],
    [250, '250ms'],
    [42_000, '42s'],
    [90_000, '1m 30s'],
    [5_400_000, '1h 30m'],
    [5_430_000, '1h 30m'],
    [3_630_000, '1h'],
    [86_400_000 + 300_000, '1d'],
    [59_999, '1m'],
    [durationMaxMs, '24d'],
  ] as const) {
    t.equal(formatDuration(ms), text)
  }
  for (const text of ['1ms', '999ms', '1s', '59s', '10m', '23h', '7d']) {
    t.equal(formatDuration(parseDuration(text) ?? 0), text)
  }
  t.end()
})
