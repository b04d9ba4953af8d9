import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Asking, Question } from '../../src/bus/question.ts'
import type { ApprovalAnswer, ApprovalRequest } from '../../src/guard/approval.ts'
import { Approvals } from '../../src/guard/approvals.ts'
import { limits } from '../../src/limits.ts'
import { FakeClock, settle } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { ada, bob, guest } from '../support/messages.ts'

const subject = { tool: 'run', argumentsHash: 'hash', binding: 'files' }
const never = new AbortController().signal
const home = { channel: 'test', chat: 'home', person: ada }

/** Approvals whose channel only remembers what it was given. */
function rig(stateFolder: string, clock = new FakeClock()) {
  const { log, lines } = createLogLines()
  const shown: { readonly channel: string; readonly question: Question; readonly asking: Asking }[] = []
  const approvals = new Approvals({
    stateFolder,
    clock,
    log,
    show: (channel, question, asking) => shown.push({ channel, question, asking }),
  })
  const ask = (more: Partial<ApprovalRequest> = {}, signal = never): Promise<ApprovalAnswer> =>
    approvals.ask({ ...home, action: 'set gate on', reason: 'it asks', ...more }, signal)
  const newest = () => {
    const last = shown.at(-1)
    if (last === undefined) throw new Error('nothing was asked')
    return last
  }
  return { approvals, clock, lines, shown, ask, newest, code: () => newest().question.code }
}

void t.test(
  'a question says all that a person needs: the action, who, until when, and a code that reads well',
  async (t) => {
    const { ask, newest, clock } = rig(t.testdir({}))
    void ask({ call: 'run {}', person: { ...ada, name: 'Ada\n the  First' } })
    t.match(newest(), {
      channel: 'test',
      question: {
        chat: 'home',
        personId: '1',
        personName: 'Ada the First',
        action: 'set gate on',
        call: 'run {}',
        reason: 'it asks',
        untilMs: clock.nowMs() + 5 * 60_000,
        offersAlways: false,
      },
    })
    t.match(newest().question.code, /^[A-HJ-NP-Z2-9]{5}$/)
  },
)

void t.test(
  '/approve and /deny answer with the words of the end, and are lenient with how a code is typed',
  async (t) => {
    const { approvals, ask, code, newest } = rig(t.testdir({}))
    const yes = ask()
    const typed = code().toLowerCase()
    t.match(
      await approvals.answer(home, `${typed.slice(0, 2)}-${typed.slice(2)} `, 'yes'),
      /^Yes, by Ada, .*\nset gate on$/,
    )
    t.equal(await yes, 'yes')
    t.match(await newest().asking.ended, /^Yes, by Ada, Saturday 2026-11-21 \d\d:\d\d\.$/)
    const no = ask()
    t.match(await approvals.answer(home, code(), 'no'), /^No, by Ada, /)
    t.equal(await no, 'no')
  },
)

void t.test('a code counts once, in its chat, on its channel, from its person, in its time', async (t) => {
  const { approvals, ask, code, clock } = rig(t.testdir({}))
  const asking = ask()
  const over = /^No question with the code "\w+" is open in this chat: .*nothing was done now\. \/approve lists/
  for (const [by, message] of [
    [{ ...home, chat: 'shed' }, over],
    [{ ...home, channel: 'other' }, over],
    [{ ...home, person: bob }, /^This question is for Ada alone to answer\.$/],
    [{ ...home, person: guest }, /^This question is for Ada alone to answer\.$/],
    [{ ...home, person: { ...ada, role: 'guest' } }, /alone to answer/],
  ] as const) {
    for (const answer of ['yes', 'no', 'always'] as const) {
      await t.rejects(approvals.answer(by, code(), answer), { code: 'usage', message })
    }
  }
  await t.rejects(approvals.answer(home, 'ABCDE', 'yes'), { message: over })
  await t.rejects(approvals.answer(home, `${code()}A`, 'yes'), { message: over })
  await t.rejects(approvals.answer(home, code().slice(1), 'yes'), { message: over })
  await clock.advance(limits.humanAnswerTimeoutMs - 1)
  t.match(await approvals.answer(home, code(), 'yes'), /^Yes/)
  await t.rejects(approvals.answer(home, code(), 'yes'), { message: over })
  t.equal(await asking, 'yes')
  const late = ask()
  const old = code()
  await clock.advance(limits.humanAnswerTimeoutMs)
  t.equal(await late, 'silence')
  await t.rejects(approvals.answer(home, old, 'yes'), { message: over })
  t.equal(clock.pendingTimers(), 0)
})

