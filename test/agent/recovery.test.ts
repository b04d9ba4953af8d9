import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { limits } from '../../src/limits.ts'
import { type AgentRig, leftBehind, openAgent } from '../support/agent-rig.ts'
import { settle } from '../support/fake-clock.ts'
import { bob, guest, inbound } from '../support/messages.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { createToolBench, smallTool } from '../support/tool-bench.ts'
import { until } from '../support/until.ts'

const lamp = { name: 'lamp' }
const homeIn = (t: Test): string => join(t.testdir({ home: {} }), 'home')
const never = (): Promise<never> => new Promise(() => undefined)

/** Answers with all that the people said, in order. */
const parrot = (): ScriptedModel =>
  new ScriptedModel(({ messages }) =>
    says(`re: ${messages.flatMap((message) => (message.role === 'user' ? [message.text] : [])).join(' + ')}`),
  )

/** A model that is asked and never answers: the process dies first. */
const silent = (): ScriptedModel => new ScriptedModel(never)

/** Calls this tool with these names, one after the other, and then waits for ever. */
function marking(...names: readonly string[]): ScriptedModel {
  const left = [...names]
  return new ScriptedModel(() => {
    const name = left.shift()
    return name === undefined ? never() : callsTools(['mark', { name }])
  })
}

const mark = smallTool('mark', 'change', (name) => `marked ${name}`)
const stuck = smallTool('stuck', 'change', never)

/** The next process on what the last one left. */
async function restart(left: string, model = parrot(), before?: AgentRig): Promise<AgentRig> {
  const rig = await openAgent(left, model, [mark], {}, before?.clock)
  await rig.recover()
  return rig
}

async function turnsOf(rig: AgentRig, chat = 'home'): Promise<(string | undefined)[][]> {
  return rig.sessions.use('test', chat, (session) =>
    Promise.resolve(session.turns().map((turn) => turn.messages.map((message) => message.text))),
  )
}

void t.test('a turn in which no changing call had started runs again, as if nothing had happened', async (t) => {
  const look = smallTool('look', 'read', () => 'seen')
  const looking = new ScriptedModel(({ messages }) =>
    messages.at(-1)?.role === 'tool' ? never() : callsTools(['look', lamp]),
  )
  for (const model of [silent(), looking]) {
    const first = await openAgent(homeIn(t), model, [look])
    const message = inbound('read the room')
    await first.says(message)
    await until(() => model.requests.length === (model === looking ? 2 : 1))
    const second = await restart(await first.crash())
    t.match(await second.answerTo(message), { text: 're: read the room', failed: false })
    t.same(second.bus.pending(), [])
    t.equal(second.out.length, 1)
    t.same(await turnsOf(second), [['read the room', 're: read the room']])
    await second.close()
  }
})

void t.test('a turn that had changed something is told, with its first words and calls, and not run', async (t) => {
  const model = marking('a', 'b')
  const first = await openAgent(homeIn(t), model, [mark])
  const message = inbound(`mark a\nand b ${'please '.repeat(20)}`)
  await first.says(message)
  await until(() => model.requests.length === 3)
  const again = parrot()
  const second = await restart(await first.crash(), again)
  t.match(await second.answerTo(message), {
    failed: true,
    text: 'I was interrupted (a restart or a power cut) while working on "mark a and b please please please please please please plea…". Already run: mark {"name":"a"}; mark {"name":"b"}. I repeat nothing by myself: look at the state, then ask again.',
  })
  t.same([again.requests, second.bus.pending()], [[], []])
  const next = inbound('what happened?')
  await second.says(next)
  await second.answerTo(next)
  t.match(JSON.stringify(again.requests[0]?.messages), /I was interrupted/, 'the model knows of it too')
  await second.close()
})

void t.test('a call that was in the middle is told as perhaps done', async (t) => {
  const model = ScriptedModel.replies(callsTools(['mark', lamp], ['stuck', { name: 'pump' }]))
  const first = await openAgent(homeIn(t), model, [mark, stuck])
  const message = inbound('go')
  await first.says(message)
  await until(() => first.bus.pending()[0]?.calls.length === 2)
  await settle()
  const second = await restart(await first.crash())
  t.match(
    (await second.answerTo(message)).text,
    / Already run: mark \{"name":"lamp"\}\. Started, and perhaps done: stuck \{"name":"pump"\}\. I repeat nothing/,
  )
  await second.close()
})

