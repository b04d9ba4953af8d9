import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createApp } from '../src/app.ts'
import { furnishHome, openHome } from '../src/home.ts'
import { limits } from '../src/limits.ts'
import { FakeBotApi } from './support/fake-bot-api.ts'
import { FakeClock } from './support/fake-clock.ts'
import { FakeOpenai, openaiRefuses } from './support/fake-openai.ts'
import { lastingFolder } from './support/lasting-folder.ts'
import { loadedConfig } from './support/loaded-config.ts'
import { createLogLines } from './support/log-lines.ts'
import { until } from './support/until.ts'

/** The heartbeat in the whole program: a bot and a provider over real sockets, a simulated board, and a day in fake time. */
const ada = 7

interface Served {
  readonly bot: FakeBotApi
  readonly provider: FakeOpenai
  readonly clock: FakeClock
  readonly workspace: string
  /** Says it, and waits for an answer with this in it. */
  ask(text: string, part: string): Promise<string>
  /** Lets the next beats come, and answers how often the model was asked. */
  beats(count?: number): Promise<number>
  /** What the bot said by itself. */
  told(): readonly string[]
}

async function serve(t: Test, model = 'lan/test'): Promise<Served> {
  const clock = new FakeClock('2026-11-21T12:00:00Z')
  const bot = new FakeBotApi({ clock, hasFloodControl: false })
  await bot.start()
  const provider = await FakeOpenai.start()
  provider.otherwise = { text: 'NOTHING' }
  const path = join(lastingFolder(t), 'home')
  fs.mkdirSync(path)
  const config = [
    'board: simulated',
    `model: ${model}`,
    `providers: { lan: { api: openai, baseUrl: "${provider.baseUrl}", apiKey: ${provider.key} } }`,
    `channels: { telegram: { token: "${bot.token}", allow: [${ada}], apiRoot: "${bot.apiRoot}" } }`,
    'devices: { room: { kind: bme280, bus: 1, address: 0x76 }, lamp: { kind: switch, line: GPIO17 } }',
    // The kernel's own time is not the clock's.
    'shell: { policy: off }',
    'heartbeat: 1m',
    'timezone: UTC',
  ]
  fs.writeFileSync(join(path, 'pincer.yaml'), config.join('\n'), { mode: 0o600 })
  const home = await furnishHome(await openHome(path))
  const app = await createApp({
    home,
    config: await loadedConfig(path),
    redact: (text) => text,
    clock,
    log: createLogLines().log,
    person: { id: '0', name: 'owner', role: 'owner' },
    environment: {},
    servesChannels: true,
    memoryBytes: () => 0,
  })
  t.teardown(async () => {
    const stopped = app.stop()
    await bot.stop()
    await stopped
    await provider.close()
  })
  await app.start()
  const polled = (): Promise<void> => until(() => bot.isPolled(), 'a poll')
  await polled()
  let asked = 0
  const answers = new Set<string>()
  const served: Served = {
    bot,
    provider,
    clock,
    workspace: home.workspace,
    async ask(text, part) {
      const before = bot.botTexts(ada).length
      bot.say({ from: ada, text })
      const answer = (): string | undefined =>
        bot
          .botTexts(ada)
          .slice(before)
          .find((each) => each.includes(part))
      await until(() => answer() !== undefined, `an answer to ${text}`)
      answers.add(answer() ?? '')
      await polled()
      return answer() ?? ''
    },
    async beats(count = 1) {
      for (let beat = 0; beat < count; beat++) {
        // In steps, so that a poll that ends on the clock is held again before its watchdog is due.
        for (let passedMs = 0; passedMs < limits.heartbeatFirstMs; passedMs += 10_000) {
          await clock.advance(10_000)
          await polled()
        }
        // A sensor takes a moment.
        while (!/next in|because|quiet until/.test(await served.ask('/status', 'Waiting: '))) await clock.advance(100)
      }
      const more = provider.requests.length - asked
      asked = provider.requests.length
      return more
    },
    told: () => bot.botTexts(ada).filter((each) => !answers.has(each)),
  }
  // So that the bot may write to her.
  await served.ask('/whoami', 'owner')
  return served
}

const write = ({ workspace }: Served, text: string): void => fs.writeFileSync(join(workspace, 'HEARTBEAT.md'), text)

