import t from 'tap'
import { PincerError } from '../../src/errors.ts'
import { limits } from '../../src/limits.ts'
import { openAgent, type AgentRig } from '../support/agent-rig.ts'
import { gatedModel, parrot, withAgent } from '../support/agent-talk.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { bob, inbound } from '../support/messages.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { smallTool } from '../support/tool-bench.ts'
import { until } from '../support/until.ts'

const lamp = { name: 'lamp' }
const look = smallTool('look', 'read', (name) => `saw ${name}`)

/** How a turn ends otherwise than by an answer, and what is on the disk then. */

void t.test('stopping ends the turn of this chat and takes what waits there, and no other chat', async (t) => {
  const model = new ScriptedModel(() => new Promise(() => undefined))
  await withAgent(t, model, async (rig) => {
    const [running, waiting, elsewhere] = [inbound('one'), inbound('two', { person: bob }), inbound('x', { chat: 'b' })]
    for (const message of [running, waiting, elsewhere]) await rig.says(message)
    await until(() => model.requests.length === 2)
    const report = await rig.loop.stopTurns({ channel: 'test', chat: 'home' })
    t.equal(report.stoppedTurns, 1)
    t.same(
      report.dropped.map((message) => message.text),
      ['two'],
    )
    t.match(await rig.answerTo(running), { text: 'Stopped. Nothing was changed.', failed: true })
    t.equal(rig.loop.runningTurns(), 1)
    t.equal((await rig.loop.stopTurns('all')).stoppedTurns, 1)
    t.equal(rig.loop.runningTurns(), 0)
    t.same(await rig.loop.stopTurns('all'), { stoppedTurns: 0, dropped: [] })
  })
})

void t.test('a stop is over within a second although model and tool are deaf, and says what was done', async (t) => {
  const deaf = smallTool('deaf', 'change', () => new Promise(() => undefined))
  const mark = smallTool('mark', 'change', (name) => `marked ${name}`)
  const model = ScriptedModel.replies(callsTools(['mark', lamp], ['deaf', { name: 'pump' }]))
  await withAgent(
    t,
    model,
    async (rig) => {
      const message = inbound('go')
      await rig.says(message)
      await until(() => rig.bench.clock.pendingTimers() > 0 && (rig.bus.pending()[0]?.calls.length ?? 0) === 2)
      await until(() => rig.bench.clock.pendingTimers() === 1)
      const stopping = rig.loop.stopTurns('all')
      await rig.clock.advance(limits.stopGraceMs)
      await stopping
      t.match(await rig.answerTo(message), {
        text: 'Stopped. Done before that: mark lamp. Started, and perhaps done: deaf pump.',
        failed: true,
      })
    },
    [mark, deaf],
  )
})

void t.test('the next message after a stop is answered, and the stopped turn is mended in what is sent', async (t) => {
  let turns = 0
  const model = new ScriptedModel(({ messages }) => {
    if (messages.at(-1)?.role === 'tool') return new Promise(() => undefined)
    return ++turns === 1 ? callsTools(['look', lamp]) : says('here again')
  })
  await withAgent(
    t,
    model,
    async (rig) => {
      const [first, second] = [inbound('one'), inbound('two')]
      await rig.says(first)
      await until(() => model.requests.length === 2)
      await rig.loop.stopTurns('all')
      await rig.says(second)
      t.equal((await rig.answerTo(second)).text, 'here again')
      t.match(JSON.stringify(model.requests.at(-1)), /Stopped\. Nothing was changed/)
    },
    [look],
  )
})

void t.test('each changing call is journalled for all messages of its turn, also those that joined it', async (t) => {
  const [first, joined] = [inbound('one'), inbound('two')]
  const seen: string[][] = []
  let rigInside: AgentRig | undefined
  const mark = smallTool('mark', 'change', async (name) => {
    seen.push(rigInside?.bus.pending().map((each) => each.calls.map((call) => call.what).join('; ')) ?? [])
    if (name === 'a') await rigInside?.says(joined)
    return 'ok'
  })
  const model = ScriptedModel.replies(
    callsTools(['mark', { name: 'a' }]),
    callsTools(['mark', { name: 'b' }]),
    says('done'),
  )
  await withAgent(
    t,
    model,
    async (rig) => {
      rigInside = rig
      await rig.says(first)
      await rig.answerTo(joined)
      t.same(seen, [['mark {"name":"a"}'], ['mark {"name":"a"}; mark {"name":"b"}', 'mark {"name":"b"}']])
    },
    [mark],
  )
})

void t.test(
  'when the disk takes no record of a change, the change is not made and the person is answered',
  async (t) => {
    const faults = await createDiskFaults()
    t.teardown(() => faults.restore())
    let runs = 0
    const mark = smallTool('mark', 'change', () => String(++runs))
    const model = new ScriptedModel(({ messages }) => {
      const last = messages.at(-1)
      if (last?.role === 'tool') return says(`I could not: ${last.text}`)
      faults.fail(['write', 'writeFile'])
      return callsTools(['mark', lamp])
    })
    await withAgent(
      t,
      model,
      async (rig) => {
        const message = inbound('go')
        await rig.says(message)
        t.match(await rig.answerTo(message), { text: /^I could not: Cannot write .*the disk is full/ })
        t.equal(runs, 0)
        t.match(rig.lines, [/The session log lacks a turn/])
        faults.heal()
      },
      [mark],
    )
  },
)