void t.test('of very many calls the notice names the latest and counts the others', async (t) => {
  const names = Array.from({ length: 14 }, (_, index) => `n${index}`)
  const model = marking(...names)
  const first = await openAgent(homeIn(t), model, [mark])
  const message = inbound('go')
  await first.says(message)
  await until(() => model.requests.length === 15)
  const second = await restart(await first.crash())
  const { text } = await second.answerTo(message)
  t.match(text, /Already run: 4 calls, then mark \{"name":"n4"\}; /)
  t.notMatch(text, /n3"/)
  t.match(text, /n13"/)
  await second.close()
})

void t.test('an answered message is not answered twice, delivered or not', async (t) => {
  const first = await openAgent(homeIn(t), parrot())
  const [delivered, waiting] = [inbound('one'), inbound('two', { chat: 'b' })]
  for (const message of [delivered, waiting]) {
    await first.says(message)
    await first.answerTo(message)
  }
  await first.bus.sent(first.out[0]?.id ?? '')
  await until(() => first.loop.runningTurns() === 0)
  const model = parrot()
  const second = await restart(await first.crash(), model)
  t.same([second.out, second.bus.pending(), model.requests], [[], [], []])
  t.match(second.bus.undelivered(), [{ text: 're: two', answers: [waiting.id] }], 'it still waits to be delivered')
  t.equal(second.bus.undelivered().length, 1)
  t.equal(await second.bus.accept(delivered), 'duplicate', 'also when the channel brings it once more')
  t.equal(await second.bus.accept(waiting), 'duplicate')
  await second.close()
})

void t.test('a turn that is in the log and whose reply was lost is answered from the log, once', async (t) => {
  const rigs: AgentRig[] = []
  const [message, joined] = [inbound('mark it'), inbound('now')]
  const model = ScriptedModel.replies(callsTools(['mark', lamp]), says('marked it'))
  const first = await openAgent(homeIn(t), model, [
    smallTool('mark', 'change', async () => {
      // It joins after the only call: nothing but the log says that both were one turn.
      await rigs[0]?.says(joined)
      return 'ok'
    }),
  ])
  rigs.push(first)
  await first.says(message)
  await first.answerTo(message)
  await until(() => first.loop.runningTurns() === 0)
  const left = await first.crash()
  // The power took the last record of the journal with it.
  const path = join(left, 'journal.jsonl')
  const lines = fs.readFileSync(path, 'utf8').trimEnd().split('\n')
  fs.writeFileSync(path, `${lines.filter((line) => !line.startsWith('{"k":"out"')).join('\n')}\n`)
  const again = parrot()
  const second = await restart(left, again)
  t.match(second.out, [{ text: 'marked it', failed: false, answers: [message.id, joined.id] }])
  t.equal(second.out.length, 1)
  t.equal((await turnsOf(second)).length, 1)
  t.same(again.requests, [])
  const third = await restart(await second.crash())
  t.same([third.out, third.bus.undelivered().length], [[], 1])
  await third.close()
})

void t.test('messages that were one turn are told together; what arrived later is a turn of its own', async (t) => {
  const rigs: AgentRig[] = []
  const [one, two, three, other] = [
    inbound('one'),
    inbound('two'),
    inbound('three'),
    inbound('from Bob', { person: bob }),
  ]
  const marks = smallTool('mark', 'change', async (name) => {
    for (const message of name === 'a' ? [two] : [three, other]) await rigs[0]?.says(message)
    return 'ok'
  })
  const model = marking('a', 'b')
  const first = await openAgent(homeIn(t), model, [marks])
  rigs.push(first)
  await first.says(one)
  await until(() => model.requests.length === 3)
  const second = await restart(await first.crash())
  const told = await second.answerTo(one)
  t.match(told.text, /while working on "one" and "two"\. Already run: mark \{"name":"a"\}; mark \{"name":"b"\}\./)
  t.same(told.answers, [one.id, two.id])
  const later = await second.answerTo(three)
  t.match(later.text, /^re: one \+ two \+ three$/, 'nothing had been started for it')
  t.same(later.answers, [three.id])
  t.match((await second.answerTo(other)).text, /from Bob$/, 'nobody acts with the rights of another')
  t.equal(second.out.length, 3)
  await second.close()
})

void t.test('each chat is taken up by itself', async (t) => {
  const model = new ScriptedModel(({ messages }) => {
    const last = messages.at(-1)
    return last?.role === 'user' && last.text === 'change' ? callsTools(['mark', lamp]) : never()
  })
  const first = await openAgent(homeIn(t), model, [mark])
  const changed = inbound('change', { chat: 'a' })
  const [read, byGuest] = [inbound('read', { chat: 'b' }), inbound('look', { chat: 'c', person: guest })]
  const elsewhere = inbound('hello', { channel: 'other', chat: 'a' })
  for (const message of [changed, read, byGuest, elsewhere]) await first.says(message)
  await until(() => model.requests.length === 5)
  const again = parrot()
  const second = await restart(await first.crash(), again)
  for (const message of [changed, read, byGuest, elsewhere]) await second.answerTo(message)
  t.same(
    second.out.map(({ channel, chat, failed }) => `${channel} ${chat} ${failed ? 'told' : 'answered'}`).toSorted(),
    ['other a answered', 'test a told', 'test b answered', 'test c answered'],
  )
  t.ok(again.requests.some((request) => request.system === 'You speak with the guest.'))
  await second.close()
})

void t.test('commands are taken up in order, and one that had switched is told but is no conversation', async (t) => {
  const ran: string[] = []
  const first = await openAgent(homeIn(t), silent(), [mark], {
    command: async (message, origin) => {
      if (message.text === '/on lamp') await origin.beforeChange('device_set lamp on', undefined)
      return never()
    },
  })
  const messages = [inbound('/on lamp'), inbound('/stop all'), inbound('hello'), inbound('/status')]
  for (const message of messages) await first.says(message)
  await until(() => first.bus.pending()[0]?.calls.length === 1)
  const left = leftBehind(join(first.path, '..'))
  const second = await openAgent(left, parrot(), [], {
    command: (message) => {
      ran.push(message.text)
      return Promise.resolve({ text: 'done', answers: [message], failed: false, notices: [] })
    },
  })
  await second.recover()
  for (const message of messages) await second.answerTo(message)
  t.same(ran, ['/stop all', '/status'])
  t.match(second.out[0], { failed: true, text: /"\/on lamp".*perhaps done: device_set lamp on/ })
  t.same(await turnsOf(second), [['hello', 're: hello']])
  await second.close()
})

void t.test('a message that grew old while the power was off acts only with a yes that names its age', async (t) => {
  const minuteMs = 60_000
  for (const [ageMs, offMs, reason] of [
    [0, 9 * minuteMs, undefined],
    [0, 3 * 60 * minuteMs, 'the message that asks for it is 3h old'],
    [9 * minuteMs, 2 * minuteMs, 'the message that asks for it is 11m old'],
    [11 * minuteMs, 0, 'the message that asks for it is 11m old'],
  ] as const) {
    const first = await openAgent(homeIn(t), silent(), [mark])
    const message = inbound('mark it', { sentAtMs: first.clock.nowMs() - ageMs })
    await first.says(message)
    await until(() => first.bus.pending().length === 1)
    const left = leftBehind(join(first.path, '..'))
    first.clock.reboot(offMs)
    const bench = createToolBench([mark], { clock: first.clock, answer: 'no' })
    const model = new ScriptedModel(({ messages }) => {
      const last = messages.at(-1)
      return last?.role === 'tool' ? says(last.text) : callsTools(['mark', lamp])
    })
    const second = await openAgent(left, model, [], { registry: bench.registry }, first.clock)
    await second.recover()
    const { text } = await second.answerTo(message)
    t.same(
      bench.asked.map((asked) => asked.reason),
      reason === undefined ? [] : [reason],
    )
    t.match(text, reason === undefined ? 'marked lamp' : /needs a yes from a person.*the person said no/)
    await second.close()
  }
})

void t.test('a message that interrupts every process is told in the end, not tried for ever', async (t) => {
  let rig = await openAgent(homeIn(t), silent())
  const message = inbound('the poisonous one')
  await rig.says(message)
  for (let restarts = 1; restarts <= limits.restartsMax; restarts++) {
    const model = silent()
    rig = await restart(await rig.crash(), model, rig)
    await until(() => model.requests.length === 1)
    t.same(rig.out, [])
  }
  const last = parrot()
  rig = await restart(await rig.crash(), last, rig)
  t.match(await rig.answerTo(message), {
    failed: true,
    text: `I was restarted ${limits.restartsMax} times while working on "the poisonous one", and do not try it again. Nothing was changed.`,
  })
  t.same([last.requests, rig.bus.pending()], [[], []])
  await rig.close()
})

void t.test(
  'who was removed while nothing ran is answered as what they are now, and a stranger not at all',
  async (t) => {
    const first = await openAgent(homeIn(t), marking('a'), [mark])
    const ofAda = inbound('what is in my notes?', { chat: 'ada' })
    const ofBob = inbound('switch the lamp on', { chat: 'bob', person: bob })
    const command = inbound('/status', { chat: 'bob', person: bob })
    await first.bus.accept(command)
    await first.says(ofBob)
    await until(() => first.bus.pending().some(({ calls }) => calls.length > 0))
    await first.says(ofAda)
    const model = parrot()
    const left = await first.crash()
    const second = await openAgent(left, model, [mark], {
      roleNow: (_channel, { id }) => (id === bob.id ? undefined : 'guest'),
    })
    await second.recover()
    t.match(await second.answerTo(ofAda), { text: /^re: / })
    t.equal(model.requests.length, 1)
    t.match(model.requests[0], { system: 'You speak with the guest.', tools: [] })
    t.same(second.bus.pending(), [])
    t.same(
      second.out.filter(({ chat }) => chat === 'bob'),
      [],
    )
    t.match(second.lines.join('\n'), /may not write any more: 1 messages \(test 2\)/)
    const third = await openAgent(await second.crash(), parrot(), [mark])
    t.same(third.bus.pending(), [], 'it stays closed')
    t.equal(await third.bus.accept(ofBob), 'duplicate')
    await third.close()
  },
)
