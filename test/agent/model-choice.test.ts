import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ModelChoice } from '../../src/agent/model-choice.ts'
import { modelCommands } from '../../src/agent/model-commands.ts'
import type { Inbound } from '../../src/bus/message.ts'
import { limits } from '../../src/limits.ts'
import { createChain } from '../../src/model/chain.ts'
import type { Model, ModelReply } from '../../src/model/model.ts'
import { ProviderError } from '../../src/model/provider-error.ts'
import { TokenBudget, withTokenBudget } from '../../src/model/token-budget.ts'
import { createDiskFaults } from '../support/disk-faults.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { createLogLines } from '../support/log-lines.ts'
import { inbound } from '../support/messages.ts'
import { callsTools, says, ScriptedModel } from '../support/scripted-model.ts'
import { makeTurn } from '../support/turn-rig.ts'

const never = new AbortController().signal
const home = { channel: 'test', chat: 'home' }
const garden = { channel: 'test', chat: 'garden' }

/** Models that answer with their name; a test may let one fail, or answer otherwise. */
async function rig(t: Test, ids: readonly string[], more: { readonly tokensPerDay?: number } = {}) {
  const budgets: TokenBudget[] = []
  // Before the folder, which tap removes in the order of these lines.
  t.teardown(() => Promise.all(budgets.map((each) => each.close())))
  const stateFolder = t.testdir({})
  const clock = new FakeClock()
  const { log, lines } = createLogLines()
  const outcomes: Record<string, Error | ModelReply> = {}
  const tokensPerDay = more.tokensPerDay ?? 500_000
  const budget = await TokenBudget.open({ clock, log, tokensPerDay, timezone: 'UTC', stateFolder })
  budgets.push(budget)
  const modelOf = (id: string): Model => ({
    id,
    windowTokens: 10_000,
    complete: async () => {
      await Promise.resolve()
      const outcome = outcomes[id] ?? {
        ...says(`from ${id}`),
        usage: { inputTokens: 90, outputTokens: 10, cacheReadTokens: 0 },
      }
      if (outcome instanceof Error) throw outcome
      return outcome
    },
  })
  const offline = modelOf('offline')
  const models = ids.map((id) => (id === 'offline' ? offline : withTokenBudget(modelOf(id), budget)))
  const open = (configured = models): Promise<ModelChoice> =>
    ModelChoice.open({
      models: configured,
      offline,
      chain: (list) => createChain(list, { clock, log }),
      budget,
      stateFolder,
      clock,
      log,
    })
  const choice = await open()
  const commands = modelCommands(choice)
  /** The reply's text, with `!` before it when it failed. */
  const text = async (words: string, message: Partial<Inbound> = {}): Promise<string> => {
    const whole = inbound(`/model ${words}`, message)
    const origin = {
      ...home,
      person: whole.person,
      messageAgeMs: 0,
      signal: never,
      untrusted: undefined,
      beforeChange: async () => async () => {},
    }
    const reply = await commands['model']?.run(words, whole, origin)
    return typeof reply === 'string' ? reply : `${reply?.failed === true ? '! ' : ''}${reply?.text}`
  }
  const asks = async (chat: typeof home | 'nowhere' = home): Promise<string> => {
    const request = { system: '', tools: [], messages: [{ role: 'user', text: 'hi', context: '' }] } as const
    const reply = await choice.complete(chat === 'nowhere' ? request : { ...request, chat }, never)
    return reply.text
  }
  return {
    stateFolder,
    path: join(stateFolder, 'models.json'),
    clock,
    lines,
    outcomes,
    budget,
    models,
    open,
    choice,
    text,
    asks,
  }
}

void t.test('without offline the others answer, whatever a chat chose, and nobody where they cannot', async (t) => {
  const { choice, text, outcomes, budget } = await rig(t, ['anthropic/big', 'openai/small', 'offline'], {
    tokensPerDay: 250,
  })
  const asked = { system: '', tools: [], messages: [{ role: 'user', text: 'hi', context: '' }], chat: home } as const
  await text('offline')
  const model = choice.withoutOffline()
  t.equal((await model.complete(asked, never)).text, 'from anthropic/big')
  outcomes['anthropic/big'] = overloaded
  t.equal((await model.complete(asked, never)).text, 'from openai/small')
  outcomes['openai/small'] = overloaded
  await t.rejects(model.complete(asked, never), /^No model could answer: anthropic\/big .*, openai\/small /)
  delete outcomes['anthropic/big']
  await choice.complete({ ...asked, chat: garden }, never)
  t.ok(budget.isUsedUp())
  await t.rejects(model.complete(asked, never), /tokens/)
})

