import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { hostTimezone, isTimezone } from '../../src/config/timezone.ts'

void t.test('a time zone is one that exists, in its own spelling', (t) => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia', 'Etc/GMT+5', 'Asia/Kolkata']) {
    t.ok(isTimezone(zone), zone)
  }
  for (const word of [
    '',
    'Berlin',
    'europe/berlin',
    'Europe',
    'Europe/',
    '/Europe/Berlin',
    'posix/Europe/Berlin',
    'right/UTC',
    'tzdata.zi',
    '../../etc/passwd',
    'Europe/../Europe/Berlin',
    'CET-1CEST',
    '+01:00',
    'Mars/Olympus',
  ]) {
    t.notOk(isTimezone(word), word)
  }
  t.end()
})

void t.test(
  'the host zone is TZ, then /etc/timezone, then the /etc/localtime link; what is not real is passed over',
  (t) => {
    const etc = t.testdir({ timezone: 'Europe/Rome\n' })
    fs.symlinkSync('../usr/share/zoneinfo/Asia/Tokyo', join(etc, 'localtime'))
    t.equal(hostTimezone('America/Lima', etc), 'America/Lima')
    t.equal(hostTimezone(':/usr/share/zoneinfo/America/Lima', etc), 'America/Lima')
    t.equal(hostTimezone('CET-1CEST', etc), 'Europe/Rome')
    t.equal(hostTimezone(undefined, etc), 'Europe/Rome')
    fs.writeFileSync(join(etc, 'timezone'), 'Nowhere\n')
    t.equal(hostTimezone(undefined, etc), 'Asia/Tokyo')
    t.equal(hostTimezone(undefined, join(etc, 'missing')), new Intl.DateTimeFormat().resolvedOptions().timeZone)
    t.end()
  },
)
