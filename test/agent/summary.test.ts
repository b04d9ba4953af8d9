import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { requestBytes } from '../../src/agent/gauge.ts'
import { limits } from '../../src/limits.ts'
import type { ModelReply, ModelRequest } from '../../src/model/model.ts'
import { openAgent, type AgentRig } from '../support/agent-rig.ts'
import { settle } from '../support/fake-clock.ts'
import { bob, inbound } from '../support/messages.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { smallTool } from '../support/tool-bench.ts'
import { until } from '../support/until.ts'

const isSummary = ({ system }: ModelRequest): boolean => system.includes('Write the summary')
const order = 'Never open the gate after 22:00, whatever anybody says.'
const summaryText = (more = ''): string =>
  `Standing orders and open promises:\n- ${order}\nNo longer valid:\n- none\nWhat happened:\nMuch.${more}`
const wordsOf = (request: ModelRequest | undefined): string => request?.messages[0]?.text ?? ''
const front = ({ system, tools, messages }: ModelRequest): Buffer =>
  Buffer.from(system + JSON.stringify(tools) + JSON.stringify(messages))

function sharedBytes(one: Buffer, other: Buffer): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}

/** Waits until the reply is out and, where a summary is made, that has ended: nobody speaks into a calm moment. */
async function calm(rig: AgentRig, model: ScriptedModel, before: number): Promise<void> {
  await until(() => rig.loop.runningTurns() === 0)
  await settle()
  const ended = (): number => rig.lines.filter((line) => /agent: .*(?:summed up|summary)/.test(line)).length
  await until(() => ended() === model.requests.filter(isSummary).length - before)
}

/** `count` turns, one after the other, with a pause between them; `before`: summaries that an earlier rig made. */
async function talk(rig: AgentRig, model: ScriptedModel, count: number, before = 0): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    const message = inbound(`${turn} ${'word '.repeat(60)}`, { sentAtMs: rig.clock.nowMs() })
    await rig.says(message)
    await rig.bus.sent((await rig.answerTo(message)).id)
    await calm(rig, model, before)
    rig.clock.jumpWall(60_000)
  }
}

/** Answers; `summary` writes the summaries. Tokens are counted as the provider of this model does. */
function longModel(
  summary: (request: ModelRequest, signal: AbortSignal) => ModelReply | Promise<ModelReply>,
  { windowTokens = 16_000, bytesPerToken = 3, answer = () => says('fine '.repeat(40)) } = {},
): ScriptedModel {
  const script = async (request: ModelRequest, signal: AbortSignal): Promise<ModelReply> => {
    const reply = isSummary(request) ? await summary(request, signal) : answer()
    return { ...reply, usage: { ...reply.usage, inputTokens: Math.ceil(requestBytes(request) / bytesPerToken) } }
  }
  return new ScriptedModel(script, windowTokens)
}

async function withChat(
  t: Test,
  model: ScriptedModel,
  work: (rig: AgentRig, folder: string) => Promise<void>,
): Promise<void> {
  const folder = t.testdir({})
  let results = 0
  const look = smallTool('look', 'read', () => `${++results} ${'reading '.repeat(300)}`)
  const rig = await openAgent(folder, model, [look])
  await work(rig, folder)
  await rig.close()
  t.same(model.faults, [], 'every request was well-formed')
}

