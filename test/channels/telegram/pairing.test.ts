import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { HttpError } from '../../../src/http/http-error.ts'
import { settle } from '../../support/fake-clock.ts'
import { createTelegramRig, eve, group, type TelegramRig } from '../../support/telegram-rig.ts'

const minuteMs = 60_000

async function started(t: Parameters<typeof createTelegramRig>[0], stateFolder?: string): Promise<TelegramRig> {
  const rig = createTelegramRig(t, stateFolder === undefined ? {} : { stateFolder })
  await rig.start()
  return rig
}

async function writes(rig: TelegramRig, from: { readonly id: number } = eve, more: object = {}): Promise<void> {
  await rig.arrives({ text: 'lamp on', from, chat: { id: from.id, type: 'private' }, ...more })
}

const stranger = (id: number) => ({ id, is_bot: false, first_name: `S${id}` })
const codes = (rig: TelegramRig): readonly string[] =>
  rig.wire.texts().flatMap((text) => /pincer pair (\S+)"/.exec(text)?.[1] ?? [])

void t.test(
  'a stranger in private gets one notice with a code, then silence, and nothing is handed over',
  async (t) => {
    const rig = await started(t)
    for (let count = 0; count < 5; count++) await writes(rig)
    t.equal(rig.wire.texts().length, 1)
    t.match(rig.wire.texts(), [/do nothing for strangers.*"pincer pair [A-HJ-NP-Z2-9]{8}".*within 10m.*\/pair/])
    t.same(rig.intake.accepted, [])
  },
)

void t.test('an expired code is replaced on the next message, at most one notice an hour', async (t) => {
  const rig = await started(t)
  await writes(rig)
  await rig.clock.advance(11 * minuteMs)
  await writes(rig)
  t.equal(codes(rig).length, 1)
  t.match(await rig.channel.pairing.confirm(codes(rig)[0] ?? ''), {
    status: 'refused',
    reason: /older than 10m\. .* once in 1h\./,
  })
  await rig.clock.advance(49 * minuteMs)
  await writes(rig)
  t.equal(codes(rig).length, 2)
  t.not(codes(rig)[0], codes(rig)[1])
  t.match(await rig.channel.pairing.confirm(codes(rig)[1] ?? ''), { status: 'paired' })
})

void t.test('at most three codes wait at a time; the fourth stranger hears nothing until one is over', async (t) => {
  const rig = await started(t)
  for (const id of [1, 2, 3, 4]) await writes(rig, stranger(id))
  t.equal(codes(rig).length, 3)
  await rig.clock.advance(10 * minuteMs)
  await writes(rig, stranger(4))
  t.equal(codes(rig).length, 4)
})

void t.test('an army of strangers is not remembered without bound, and gets no flood of notices', async (t) => {
  const rig = await started(t)
  for (let id = 10_000; id < 10_400; id++)
    rig.wire.push({ message: rig.message({ text: 'x', from: stranger(id), chat: { id, type: 'private' } }) })
  for (let round = 0; round < 40; round++) await settle()
  t.equal(codes(rig).length, 3)
})

void t.test('whoever is paired is an owner from then on, also after a restart, and is told so', async (t) => {
  const rig = await started(t)
  await writes(rig)
  const [code = ''] = codes(rig)
  t.match(rig.channel.pairing.pending(), [{ id: 6666, name: 'Eve' }])
  const before = rig.channel.recipients()
  t.notMatch(before, [{ id: '6666' }], 'a stranger is nobody to write to')
  const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `
  const answer = await rig.channel.pairing.confirm(typed)
  t.match(answer, { status: 'paired', person: { id: 6666, name: 'Eve', pairedAtMs: rig.clock.nowMs() } })
  await settle()
  t.match(rig.wire.texts().at(-1), /You are paired/)
  await writes(rig)
  t.match(rig.intake.accepted, [{ person: { id: '6666', role: 'owner' } }])
  t.match(await rig.channel.pairing.confirm(code), { status: 'refused' }, 'a code is used up')
  t.same(rig.channel.pairing.pending(), [])
  t.same(rig.channel.recipients(), [...before, { id: '6666', name: 'Eve', channel: 'telegram', chat: '6666' }])
  t.equal(statSync(join(rig.stateFolder, 'telegram-paired.json')).mode & 0o777, 0o600)
  await rig.channel.stop()
  const next = await started(t, rig.stateFolder)
  await writes(next)
  t.match(next.intake.accepted, [{ person: { id: '6666', role: 'owner' } }])
})

void t.test('a code that is wrong, short, long or strange pairs nobody', async (t) => {
  const rig = await started(t)
  await writes(rig)
  const [code = ''] = codes(rig)
  const wrong = [
    '',
    ' ',
    code.slice(1),
    `${code}A`,
    `${code}\u0000`,
    'AAAAAAAA',
    '*'.repeat(8),
    '😀😀',
    'Ä'.repeat(8),
    `${code}${code}`,
  ]
  for (const each of wrong)
    t.match(await rig.channel.pairing.confirm(each), { status: 'refused' }, JSON.stringify(each))
  t.same(rig.channel.pairing.list(), [])
  t.match(await rig.channel.pairing.confirm(code), { status: 'paired' })
})

void t.test('groups never pair, and neither do edits, bots or channels', async (t) => {
  const rig = await started(t)
  await writes(rig, eve, { chat: group, reply_to_message: { from: { id: 7000 } } })
  await writes(rig, { ...eve, is_bot: true } as { id: number })
  await writes(rig, eve, { sender_chat: { id: -1 } })
  rig.wire.push({ edited_message: rig.message({ text: 'x', from: eve, chat: { id: eve.id, type: 'private' } }) })
  await settle()
  t.same(rig.wire.texts(), [])
})

void t.test('a notice that did not arrive is given again with the next message', async (t) => {
  const rig = await started(t)
  rig.wire.fail('sendMessage', new HttpError('cut', 'The connection ended.'))
  await writes(rig)
  t.same(codes(rig), [])
  await writes(rig)
  t.equal(codes(rig).length, 1)
})

void t.test('a stranger to whom nothing can be sent does not hold up owners', async (t) => {
  const rig = await started(t)
  rig.wire.fail('sendMessage', 'silent')
  await writes(rig)
  await rig.arrives({ text: 'lamp on' })
  t.equal(rig.intake.accepted.length, 1)
})

void t.test('a paired person is revoked by name or id, at once and for good', async (t) => {
  const rig = await started(t)
  const pair = async (from: { readonly id: number }): Promise<void> => {
    await writes(rig, from)
    await rig.channel.pairing.confirm(codes(rig).at(-1) ?? '')
  }
  await pair(eve)
  await pair({ ...stranger(31), first_name: 'Sam' } as { id: number })
  await pair({ ...stranger(32), first_name: 'sam' } as { id: number })
  t.same(
    rig.channel.pairing.list().map(({ id, name }) => [id, name]),
    [
      [6666, 'Eve'],
      [31, 'Sam'],
      [32, 'sam'],
    ],
  )
  t.match(await rig.channel.pairing.revoke('nobody'), { status: 'refused', reason: /Eve \(6666\), Sam \(31\)/ })
  t.match(await rig.channel.pairing.revoke('Sam'), { status: 'refused', reason: /give the id, one of 31, 32/ })
  t.match(await rig.channel.pairing.revoke('32'), { status: 'revoked', person: { id: 32 } })
  const asOwner = { id: '6666', name: 'Eve', role: 'owner' } as const
  t.equal(rig.channel.roleNow(asOwner), 'owner')
  t.match(await rig.channel.pairing.revoke(' EVE '), { status: 'revoked', person: { id: 6666 } })
  t.equal(rig.channel.roleNow(asOwner), undefined, 'also for what was written before')
  await writes(rig)
  t.same(rig.intake.accepted, [])
  await rig.channel.stop()
  const next = createTelegramRig(t, { stateFolder: rig.stateFolder })
  t.equal(next.channel.roleNow({ ...asOwner, id: '31' }), 'owner', 'nothing is known before the list is read')
  await next.start()
  t.equal(next.channel.roleNow({ ...asOwner, id: '31' }), 'owner')
  t.same(
    next.channel.pairing.list().map(({ id }) => id),
    [31],
  )
})

void t.test('a disk that fails pairs nobody, and still revokes until the next start', async (t) => {
  const rig = await started(t)
  await writes(rig)
  const [code = ''] = codes(rig)
  const { stateFolder } = rig
  // A folder in the place of the temporary file makes each write fail, for root too.
  const inTheWay = join(stateFolder, '.telegram-paired.json.new')
  mkdirSync(inTheWay)
  await t.rejects(rig.channel.pairing.confirm(code), { code: 'disk' })
  await writes(rig)
  t.same(rig.intake.accepted, [])
  if (existsSync(inTheWay)) rmdirSync(inTheWay)
  t.match(await rig.channel.pairing.confirm(code), { status: 'paired' }, 'the code was not used up')
  mkdirSync(inTheWay)
  await t.rejects(rig.channel.pairing.revoke('Eve'), { code: 'disk' })
  await writes(rig)
  t.same(rig.intake.accepted, [])
})

void t.test('a damaged list of paired people gives nobody a right, is kept aside, and is said', async (t) => {
  const people = [{ id: 6666, name: 'Eve', pairedAtMs: 1 }]
  const damaged = [
    '',
    '{',
    'null',
    '[]',
    JSON.stringify({ version: 2, people }),
    JSON.stringify({ version: 1, people: [{ ...people[0], id: '6666' }] }),
    JSON.stringify({ version: 1, people: [{ id: -6666, name: 'Eve', pairedAtMs: 1 }] }),
    JSON.stringify({ version: 1, people: people[0] }),
  ]
  for (const [index, text] of damaged.entries()) {
    const folder = join(t.testdirName, String(index))
    t.testdir({ [index]: { 'telegram-paired.json': text } })
    const rig = await started(t, folder)
    await writes(rig)
    t.same(rig.intake.accepted, [], text)
    t.equal(rig.lines.filter((line) => /error.*damaged.*pair them again/.test(line)).length, 1)
    const aside = readdirSync(folder).find((name) => name.includes('.corrupt-')) ?? ''
    t.equal(readFileSync(join(folder, aside), 'utf8'), text)
    await rig.channel.stop()
  }
})

void t.test('who is revoked and stands in the configuration keeps what that gives, and it is said', async (t) => {
  const folder = t.testdir({ first: {} })
  const rig = await started(t, join(folder, 'first'))
  await writes(rig)
  await rig.channel.pairing.confirm(codes(rig).at(-1) ?? '')
  await rig.channel.stop()
  for (const [config, keeps, again] of [
    [
      { allow: [eve.id] },
      /telegram\.allow of .* do everything: take it out/,
      /6666 stands in .*\.allow of .*: take it out/,
    ],
    [{ allow: [], guests: [eve.id] }, /telegram\.guests of .* read the devices: take it out/, /^Nobody called/],
  ] as const) {
    const stateFolder = join(folder, `second-${keeps.source.length}`)
    cpSync(rig.stateFolder, stateFolder, { recursive: true })
    const next = createTelegramRig(t, { stateFolder, config })
    await next.start()
    t.match(await next.channel.pairing.revoke('Eve'), { status: 'revoked', keeps })
    t.match(await next.channel.pairing.revoke('6666'), { status: 'refused', reason: again })
    await next.channel.stop()
  }
})
