import t from 'tap'
import { limits } from '../../src/limits.ts'
import { settle } from '../support/fake-clock.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { smallTool } from '../support/tool-bench.ts'
import { makeTurn } from '../support/turn-rig.ts'

const lamp = { name: 'lamp' }
const mark = smallTool('mark', 'change', (name) => `marked ${name}`)

void t.test('/stop ends a model that ignores its signal at once, and one that listens is told', async (t) => {
  let told = false
  const model = new ScriptedModel((_request, signal) => {
    signal.addEventListener('abort', () => (told = true))
    return new Promise(() => undefined)
  })
  const { turn, stop, bench } = makeTurn(model, [])
  const running = turn.run()
  await settle()
  stop.abort()
  await t.rejects(running, { code: 'stopped' })
  t.equal(told, true)
  t.equal(bench.clock.pendingTimers(), 0)
})

void t.test('/stop ends a tool that ignores its signal within a second, and runs no further call', async (t) => {
  const model = ScriptedModel.replies(callsTools(['mark', lamp], ['deaf', lamp], ['mark', { name: 'never' }]))
  const deaf = smallTool('deaf', 'change', () => new Promise(() => undefined))
  const { turn, stop, bench } = makeTurn(model, [mark, deaf])
  let ended = false
  const rejected = t.rejects(
    turn.run().finally(() => (ended = true)),
    { code: 'stopped' },
  )
  await settle()
  stop.abort()
  await settle()
  t.equal(ended, false, 'a tool may come to a clean end')
  await bench.clock.advance(1_000)
  await rejected
  t.equal(turn.withChanges('So.'), 'So. Done before that: mark lamp. Started, and perhaps done: deaf lamp.')
  const results = turn.end('So.').messages.filter((message) => message.role === 'tool')
  t.match(results, [{ failed: false }, { failed: true, text: 'deaf was stopped.' }, { failed: true, text: /^Not run/ }])
  t.equal(bench.journal.filter((line) => line.startsWith('starts')).length, 2)
})

void t.test('/stop ends 32 calls at once within a second, also when none of them listens', async (t) => {
  for (const access of ['read', 'change'] as const) {
    let started = 0
    const deaf = smallTool('deaf', access, () => {
      started++
      return new Promise(() => undefined)
    })
    const calls = Array.from({ length: 32 }, (_, index) => ['deaf', { name: String(index) }] as const)
    const { turn, stop, bench } = makeTurn(ScriptedModel.replies(callsTools(...calls)), [deaf])
    const rejected = t.rejects(turn.run(), { code: 'stopped' })
    await settle()
    t.equal(started, access === 'read' ? 32 : 1, 'what reads runs together, what changes one after another')
    stop.abort()
    await bench.clock.advance(1_000)
    await rejected
    t.equal(started, access === 'read' ? 32 : 1, 'none was started after it')
    t.equal(
      turn.end('So.').messages.filter((message) => message.role === 'tool').length,
      32,
      'each call has its result',
    )
    t.equal(bench.clock.pendingTimers(), 0)
  }
})

void t.test('a model that ends itself at /stop, in whatever words, was stopped', async (t) => {
  const model = new ScriptedModel(() => says('never'))
  model.complete = (_request, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new TypeError('fetch failed'))))
  const { turn, stop } = makeTurn(model, [])
  const rejected = t.rejects(turn.run(), { code: 'stopped' })
  await settle()
  stop.abort()
  await rejected
})

void t.test('/stop before the first call leaves nothing done', async (t) => {
  const model = ScriptedModel.replies(says('never'))
  const { turn, stop } = makeTurn(model, [])
  stop.abort()
  await t.rejects(turn.run(), { code: 'stopped' })
  t.equal(model.requests.length, 0)
})

void t.test('a model that never answers ends the turn after its time, with a sentence', async (t) => {
  const model = new ScriptedModel(() => new Promise(() => undefined))
  const { turn, bench } = makeTurn(model, [])
  const running = turn.run()
  await bench.clock.advance(limits.modelCallTimeoutMs - 1)
  await bench.clock.advance(1)
  t.match(await running, { failed: true, text: 'scripted/model gave no answer in 5 minutes: try again later.' })
})
