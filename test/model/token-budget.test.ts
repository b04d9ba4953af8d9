import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { limits } from '../../src/limits.ts'
import { createChain } from '../../src/model/chain.ts'
import type { Model, ModelReply, ModelRequest } from '../../src/model/model.ts'
import { createOfflineModel } from '../../src/model/offline/offline-model.ts'
import { TokenBudget, withTokenBudget } from '../../src/model/token-budget.ts'
import { modelContract } from '../contract/model.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { says } from '../support/scripted-model.ts'
import { until } from '../support/until.ts'

const request: ModelRequest = { system: '', tools: [], messages: [{ role: 'user', text: 'hello', context: 'now' }] }
const never = new AbortController().signal
const home = { channel: 'test', chat: 'home' }
const hourMs = 3_600_000

/** As main does; the day of the budget is that of the process. */
function inZone(t: Test, zone: string): void {
  const before = process.env['TZ']
  process.env['TZ'] = zone
  t.teardown(() => {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  })
}

function usage(inputTokens: number, outputTokens: number, cacheReadTokens = 0): ModelReply {
  return { ...says('hi'), usage: { inputTokens, outputTokens, cacheReadTokens } }
}

function modelOf(id: string, reply: () => ModelReply | Promise<ModelReply>): Model {
  return { id, windowTokens: 1_000, complete: async () => reply() }
}

async function rig(t: Test, start = '2026-11-21T12:00:00Z', tokensPerDay = 1_000, zone = 'Europe/Berlin') {
  inZone(t, zone)
  const budgets: TokenBudget[] = []
  // Before the folder, which tap removes in the order of these lines.
  t.teardown(() => Promise.all(budgets.map((each) => each.close())))
  const stateFolder = t.testdir({})
  const clock = new FakeClock(start)
  const { log, lines } = createLogLines()
  const open = async (): Promise<TokenBudget> => {
    const budget = await TokenBudget.open({ clock, log, tokensPerDay, timezone: zone, stateFolder })
    budgets.push(budget)
    return budget
  }
  const budget = await open()
  return { path: join(stateFolder, 'tokens.json'), clock, log, lines, open, budget }
}

modelContract('a model behind a token budget', async (t) => {
  const { budget } = await rig(t, undefined, 1_000_000)
  return withTokenBudget(createOfflineModel({ devices: () => [], facts: () => '' }), budget)
})

void t.test('input without what the cache gave, and output, are counted by provider', async (t) => {
  const { budget } = await rig(t, undefined, 500_000)
  const first = withTokenBudget(
    modelOf('anthropic/x', () => usage(12_000, 300, 2_000)),
    budget,
  )
  const second = withTokenBudget(
    modelOf('openai/y/z', () => usage(40, 5)),
    budget,
  )
  t.equal(budget.line(), 'Tokens today: 0 of 500,000.')
  await first.complete(request, never)
  await second.complete(request, never)
  await second.complete(request, never)
  t.same(
    [...budget.today().byProvider],
    [
      ['anthropic', 10_300],
      ['openai', 90],
    ],
  )
  t.equal(budget.line(), 'Tokens today: 10,390 of 500,000 (anthropic 10,300, openai 90).')
})

void t.test('what a provider does not count is estimated, and more cache than input is no gain', async (t) => {
  const { budget } = await rig(t)
  const long = { ...request, system: 'x'.repeat(900) }
  await withTokenBudget(
    modelOf('silent/x', () => says('y'.repeat(300))),
    budget,
  ).complete(long, never)
  const silent = budget.today().total
  t.ok(silent >= 400 && silent < 500, `${silent} tokens`)
  await withTokenBudget(
    modelOf('odd/x', () => usage(10, 5, 50)),
    budget,
  ).complete(long, never)
  t.equal(budget.today().byProvider.get('odd'), 5)
})

void t.test('what failed is not counted, and fails as it did', async (t) => {
  const { budget } = await rig(t)
  const error = new Error('broken')
  const model = withTokenBudget(
    modelOf('a/x', () => Promise.reject(error)),
    budget,
  )
  t.equal(await model.complete(request, never).catch((thrown: unknown) => thrown), error)
  t.equal(budget.today().total, 0)
})