void t.test('of a press and an /approve that race, exactly one counts, whichever is first', async (t) => {
  const { approvals, ask, code, newest } = rig(t.testdir({}))
  const pressed = ask()
  const { asking } = newest()
  const command = approvals.answer(home, code(), 'yes')
  t.equal(asking.answer('no'), false, 'the command was first')
  t.match(await command, /^Yes/)
  t.equal(await pressed, 'yes')
  const commanded = ask()
  t.equal(newest().asking.answer('no'), true)
  t.equal(newest().asking.answer('yes'), false)
  await t.rejects(approvals.answer(home, code(), 'yes'), { code: 'usage' })
  t.equal(await commanded, 'no')
  const kept = ask({ subject })
  t.equal(newest().asking.answer('always'), true)
  t.equal(newest().asking.answer('no'), false, 'also while the disk is written')
  t.match(await approvals.answer(home, code(), 'no'), /^Revoked/, 'a /deny right behind it revokes what it left')
  t.equal(await kept, 'yes')
})

void t.test('after a restart no code of before counts, and nothing is done', async (t) => {
  const stateFolder = t.testdir({})
  const before = rig(stateFolder)
  void before.ask()
  const after = rig(stateFolder, before.clock)
  await t.rejects(after.approvals.answer(home, before.code(), 'yes'), { message: /it is over .*nothing was done now/ })
})

void t.test('guests are never asked, and no more questions are open than a person can answer', async (t) => {
  const { ask, shown, approvals } = rig(t.testdir({}))
  t.match(await ask({ person: guest }), { unavailable: /only an owner/ })
  t.equal(shown.length, 0)
  for (let count = 0; count < limits.questionsOpenMax; count++) void ask({ chat: `chat ${count}` })
  t.match(await ask(), { unavailable: '20 questions wait for an answer already' })
  t.equal(shown.length, limits.questionsOpenMax)
  t.equal(new Set(shown.map(({ question }) => question.code)).size, limits.questionsOpenMax)
  await approvals.withdraw('all')
  await settle()
  void ask()
  t.equal(shown.length, limits.questionsOpenMax + 1)
})

void t.test('/stop withdraws the questions of its chat, and of no other', async (t) => {
  const { ask, approvals, shown } = rig(t.testdir({}))
  const [here, there, elsewhere] = [ask(), ask({ chat: 'shed' }), ask({ channel: 'other' })]
  await approvals.withdraw({ channel: 'test', chat: 'home' })
  t.equal(await here, 'withdrawn')
  t.equal(await shown[0]?.asking.ended, 'Withdrawn: what asked was stopped.')
  await approvals.withdraw('all')
  t.same([await there, await elsewhere], ['withdrawn', 'withdrawn'])
})

void t.test(
  '"always" is kept for this person, channel, tool, arguments and files alone, and outlives a restart',
  async (t) => {
    const stateFolder = t.testdir({})
    const { approvals, ask, code, newest } = rig(stateFolder)
    const asking = ask({ subject })
    t.match(
      await approvals.answer(home, code(), 'always'),
      /^Always, by Ada, .*: exactly this is not asked again\. \/deny \w{5} revokes it\.\nset gate on$/,
    )
    t.equal(await asking, 'yes')
    t.match(await newest().asking.ended, /^Always/)
    const again = rig(stateFolder).approvals
    for (const approver of [approvals, again]) {
      t.equal(await approver.stands(home, subject), true)
      t.equal(await approver.stands({ ...home, person: bob }, subject), false)
      t.equal(await approver.stands({ ...home, channel: 'other' }, subject), false)
      for (const other of [{ tool: 'walk' }, { argumentsHash: 'hash ' }, { binding: 'other files' }, { binding: '' }]) {
        t.equal(await approver.stands(home, { ...subject, ...other }), false)
      }
    }
    t.equal(fs.statSync(join(stateFolder, 'approvals.json')).mode & 0o777, 0o600)
    t.same(fs.readdirSync(stateFolder), ['approvals.json'])
  },
)

