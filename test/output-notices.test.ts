import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createSystemClock } from '../src/clock.ts'
import { servedHome } from './support/served-home.ts'

/** What an output does by itself, told by the whole daemon to people on Telegram. */
const owner = 7

void t.test('who switched a heater on is told when maxOn switched it off, though a kill came between', async (t) => {
  const { bot, home, start, kill } = await servedHome(t, {
    devices: 'heater: { kind: switch, line: GPIO17, maxOn: 2h, start: last }',
    allow: [owner, 8],
  })
  const beforeMs = performance.now()
  await start()
  /** What is left to it when it is started again: enough to start on this machine, busy as it is. */
  const leftMs = 2_000 + 3 * (performance.now() - beforeMs)
  /** Kills it, lets nearly two hours pass on the disk, and starts it again. */
  const again = async (change: (heater: object) => object): Promise<void> => {
    await kill()
    const path = join(home, 'state/outputs.json')
    const { monotonicMs, outputs, ...file } = JSON.parse(fs.readFileSync(path, 'utf8'))
    const endsMs = Math.round(createSystemClock().monotonicMs() + leftMs)
    const heater = change({ ...outputs.heater, endsMs, latestMs: endsMs })
    fs.writeFileSync(path, JSON.stringify({ ...file, monotonicMs, outputs: { heater } }))
    await start()
  }
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
