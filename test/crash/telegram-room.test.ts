import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createSystemClock } from '../../src/clock.ts'
import { limits } from '../../src/limits.ts'
import { FakeBotApi } from '../support/fake-bot-api.ts'
import { FakeOpenai } from '../support/fake-openai.ts'
import { daemonProgram, furnish, startDaemon, type Daemon } from './telegram-daemon.ts'

/** The whole daemon where there is no room: for another message, or on the disk. */
t.setTimeout(600_000)

const program = await daemonProgram(t.testdir({}), ['test/support/full-disk.ts'])

const owner = 7

interface Rig {
  readonly bot: FakeBotApi
  readonly provider: FakeOpenai
  readonly start: () => Daemon
  /** The disk is full while this is there. */
  readonly flag: string
}

async function rig(t: Test): Promise<Rig> {
  const bot = new FakeBotApi({ clock: createSystemClock(), hasFloodControl: false })
  await bot.start()
  const provider = await FakeOpenai.start()
  const folder = t.testdir({})
  const home = join(folder, 'home')
  const flag = join(folder, 'full')
  furnish(home, bot, provider, [owner])
  let daemon: Daemon | undefined
  const start = (): Daemon => {
    daemon = startDaemon({ home, program, environment: { DISK_FULL: flag } })
    return daemon
  }
  t.teardown(async () => {
    daemon?.child.kill('SIGKILL')
    await daemon?.ended
    await provider.close()
    await bot.stop()
  })
  return { bot, provider, start, flag }
}

void t.test('what comes twice after a restart is answered once', async (t) => {
  const { bot, start } = await rig(t)
  const first = start()
  await bot.untilPolled()
  bot.say({ from: owner, text: 'hello' })
  bot.say({ from: owner, text: '/set d17 on' })
  // A turn that takes its time says so meanwhile, which is no answer.
  const answers = () => bot.botTexts(owner).filter((each) => !each.startsWith('Working on it'))
  await bot.until(() => answers().length === 2)
  // Once this is answered, it is written down that those two were sent.
  bot.say({ from: owner, text: '/read d17' })
  await bot.until(() => answers().length === 3 && bot.pendingUpdates() === 0)
  first.child.kill('SIGKILL')
  await first.ended
  const answered = answers()
  bot.repeatUpdates(3)
  start()
  bot.say({ from: owner, text: '/read d18' })
  await bot.untilSaid(owner, 'd18: off')
  const texts = bot.botTexts(owner)
  for (const text of answered.slice(0, 2)) t.equal(texts.filter((each) => each === text).length, 1, text)
})

void t.test(
  'a full queue is told in words, and all that was taken is answered, also by the next process',
  async (t) => {
    const { bot, provider, start } = await rig(t)
    const hangs = Promise.withResolvers<void>()
    provider.delivery = { beforeHead: hangs.promise }
    const first = start()
    await bot.untilPolled()
    const count = limits.busMessagesMax + 3
    for (let number = 1; number <= count; number++) bot.say({ from: owner, text: `message ${number}.` })
    const refused = (): number => bot.botTexts(owner).filter((text) => text.includes('did not take this one')).length
    await bot.until(() => refused() === 3 && bot.pendingUpdates() === 0)
    first.child.kill('SIGKILL')
    await first.ended
    hangs.resolve()
    const asked = new Set<string>()
    provider.otherwise = (body) => {
      for (const [, number = ''] of JSON.stringify(body).matchAll(/message (\d+)\./g)) asked.add(number)
      return { text: 'All of them.' }
    }
    start()
    await bot.untilSaid(owner, 'All of them.')
    const taken = Array.from({ length: limits.busMessagesMax }, (_, index) => String(index + 1))
    t.strictSame([...asked], taken)
    t.equal(refused(), 3)
  },
)

void t.test(
  'a message that the full disk did not take is told, and the next one is taken when there is room',
  async (t) => {
    const { bot, provider, start, flag } = await rig(t)
    start()
    await bot.untilPolled()
    fs.writeFileSync(flag, '')
    bot.say({ from: owner, text: 'is it warm?' })
    await bot.untilSaid(owner, 'did not take this message')
    bot.say({ from: owner, text: '/off d17' })
    await bot.untilSaid(owner, 'd17 is off')
    t.same(provider.bodies(), [], 'nothing was done with what could not be kept')
    fs.rmSync(flag)
    bot.say({ from: owner, text: 'is it warm now?' })
    await bot.untilSaid(owner, 'ok')
    const told = bot.botTexts(owner)
    t.equal(told.filter((text) => /^I did not take.*disk is full/s.test(text)).length, 1, 'its sender is told once')
    // Where the refusal says it first, the owner needs no word beside it.
    t.ok(told.filter((text) => /^I can keep nothing: .*disk is full/.test(text)).length <= 1)
    t.notMatch(JSON.stringify(provider.bodies()), /is it warm\?/)
  },
)