void t.test('at the limit no model is asked, until the next day', async (t) => {
  const { budget, clock } = await rig(t)
  let asked = 0
  const model = withTokenBudget(
    modelOf('a/x', () => {
      asked++
      return usage(499, 1)
    }),
    budget,
  )
  await model.complete(request, never)
  await model.complete(request, never)
  t.ok(budget.isUsedUp(), 'the limit itself is the end')
  await t.rejects(model.complete(request, never), {
    code: 'model',
    providerCode: 'token_budget',
    message: 'The tokens of today are used up. They begin anew at midnight (Europe/Berlin), in 11h.',
  })
  t.equal(asked, 2)
  await clock.advance(11 * hourMs - 1)
  await t.rejects(model.complete(request, never))
  await clock.advance(1)
  await model.complete(request, never)
  t.equal(asked, 3)
  t.equal(budget.today().total, 500)
})

void t.test('in a chain the next model answers, also what costs nothing', async (t) => {
  const { budget, clock, log } = await rig(t)
  budget.add('a', 1_000)
  const paid = ['a/x', 'b/y'].map((id) =>
    withTokenBudget(
      modelOf(id, () => usage(1, 1)),
      budget,
    ),
  )
  const chain = createChain([...paid, modelOf('offline', () => says('from offline'))], { clock, log })
  t.equal((await chain.complete(request, never)).text, 'from offline')
  t.equal(chain.next(), 'offline')
  t.equal(budget.today().total, 1_000, 'and it is not counted')
})

void t.test('turns at the same time lose no figure, and what runs at the limit still ends', async (t) => {
  const { budget } = await rig(t)
  const gate = Promise.withResolvers<void>()
  const model = withTokenBudget(
    modelOf('a/x', async () => {
      await gate.promise
      return usage(300, 30)
    }),
    budget,
  )
  const calls = Array.from({ length: 5 }, () => model.complete(request, never))
  gate.resolve()
  await Promise.all(calls)
  t.equal(budget.today().total, 1_650)
  await t.rejects(model.complete(request, never), { code: 'model' })
})

void t.test('a chat has the whole notice once a day, then one line', async (t) => {
  const { budget, clock } = await rig(t, '2026-11-21T16:40:00Z')
  budget.add('a', 1_234)
  const notice =
    'The tokens of today are used up: 1,234 of 1,000 (limits.tokensPerDay in pincer.yaml). They begin anew at midnight (Europe/Berlin), in 6h 20m. ' +
    'Until then commands go on (/help), and an owner can choose the model that costs nothing: /model offline.'
  const short = 'The tokens of today are used up. They begin anew at midnight (Europe/Berlin), in 6h 20m.'
  t.equal(budget.refusal(home), notice)
  t.equal(budget.refusal(home), short)
  t.equal(budget.notice(home), undefined)
  t.equal(budget.refusal({ ...home, chat: 'garden' }), notice, 'each chat its own')
  t.equal(budget.refusal(undefined), short, 'what is asked for no chat')
  await clock.advance(7 * hourMs)
  budget.add('a', 1_000)
  t.match(budget.refusal(home), /^The tokens of today are used up: 1,000 of 1,000 .* in 23h 20m\./, 'and each day')
})

void t.test('chats that were told are remembered up to a bound', async (t) => {
  const { budget, path } = await rig(t)
  budget.add('a', 1_000)
  for (let chat = 0; chat <= limits.tokenNoticesMax; chat++) budget.notice({ channel: 'test', chat: `${chat}` })
  await budget.close()
  const { told } = JSON.parse(fs.readFileSync(path, 'utf8')) as { told: string[] }
  t.equal(told.length, limits.tokenNoticesMax)
  t.equal(told.at(-1), `["test","${limits.tokenNoticesMax}"]`)
})

