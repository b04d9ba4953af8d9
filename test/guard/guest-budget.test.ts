import t from 'tap'
import type { Person } from '../../src/bus/message.ts'
import { GuestBudget } from '../../src/guard/guest-budget.ts'
import { limits } from '../../src/limits.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { inbound } from '../support/messages.ts'

const guest: Person = { id: '8', name: 'Gus', role: 'guest' }
const says = (text: string, person = guest, channel = 'telegram') => inbound(text, { person, channel })

void t.test('a guest who writes too much is told once, and heard again when the hour has passed', async (t) => {
  const clock = new FakeClock()
  const budget = new GuestBudget({ clock })
  for (let count = 0; count < limits.guestMessagesPerHourMax; count++) {
    t.strictSame(budget.admit(says('hello')), { status: 'admitted' })
    await clock.advance(60_000)
  }
  t.strictSame(budget.admit(says('hello')), {
    status: 'refused',
    tell: `That is more than the 30 messages an hour that a guest may write: I take the next one in 30m. /stop all always works.`,
  })
  for (const text of ['hello', '/read', '/status']) {
    t.strictSame(budget.admit(says(text)), { status: 'refused', tell: undefined }, text)
  }
  t.strictSame(budget.admit(says('/stop all')), { status: 'admitted' }, '/stop is never refused')
  t.strictSame(budget.admit(says('hello', guest, 'discord')), { status: 'admitted' }, 'another person')
  t.strictSame(budget.admit(says('hello', { ...guest, id: '9' })), { status: 'admitted' })
  await clock.advance(30 * 60_000)
  t.strictSame(budget.admit(says('hello')), { status: 'admitted' })
  t.match(budget.admit(says('hello')), { status: 'refused', tell: /in 1m\./ }, 'told once each time')
})

void t.test('owners have no bound', (t) => {
  const budget = new GuestBudget({ clock: new FakeClock() })
  const owner: Person = { ...guest, role: 'owner' }
  for (let count = 0; count < 200; count++) {
    const { status } = budget.admit(says('hello', owner))
    if (status !== 'admitted') t.fail(`${count}`)
  }
  t.end()
})
