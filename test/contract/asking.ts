import type { Test } from 'tap'
import type { Answer } from '../../src/bus/question.ts'
import type { Channel } from '../../src/channels/channel.ts'
import { limits } from '../../src/limits.ts'
import { ask, type AskedAction, channelName, deskOf } from '../support/asking.ts'
import { type FakeClock, settle } from '../support/fake-clock.ts'
import { until } from '../support/terminal-rig.ts'

/** A started channel with the person at its other end in the test's hands. */
export interface AskingRig {
  readonly channel: Channel
  readonly clock: FakeClock
  /** A conversation that the channel serves, and an owner in it. */
  readonly chat: string
  readonly personId: string
  /** The person is there: what is asked arrives. */
  connect(): Promise<void>
  /** Nobody is there: nothing can arrive. */
  cutOff(): Promise<void>
  /** The person answers the newest question, whether it still stands or not. */
  answers(answer: Answer): Promise<void>
  /** The actions that the person was asked about. */
  asked(): readonly string[]
  /** How questions ended, as far as the person was told. */
  endings(): readonly string[]
}

/** What every channel promises that can ask people. The one who decides is real: src/guard/approvals.ts. */
export function askingContract(
  withRig: (title: string, test: (t: Test, rig: AskingRig) => Promise<void>) => void,
): void {
  const question = (rig: AskingRig, action = 'set gate on', more: Partial<AskedAction> = {}): AskedAction => ({
    chat: rig.chat,
    personId: rig.personId,
    action,
    reason: 'it asks each time',
    ...more,
  })
  const subject = { tool: 'run', argumentsHash: 'hash', binding: '' }
  const isAsked = (rig: AskingRig, ...actions: readonly string[]) =>
    until(() => actions.every((action) => rig.asked().includes(action)), `the question: ${actions.join()}`)
  const by = (rig: AskingRig) =>
    ({ channel: channelName, chat: rig.chat, person: { id: rig.personId, name: 'Ada', role: 'owner' } }) as const
  const codes = async (rig: AskingRig): Promise<string[]> =>
    [...(await deskOf(rig).list(by(rig))).matchAll(/^([A-Z2-9]{5}) {2}/gm)].map(([, code = '']) => code)

  for (const answer of ['yes', 'no'] as const) {
    withRig(`a person who is asked and answers ${answer} has answered ${answer}`, async (t, rig) => {
      await rig.connect()
      const asking = ask(rig, question(rig))
      await isAsked(rig, 'set gate on')
      t.same(rig.asked(), ['set gate on'])
      await rig.answers(answer)
      t.equal(await asking, answer)
    })
  }

  withRig('"always" counts where it is offered, the person is told so, and it is kept', async (t, rig) => {
    await rig.connect()
    const desk = deskOf(rig, t.testdir({}))
    const asking = ask(rig, question(rig, 'run it', { subject }))
    await isAsked(rig, 'run it')
    await rig.answers('always')
    t.equal(await asking, 'yes')
    await until(() => rig.endings().at(-1)?.startsWith('Always, by Ada') === true, 'the words')
    t.equal(await desk.stands(by(rig), subject), true)
  })

  withRig('"always" counts for nothing where it is not offered', async (t, rig) => {
    await rig.connect()
    const asking = ask(rig, question(rig))
    await isAsked(rig, 'set gate on')
    await rig.answers('always')
    await settle()
    t.equal(rig.endings().length, 0)
    await rig.clock.advance(limits.humanAnswerTimeoutMs)
    t.equal(await asking, 'silence')
  })

  withRig('where nobody can be asked the answer is unavailable, and says why', async (t, rig) => {
    await rig.cutOff()
    t.match(await ask(rig, question(rig)), { unavailable: /\w+ \w+/ })
  })

  withRig('another person is not the one to ask', async (t, rig) => {
    await rig.connect()
    t.match(await ask(rig, { ...question(rig), personId: '424242' }), { unavailable: /\w+ \w+/ })
    t.same(rig.asked(), [])
  })

  withRig(
    'a question that waits too long is over, the person is told, and a late yes counts for nothing',
    async (t, rig) => {
      await rig.connect()
      const asking = ask(rig, question(rig, 'first'))
      await isAsked(rig, 'first')
      await rig.clock.advance(limits.humanAnswerTimeoutMs)
      t.equal(await asking, 'silence')
      await until(() => /^Not answered by .*, so: no\.$/.test(rig.endings().at(-1) ?? ''), 'the words')
      await rig.answers('yes')
      // A channel may have timers of its own while it serves.
      await rig.channel.stop()
      await until(() => rig.clock.pendingTimers() === 0, 'the end of all timers')
    },
  )

  withRig('a question whose signal aborts is withdrawn, and the person is told', async (t, rig) => {
    await rig.connect()
    const stop = new AbortController()
    const asking = ask(rig, question(rig), stop.signal)
    await isAsked(rig, 'set gate on')
    stop.abort()
    t.equal(await asking, 'withdrawn')
    await until(() => rig.endings().includes('Withdrawn: what asked was stopped.'), 'the words')
    t.equal(await ask(rig, question(rig), AbortSignal.abort()), 'withdrawn')
    await rig.channel.stop()
    await until(() => rig.clock.pendingTimers() === 0, 'the end of all timers')
  })

  withRig('an answer belongs to its own question and is used up by it', async (t, rig) => {
    await rig.connect()
    const first = ask(rig, question(rig, 'first'))
    await isAsked(rig, 'first')
    await rig.answers('yes')
    t.equal(await first, 'yes')
    await rig.answers('yes')
    const second = ask(rig, question(rig, 'second'))
    await isAsked(rig, 'second')
    await rig.clock.advance(limits.humanAnswerTimeoutMs)
    t.equal(await second, 'silence')
  })

  withRig('/approve and /deny answer too; what comes after them in the channel finds it over', async (t, rig) => {
    await rig.connect()
    for (const [given, late] of [
      ['yes', 'no'],
      ['no', 'yes'],
    ] as const) {
      const asking = ask(rig, question(rig, `${given} by command`))
      await isAsked(rig, `${given} by command`)
      const [code = ''] = await codes(rig)
      const words = await deskOf(rig).answer(by(rig), code, given)
      await rig.answers(late)
      t.equal(await asking, given)
      t.match(words, given === 'yes' ? /^Yes, by Ada, / : /^No, by Ada, /)
      await until(() => words.startsWith(rig.endings().at(-1) ?? '?'), 'the channel shows the same words')
    }
  })

  withRig('an answer in the channel makes /approve come too late', async (t, rig) => {
    await rig.connect()
    const asking = ask(rig, question(rig))
    await isAsked(rig, 'set gate on')
    const [code = ''] = await codes(rig)
    await rig.answers('no')
    t.equal(await asking, 'no')
    await t.rejects(deskOf(rig).answer(by(rig), code, 'yes'), { code: 'usage', message: /nothing was done now/ })
  })

  withRig('stopping the channel ends its questions', async (t, rig) => {
    await rig.connect()
    const asking = ask(rig, question(rig))
    await isAsked(rig, 'set gate on')
    await rig.channel.stop()
    t.match(await asking, { unavailable: /\w+ \w+/ })
  })
}
