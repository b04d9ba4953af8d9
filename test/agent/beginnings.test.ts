import t, { type Test } from 'tap'
import type { Inbound } from '../../src/bus/message.ts'
import { limits } from '../../src/limits.ts'
import type { ModelRequest } from '../../src/model/model.ts'
import { openAgent, type AgentRig } from '../support/agent-rig.ts'
import { createDiskFaults, type DiskFaults } from '../support/disk-faults.ts'
import { settle } from '../support/fake-clock.ts'
import { inbound } from '../support/messages.ts'
import { says, ScriptedModel } from '../support/scripted-model.ts'
import { until } from '../support/until.ts'

/** Answers each message, and keeps what it was asked to make ready and what it was really sent, as the objects they are. */
class PreparingModel extends ScriptedModel {
  readonly prepared: ModelRequest[] = []
  readonly sent: ModelRequest[] = []

  readonly prepare = (request: ModelRequest): void => void this.prepared.push(request)

  override complete(request: ModelRequest, signal: AbortSignal) {
    this.sent.push(request)
    return super.complete(request, signal)
  }
}

function saidIn(request: ModelRequest | undefined): readonly string[] {
  return request?.messages.map(({ text }) => text) ?? []
}

const answering = (): PreparingModel =>
  new PreparingModel(({ messages }) => says(`re: ${saidIn({ messages, system: '', tools: [] }).at(-1)}`))

interface Held {
  readonly model: PreparingModel
  readonly disk: DiskFaults
  readonly rig: AgentRig
  /** Brings a message whose record the disk does not confirm before `disk.release()`. */
  readonly arrives: (
    text: string,
    more?: Partial<Inbound>,
  ) => { readonly message: Inbound; readonly accepted: Promise<void> }
}

/** An agent behind one answered message, over a disk that from now on holds every sync. */
async function heldAgent(t: Test, more: Parameters<typeof openAgent>[3] = {}, model = answering()): Promise<Held> {
  const disk = await createDiskFaults()
  t.teardown(() => disk.restore())
  const rig = await openAgent(t.testdir({}), model, [], more)
  const first = inbound('first')
  await rig.says(first)
  await rig.answerTo(first)
  await settle()
  model.prepared.length = 0
  model.sent.length = 0
  disk.hold(['datasync'])
  const arrives: Held['arrives'] = (text, of) => {
    const message = inbound(text, of)
    return { message, accepted: rig.says(message) }
  }
  return { model, disk, rig, arrives }
}

async function end({ disk, rig }: Held): Promise<void> {
  disk.release()
  await rig.close()
}

void t.test('while a sync hangs the request is made ready, and none leaves before it is over', async (t) => {
  const held = await heldAgent(t)
  const { model, disk, rig, arrives } = held
  const { message, accepted } = arrives('hello')
  await until(() => model.prepared.length === 1)
  await rig.clock.advance(limits.preparedAgeMaxMs)
  t.same(saidIn(model.prepared[0]), ['first', 're: first', 'hello'])
  t.same(model.sent, [])
  t.same(rig.bus.pending(), [])
  disk.release()
  await accepted
  t.match(await rig.answerTo(message), { text: 're: hello' })
  t.equal(model.sent.length, 1)
  t.equal(model.sent[0], model.prepared[0], 'what was made ready is what is sent')
  await end(held)
})

void t.test('where the sync fails nothing is sent, and what was made ready is forgotten', async (t) => {
  const held = await heldAgent(t)
  const { model, disk, rig, arrives } = held
  const { message, accepted } = arrives('hello')
  await until(() => model.prepared.length === 1)
  disk.fail(['datasync'])
  disk.release()
  await t.rejects(accepted, { code: 'disk' })
  await settle()
  t.same(model.sent, [])
  t.same(rig.out.length, 1, 'the channel alone tells that it was not taken')
  disk.heal()
  await rig.says(message)
  t.match(await rig.answerTo(message), { text: 're: hello' })
  t.same(model.sent.map(saidIn), [['first', 're: first', 'hello']])
  await end(held)
})

void t.test('a write that fails makes nothing ready', async (t) => {
  const held = await heldAgent(t)
  const { model, disk, arrives } = held
  disk.fail(['write'])
  await t.rejects(arrives('hello').accepted, { code: 'disk' })
  await settle()
  t.same(model.prepared, [])
  await end(held)
})