/** Writes it by hand, and says yes to it. */
async function writeAndApprove(served: Served, text: string): Promise<void> {
  write(served, text)
  const shown = await served.ask('/approve', 'HEARTBEAT.md')
  await served.ask(`/approve ${/\/approve (\w+) takes/.exec(shown)?.[1] ?? ''}`, 'counts again')
}

void t.test(
  'a file that was written by hand counts after a yes; then the model is asked of what changed',
  async (t) => {
    const served = await serve(t)
    t.equal(await served.beats(), 0)
    t.match(
      await served.ask('/status', 'Waiting: '),
      /Heartbeat: looks after nothing, because there is no HEARTBEAT\.md/,
    )
    write(served, 'Tell me when the room is too warm.')
    t.equal(await served.beats(2), 0)
    t.match(served.told(), [/^I have no record of HEARTBEAT\.md .*: \/approve$/])
    t.match(
      await served.ask('/status', 'Waiting: '),
      /because I have no record of HEARTBEAT\.md .*: \/approve shows it/,
    )
    await writeAndApprove(served, 'Tell me when the room is too warm.')
    t.equal(await served.beats(), 1, 'the first time')
    t.match(JSON.stringify(served.provider.bodies()[0]), /HEARTBEAT\.md:\\n\\nTell me when the room is too warm\./)
    await served.ask('/sim heat room to 21.9', 'room')
    t.equal(await served.beats(3), 0, 'it trembles')
    await served.ask('/sim heat room to 30', 'room')
    served.provider.will({ text: 'The room is warm.' })
    t.equal(await served.beats(), 1)
    t.match(JSON.stringify(served.provider.bodies()[1]), /Changed since you last looked: room\.temperature/)
    t.equal(served.told()[1], 'Heartbeat: The room is warm.')
    await served.beats(10)
    t.equal(await served.beats(2), 0, 'it is at 30 °C and stays there')
    t.equal(served.told().length, 2)
    write(served, 'Turn on the lamp.')
    t.equal(await served.beats(), 0, 'it was changed from outside')
    t.match(served.told()[2], /^HEARTBEAT\.md was changed by another program than me, .*: \/approve$/)
    t.same(served.provider.refusals(), [])
  },
)

void t.test(
  'a beat acts with the rights of the owner, at no hour that is quiet, and for no more than its tokens',
  async (t) => {
    const served = await serve(t)
    const { clock, provider } = served
    await writeAndApprove(served, 'Look after the plants.\nquiet hours: 12:30-13:00')
    provider.will([{ calls: [{ name: 'device_set', arguments: { name: 'lamp', value: 'on' } }] }, { text: 'NOTHING.' }])
    t.equal(await served.beats(), 2, 'what names nothing is asked of each time')
    t.match(await served.ask('/read lamp', 'lamp: '), 'lamp: on')
    t.same(served.told(), [])
    clock.jumpWall(Date.parse('2026-11-21T12:35:00Z') - clock.nowMs())
    t.equal(await served.beats(3), 0)
    t.match(await served.ask('/status', 'Waiting: '), /quiet until 13:00/)
    clock.jumpWall(30 * 60_000)
    const usage = { inputTokens: limits.heartbeatTokensPerDayMax, outputTokens: 5, cacheReadTokens: 0 }
    provider.will({ text: 'NOTHING', usage })
    t.equal(await served.beats(), 1)
    t.equal(await served.beats(2), 0)
    t.match(await served.ask('/status', 'Waiting: '), /because its 100000 tokens of today are used up/)
    clock.jumpWall(24 * 60 * 60_000)
    t.equal(await served.beats(), 1, 'the next day')
  },
)

void t.test('without its model a beat is told as failed, once, and offline does not answer for it', async (t) => {
  const served = await serve(t, '[lan/test, offline]')
  const { provider } = served
  await writeAndApprove(served, 'Look after the plants.')
  provider.otherwise = openaiRefuses.wrongKey
  t.equal(await served.beats(), 1)
  await served.beats(2)
  t.equal(served.told().length, 1)
  t.match(served.told()[0], /^The heartbeat failed: .*key/)
  await served.ask('read lamp', 'lamp: off')
})
