import t, { type Test } from 'tap'
import type { Inbound } from '../../src/bus/message.ts'
import { PincerError } from '../../src/errors.ts'
import { limits } from '../../src/limits.ts'
import { openAgent, type AgentRig } from '../support/agent-rig.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { bob, guest, inbound } from '../support/messages.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { smallTool } from '../support/tool-bench.ts'
import { until } from '../support/until.ts'

const lamp = { name: 'lamp' }
const look = smallTool('look', 'read', (name) => `saw ${name}`)

/** Answers with the newest words of the person. */
const parrot = (): ScriptedModel =>
  new ScriptedModel(({ messages }) => {
    const words = messages.findLast((message) => message.role === 'user')
    return says(`re: ${words?.role === 'user' ? words.text : ''}`)
  })

/** A model whose replies wait until the test lets them go. */
function gatedModel(): { readonly model: ScriptedModel; readonly release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const model = new ScriptedModel(async ({ messages }) => {
    await promise
    return says(messages.flatMap((message) => (message.role === 'user' ? [message.text] : [])).join(' + '))
  })
  return { model, release: resolve }
}

async function withAgent(
  t: Test,
  model: ScriptedModel,
  work: (rig: AgentRig) => Promise<void>,
  ...more: Parameters<typeof openAgent> extends [unknown, unknown, ...infer Rest] ? Rest : never
): Promise<void> {
  const rig = await openAgent(t.testdir({}), model, ...more)
  await work(rig)
  await rig.close()
  t.same(model.faults, [], 'every request was well-formed')
}

void t.test('a message is answered, logged in its chat, and closed', async (t) => {
  await withAgent(t, parrot(), async (rig) => {
    const message = inbound('hello')
    await rig.says(message)
    t.match(await rig.answerTo(message), { channel: 'test', chat: 'home', text: 're: hello', failed: false })
    t.same(rig.bus.pending(), [])
    await rig.sessions.use('test', 'home', (session) => {
      t.match(session.turns(), [
        { answers: [`test/${message.id}`], messages: [{ text: 'hello' }, { text: 're: hello' }] },
      ])
      return Promise.resolve()
    })
  })
})

void t.test('the next turn sees the earlier ones of its chat, and no other chat', async (t) => {
  const model = parrot()
  await withAgent(t, model, async (rig) => {
    for (const message of [inbound('one'), inbound('elsewhere', { chat: 'other' }), inbound('two')]) {
      await rig.says(message)
      await rig.answerTo(message)
    }
    const texts = model.requests.at(-1)?.messages.map((message) => (message.role === 'user' ? message.text : '-'))
    t.same(texts, ['one', '-', 'two'])
  })
})

void t.test('one turn at a time a chat; what waits is one turn of the same person', async (t) => {
  const { model, release } = gatedModel()
  await withAgent(t, model, async (rig) => {
    const [first, second, third] = [inbound('one'), inbound('two'), inbound('three')]
    await rig.says(first)
    await until(() => model.requests.length === 1)
    await rig.says(second)
    await rig.says(third)
    t.equal(rig.loop.runningTurns(), 1)
    release()
    await rig.answerTo(first)
    const answer = await rig.answerTo(third)
    t.same(answer.answers, [second.id, third.id])
    t.equal(model.requests.length, 2)
  })
})

void t.test('messages of another person wait for a turn of their own, in order', async (t) => {
  const { model, release } = gatedModel()
  await withAgent(t, model, async (rig) => {
    const messages = [
      inbound('a1'),
      inbound('a2'),
      inbound('b1', { person: bob }),
      inbound('a3'),
      inbound('g1', { person: guest }),
      inbound('as guest', { person: { ...guest, id: '1' } }),
      inbound('a4'),
    ]
    await rig.says(messages[0] as Inbound)
    await until(() => model.requests.length === 1)
    for (const message of messages.slice(1)) await rig.says(message)
    release()
    await rig.answerTo(messages.at(-1) as Inbound)
    t.same(
      rig.out.map((each) => each.answers.map((id) => messages.find((message) => message.id === id)?.text).join('+')),
      ['a1', 'a2', 'b1', 'a3', 'g1', 'as guest', 'a4'],
    )
  })
})

