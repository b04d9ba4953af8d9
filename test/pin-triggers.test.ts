import { join } from 'node:path'
import t from 'tap'
import { planJobs } from './support/planned-jobs.ts'
import { servedHome } from './support/served-home.ts'
import { setting } from './support/trigger-rig.ts'

/** Triggers in the whole daemon, on a simulated board, with people on Telegram and no model but the offline one. */
const owner = 7
const devices = 'lamp: { kind: switch, line: GPIO17 }, door: { kind: contact, line: GPIO24, pull: up, debounce: 1ms }'

void t.test('the list says of a job that its sensor does not answer', async (t) => {
  const { bot, start } = await servedHome(t, {
    devices: 'porch: { kind: bme280, bus: 1, address: 0x77 }',
    allow: [owner],
  })
  await start()
  bot.say({ from: owner, text: 'when the temperature in porch is above 25 tell me' })
  await bot.untilSaid(owner, 'porch cannot be read, and Job 1 rests on it.')
  bot.say({ from: owner, text: '/jobs' })
  await bot.untilSaid(owner, 'is above 25; porch cannot be read: ')
})

void t.test('what happens at a pin switches an output and says so, also after a kill', async (t) => {
  const { bot, home, start, kill } = await servedHome(t, { devices, allow: [owner] })
  await start()
  bot.say({ from: owner, text: '/whoami' })
  await bot.untilSaid(owner, 'owner')
  await kill()
  await planJobs(join(home, 'state'), owner, [
    {
      time: { kind: 'when', when: { kind: 'edge', device: 'door', edge: 'rising' } },
      action: setting('lamp', 'on'),
    },
    {
      time: { kind: 'when', when: { kind: 'is', device: 'lamp', state: 'on', forMs: 0 } },
      action: { kind: 'say', text: 'The lamp went on.' },
    },
    { time: { kind: 'when', when: { kind: 'start' } }, action: { kind: 'say', text: 'I am back.' } },
  ])
  await start()
  await bot.untilSaid(owner, 'I am back.')
  bot.say({ from: owner, text: '/sim drive GPIO24 low' })
  bot.say({ from: owner, text: '/sim drive GPIO24 high' })
  await bot.untilSaid(owner, 'The lamp went on.')
  await bot.untilSaid(owner, 'lamp is on (simulated).')
  bot.say({ from: owner, text: '/stop all' })
  await bot.untilSaid(owner, '/resume')
  await kill()
  await start()
  bot.say({ from: owner, text: '/sim drive GPIO24 low' })
  bot.say({ from: owner, text: '/sim drive GPIO24 high' })
  bot.say({ from: owner, text: '/read lamp' })
  await bot.untilSaid(owner, 'lamp: off')
  t.equal(bot.botTexts(owner).filter((text) => text === 'I am back.').length, 1, 'quiet while latched')
})
