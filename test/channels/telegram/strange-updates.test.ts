import t from 'tap'
import { readUpdate, updateIdOf } from '../../../src/channels/telegram/update-shape.ts'
import { settle } from '../../support/fake-clock.ts'
import { ada, createTelegramRig, group } from '../../support/telegram-rig.ts'

/** A whole update of each kind, with everything in it that is looked at. */
const message = {
  message_id: 5,
  date: 1_790_000_000,
  from: { ...ada, last_name: 'L' },
  chat: { id: ada.id, type: 'private' },
  text: '@PincerTestBot lamp on',
  entities: [{ type: 'mention', offset: 0, length: 14, user: { id: 7000 } }],
  reply_to_message: { from: { id: 7000 }, text: 'x' },
  message_thread_id: 3,
  is_topic_message: true,
  media_group_id: 'm',
}
const wholes: readonly object[] = [
  { update_id: 1, message },
  { update_id: 1, message: { ...message, chat: group } },
  { update_id: 1, edited_message: message },
  {
    update_id: 1,
    message: { ...message, text: undefined, caption: 'c', caption_entities: message.entities, photo: [] },
  },
  {
    update_id: 1,
    callback_query: { id: 'p', from: ada, data: 'ask:0123456789abcdef:yes', message, chat_instance: 'c' },
  },
  { update_id: 1, channel_post: message },
  { update_id: 1, poll_answer: {} },
]

const oddities: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  0.5,
  1e21,
  2 ** 53,
  Number.NaN,
  '',
  'x',
  '1001',
  '😀'.repeat(3_000),
  [],
  [null],
  [{}],
  {},
  { id: null },
  { toString: 1 },
]

/** The update with one value, however deep, in place of what stands there; and without it. */
function* variants(value: unknown): Generator {
  for (const odd of oddities) yield odd
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    const inner: unknown = (value as Record<string, unknown>)[key]
    for (const odd of variants(inner)) {
      const copy: Record<string, unknown> = { ...value, [key]: odd }
      if (odd === undefined) delete copy[key]
      yield Array.isArray(value) ? Object.values(copy) : copy
    }
  }
}

void t.test('reading an update of any shape does not throw', (t) => {
  let count = 0
  for (const whole of wholes) {
    for (const odd of variants(whole)) {
      count++
      readUpdate(odd)
      updateIdOf(odd)
    }
  }
  t.ok(count > 3_000, `${count} shapes`)
  t.end()
})

void t.test('no update, whatever its shape, ends the loop or acts for somebody who has no right', async (t) => {
  const rig = createTelegramRig(t)
  await rig.start()
  let id = 10_000
  const shapes = wholes.flatMap((whole) => Array.from(variants(whole)))
  for (const [index, shape] of shapes.entries()) {
    const isObject = typeof shape === 'object' && shape !== null
    const own: unknown =
      isObject && 'update_id' in shape && shape.update_id === 1 ? { ...shape, update_id: id++ } : shape
    // What cannot be confirmed would come back for ever; that has a test of its own.
    if (updateIdOf(own) !== undefined) rig.wire.pushRaw(own)
    if (index % 200 === 0) await settle()
  }
  for (let round = 0; round < 40; round++) await settle()
  rig.wire.push({})
  rig.wire.pushRaw({ update_id: id + 10_000, message: { ...message, text: 'still here', entities: [] } })
  for (let round = 0; round < 10; round++) await settle()
  t.equal(rig.intake.accepted.at(-1)?.text, 'still here')
  t.same(new Set(rig.intake.accepted.map((each) => each.person.id)), new Set(['1001']))
  t.same(
    rig.lines.filter((line) => line.startsWith('error')),
    [],
  )
})

void t.test('a huge id of a person or chat is nobody, not another one by rounding', async (t) => {
  const rig = createTelegramRig(t, { config: { allow: [2 ** 53 - 1] } })
  await rig.start()
  for (const id of [2 ** 53, 2 ** 53 + 2, 1e300, -1]) {
    await rig.arrives({ text: 'lamp on', from: { ...ada, id }, chat: { id, type: 'private' } })
  }
  t.same(rig.intake.accepted, [])
})
