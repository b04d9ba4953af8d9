import t from 'tap'
import { openCommands } from '../support/command-rig.ts'
import { guest } from '../support/messages.ts'

void t.test('/approve and /deny reach the questions of their own chat and person', async (t) => {
  const { text, events } = await openCommands(t.testdir({}))
  t.equal(await text('/approve'), 'listed for Ada in home')
  t.equal(await text('/approve k7qf2'), 'answered k7qf2')
  t.equal(await text('/APPROVE K7QF2 Always'), 'answered K7QF2')
  t.equal(await text('/approve@my_bot K7QF2'), 'answered K7QF2')
  t.equal(await text('/deny K7QF2'), 'answered K7QF2')
  t.equal(await text('/deny over'), '! It is over.')
  t.same(events, ['yes k7qf2 by Ada', 'always K7QF2 by Ada', 'yes K7QF2 by Ada', 'no K7QF2 by Ada', 'no over by Ada'])
})

void t.test('what is not written whole and right answers nothing', async (t) => {
  const { text, events } = await openCommands(t.testdir({}))
  for (const typed of ['/approve K7QF2 ever', '/approve K7QF2 and more', '/approve yes please do it']) {
    t.match(await text(typed), /^! Nothing was allowed: write it as \/approve CODE/)
  }
  t.match(await text('/deny'), /^! Write what to deny, as \/deny CODE/)
  t.same(events, [])
})

void t.test('both are for owners only', async (t) => {
  const { text, events } = await openCommands(t.testdir({}))
  for (const typed of ['/approve', '/approve K7QF2', '/deny K7QF2']) {
    t.match(await text(typed, { person: guest }), /^! \/(approve|deny) is for owners only\.$/)
  }
  t.same(events, [])
})

void t.test('/stop says so when all that it ended was a question', async (t) => {
  const { text } = await openCommands(t.testdir({}), { openQuestions: 1 })
  t.equal(await text('/stop'), 'Withdrew what waited for a yes.')
})
