import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { limits } from '../src/limits.ts'
import { servedHome } from './support/served-home.ts'

/** What the daemon still knows after a restart of what people did in the hour before it. */
const owner = 7
const guest = 8
const actsPerHour = 120

void t.test('a restart opens no budget: acts and messages of guests are known from the audit', async (t) => {
  const { bot, home, start } = await servedHome(t, {
    devices: 'lamp: { kind: switch, line: GPIO17 }',
    allow: [owner],
    guests: [guest],
  })
  const at = new Date().toISOString()
  const line = (sender: number, counted: object): string =>
    `${JSON.stringify({ at, channel: 'telegram', chat: `${sender}`, sender: `${sender}`, ...counted })}\n`
  fs.mkdirSync(join(home, 'state'), { mode: 0o700 })
  fs.writeFileSync(
    join(home, 'state/audit.jsonl'),
    line(owner, { tool: 'device_set', counts: true }).repeat(actsPerHour) +
      line(guest, { guest: true }).repeat(limits.guestMessagesPerHourMax),
    { mode: 0o600 },
  )
  await start()
  bot.say({ from: owner, text: '/on lamp' })
  await bot.untilSaid(owner, `limits.actsPerHour allows ${actsPerHour} in an hour`)
  bot.say({ from: guest, text: '/read lamp' })
  await bot.untilSaid(guest, `more than the ${limits.guestMessagesPerHourMax} messages an hour that a guest may write`)
  t.strictSame([bot.botTexts(owner).length, bot.botTexts(guest).length], [1, 1], 'neither was done')
})
