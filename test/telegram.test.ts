import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { createSystemClock } from '../src/clock.ts'
import { FakeBotApi } from './support/fake-bot-api.ts'
import { FakeOpenai } from './support/fake-openai.ts'
import { whileRunning } from './support/running.ts'
import { startEnvironment } from './support/start-environment.ts'
import { until } from './support/until.ts'

/** The whole daemon between a Bot API and a provider, over real sockets: what a person on Telegram sees. */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const owner = 7

interface Served {
  readonly home: string
  readonly bot: FakeBotApi
  readonly provider: FakeOpenai
  /** Ends it as systemd does; what it had said. */
  readonly stop: () => Promise<string>
  /** Kills it, as a crash does, and starts it again. */
  readonly killed: () => Promise<void>
}

async function serve(t: Test, journal = ''): Promise<Served> {
  const bot = new FakeBotApi({ clock: createSystemClock() })
  await bot.start()
  const provider = await FakeOpenai.start()
  const home = t.testdir({})
  const config = [
    'board: simulated',
    'model: lan/test',
    `providers: { lan: { api: openai, baseUrl: "${provider.baseUrl}", apiKey: ${provider.key} } }`,
    `channels: { telegram: { token: "${bot.token}", allow: [${owner}], apiRoot: "${bot.apiRoot}" } }`,
  ]
  fs.writeFileSync(join(home, 'pincer.yaml'), config.join('\n'), { mode: 0o600 })
  fs.mkdirSync(join(home, 'state'), { mode: 0o700 })
  fs.writeFileSync(join(home, 'state/journal.jsonl'), journal, { mode: 0o600 })
  const start = () => spawn(process.execPath, [main, '--home', home, 'run'], { env: startEnvironment })
  let daemon = start()
  let said = Promise.all([text(daemon.stdout), text(daemon.stderr)])
  t.teardown(async () => {
    daemon.kill('SIGKILL')
    await provider.close()
    await bot.stop()
  })
  await whileRunning(daemon)(bot.untilPolled())
  const stop = async (): Promise<string> => {
    const exit = once(daemon, 'exit')
    daemon.kill('SIGTERM')
    t.strictSame(await exit, [0, null])
    return (await said).join('')
  }
  const killed = async (): Promise<void> => {
    const exit = once(daemon, 'exit')
    daemon.kill('SIGKILL')
    await exit
    daemon = start()
    said = Promise.all([text(daemon.stdout), text(daemon.stderr)])
  }
  return { home, bot, provider, stop, killed }
}

void t.test('a text on Telegram goes through model and device, and its answer comes back formatted', async (t) => {
  const { bot, provider, stop } = await serve(t)
  provider.will([
    { calls: [{ name: 'device_set', arguments: { name: 'lamp', value: 'on' } }] },
    { text: 'The lamp is **on** now.' },
  ])
  bot.say({ from: owner, text: 'light please' })
  await bot.untilSaid(owner, 'lamp is')
  // What a turn that took its time had said meanwhile goes.
  await bot.until(() => bot.botTexts(owner).length === 1)
  t.match(bot.botTexts(owner), ['The lamp is on now.'])
  bot.say({ from: owner, text: '/read lamp' })
  await bot.untilSaid(owner, 'lamp: on')
  t.same(provider.refusals(), [])
  t.match(await stop(), /Telegram: text your bot\. It answers 7/)
})

void t.test('a stranger gets one code, is answered nothing more, and moves nothing', async (t) => {
  const { bot, provider, stop } = await serve(t)
  bot.say({ from: 99, text: 'turn on the lamp' })
  await bot.untilSaid(99, 'pincer pair')
  bot.say({ from: 99, text: 'please' })
  bot.say({ from: owner, text: '/read lamp' })
  await bot.untilSaid(owner, 'lamp: off')
  t.equal(bot.botTexts(99).length, 1)
  t.same(provider.bodies(), [])
  await stop()
})

void t.test('a provider that fails is told in one sentence, and commands go on', async (t) => {
  const { bot, provider, stop } = await serve(t)
  provider.otherwise = { status: 401, error: { error: { message: 'Incorrect API key provided: sk-secret.' } } }
  bot.say({ from: owner, text: 'hello' })
  await bot.untilSaid(owner, 'lan')
  const told = bot.botTexts(owner).at(-1) ?? ''
  t.match(told, /key/)
  t.notMatch(told, /sk-|http/)
  bot.say({ from: owner, text: '/set lamp on' })
  await bot.untilSaid(owner, 'lamp is on')
  await stop()
})

void t.test(
  'a group is told how many replies never arrived, and only a private chat which; none of them has /quit',
  async (t) => {
    const letter = {
      id: 'x',
      channel: 'telegram',
      chat: '8',
      text: 'the plan for Eve',
      atMs: Date.now(),
      why: 'blocked',
    }
    const { bot, stop } = await serve(t, `${JSON.stringify({ k: 'dead', m: letter })}\n`)
    bot.group(-5)
    bot.say({ from: owner, chat: -5, text: '/status@pincer_bot' })
    await bot.untilSaid(-5, 'Not delivered, and not sent again: 1 reply.')
    t.notMatch(bot.botTexts(-5).join('\n'), 'the plan')
    bot.say({ from: owner, text: '/status' })
    await bot.untilSaid(owner, 'the plan for Eve')
    bot.say({ from: owner, text: '/help' })
    await bot.untilSaid(owner, '/sim')
    t.notMatch(bot.botTexts(owner).join('\n'), '/quit')
    await stop()
  },
)

void t.test('a kill in the middle of a turn leaves no progress message, and the turn is answered', async (t) => {
  const { home, bot, provider, stop, killed } = await serve(t)
  const gate = Promise.withResolvers<void>()
  provider.will({ text: 'Too late.' }, { beforeHead: gate.promise })
  provider.otherwise = { text: 'Here I am.' }
  bot.say({ from: owner, text: 'think long' })
  await bot.until(() => bot.botTexts(owner).length === 1)
  const [working = ''] = bot.botTexts(owner)
  // One that is killed before it knows the message of its progress leaves it.
  await until(() => fs.existsSync(join(home, 'state/telegram-open.json')), 'the note of it')
  await killed()
  await bot.untilSaid(owner, 'Here I am.')
  await bot.until(() => !bot.botTexts(owner).includes(working))
  gate.resolve()
  await stop()
})

void t.test('what a removed owner wrote while nothing ran is closed without an answer', async (t) => {
  const person = { id: '8', name: 'Someone', role: 'owner' }
  const message = { id: 'u8', channel: 'telegram', chat: '8', person, text: 'my notes?', sentAtMs: Date.now() }
  const { bot, provider, stop } = await serve(t, `${JSON.stringify({ k: 'in', m: message })}\n`)
  bot.say({ from: owner, text: '/read lamp' })
  await bot.untilSaid(owner, 'lamp: off')
  t.same(provider.bodies(), [])
  t.match(await stop(), /may not write any more: 1 messages \(telegram 8\)/)
})