const overloaded = new ProviderError('x', {
  status: 529,
  retryAfterMs: undefined,
  providerCode: undefined,
  providerMessage: undefined,
  visible: false,
})
const three = ['anthropic/big', 'openai/small', 'offline']

void t.test('/model shows the configured models, who answers now, and the tokens of today', async (t) => {
  const { text, asks, outcomes, clock } = await rig(t, three)
  await asks()
  t.same((await text('')).split('\n'), [
    'This chat has anthropic/big, then openai/small, then offline.',
    'Now answers anthropic/big.',
    'Tokens today: 100 of 500,000 (anthropic 100).',
    '/model NAME chooses for this chat: openai/small, offline.',
  ])
  outcomes['anthropic/big'] = overloaded
  await asks()
  t.match(await text(''), 'Now answers openai/small.\nTokens today: 200 of 500,000 (anthropic 100, openai 100).')
  await clock.advance(limits.modelRestMs)
  t.match(await text(''), 'Now answers anthropic/big.', 'the first is tried again')
})

void t.test('/model where only offline is configured speaks of no tokens', async (t) => {
  const { text, choice } = await rig(t, ['offline'])
  t.equal(await text(''), 'This chat has offline.\nNow answers offline.')
  t.equal(choice.tokensLine(), undefined)
  t.equal(choice.id, 'offline')
})

void t.test('/model NAME chooses for this chat alone, and those behind it still stand in', async (t) => {
  const { text, asks, outcomes } = await rig(t, three)
  t.equal(
    await text('openai/small'),
    'In this chat answers openai/small, then offline from now on. /model default goes back.',
  )
  t.equal(await asks(), 'from openai/small')
  t.equal(await asks(garden), 'from anthropic/big', 'no other chat')
  t.equal(await asks('nowhere'), 'from anthropic/big', 'nor what belongs to no chat')
  t.match(
    await text(''),
    /^This chat has openai\/small, then offline, chosen with \/model\.\nNow answers openai\/small\./,
  )
  t.match(await text(''), /\/model default goes back to the configured models\.$/)
  t.match(await text('', garden), /^This chat has anthropic\/big, then openai\/small, then offline\.\n/)
  outcomes['openai/small'] = overloaded
  t.equal(await asks(), 'from offline')
  t.equal(
    await text('default'),
    'This chat has the configured models again: anthropic/big, then openai/small, then offline.',
  )
  t.equal(await asks(), 'from anthropic/big')
})

void t.test('offline may be chosen where it is not configured, but does not stand in there', async (t) => {
  const { text, asks, outcomes, budget } = await rig(t, ['anthropic/big'])
  outcomes['anthropic/big'] = overloaded
  await t.rejects(asks(), {
    code: 'model',
    message: 'anthropic/big is overloaded (status 529). Try again in a minute or two.',
  })
  t.match(await text(''), '/model NAME chooses for this chat: offline.')
  await text('OFFLINE')
  t.equal(await asks(), 'from offline')
  t.equal(budget.today().total, 0, 'and it costs nothing')
})

void t.test('a model configured twice keeps its first place', async (t) => {
  const { choice } = await rig(t, ['a/x', 'b/y', 'a/x'])
  t.same(choice.line(home).ids, ['a/x', 'b/y'])
  t.same(choice.names(), ['a/x', 'b/y', 'offline'])
})

void t.test('an unknown name is answered with the nearest configured one', async (t) => {
  const { text, choice } = await rig(t, three)
  for (const [typed, hint] of [
    ['openai/smal', 'Did you mean /model openai/small?'],
    ['ofline', 'Did you mean /model offline?'],
    ['defualt', 'Did you mean /model default?'],
    ['gpt', 'Write one of: anthropic/big, openai/small, offline, default.'],
    ['__proto__', 'Write one of: anthropic/big, openai/small, offline, default.'],
  ] as const) {
    t.equal(await text(typed), `! I have no model "${typed}" configured. ${hint}`)
  }
  t.match(await text('x'.repeat(5_000)), /^! .{1,200}$/)
  t.notOk(choice.line(home).isChosen)
})

void t.test('a choice is kept over a restart, as long as the model is configured', async (t) => {
  const { text, open, models, path } = await rig(t, three)
  await Promise.all([text('openai/small'), text('offline', garden)])
  t.equal(fs.statSync(path).mode & 0o777, 0o600)
  const next = await open()
  t.equal(next.line(home).ids[0], 'openai/small')
  t.equal(next.line(garden).ids[0], 'offline')
  const reconfigured = await open(models.slice(0, 1))
  t.same([reconfigured.line(home).ids, reconfigured.line(home).isChosen], [['anthropic/big'], false])
  await text('default')
  t.notOk((await open()).line(home).isChosen)
})