for (const [bytesPerToken, turns, shareMin] of [
  [1.5, 120, 0.55],
  [3, 240, 0.75],
  [4.4, 120, 0.75],
] as const) {
  void t.test(
    `${turns} turns at ${bytesPerToken} bytes a token: each request fits, few summaries, a stable front`,
    async (t) => {
      let calls = 0
      const model = longModel(() => says(summaryText()), {
        bytesPerToken,
        answer: () => (++calls % 3 === 1 ? callsTools(['look', { name: `n${calls}` }]) : says('fine '.repeat(40))),
      })
      await withChat(t, model, async (rig) => {
        await talk(rig, model, turns)
        const requests = model.requests
        const tokens = requests.map((request) => requestBytes(request) / bytesPerToken)
        // The first calls of a chat go by the estimate; from the first usage on it goes by what the provider counts.
        t.ok(Math.max(...tokens) <= model.windowTokens * 0.9, `${Math.max(...tokens)} tokens`)
        const summaries = requests.flatMap((request, index) => (isSummary(request) ? [index] : []))
        t.ok(
          summaries.length > 1 && summaries.length <= turns / limits.summaryTurnsMin,
          `${summaries.length} summaries`,
        )
        const fewest = Math.min(...summaries.slice(1).map((at, n) => at - (summaries[n] ?? 0)))
        t.ok(fewest > limits.summaryTurnsMin, `${fewest} calls between two`)
        t.notOk(
          requests.some((request) => JSON.stringify(request.messages.at(-1)).includes('left out')),
          'nothing was lost',
        )
        const talks = requests.filter((request) => !isSummary(request))
        let sent = 0
        let cached = 0
        talks.slice(1).forEach((request, index) => {
          const [before, after] = [front(talks[index] as ModelRequest), front(request)]
          sent += after.length
          cached += sharedBytes(before, after)
        })
        t.ok(cached / sent > shareMin, `${Math.round((100 * cached) / sent)} % of all bytes stood there before`)
        t.match(wordsOf(requests.at(-1)), /^\[You wrote this summary/)
      })
    },
  )
}

void t.test('between two summaries everything before the turn before is the same, byte for byte', async (t) => {
  const model = longModel(() => says(summaryText()))
  await withChat(t, model, async (rig) => {
    await talk(rig, model, 120)
    let streak = 0
    model.requests.forEach((request, index) => {
      const before = model.requests[index - 1]
      if (before === undefined || isSummary(before) || isSummary(request)) return
      streak++
      const older = front({ ...before, messages: before.messages.slice(0, -1) }).length - 1
      t.ok(sharedBytes(front(before), front(request)) >= older, `request ${index}: ${older} bytes`)
    })
    t.ok(streak > 100)
  })
})

void t.test('a summary knows the one before it, and an order that the model forgets is put back', async (t) => {
  let made = 0
  const forgetful = summaryText().replace(`- ${order}`, '- none')
  const ended = forgetful.replace('No longer valid:\n- none', `No longer valid:\n- ${order}`)
  const model = longModel(() => says([summaryText(), forgetful, forgetful, ended, forgetful][made++] ?? forgetful))
  await withChat(t, model, async (rig) => {
    while (model.requests.filter(isSummary).length < 5) await talk(rig, model, 5)
    await talk(rig, model, 1)
    const inputs = model.requests.filter(isSummary).map(wordsOf)
    t.notMatch(inputs[0], /# The earlier summary/)
    for (const input of inputs.slice(1)) t.match(input, /^# The earlier summary\nStanding orders/)
    t.same(
      inputs.slice(0, 5).map((input) => input.includes(`- ${order}`)),
      [false, true, true, true, true],
    )
    const [, , , fourth] = inputs
    t.match(fourth, new RegExp(`Standing orders and open promises:\\n- ${order}`))
    t.notMatch(wordsOf(model.requests.at(-1)), /after 22:00/, 'but one that it calls ended is ended')
  })
})

void t.test('tool calls and their results are part of what is summed up', async (t) => {
  let calls = 0
  const model = longModel(() => says(summaryText()), {
    answer: () => (++calls % 2 === 1 ? callsTools(['look', { name: `n${calls}` }]) : says('fine')),
  })
  await withChat(t, model, async (rig) => {
    while (!model.requests.some(isSummary)) await talk(rig, model, 1)
    t.match(
      wordsOf(model.requests.find(isSummary)),
      /Person: 0 word.*\nYou called look \{"name":"n1"\}\nIts result: 1 reading.*cut\]\nYou: fine/,
    )
  })
})

void t.test('a summary survives a restart, the log only grows, and /new forgets it', async (t) => {
  const model = longModel(() => says(summaryText()))
  const folder = t.testdir({})
  const path = join(folder, 'sessions', 'test.home.jsonl')
  const first = await openAgent(folder, model)
  await talk(first, model, 60)
  await first.close()
  const made = model.requests.filter(isSummary).length
  const log = fs.readFileSync(path, 'utf8')
  t.match(log, /\n\{"k":"summary","after":"test\/m\d+"/)
  t.match(log, /^\{"k":"turn".*"0 word/, 'what it stands for is still there')
  const second = await openAgent(folder, model, [], {}, first.clock)
  await talk(second, model, 1, made)
  const [before, after] = model.requests.filter((request) => !isSummary(request)).slice(-2)
  t.same(after?.messages[0], before?.messages[0])
  t.equal(after?.messages.length, (before?.messages.length ?? 0) + 2)
  await second.sessions.use('test', 'home', (session) => session.startNew(0))
  await talk(second, model, 1, made)
  t.equal(model.requests.at(-1)?.messages.length, 1)
  t.ok(fs.readFileSync(path, 'utf8').startsWith(log))
  await second.close()
  t.same(model.faults, [])
})

for (const [name, bad] of [
  ['fails', () => Promise.reject(new Error('boom'))],
  ['says nothing', () => says('')],
  ['says what is no summary', () => says('I did not understand "the turns since then".')],
] as const) {
  void t.test(
    `when the summary ${name}, turns are left out with a note, and it is not tried after each turn`,
    async (t) => {
      const model = longModel(bad)
      await withChat(t, model, async (rig, folder) => {
        await talk(rig, model, 150)
        const tries = model.requests.filter(isSummary).length
        t.ok(tries > 1 && tries <= 150 / limits.summaryTurnsMin, `${tries} tries`)
        t.match(JSON.stringify(model.requests.at(-1)?.messages.at(-1)), /Earlier turns of this chat are left out/)
        t.notMatch(fs.readFileSync(join(folder, 'sessions', 'test.home.jsonl'), 'utf8'), /"k":"summary"/)
        t.match(rig.lines.join('\n'), /warn agent: .*summ/)
      })
    },
  )
}

void t.test('where offline would be asked, or nobody, no summary is tried', async (t) => {
  const model = longModel(() => says(summaryText()), { windowTokens: 4_000 })
  let asked: string | undefined = 'offline'
  Object.assign(model, { asked: () => asked })
  await withChat(t, model, async (rig) => {
    await talk(rig, model, 12)
    asked = undefined
    await talk(rig, model, 1)
    t.same(model.requests.filter(isSummary), [])
    asked = model.id
    await talk(rig, model, 1)
    t.equal(model.requests.filter(isSummary).length, 1)
  })
})

void t.test('a message that comes while a summary is made waits for it, at most until its deadline', async (t) => {
  const model = longModel(() => new Promise(() => undefined))
  await withChat(t, model, async (rig) => {
    const asked = (): boolean => model.requests.some(isSummary)
    while (!asked()) {
      const message = inbound('word '.repeat(100), { sentAtMs: rig.clock.nowMs() })
      await rig.says(message)
      await rig.answerTo(message)
      await until(() => rig.loop.runningTurns() === 0)
      await settle()
    }
    const waiting = inbound('and now?')
    await rig.says(waiting)
    await rig.clock.advance(limits.summaryTimeoutMs - 1)
    t.notOk(rig.out.some((each) => each.answers.includes(waiting.id)))
    t.equal(rig.loop.runningTurns(), 0, 'a summary is no turn')
    await rig.clock.advance(1)
    t.match(await rig.answerTo(waiting), { failed: false })
  })
})

void t.test('no summary is begun while somebody waits for an answer', async (t) => {
  const model = longModel(() => says(summaryText()))
  await withChat(t, model, async (rig) => {
    for (let pair = 0; pair < 40; pair++) {
      const first = inbound(`first ${'word '.repeat(60)}`, { sentAtMs: rig.clock.nowMs() })
      const second = inbound('second', { sentAtMs: rig.clock.nowMs(), person: bob })
      await Promise.all([rig.says(first), rig.says(second)])
      for (const message of [first, second]) await rig.bus.sent((await rig.answerTo(message)).id)
      await calm(rig, model, 0)
    }
    const newest = ({ messages }: ModelRequest): string => messages.at(-1)?.text.split(' ')[0] ?? ''
    const before = model.requests.flatMap((request, index) =>
      isSummary(request) ? [newest(model.requests[index - 1] as ModelRequest)] : [],
    )
    t.ok(before.length > 0)
    t.same(new Set(before), new Set(['second']))
  })
})

void t.test('/stop and /new end a summary: it is no turn, and what it says comes to nothing', async (t) => {
  const { promise: late, resolve } = Promise.withResolvers<ModelReply>()
  const model = longModel(() => late)
  await withChat(t, model, async (rig, folder) => {
    while (!model.requests.some(isSummary)) {
      const message = inbound('word '.repeat(100), { sentAtMs: rig.clock.nowMs() })
      await rig.says(message)
      await rig.answerTo(message)
      await until(() => rig.loop.runningTurns() === 0)
      await settle()
    }
    t.same(await rig.loop.stopTurns({ channel: 'test', chat: 'home' }), { stoppedTurns: 0, dropped: [] })
    resolve(says(summaryText()))
    await rig.sessions.use('test', 'home', (session) => session.startNew(0))
    await talk(rig, model, 1, 1)
    t.equal(model.requests.at(-1)?.messages.length, 1)
    t.notMatch(fs.readFileSync(join(folder, 'sessions', 'test.home.jsonl'), 'utf8'), /"k":"summary"/)
  })
})

void t.test('the offline model is never asked for a summary', async (t) => {
  const model = longModel(() => says(summaryText()))
  await withChat(t, Object.assign(model, { id: 'offline' }), async (rig) => {
    await talk(rig, model, 100)
    t.notOk(model.requests.some(isSummary))
    t.match(JSON.stringify(model.requests.at(-1)?.messages.at(-1)), /Earlier turns of this chat are left out/)
  })
})
