import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Answer, Question } from '../../src/bus/question.ts'
import { limits } from '../../src/limits.ts'
import { attackedApp } from '../support/attacked-app.ts'
import { watchCanaries, watchedFolder } from '../support/canary-watch.ts'
import { escapeAttempts } from '../support/escape-attempts.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { guest } from '../support/messages.ts'
import { fetches } from '../support/taint-sources.ts'
import { until } from '../support/until.ts'

const watch = watchCanaries()
t.setTimeout(600_000)

const homeIn = (t: Test): string => join(watchedFolder(t), 'home')

/** Ways to order a device that a person confirms each time, of which the grammar reads each whole. */
const orders: Readonly<Record<string, readonly string[]>> = {
  'an order': ['turn on the gate', 'gate on', 'switch on the gate please', 'GATE ON!', 'turn the gate on'],
  'an order for a while': ['turn on the gate for 10 minutes', 'gate on for 59m', 'turn the gate on for 1 hour'],
  'an order among others': ['turn on the lamp and the gate', 'lamp on, gate on', 'lamp off and turn on the gate'],
  'the other state': ['toggle the gate'],
  'a command': ['/on gate', '/set gate on', '/set gate on for 10m'],
}

void t.test('no way to order a device that is confirmed goes past the person, and a no leaves it off', async (t) => {
  const cases = escapeAttempts(t, 'confirmed devices')
  const rig = await attackedApp(t, homeIn(t))
  const chat = 'offline'
  await rig.say('/model offline', { chat })
  const gate = (): Promise<string> => rig.say('/read gate', { chat })
  const play = async (trick: string, mechanism: string, spelling: string): Promise<void> => {
    rig.answerWith(() => 'no')
    const before = rig.asked.length
    const said = await rig.say(spelling, { chat })
    const asked = rig.asked.slice(before).filter(({ call }) => call.includes('gate'))
    const fault = asked.length === 1 ? undefined : `${asked.length} questions: ${said}`
    cases.tried({ trick, mechanism, entry: 'the offline grammar', spelling }, fault)
    t.match(await gate(), 'gate: off', spelling)
    // Nothing of a refusal, nor an order that was given before, is a yes for the next time.
    const again = rig.asked.length
    await rig.say(spelling, { chat })
    cases.tried(
      { trick, mechanism: `${mechanism}, once more`, entry: 'the offline grammar', spelling },
      rig.asked.length > again ? undefined : 'nobody was asked',
    )
    t.match(await gate(), 'gate: off', spelling)
  }
  for (const [trick, spellings] of Object.entries(orders)) {
    for (const spelling of spellings) await play(trick, 'an owner', spelling)
  }
  // With text from outside in view an order spares the question about that, never the one of the device.
  await rig.say('/model default', { chat })
  for (const [trick, spellings] of Object.entries(orders)) {
    for (const spelling of spellings) {
      await rig.say(fetches()(rig), { chat })
      await rig.say('/model offline', { chat })
      await play(trick, 'behind a page', spelling)
      await rig.say('/model default', { chat })
    }
  }
  await rig.say('/model offline', { chat })
  for (const spellings of Object.values(orders)) {
    for (const spelling of spellings) {
      const before = rig.asked.length
      await rig.say(spelling, { chat, person: guest })
      cases.tried(
        { trick: 'a guest', mechanism: 'an order', entry: 'the offline grammar', spelling },
        rig.asked.length > before ? 'somebody was asked' : undefined,
      )
    }
  }
  t.match(await gate(), 'gate: off')
  // A yes is for this once.
  rig.answerWith(() => 'yes')
  await rig.say('gate on', { chat })
  t.match(await gate(), 'gate: on')
  const before = rig.asked.length
  await rig.say('gate off', { chat })
  t.match(await gate(), 'gate: off')
  t.equal(rig.asked.length, before, 'nobody is asked about making it safe')
  await rig.stop()
  cases.atLeast(19)
})

void t.test(
  'codes of questions and of changed files cannot be guessed: a few wrong ones, and none counts',
  async (t) => {
    const cases = escapeAttempts(t, 'guessed codes')
    const clock = new FakeClock()
    const rig = await attackedApp(t, homeIn(t), { clock })
    const open: { readonly question: Question; readonly answer: (answer: Answer) => void }[] = []
    rig.answerWith((question) => new Promise((resolve) => open.push({ question, answer: resolve })))
    const gateOn = 'call device_set {"name":"gate","value":"on"}'
    const asks = async () => {
      const before = open.length
      const message = await rig.accept(gateOn, { chat: 'asking' })
      await until(() => open.length > before, 'the question')
      return { message, code: open.at(-1)?.question.code ?? 'none' }
    }
    const { code } = await asks()
    const guesses = Array.from({ length: limits.wrongCodesPerHourMax + 10 }, (_, count) => `A${1000 + count}`)
    const said: string[] = []
    for (const guess of guesses) said.push(await rig.say(`/approve ${guess}`, { chat: 'asking' }))
    said.forEach((each, index) => {
      const isBound = /none counts for/.test(each)
      const trick = index < limits.wrongCodesPerHourMax ? 'a guess' : 'a guess too many'
      cases.tried(
        { trick, mechanism: '/approve CODE', entry: 'a chat', spelling: guesses[index] ?? '' },
        isBound === index >= limits.wrongCodesPerHourMax ? undefined : each,
      )
    })
    for (const [mechanism, words] of Object.entries({
      'the right code': `/approve ${code}`,
      'the right code, always': `/approve ${code} always`,
      'from another chat': `/approve ${code}`,
    })) {
      const chat = mechanism === 'from another chat' ? 'elsewhere' : 'asking'
      const answer = await rig.say(words, { chat })
      const fault = /none counts for/.test(answer) ? undefined : answer
      cases.tried({ trick: 'behind too many guesses', mechanism, entry: 'a chat' }, fault)
    }
    t.match(await rig.say('/read gate', { chat: 'asking' }), 'gate: off')
    // The person is not shut out: a no counts at once, and so does a button.
    t.match(await rig.say(`/deny ${code}`, { chat: 'asking' }), /^No, by Ada/)
    const pressed = await asks()
    open.at(-1)?.answer('yes')
    t.match(await rig.answerTo(pressed.message), 'gate is on')
    const audit = rig.audit()
    t.equal(audit.filter((line) => line.includes('"/approve A1')).length, guesses.length, 'the audit has each of them')
    await clock.advance(60 * 60_000)
    const later = await asks()
    t.match(await rig.say(`/approve ${later.code}`, { chat: 'asking' }), /^Yes, by Ada/, 'an hour later a code counts')
    await rig.stop()
    cases.atLeast(5)
  },
)

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