void t.test('a choice that the disk does not take does not hold, and is said', async (t) => {
  const disk = await createDiskFaults()
  t.teardown(() => disk.restore())
  const { text, asks } = await rig(t, three)
  disk.fail(['writeFile'])
  await t.rejects(text('offline'), { code: 'disk', message: /the disk is full: free some space/ })
  t.equal(await asks(), 'from anthropic/big')
  disk.heal()
  await text('offline')
  t.equal(await asks(), 'from offline')
})

void t.test('a damaged file is set aside and said, and every chat has the configured models', async (t) => {
  for (const damaged of ['', '[]', '{"version":1,"chats":[{"channel":1}]}']) {
    await t.test(damaged, async (t) => {
      const { open, path, lines } = await rig(t, three)
      fs.writeFileSync(path, damaged)
      t.equal((await open()).line(home).ids[0], 'anthropic/big')
      t.match(
        lines[0],
        /^error agent: Which chat chose which model was damaged: it is kept as .*Choose again with \/model\.$/,
      )
    })
  }
})

void t.test('chats that chose are remembered up to a bound', async (t) => {
  const { choice, path } = await rig(t, three)
  for (let chat = 0; chat <= limits.modelChoicesMax; chat++)
    await choice.choose({ channel: 'test', chat: `${chat}` }, 'offline')
  const { chats } = JSON.parse(fs.readFileSync(path, 'utf8')) as { chats: unknown[] }
  t.equal(chats.length, limits.modelChoicesMax)
})

void t.test('when the tokens are used up the person is told at length once, then in a line', async (t) => {
  const { asks, text, clock } = await rig(t, ['anthropic/big', 'openai/small'], { tokensPerDay: 100 })
  t.equal(await asks(), 'from anthropic/big')
  await t.rejects(asks(), {
    code: 'model',
    message: /^The tokens of today are used up: 100 of 100 .* go on \(\/help\), .*: \/model offline\.$/,
  })
  await t.rejects(asks(), {
    message: /^The tokens of today are used up\. They begin anew at midnight \(UTC\), in 12h\.$/,
  })
  await t.rejects(asks(garden), { message: /^The tokens of today are used up: 100 of 100/ })
  t.match(
    await text(''),
    '\nNobody answers now: the tokens of today are used up.\nTokens today: 100 of 100 (anthropic 100).\n',
  )
  await text('offline')
  t.equal(await asks(), 'from offline')
  const cellar = { channel: 'test', chat: 'cellar' }
  await text('offline', cellar)
  t.equal(await asks(cellar), 'from offline', 'whoever chose offline is told nothing')
  await text('default')
  await clock.advance(12 * 60 * 60_000)
  t.equal(await asks(), 'from anthropic/big', 'the first again, at once')
})

void t.test('when the tokens are used up offline answers where it is configured, with the notice once', async (t) => {
  const { asks, text, outcomes, budget, clock } = await rig(t, three, { tokensPerDay: 100 })
  await asks()
  outcomes['offline'] = callsTools(['device_read', {}])
  t.equal(await asks(), '', 'a call of a tool carries no notice')
  outcomes['offline'] = says('lamp: off')
  t.match(
    await asks(),
    /^lamp: off\n\nThe tokens of today are used up: 100 of 100 .* go on \(\/help\), .*: \/model offline\.$/,
  )
  t.equal(await asks(), 'lamp: off')
  t.match(await text(''), '\nNow answers offline.\n')
  t.equal(budget.today().total, 100)
  await clock.advance(12 * 60 * 60_000)
  t.equal(await asks(), 'from anthropic/big')
})

void t.test('who would be asked in a chat is said without asking', async (t) => {
  const { choice, text, asks, outcomes } = await rig(t, ['anthropic/big', 'openai/small'], { tokensPerDay: 150 })
  await text('offline', garden)
  t.same([choice.asked(home), choice.asked(garden)], ['anthropic/big', 'offline'])
  outcomes['anthropic/big'] = overloaded
  await asks()
  t.equal(choice.asked(home), 'openai/small')
  await asks()
  t.same([choice.asked(home), choice.asked(garden)], [undefined, 'offline'], 'the tokens are used up')
})

void t.test('a turn says in which chat it asks', async (t) => {
  const model = ScriptedModel.replies(says('hello'))
  const { turn, bench } = makeTurn(model, [])
  await turn.run()
  const { channel, chat } = bench.origin()
  t.same(model.requests[0]?.chat, { channel, chat })
})
