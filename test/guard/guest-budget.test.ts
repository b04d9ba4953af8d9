import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Person } from '../../src/bus/message.ts'
import { Audit } from '../../src/guard/audit.ts'
import { GuestBudget } from '../../src/guard/guest-budget.ts'
import { HourCount } from '../../src/guard/hour-count.ts'
import { limits } from '../../src/limits.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { inbound } from '../support/messages.ts'

const guest: Person = { id: '8', name: 'Gus', role: 'guest' }
const says = (text: string, person = guest, channel = 'telegram') => inbound(text, { person, channel })

function auditIn(folder: string, clock: FakeClock): Audit {
  return new Audit({ path: join(folder, 'audit.jsonl'), clock, log: createLogLines().log, redact: (text) => text })
}

function budgetOf(t: Test, clock: FakeClock, audit = auditIn(t.testdir(), clock)): GuestBudget {
  t.teardown(() => audit.close())
  return new GuestBudget({
    messages: new HourCount({ clock, recall: (sinceMs) => audit.since(sinceMs, 'guest') }),
    record: (each) => audit.guest(each),
  })
}

void t.test('a guest who writes too much is told once, and heard again when the hour has passed', async (t) => {
  const clock = new FakeClock()
  const budget = budgetOf(t, clock)
  for (let count = 0; count < limits.guestMessagesPerHourMax; count++) {
    t.strictSame(await budget.admit(says('hello')), { status: 'admitted' })
    await clock.advance(60_000)
  }
  t.strictSame(await budget.admit(says('hello')), {
    status: 'refused',
    tell: `That is more than the 30 messages an hour that a guest may write: I take the next one in 30m. /stop all always works.`,
  })
  for (const text of ['hello', '/read', '/status']) {
    t.strictSame(await budget.admit(says(text)), { status: 'refused', tell: undefined }, text)
  }
  t.strictSame(await budget.admit(says('/stop all')), { status: 'admitted' }, '/stop is never refused')
  t.strictSame(await budget.admit(says('hello', guest, 'discord')), { status: 'admitted' }, 'another person')
  t.strictSame(await budget.admit(says('hello', { ...guest, id: '9' })), { status: 'admitted' })
  await clock.advance(30 * 60_000)
  t.strictSame(await budget.admit(says('hello')), { status: 'admitted' })
  t.match(await budget.admit(says('hello')), { status: 'refused', tell: /in 1m\./ }, 'told once each time')
})

void t.test('owners have no bound', async (t) => {
  const budget = budgetOf(t, new FakeClock())
  const owner: Person = { ...guest, role: 'owner' }
  for (let count = 0; count < 200; count++) {
    const { status } = await budget.admit(says('hello', owner))
    if (status !== 'admitted') t.fail(`${count}`)
  }
})

void t.test('a restart opens nothing: the messages of the last hour are known from the audit', async (t) => {
  const clock = new FakeClock()
  const folder = t.testdir()
  const audit = auditIn(folder, clock)
  const before = budgetOf(t, clock, audit)
  for (let count = 0; count < limits.guestMessagesPerHourMax; count++) await before.admit(says('hello'))
  await audit.close()
  await clock.advance(10 * 60_000)
  const after = budgetOf(t, clock, auditIn(folder, clock))
  t.match(await after.admit(says('hello')), { status: 'refused', tell: /I take the next one in 50m\./ })
  t.strictSame(await after.admit(says('hello', { ...guest, id: '9' })), { status: 'admitted' })
})

void t.test('where the audit cannot be read no guest is heard, and it is tried again', async (t) => {
  const clock = new FakeClock()
  const folder = t.testdir({ 'audit.jsonl': {} })
  const budget = budgetOf(t, clock, auditIn(folder, clock))
  t.match(await budget.admit(says('hello')), { status: 'refused', tell: /tell the owner\. \/stop all always works\.$/ })
  fs.rmdirSync(join(folder, 'audit.jsonl'))
  t.strictSame(await budget.admit(says('hello')), { status: 'admitted' })
})
