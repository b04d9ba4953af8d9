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

/** The whole daemon between a Bot API and a provider, over real sockets: what a person on Telegram sees. */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const owner = 7

interface Served {
  readonly bot: FakeBotApi
  readonly provider: FakeOpenai
  /** Ends it as systemd does; what it had said. */
  readonly stop: () => Promise<string>
  /** Kills it, as a crash does, and starts it again. */
  readonly killed: () => Promise<void>
}

async function serve(t: Test, more = ''): Promise<Served> {
  const bot = new FakeBotApi({ clock: createSystemClock() })
  await bot.start()
  const provider = await FakeOpenai.start()
  const home = t.testdir({})
  const config = [
    'board: simulated',
    'model: lan/test',
    `providers: { lan: { api: openai, baseUrl: "${provider.baseUrl}", apiKey: ${provider.key} } }`,
    `channels: { telegram: { token: "${bot.token}", allow: [${owner}], apiRoot: "${bot.apiRoot}" } }`,
    more,
  ]
  fs.writeFileSync(join(home, 'pincer.yaml'), config.join('\n'), { mode: 0o600 })
  const start = () => spawn(process.execPath, [main, '--home', home, 'run'], { env: { TZ: 'UTC' } })
  let daemon = start()
  let said = Promise.all([text(daemon.stdout), text(daemon.stderr)])
  t.teardown(async () => {
    daemon.kill('SIGKILL')
    await provider.close()
    await bot.stop()
  })
  await bot.untilPolled()
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
  return { bot, provider, stop, killed }
}

void t.test('a text on Telegram goes through model and device, and its answer comes back formatted', async (t) => {
  const { bot, provider, stop } = await serve(t)
  provider.will([
    { calls: [{ name: 'device_set', arguments: { name: 'lamp', value: 'on' } }] },
    { text: 'The lamp is **on** now.' },
  ])
  bot.say({ from: owner, text: 'light please' })
  await bot.untilSaid(owner, 'lamp is')
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
  const [told = ''] = bot.botTexts(owner)
  t.match(told, /key/)
  t.notMatch(told, /sk-|http/)
  bot.say({ from: owner, text: '/set lamp on' })
  await bot.untilSaid(owner, 'lamp is on')
  await stop()
})

void t.test('a kill in the middle of a turn leaves no progress message, and the turn is answered', async (t) => {
  const { bot, provider, stop, killed } = await serve(t)
  const gate = Promise.withResolvers<void>()
  provider.will({ text: 'Too late.' }, { beforeHead: gate.promise })
  provider.otherwise = { text: 'Here I am.' }
  bot.say({ from: owner, text: 'think long' })
  await bot.until(() => bot.botTexts(owner).length === 1)
  t.notMatch(bot.botTexts(owner), ['Here I am.'], 'only that it works on it')
  await killed()
  await bot.untilSaid(owner, 'Here I am.')
  await bot.until(() => bot.botTexts(owner).length === 1)
  t.same(bot.botTexts(owner), ['Here I am.'])
  gate.resolve()
  await stop()
})

void t.test('who switched a heater on is told when maxOn switched it off, though a kill came between', async (t) => {
  const bot = new FakeBotApi({ clock: createSystemClock() })
  await bot.start()
  const home = t.testdir({})
  const config = [
    'board: simulated',
    'model: offline',
    'devices: { heater: { kind: switch, line: GPIO17, maxOn: 2h, start: last } }',
    `channels: { telegram: { token: "${bot.token}", allow: [${owner}, 8], apiRoot: "${bot.apiRoot}" } }`,
  ]
  fs.writeFileSync(join(home, 'pincer.yaml'), config.join('\n'), { mode: 0o600 })
  const start = () => spawn(process.execPath, [main, '--home', home, 'run'], { env: { TZ: 'UTC' }, stdio: 'ignore' })
  let daemon = start()
  t.teardown(async () => {
    daemon.kill('SIGKILL')
    await bot.stop()
  })
  /** Kills it, lets nearly two hours pass on the disk, and starts it again. */
  const again = async (change: (heater: object) => object): Promise<void> => {
    const exit = once(daemon, 'exit')
    daemon.kill('SIGKILL')
    await exit
    const path = join(home, 'state/outputs.json')
    const { monotonicMs, outputs, ...file } = JSON.parse(fs.readFileSync(path, 'utf8'))
    const endsMs = Math.round(createSystemClock().monotonicMs()) + 6_000
    const heater = change({ ...outputs.heater, endsMs, latestMs: endsMs })
    fs.writeFileSync(path, JSON.stringify({ ...file, monotonicMs, outputs: { heater } }))
    daemon = start()
  }
  await bot.untilPolled()
  bot.say({ from: owner, text: '/whoami' })
  await bot.untilSaid(owner, 'owner')
  bot.say({ from: 8, text: '/on heater' })
  await bot.untilSaid(8, 'off again in 2h by maxOn')
  await again((heater) => heater)
  const notice = 'heater: switched off by maxOn after 2h (simulated).'
  await bot.untilSaid(8, notice)
  t.equal(bot.botTexts(owner).length, 1)
  // A kill may have brought the first answer twice.
  const answers = () => bot.botTexts(8).filter((said) => said.includes('heater is on')).length
  const before = answers()
  bot.say({ from: 8, text: '/on heater' })
  await bot.until(() => answers() > before)
  await again((heater) => ({ ...heater, asker: undefined }))
  await bot.untilSaid(owner, notice)
  t.equal(bot.botTexts(8).filter((said) => said === notice).length, 1)
})