void t.test('the day is that of the zone, with 23 and 25 hours where summer time begins and ends', async (t) => {
  for (const [start, hours] of [
    // Berlin is at UTC+1 before 29 March 2026 and at UTC+2 until 25 October.
    ['2026-03-28T23:00:00Z', 23],
    ['2026-10-24T22:00:00Z', 25],
    ['2026-11-20T23:00:00Z', 24],
  ] as const) {
    await t.test(`${hours} hours`, async (t) => {
      const { budget, clock } = await rig(t, start)
      budget.add('a', 1_000)
      t.match(budget.refusal(undefined), hours === 24 ? 'in 1d.' : hours === 25 ? 'in 1d 1h.' : 'in 23h.')
      await clock.advance(hours * hourMs - 1)
      t.ok(budget.isUsedUp())
      await clock.advance(1)
      t.equal(budget.today().total, 0)
    })
  }
  await t.test('a zone on the other side', async (t) => {
    const { budget, clock } = await rig(t, '2026-11-21T07:59:59Z', 1_000, 'America/Los_Angeles')
    budget.add('a', 1_000)
    await clock.advance(1_000)
    t.notOk(budget.isUsedUp())
  })
})

void t.test('a restart goes on with the day, its figures and its notices', async (t) => {
  const { budget, open, clock } = await rig(t)
  budget.add('a', 600)
  budget.add('b', 300)
  budget.notice(home)
  await budget.close()
  clock.reboot(hourMs)
  const next = await open()
  t.same(
    [...next.today().byProvider],
    [
      ['a', 600],
      ['b', 300],
    ],
  )
  t.equal(next.notice(home), undefined)
  clock.reboot(24 * hourMs)
  t.equal((await open()).today().total, 0, 'a day later it is another')
})

void t.test(
  'a turn waits for no disk: figures are written once in a while, and nothing when nothing changes',
  async (t) => {
    const disk = await createDiskFaults()
    t.teardown(() => disk.restore())
    const { budget, path, clock } = await rig(t)
    for (let turn = 0; turn < 50; turn++) budget.add('a', 1)
    t.equal(clock.pendingTimers(), 1)
    await clock.advance(limits.tokensSaveMs - 1)
    t.same(disk.done, [])
    await clock.advance(1)
    await until(() => fs.existsSync(path), 'the file')
    t.equal(disk.done.filter((each) => each === 'rename').length, 1)
    t.match(fs.readFileSync(path, 'utf8'), '"tokens":{"a":50}')
    t.equal(clock.pendingTimers(), 0, 'and no timer is left')
    await budget.close()
    const { length } = disk.done
    budget.today()
    await budget.close()
    t.equal(disk.done.length, length, 'nothing is written twice')
    t.equal(fs.statSync(path).mode & 0o777, 0o600)
  },
)

void t.test('that the limit is reached is written at once: a kill does not open what was closed', async (t) => {
  const { budget, open, path, clock } = await rig(t)
  budget.add('a', 1_000)
  await until(() => fs.existsSync(path), 'the file')
  clock.kill()
  t.ok((await open()).isUsedUp())
})

void t.test('a disk that is full is said once, the counting goes on, and heals', async (t) => {
  const disk = await createDiskFaults()
  t.teardown(() => disk.restore())
  const { budget, open, path, clock, lines } = await rig(t)
  disk.fail(['writeFile'])
  const turn = async (): Promise<void> => {
    budget.add('a', 100)
    const { length } = disk.done
    await clock.advance(limits.tokensSaveMs)
    await until(() => disk.done.length > length, 'a try to write')
  }
  await turn()
  await until(() => lines.length === 1, 'the sentence')
  await turn()
  t.equal(budget.today().total, 200)
  t.equal(lines.length, 1)
  t.match(lines[0], /^error model: Cannot write .*the disk is full: free some space\. Tokens are still counted, but/)
  t.equal(clock.pendingTimers(), 0, 'and a full disk wakes nobody')
  disk.heal()
  await turn()
  await budget.close()
  t.equal((await open()).today().total, 300)
  t.equal(lines.length, 1, 'it was said once')
  t.ok(fs.existsSync(path))
})

void t.test('what a full disk did not take is written at the end, when there is room again', async (t) => {
  const disk = await createDiskFaults()
  t.teardown(() => disk.restore())
  const { budget, open, clock, lines } = await rig(t)
  disk.fail(['writeFile'])
  budget.add('a', 100)
  await clock.advance(limits.tokensSaveMs)
  await until(() => lines.length === 1, 'the sentence')
  disk.heal()
  await budget.close()
  t.equal((await open()).today().total, 100)
})

