import t from 'tap'
import { isCalendarTrusted } from '../../src/schedule/clock-gate.ts'
import { FakeClock } from '../support/fake-clock.ts'

const builtAtMs = Date.parse('2026-11-01T00:00:00Z')
const newestRecordMs = Date.parse('2026-11-20T00:00:00Z')

void t.test(
  'a clock that nothing has set is believed once it is before neither the build nor the newest record',
  (t) => {
    const trusted = (now: string, isSet = false): boolean => {
      const clock = new FakeClock(now)
      clock.isSet = isSet
      return isCalendarTrusted(clock, newestRecordMs, builtAtMs)
    }
    t.equal(trusted('1970-01-01T00:00:10Z'), false)
    t.equal(trusted('2026-10-31T23:59:59Z'), false, 'before the build')
    t.equal(trusted('2026-11-19T23:59:59Z'), false, 'after the build, before the newest record')
    t.equal(trusted('2026-11-20T00:00:00Z'), true)
    t.equal(
      trusted('2026-11-19T23:59:59Z', true),
      true,
      'set: a record that is ahead of it was written by a wrong clock',
    )
    t.end()
  },
)

void t.test('without any record the build is the bound', (t) => {
  const clock = new FakeClock('2026-10-31T12:00:00Z')
  clock.isSet = false
  t.equal(isCalendarTrusted(clock, 0, builtAtMs), false)
  clock.jumpWall(86_400_000)
  t.equal(isCalendarTrusted(clock, 0, builtAtMs), true)
  t.end()
})
