import t from 'tap'
import type { Inbound, Person } from '../../src/bus/message.ts'
import { PincerError } from '../../src/errors.ts'
import { type AgentRig, openAgent } from '../support/agent-rig.ts'
import { gatedModel, parrot, withAgent } from '../support/agent-talk.ts'
import { bob, guest, inbound } from '../support/messages.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { smallTool } from '../support/tool-bench.ts'
import { until } from '../support/until.ts'

const lamp = { name: 'lamp' }
const look = smallTool('look', 'read', (name) => `saw ${name}`)

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
    // A turn has some filing to do behind its answer.
    await until(() => rig.loop.runningTurns() === 1, 'the quick turn ends beside the other')
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

void t.test(
  'a message that was old when it was accepted needs a human for what acts, one that waited here does not',
  async (t) => {
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
        const waited = inbound('waited')
        await rig.says(waited)
        rig.clock.jumpWall(11 * 60_000)
        await rig.answerTo(waited)
        t.same(rig.bench.asked, [], 'it was fresh when it was accepted')
        rig.clock.jumpWall(-11 * 60_000)
        await rig.says(old)
        await rig.answerTo(old)
        t.match(rig.bench.asked, [{ reason: 'the message that asks for it is 11m old' }])
        const unknown = inbound('unknown', { sentAtMs: rig.clock.nowMs() + 3_600_000 })
        await rig.says(unknown)
        await rig.answerTo(unknown)
        t.match(rig.bench.asked[1]?.reason, /may be old: the clock of this board is not set/)
      },
      [mark],
    )
  },
)

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

void t.test(
  'a guest is sent what was said in a shared chat, and nothing of what an owner had read there',
  async (t) => {
    const model = ScriptedModel.replies(
      callsTools(['look', { name: 'diary' }]),
      says('It is a diary.'),
      says('Hello.'),
      says('And you.'),
    )
    await withAgent(
      t,
      model,
      async (rig) => {
        const messages = [inbound('what is that file?'), inbound('hello', { person: guest }), inbound('and I?')]
        for (const message of messages) {
          await rig.says(message)
          await rig.answerTo(message)
        }
        const [guests, owners] = model.requests.slice(-2).map((request) => JSON.stringify(request.messages))
        t.match(guests, /what is that file\?.*It is a diary\./s)
        t.notMatch(guests, /saw diary|look/)
        t.match(owners, 'saw diary', 'an owner still sees it')
      },
      [look],
    )
  },
)

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

void t.test('whoever loses a right while a turn runs can do no more in it than a guest', async (t) => {
  const model = ScriptedModel.replies(callsTools(['switch', lamp]), callsTools(['switch', lamp]), says('done'))
  let roleNow: Person['role'] = 'owner'
  const switched: string[] = []
  const tool = smallTool('switch', 'change', (name) => {
    roleNow = 'guest'
    switched.push(name)
    return 'on'
  })
  const rig = await openAgent(t.testdir({}), model, [tool], { roleNow: () => roleNow })
  const message = inbound('switch it twice')
  await rig.says(message)
  await rig.answerTo(message)
  t.same(switched, ['lamp'])
  t.match(model.requests.at(-1)?.messages.at(-1)?.text, 'There is no tool "switch"')
  t.same(model.requests.at(-1)?.tools, [])
  await rig.close()
})