void t.test('a message that joins what runs is not made ready, and neither is a command', async (t) => {
  const thinking = Promise.withResolvers<void>()
  const model = new PreparingModel(async ({ messages }) => {
    if (messages.at(-1)?.text === 'think') await thinking.promise
    return says('ok')
  })
  const held = await heldAgent(t, {}, model)
  const { disk, rig, arrives } = held
  disk.release()
  const { message: slow } = arrives('think')
  await until(() => model.sent.length === 1)
  const { message: next, accepted } = arrives('and this')
  await accepted
  await arrives('/help').accepted
  t.same(
    model.prepared.map((request) => saidIn(request).at(-1)),
    ['think'],
  )
  thinking.resolve()
  await rig.answerTo(slow)
  await rig.answerTo(next)
  await end(held)
})

void t.test('messages that are taken together are answered together, whatever was made ready for one', async (t) => {
  const held = await heldAgent(t)
  const { model, disk, rig, arrives } = held
  // While this one is written the others wait for one write of both.
  const before = arrives('/help')
  const one = arrives('one')
  const two = arrives('two')
  disk.release()
  await Promise.all([before.accepted, one.accepted, two.accepted])
  await rig.answerTo(one.message)
  await rig.answerTo(two.message)
  t.same(
    model.prepared.map((request) => saidIn(request).at(-1)),
    ['one', 'two'],
  )
  t.same(model.sent.map(saidIn), [['first', 're: first', 'one', 'two']])
  await end(held)
})

void t.test(
  '/stop overtakes a message that the disk has not taken, and nothing of that is sent meanwhile',
  async (t) => {
    const held = await heldAgent(t)
    const { model, disk, rig, arrives } = held
    const { message, accepted } = arrives('hello')
    await until(() => model.prepared.length === 1)
    const stop = arrives('/stop')
    await settle()
    t.same(model.sent, [])
    disk.release()
    await Promise.all([accepted, stop.accepted])
    t.match(await rig.answerTo(stop.message), { text: 'ran /stop' })
    t.match(await rig.answerTo(message), { text: 're: hello' })
    t.equal(model.sent.length, 1)
    await end(held)
  },
)

void t.test('what was made ready before /new is not sent behind it', async (t) => {
  const held = await heldAgent(t)
  const { model, disk, rig, arrives } = held
  const { message, accepted } = arrives('hello')
  await until(() => model.prepared.length === 1)
  // The log of the chat takes it before the journal is confirmed.
  disk.hold([])
  await rig.sessions.use('test', 'home', (session) => session.startNew(rig.clock.nowMs()))
  disk.release()
  await accepted
  await rig.answerTo(message)
  t.same(model.sent.map(saidIn), [['hello']])
  await end(held)
})

void t.test('a right that was taken away meanwhile counts no more', async (t) => {
  let role: 'owner' | undefined = 'owner'
  const held = await heldAgent(t, { roleNow: () => role })
  const { model, disk, rig, arrives } = held
  const { message, accepted } = arrives('hello')
  await until(() => model.prepared.length === 1)
  t.equal(model.prepared[0]?.system, 'You speak with the owner.')
  role = undefined
  disk.release()
  await accepted
  await rig.answerTo(message)
  t.same(
    model.sent.map(({ system }) => system),
    ['You speak with the guest.'],
  )
  await end(held)
})

void t.test('a disk that hangs for long leaves no old clock and no old readings in the request', async (t) => {
  let minute = 0
  const held = await heldAgent(t, { context: () => `[Now: 12:0${minute}]` })
  const { model, disk, rig, arrives } = held
  const { message, accepted } = arrives('hello')
  await until(() => model.prepared.length === 1)
  minute = 1
  await rig.clock.advance(limits.preparedAgeMaxMs + 1)
  disk.release()
  await accepted
  await rig.answerTo(message)
  t.match(model.sent[0]?.messages.at(-1), { text: 'hello', context: '[Now: 12:01]' })
  await end(held)
})

void t.test('what cannot be made ready fails in the turn, which tells it', async (t) => {
  let fails = false
  const prompt = () => (fails ? Promise.reject(new Error('no such prompt')) : Promise.resolve('You are Pincer.'))
  const held = await heldAgent(t, { prompt })
  const { model, disk, rig, arrives } = held
  fails = true
  const { message, accepted } = arrives('hello')
  await settle()
  disk.release()
  await accepted
  t.match(await rig.answerTo(message), { text: /your message was not answered: no such prompt/, failed: true })
  t.same([model.prepared, model.sent], [[], []])
  await end(held)
})

void t.test('a loop that stops while the disk is waited for sends nothing', async (t) => {
  const held = await heldAgent(t)
  const { model, disk, rig, arrives } = held
  const { message, accepted } = arrives('hello')
  await until(() => model.prepared.length === 1)
  await rig.loop.stop()
  disk.release()
  await accepted
  t.same(model.sent, [])
  t.same(
    rig.bus.pending().map((open) => open.message.id),
    [message.id],
    'the next start takes it up',
  )
  await end(held)
})
