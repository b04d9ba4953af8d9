import t from 'tap'
import { OwnerNotices } from '../../src/channels/owner-notices.ts'
import { limits } from '../../src/limits.ts'
import { settle } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { openBus } from '../support/open-bus.ts'
import { until } from '../support/until.ts'

const ada = { id: '12', name: 'Ada', channel: 'telegram', chat: '12' }
const bob = { ...ada, id: '13', chat: '13' }

void t.test('what happens before the channels know their people reaches the first owner, each kind once', async (t) => {
  const { bus, clock, out, journal } = await openBus(t.testdir({}))
  const { log } = createLogLines()
  const notices = new OwnerNotices({ clock, log })
  notices.tell('disk', 'The disk is full.')
  notices.tell('disk', 'The disk is still full.')
  notices.tell('journal', 'The journal is damaged.')
  t.same(out, [])
  notices.start({ bus, recipients: () => [ada, bob], isOwner: () => true })
  await until(() => out.length === 2, 'both are told')
  notices.tell('disk', 'The disk is full again.')
  await settle()
  t.match(out, [
    { chat: '12', text: 'The disk is full.', answers: [] },
    { chat: '12', text: 'The journal is damaged.' },
  ])
  t.equal(out.length, 2)
  await clock.advance(limits.ownerNoticeGapMs)
  notices.tell('disk', 'The disk is full again.')
  await until(() => out.length === 3, 'it is told again after a while')
  await journal.close()
})

void t.test('where there is nobody to write to, nothing is queued and nothing fails', async (t) => {
  const { bus, clock, out, journal } = await openBus(t.testdir({}))
  const { log, lines } = createLogLines()
  const notices = new OwnerNotices({ clock, log })
  notices.start({ bus, recipients: () => [], isOwner: () => true })
  notices.tell('disk', 'The disk is full.')
  await settle()
  t.same([out, lines], [[], []])
  await journal.close()
})

const asker = { channel: 'telegram', chat: '-100', person: '13' }
const ofPump = { device: 'pump', kind: 'maxOn', sentence: 'pump: switched off by maxOn after 2h.', asker }

void t.test(
  'what an output did is told where it was switched, once in a while, each output and kind apart',
  async (t) => {
    const { bus, clock, out, journal } = await openBus(t.testdir({}))
    const { log } = createLogLines()
    const notices = new OwnerNotices({ clock, log })
    notices.tellOfOutput(ofPump)
    notices.start({ bus, recipients: () => [ada, bob], isOwner: ({ person }) => person === '13' })
    notices.tellOfOutput(ofPump)
    notices.tellOfOutput({ ...ofPump, kind: 'mended' })
    notices.tellOfOutput({ ...ofPump, device: 'lamp', asker: { ...asker, channel: 'terminal', chat: 'local' } })
    await until(() => out.length === 3, 'three are told')
    await settle()
    t.same(
      out.map(({ channel, chat }) => `${channel} ${chat}`),
      ['telegram -100', 'telegram -100', 'terminal local'],
    )
    await clock.advance(limits.outputNoticeGapMs)
    notices.tellOfOutput(ofPump)
    await until(() => out.length === 4, 'it is told again after a while')
    await journal.close()
  },
)

void t.test(
  'who lost the right is told nothing: the first owner hears it, as for what nobody is known to have switched',
  async (t) => {
    const { bus, clock, out, journal } = await openBus(t.testdir({}))
    const { log } = createLogLines()
    const notices = new OwnerNotices({ clock, log })
    notices.start({ bus, recipients: () => [ada], isOwner: () => false })
    notices.tellOfOutput(ofPump)
    notices.tellOfOutput({ ...ofPump, device: 'lamp', asker: undefined })
    await until(() => out.length === 2, 'both are told')
    t.same(
      out.map(({ chat }) => chat),
      ['12', '12'],
    )
    await journal.close()
  },
)

void t.test(
  'a full disk that refuses a message is told by the refusal alone, and to the owner when another wrote',
  async (t) => {
    const { bus, clock, out, journal } = await openBus(t.testdir({}))
    const { log } = createLogLines()
    const notices = new OwnerNotices({ clock, log })
    notices.start({ bus, recipients: () => [ada], isOwner: () => true })
    const refused = async (): Promise<never> => {
      notices.tell('disk', 'The disk is full.')
      notices.tell('journal', 'The journal is damaged.')
      throw new Error('refused')
    }
    await t.rejects(notices.during(ada, refused))
    await until(() => out.length === 1, 'the other one is told')
    await clock.advance(limits.ownerNoticeGapMs)
    await t.rejects(notices.during(bob, refused))
    await until(() => out.length === 3, 'both are told')
    await clock.advance(limits.ownerNoticeGapMs)
    await notices.during(ada, async () => notices.tell('disk', 'The disk is full.'))
    await until(() => out.length === 4, 'what was taken all the same has no refusal')
    t.same(
      out.map(({ text }) => text),
      ['The journal is damaged.', 'The disk is full.', 'The journal is damaged.', 'The disk is full.'],
    )
    await journal.close()
  },
)
