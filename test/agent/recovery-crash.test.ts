import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Inbound } from '../../src/bus/message.ts'
import { limits } from '../../src/limits.ts'
import { type AgentRig, leftBehind, openAgent } from '../support/agent-rig.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { settle } from '../support/fake-clock.ts'
import { inbound } from '../support/messages.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { smallTool } from '../support/tool-bench.ts'
import { until } from '../support/until.ts'

const homeIn = (t: Test): string => join(t.testdir({ home: {} }), 'home')
const mark = smallTool('mark', 'change', (name) => `marked ${name}`)
const silent = (): ScriptedModel => new ScriptedModel(() => new Promise(() => undefined))

/** The next process on what the last one left; its model answers everything. */
async function restart(left: string): Promise<AgentRig> {
  const model = new ScriptedModel(({ messages }) => {
    const words = messages.at(-1)
    return says(`re: ${words?.role === 'user' ? words.text : ''}`)
  })
  const rig = await openAgent(left, model, [mark])
  await rig.recover()
  return rig
}

function turnCount(rig: AgentRig, chat: string): Promise<number> {
  return rig.sessions.use('test', chat, (session) => Promise.resolve(session.turns().length))
}

void t.test('more answers than the queue holds do not hold up a start', async (t) => {
  const first = await openAgent(homeIn(t), silent(), [mark])
  for (let count = 0; count < limits.busMessagesMax; count++) {
    await first.bus.send({ channel: 'test', chat: 'x', text: `${count}`, failed: false }, [], undefined)
  }
  const message = inbound('go')
  await first.says(message)
  await first.bus.callStarts([message], 'mark lamp')
  const second = await restart(await first.crash())
  t.match(await second.answerTo(message), { failed: true, text: /perhaps done: mark lamp/ })
  t.equal(second.bus.undelivered().length, limits.busMessagesMax + 1)
  await second.close()
})

void t.test('a session log that cannot be read or written keeps nobody from being told', async (t) => {
  const first = await openAgent(homeIn(t), silent(), [mark])
  const message = inbound('go')
  await first.says(message)
  await first.bus.callStarts([message], 'mark lamp')
  const left = await first.crash()
  fs.rmSync(join(left, 'sessions'), { recursive: true, force: true })
  fs.writeFileSync(join(left, 'sessions'), 'a file in the place of the folder')
  const second = await restart(left)
  t.match(await second.answerTo(message), { failed: true, text: /perhaps done: mark lamp/ })
  t.match(second.lines, [/The session log of test home cannot be read/, /not repeated/, /The session log lacks a turn/])
  await second.close()
})

void t.test('killed at any write or fsync of the recovery itself, each message gets one answer', async (t) => {
  const home = homeIn(t)
  // The others' turns have called nothing by themselves when the crash comes.
  const model = new ScriptedModel(({ messages }) => {
    const last = messages.at(-1)
    const isChange = last?.role === 'user' && last.text === 'change'
    return isChange ? callsTools(['mark', { name: 'a' }]) : new Promise(() => undefined)
  })
  const first = await openAgent(home, model, [mark])
  const messages: Inbound[] = [inbound('change', { chat: 'a' }), inbound('told', { chat: 'b' })]
  await first.says(messages[0] as Inbound)
  await until(() => model.requests.length === 2)
  await first.says(messages[1] as Inbound)
  await first.bus.callStarts([messages[1] as Inbound], 'mark b')
  messages.push(inbound('logged', { chat: 'c' }), inbound('again', { chat: 'd' }))
  for (const message of messages.slice(2)) await first.says(message)
  await first.sessions.use('test', 'c', (session) =>
    session.append(
      {
        answers: [`test/${messages[2]?.id ?? ''}`],
        messages: [
          { role: 'user', text: 'logged' },
          { role: 'assistant', text: 'the logged answer', toolCalls: [] },
        ],
        failed: false,
      },
      0,
    ),
  )
  const left = await first.crash()

  const faults = await createDiskFaults()
  t.teardown(() => faults.restore())
  const second = await openAgent(left, silent(), [mark])
  const snapshots: string[] = []
  const state = { ended: false }
  faults.hold(['write', 'datasync', 'sync', 'truncate'])
  const recovering = second.recover().finally(() => (state.ended = true))
  while (!state.ended) {
    for (let round = 0; round < 20; round++) await settle()
    snapshots.push(leftBehind(left))
    faults.release()
    faults.hold(['write', 'datasync', 'sync', 'truncate'])
  }
  faults.release()
  await recovering
  snapshots.push(leftBehind(left))
  await second.crash()
  t.ok(snapshots.length >= 10, `${snapshots.length} instants`)

  for (const [instant, snapshot] of snapshots.entries()) {
    const third = await restart(snapshot)
    await until(() => third.bus.pending().length === 0)
    const answers = third.bus.undelivered().flatMap((each) => each.answers)
    t.same(answers.toSorted(), messages.map((message) => message.id).toSorted(), `instant ${instant}`)
    const words = third.bus.undelivered().map((each) => `${each.chat}: ${each.text.split(' ').slice(0, 3).join(' ')}`)
    t.same(words.toSorted(), ['a: I was interrupted', 'b: I was interrupted', 'c: the logged answer', 'd: re: again'])
    for (const chat of ['a', 'b', 'c', 'd']) t.equal(await turnCount(third, chat), 1, `instant ${instant}`)
    await third.close()
  }
})