void t.test('a damaged file is set aside and said, and opens no budget, over restarts too', async (t) => {
  for (const text of [
    '',
    'not JSON',
    '[]',
    '{"version":2,"day":"2026-11-21","tokens":{},"told":[]}',
    '{"version":1,"day":"2026-11-21","tokens":{"a":-5},"told":[]}',
    '{"version":1,"day":"2026-11-21","tokens":{"a":1e300},"told":[]}',
    '{"version":1,"day":"tomorrow","tokens":{},"told":[]}',
  ]) {
    await t.test(text, async (t) => {
      const { open, path, lines, clock } = await rig(t)
      fs.writeFileSync(path, text)
      const budget = await open()
      t.ok(budget.isUsedUp())
      t.match(budget.refusal(undefined), /They begin anew at midnight/)
      t.match(
        lines.join('\n'),
        /^error model: The count of tokens was damaged \(it is kept as .*\)\. Until midnight .* count as used up\. To begin at 0 now, stop Pincer, remove .*tokens\.json and start it again\.$/,
      )
      await budget.close()
      const next = await open()
      t.ok(next.isUsedUp(), 'a restart does not open it')
      await next.close()
      await clock.advance(24 * hourMs)
      t.notOk((await open()).isUsedUp(), 'the next day does')
      const kept = fs.readdirSync(join(path, '..')).find((name) => name.startsWith('tokens.json.corrupt-')) ?? ''
      t.equal(fs.readFileSync(join(path, '..', kept), 'utf8'), text)
    })
  }
  await t.test('one that cannot be read is said too', async (t) => {
    const { open, path, lines } = await rig(t)
    fs.mkdirSync(path)
    t.ok((await open()).isUsedUp())
    t.match(lines[0], /^error model: Cannot read .* Until midnight the tokens of today count as used up\./)
  })
})

void t.test('a clock that is not set, or that lags, never begins a day anew', async (t) => {
  const { budget, open, clock } = await rig(t)
  budget.add('a', 1_000)
  await budget.close()
  const rightMs = clock.nowMs()
  for (const wrong of ['1970-01-01T00:00:10Z', '2026-11-20T12:00:00Z', '2026-11-15T12:00:00Z']) {
    clock.jumpWall(Date.parse(wrong) - clock.nowMs())
    const next = await open()
    t.ok(next.isUsedUp(), wrong)
    t.match(
      next.refusal(undefined),
      wrong.startsWith('1970') ? 'once this board knows the date.' : /, in \d+d? ?\d*h?\.$/,
    )
    clock.jumpWall(rightMs - clock.nowMs())
    t.ok(next.isUsedUp(), 'nor does setting it right')
    await next.close()
  }
  clock.jumpWall(11 * hourMs)
  t.notOk((await open()).isUsedUp(), 'the next day does')
})

void t.test('while the date is not known tokens are counted, and belong to the first day that is known', async (t) => {
  const { budget, open, clock } = await rig(t, '1970-01-01T00:00:10Z')
  budget.add('a', 999)
  await clock.advance(48 * hourMs)
  t.equal(budget.today().total, 999)
  budget.add('a', 1)
  t.match(budget.refusal(undefined), 'They begin anew on the next day, once this board knows the date.')
  await budget.close()
  const next = await open()
  clock.jumpWall(Date.parse('2026-11-21T12:00:00Z') - clock.nowMs())
  t.ok(next.isUsedUp())
  clock.jumpWall(Number.NaN)
  t.ok(next.isUsedUp(), 'a clock that says nothing opens nothing')
})

void t.test('a clock that was far ahead does not close the budget for years', async (t) => {
  const { budget, clock } = await rig(t, '2093-01-01T12:00:00Z')
  budget.add('a', 1_000)
  clock.jumpWall(Date.parse('2026-11-21T12:00:00Z') - clock.nowMs())
  t.ok(budget.isUsedUp(), 'what was used counts for the right day')
  await clock.advance(11 * hourMs)
  t.notOk(budget.isUsedUp())
})