void t.test('a bug in a model, or one that gives up by itself, is told, and the chat goes on', async (t) => {
  const replies = [new TypeError('x is undefined'), new PincerError('stopped', 'The wait was stopped.'), says('fine')]
  const model = ScriptedModel.replies(...replies)
  await withAgent(t, model, async (rig) => {
    for (const expected of [/not answered: x is undefined/, /not answered: The wait was stopped/, /^fine$/]) {
      const message = inbound('hello')
      await rig.says(message)
      t.match((await rig.answerTo(message)).text, expected)
    }
    t.match(rig.lines, [/A turn failed in a way it should not: TypeError/, /A turn failed/])
  })
})

void t.test(
  'a bug in the middle of a turn is told to all who were in it, with what was done, and remembered',
  async (t) => {
    const [first, joined] = [inbound('one'), inbound('two')]
    let rigInside: AgentRig | undefined
    const mark = smallTool('mark', 'change', async () => {
      await rigInside?.says(joined)
      return 'ok'
    })
    const script = [callsTools(['mark', lamp]), callsTools(['mark', { name: 'fan' }]), new TypeError('x is undefined')]
    await withAgent(
      t,
      ScriptedModel.replies(...script),
      async (rig) => {
        rigInside = rig
        await rig.says(first)
        const answer = await rig.answerTo(joined)
        t.match(answer, { answers: [first.id, joined.id], failed: true })
        t.match(answer.text, /^Something went wrong .*: x is undefined\. Done before that: mark lamp; mark fan\.$/)
        t.same(rig.bus.pending(), [], 'nobody waits for an answer that never comes')
        await rig.sessions.use('test', 'home', (session) => {
          t.match(session.turns().at(-1)?.messages.at(-1), { role: 'assistant', text: answer.text })
          return Promise.resolve()
        })
      },
      [mark],
    )
  },
)

void t.test(
  'an answer rests on the session log alone only while nothing waits, and only when it is there',
  async (t) => {
    const faults = await createDiskFaults()
    t.teardown(() => faults.restore())
    const { model, release } = gatedModel()
    await withAgent(t, model, async (rig) => {
      const [first, second] = [inbound('one'), inbound('two', { person: bob })]
      const [third, fourth] = [inbound('three'), inbound('four')]
      await rig.says(first)
      await until(() => model.requests.length === 1)
      await rig.says(second)
      faults.done.length = 0
      release()
      await rig.answerTo(second)
      await until(() => rig.loop.runningTurns() === 0)
      const one = ['write', 'datasync'] as const
      t.same(faults.done, [...one, ...one, ...one, 'write'], 'log and reply of the first, log of the second, its reply')
      faults.done.length = 0
      await rig.says(third)
      await rig.answerTo(third)
      t.same(faults.done, [...one, ...one, 'write'], 'two fsyncs a turn')
      await rig.sessions.use('test', 'home', (session) => {
        session.append = () => Promise.reject(new PincerError('disk', 'the disk is full'))
        return Promise.resolve()
      })
      faults.done.length = 0
      await rig.says(fourth)
      await rig.answerTo(fourth)
      t.same(faults.done, [...one, ...one], 'message and reply: there is no log to rest on')
    })
  },
)

void t.test('the answer of a stopped turn is on the disk before /new can hide its turn', async (t) => {
  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const model = new ScriptedModel(() => new Promise(() => undefined))
  await withAgent(t, model, async (rig) => {
    await rig.says(inbound('one'))
    await until(() => model.requests.length === 1)
    faults.done.length = 0
    await rig.loop.stopTurns('all')
    t.same(faults.done, ['write', 'datasync', 'write', 'datasync'], 'the turn, then the reply')
  })
})

void t.test('a shutdown leaves what has no answer in the journal, and takes nothing more', async (t) => {
  const folder = t.testdir({})
  const model = new ScriptedModel(() => new Promise(() => undefined))
  const first = await openAgent(folder, model)
  const [running, waiting] = [inbound('one'), inbound('two', { person: bob })]
  await first.says(running)
  await first.says(waiting)
  await until(() => model.requests.length === 1)
  await first.close()
  first.loop.take(inbound('three'))
  t.same([first.out, first.loop.runningTurns(), first.lines], [[], 0, []])
  const second = await openAgent(folder, parrot())
  t.same(
    second.bus.pending().map((each) => each.message.text),
    ['one', 'two'],
  )
  await second.recover()
  t.equal((await second.answerTo(running)).text, 're: one', 'nothing was answered in its place')
  t.equal((await second.answerTo(waiting)).text, 're: two')
  await second.close()
})