void t.test('what needs its own yes each time cannot be allowed for always, in no way', async (t) => {
  const { approvals, ask, code, newest } = rig(t.testdir({}))
  const asking = ask()
  await t.rejects(approvals.answer(home, code(), 'always'), {
    message: /^This can be allowed this once, not for always/,
  })
  t.equal(newest().asking.answer('always'), false)
  t.equal(newest().asking.answer('no'), true, 'it still stood')
  t.equal(await asking, 'no')
})

void t.test('/approve lists what is open in this chat and what stands for this person; /deny revokes', async (t) => {
  const stateFolder = t.testdir({})
  const { approvals, ask, code } = rig(stateFolder)
  t.equal(await approvals.list(home), 'Nothing waits for a yes in this chat.')
  void ask({ subject, action: 'run x.py' })
  const kept = code()
  await approvals.answer(home, kept, 'always')
  void ask({ chat: 'shed', action: 'not here' })
  void ask({ action: `write\n${'x'.repeat(900)}` })
  const text = await approvals.list(home)
  t.match(
    text,
    new RegExp(`^Waiting for a yes in this chat:\n${code()}  write x+… \\(Ada may answer, until Saturday .*\\)\n`),
  )
  t.match(text, new RegExp(`always, .*\n${kept}  run x\\.py \\(since Saturday .*\\)\n/deny CODE revokes it\\.$`))
  t.notMatch(text, /not here/)
  t.notMatch(await approvals.list({ ...home, person: bob }), /run x\.py/)
  await t.rejects(approvals.answer({ ...home, person: bob }, kept, 'no'), { code: 'usage' })
  await t.rejects(approvals.answer(home, kept, 'yes'), { message: /nothing was done now/ })
  t.equal(await approvals.stands(home, subject), true)
  t.equal(await approvals.answer({ ...home, chat: 'shed' }, kept, 'no'), 'Revoked: this will be asked again.\nrun x.py')
  for (const approver of [approvals, rig(stateFolder).approvals]) t.equal(await approver.stands(home, subject), false)
})

void t.test('the list has a bound: a further "always" is a yes for this once, and says so', async (t) => {
  const { approvals, ask, code } = rig(t.testdir({}))
  const always = async (argumentsHash: string, binding = 'files'): Promise<string> => {
    void ask({ subject: { ...subject, argumentsHash, binding } })
    return approvals.answer(home, code(), 'always')
  }
  for (let count = 0; count < limits.standingApprovalsMax; count++) t.match(await always(`${count}`), /^Always/)
  const asking = ask({ subject })
  t.match(
    await approvals.answer(home, code(), 'always'),
    /^Yes, this once, by Ada, .* could not be kept for always: 50 standing approvals are the most: .*\/deny CODE revokes one\./,
  )
  t.equal(await asking, 'yes')
  t.equal(await approvals.stands(home, subject), false)
  t.match(await always('7', 'new files'), /^Always/, 'one takes the place of the same call with other files')
  t.equal(await approvals.stands(home, { ...subject, argumentsHash: '7' }), false)
  t.equal(await approvals.stands(home, { ...subject, argumentsHash: '7', binding: 'new files' }), true)
})