void t.test(
  'messages of the same person that arrive during a turn join it, those behind another person do not',
  async (t) => {
    const joined = inbound('and the fan')
    const other = inbound('from Bob', { person: bob })
    const behind = inbound('mine again')
    const first = inbound('lamp on')
    let rigInside: AgentRig | undefined
    const look = smallTool('look', 'read', async () => {
      for (const message of [joined, other, behind]) await rigInside?.says(message)
      return 'seen'
    })
    const model = ScriptedModel.replies(callsTools(['look', lamp]), says('both'), says('for Bob'), says('again'))
    await withAgent(
      t,
      model,
      async (rig) => {
        rigInside = rig
        await rig.says(first)
        await rig.answerTo(behind)
        t.same(
          rig.out.map((each) => [each.text, each.answers]),
          [
            ['both', [first.id, joined.id]],
            ['for Bob', [other.id]],
            ['again', [behind.id]],
          ],
        )
      },
      [look],
    )
  },
)

void t.test('chats do not wait for each other', async (t) => {
  const model = new ScriptedModel(({ messages }) => {
    const text = JSON.stringify(messages)
    return text.includes('stuck') ? new Promise(() => undefined) : says('quick')
  })
  await withAgent(t, model, async (rig) => {
    await rig.says(inbound('stuck', { chat: 'a' }))
    const quick = inbound('hello', { chat: 'b' })
    await rig.says(quick)
    t.equal((await rig.answerTo(quick)).text, 'quick')
    t.equal(rig.loop.runningTurns(), 1)
  })
})

void t.test('a command does not wait behind a turn and is not part of the conversation', async (t) => {
  const { model, release } = gatedModel()
  await withAgent(t, model, async (rig) => {
    const message = inbound('one')
    await rig.says(message)
    const command = inbound('/status')
    await rig.says(command)
    t.equal((await rig.answerTo(command)).text, 'ran /status')
    release()
    await rig.answerTo(message)
    t.notMatch(JSON.stringify(model.requests), /status/)
  })
})

void t.test('a command that fails is answered with its sentence, and only a bug is logged as one', async (t) => {
  const model = parrot()
  const command = (message: Inbound): Promise<never> =>
    Promise.reject(
      message.text === '/bug' ? new TypeError('x is undefined') : new PincerError('usage', 'Write it as /stop.'),
    )
  await withAgent(
    t,
    model,
    async (rig) => {
      const [wrong, bug] = [inbound('/stop now'), inbound('/bug')]
      await rig.says(wrong)
      t.match(await rig.answerTo(wrong), { text: 'Write it as /stop.', failed: true })
      t.same(rig.lines, [])
      await rig.says(bug)
      t.match(await rig.answerTo(bug), { text: 'x is undefined', failed: true })
      t.match(rig.lines, [/^error agent: \/bug failed: TypeError/])
    },
    [],
    { command },
  )
})

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

void t.test('an old message needs a human for what acts, also when it became old while it waited', async (t) => {
  const mark = smallTool('mark', 'change', () => 'ok')
  const model = new ScriptedModel(({ messages }) =>
    messages.at(-1)?.role === 'tool' ? says('done') : callsTools(['mark', lamp]),
  )
  await withAgent(
    t,
    model,
    async (rig) => {
      const [fresh, old] = [inbound('fresh'), inbound('old', { sentAtMs: rig.clock.nowMs() - 11 * 60_000 })]
      await rig.says(fresh)
      await rig.answerTo(fresh)
      t.same(rig.bench.asked, [])
      await rig.says(old)
      await rig.answerTo(old)
      t.match(rig.bench.asked, [{ reason: 'the message that asks for it is 11m old' }])
    },
    [mark],
  )
})

void t.test('a guest is offered the readings alone', async (t) => {
  const model = parrot()
  const tools = [smallTool('device_read', 'read', () => 'x'), smallTool('device_set', 'change', () => 'x')]
  await withAgent(
    t,
    model,
    async (rig) => {
      const message = inbound('hello', { person: guest })
      await rig.says(message)
      await rig.answerTo(message)
      const [request] = model.requests
      t.same(
        request?.tools.map((tool) => tool.name),
        ['device_read'],
      )
      t.equal(request?.system, 'You speak with the guest.')
    },
    tools,
  )
})

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

void t.test('progress begins and ends with the turn, whatever happens in it', async (t) => {
  const model = ScriptedModel.replies(callsTools(['look', lamp]), says('done'), new TypeError('bug'))
  await withAgent(
    t,
    model,
    async (rig) => {
      const kinds: string[] = []
      rig.bus.onActivity((activity) =>
        kinds.push('line' in activity ? `${activity.kind} ${activity.line}` : activity.kind),
      )
      const [first, second] = [inbound('one'), inbound('two')]
      await rig.says(first)
      await rig.answerTo(first)
      await rig.says(second)
      await rig.answerTo(second)
      await until(() => rig.loop.runningTurns() === 0)
      t.same(kinds, [
        'turn-started',
        'tool-started look lamp',
        'tool-finished look lamp',
        'turn-ended',
        'turn-started',
        'turn-ended',
      ])
    },
    [look],
  )
})