void t.test('two "always" at the same time are both kept', async (t) => {
  const stateFolder = t.testdir({})
  const { approvals, ask, shown } = rig(stateFolder)
  const subjects = ['a', 'b', 'c'].map((argumentsHash) => ({ tool: 'run', argumentsHash, binding: '' }))
  const answers = subjects.map((each) => ask({ subject: each }))
  for (const { asking } of shown) asking.answer('always')
  t.same(await Promise.all(answers), ['yes', 'yes', 'yes'])
  const again = rig(stateFolder).approvals
  for (const each of subjects) t.equal(await again.stands(home, each), true)
  t.equal(await approvals.stands(home, subjects[0] ?? subject), true)
})

void t.test('a list that is damaged allows nothing, is set aside and said', async (t) => {
  const good = { code: 'ABCDE', channel: 'test', personId: '1', ...subject, action: 'run x.py', sinceMs: 1 }
  const list = (approvals: unknown, more = {}): string => JSON.stringify({ version: 1, approvals, ...more })
  const whole = rig(t.testdir({ 'approvals.json': list([good]) }))
  t.equal(await whole.approvals.stands(home, subject), true, 'the list is good but for its damage')
  for (const text of [
    '',
    'null',
    '{',
    list([good]).slice(0, -3),
    list([good], { version: 2 }),
    list([good], { all: true }),
    list([{ ...good, argumentsHash: '*', all: true }, good]),
    list([{ ...good, personId: 1 }, good]),
    list([good, {}]),
    list(Array.from({ length: limits.standingApprovalsMax + 1 }, () => good)),
    '\0'.repeat(64),
  ]) {
    const stateFolder = t.testdir({ 'approvals.json': text })
    const { approvals, lines, ask, code } = rig(stateFolder)
    t.equal(await approvals.stands(home, subject), false)
    t.match(lines, [
      /^error guard: The list of standing approvals was damaged, so none stands now: it is kept as .*corrupt/,
    ])
    t.equal(fs.readdirSync(stateFolder).length, 1, 'only what was set aside')
    void ask({ subject })
    t.match(await approvals.answer(home, code(), 'always'), /^Always/)
    t.equal(await approvals.stands(home, subject), true)
  }
})

void t.test('a disk that fails makes "always" a yes for this once, and lets nothing stand', async (t) => {
  const stateFolder = t.testdir({ 'approvals.json': { 'a folder': '' } })
  const { approvals, lines, ask, code } = rig(stateFolder)
  t.equal(await approvals.stands(home, subject), false)
  t.match(lines, [/^warn guard: .*approvals\.json.* Until that works no standing approval counts\.$/])
  const asking = ask({ subject })
  t.match(await approvals.answer(home, code(), 'always'), /^Yes, this once, by Ada, .*approvals\.json/)
  t.equal(await asking, 'yes')
  await t.rejects(approvals.list(home), { code: 'disk' })
})

void t.test('what is revoked stands no more, even if that cannot be written', async (t) => {
  const stateFolder = t.testdir({})
  const { approvals, ask, code } = rig(stateFolder)
  void ask({ subject })
  const kept = code()
  await approvals.answer(home, kept, 'always')
  fs.rmSync(join(stateFolder, 'approvals.json'))
  fs.mkdirSync(join(stateFolder, 'approvals.json', 'x'), { recursive: true })
  await t.rejects(approvals.answer(home, kept, 'no'), { code: 'disk', message: /^It stands no more, but only until/ })
  t.equal(await approvals.stands(home, subject), false)
})

void t.test('nothing stands any more for whoever lost a right, and all for the others', async (t) => {
  const folder = t.testdir({})
  const { approvals, ask, code } = rig(folder)
  for (const person of [ada, bob]) {
    const asking = ask({ subject, person })
    await approvals.answer({ ...home, person }, code(), 'always')
    await asking
  }
  await approvals.forget({ channel: 'test', personId: bob.id })
  for (const each of [approvals, rig(folder).approvals]) {
    t.equal(await each.stands({ ...home, person: bob }, subject), false)
    t.equal(await each.stands(home, subject), true)
  }
  await approvals.forget({ channel: 'other', personId: ada.id })
  t.equal(await approvals.stands(home, subject), true, 'the same id elsewhere is somebody else')
})
