import { join } from 'node:path'
import t, { type Test } from 'tap'
import { limits } from '../../src/limits.ts'
import { openCommands } from '../support/command-rig.ts'
import { switchConfig } from '../support/device-bench.ts'
import { bob, guest, inbound } from '../support/messages.ts'

/** A state folder that a test can take away. */
const stateIn = (t: Test): string => join(t.testdir({ state: {} }), 'state')

const asGuest = { person: guest }

void t.test('/help lists to an owner what an owner may give, and to a guest what a guest may', async (t) => {
  const { text, commands } = await openCommands(stateIn(t))
  const usages = (help: string): string[] => help.split('\n').map((line) => line.replace(/ {2,}.*$/, ''))
  const forOwner = usages(await text('/help'))
  t.same(usages(await text('/help', { channel: 'desk' })), [...forOwner, '/wave'], 'and what the channel does itself')
  t.same(forOwner.toSorted(), [
    '/approve [CODE [always]]',
    '/deny CODE',
    '/help',
    '/jobs [pause|resume|run|remove ID]',
    '/model [name|default]',
    '/new',
    '/off device [for 10m]',
    '/on device [for 10m]',
    '/pair [CODE|revoke NAME]',
    '/read [device]',
    '/resume',
    '/set device on|off|50% [for 10m]',
    '/sim [what]',
    '/status',
    '/stop [all]',
    '/whoami',
  ])
  t.same(usages(await text('/help', asGuest)).toSorted(), [
    '/help',
    '/read [device]',
    '/status',
    '/stop all',
    '/whoami',
  ])
  t.equal(await text('/start'), await text('/help'), 'what Telegram sends first')
  t.same(
    commands.names().toSorted(),
    forOwner.map((usage) => usage.split(' ')[0] ?? '').toSorted(),
    'what is completed is what there is',
  )
})

void t.test('every answer closes its own message', async (t) => {
  const { commands, tools } = await openCommands(stateIn(t))
  for (const text of ['/help', '/status', '/nosuch', '/set', '/on lamp', '/stop', '/stop all', '/jobs']) {
    const message = inbound(text)
    const { answers, notices } = await commands.run(message, tools.origin())
    t.same([answers, notices], [[message], []], text)
  }
})

void t.test('case, spaces around and the name of a bot do not matter', async (t) => {
  const { text } = await openCommands(stateIn(t))
  for (const way of [
    '/status',
    '/STATUS',
    '  /status  ',
    '/status@pincer_bot',
    '/Status@Pincer_Bot\n',
    '/status now',
  ]) {
    t.equal(await text(way), 'All is well.', way)
  }
  t.match(await text('/on@pincer_bot lamp'), /^lamp is on/)
  t.match(await text('/Read Lamp'), /^lamp: on/)
  t.match(await text('/Set LAMP On'), /^lamp is on already/)
  t.match(await text('/READ lamp'), /^lamp: on/)
})

void t.test('an unknown command is answered with the nearest one that this person may give', async (t) => {
  const { text } = await openCommands(stateIn(t))
  for (const [typed, expected] of [
    ['/statsu', '! I do not know /statsu. Did you mean /status? /help lists all.'],
    ['/stopp', '! I do not know /stopp. Did you mean /stop? /help lists all.'],
    ['/hlep', '! I do not know /hlep. Did you mean /help? /help lists all.'],
    ['/resum', '! I do not know /resum. Did you mean /resume? /help lists all.'],
    ['/xyzzy', '! I do not know /xyzzy. /help lists all.'],
    ['/constructor', '! I do not know /constructor. /help lists all.'],
    ['/__proto__', '! I do not know /__proto__. /help lists all.'],
    [`/${'x'.repeat(32)}`, `! I do not know /${'x'.repeat(32)}. /help lists all.`],
  ] as const) {
    t.equal(await text(typed), expected)
  }
  t.equal(await text('/resum', asGuest), '! I do not know /resum. /help lists all.', 'a guest is not sent to a refusal')
})

void t.test(
  'a command that the channel takes by itself, with words behind it, is told how it is written',
  async (t) => {
    const { text } = await openCommands(stateIn(t))
    t.equal(await text('/wave now', { channel: 'desk' }), '! Write it as /wave, alone on its line.')
    t.equal(await text('/wave now'), '! I do not know /wave. /help lists all.', 'another channel has no such command')
  },
)

void t.test('/jobs hands its words over, and is for owners only', async (t) => {
  const { text, recorded } = await openCommands(stateIn(t))
  t.equal(await text('/jobs pause 3'), 'jobs pause 3 for Ada')
  t.equal(await text('/jobs'), 'jobs for Ada')
  t.equal(await text('/jobs', asGuest), '! /jobs is for owners only.')
  t.match(recorded, [{ command: '/jobs pause 3' }])
  t.equal(recorded.length, 1, 'the audit keeps what changes something')
  const late = { messageAgeMs: 2 * 3_600_000 }
  t.equal(
    await text('/jobs remove 3', {}, late),
    '! I did not do "/jobs remove 3": it may have been sent 2h ago. Send it again, or press again, if you still mean it.',
  )
  t.match(await text('/jobs run 3', {}, { messageAgeMs: Infinity }), /^! .*: nobody knows when it was sent\. /)
  for (const words of ['', 'list']) t.match(await text(`/jobs ${words}`, {}, late), /^jobs/, 'looking changes nothing')
  t.match(await text('/jobs pause 3', {}, { messageAgeMs: limits.actingMessageAgeMaxMs }), /^jobs pause 3/)
})

void t.test('guests may only read, and only owners are told more', async (t) => {
  const { text, bench, events } = await openCommands(stateIn(t))
  const refused = ['/set lamp on', '/on lamp', '/off lamp', '/resume', '/new', '/model', '/sim heat room']
  for (const typed of refused) {
    t.equal(await text(typed, asGuest), `! ${typed.split(' ')[0] ?? ''} is for owners only.`)
  }
  t.equal(await text('/stop', asGuest), '! /stop alone is for owners only; you may give /stop all.')
  t.equal(bench.gpio.pins.get('GPIO17'), 0)
  t.same(events, [])
  t.equal(await text('/status', asGuest), 'All is well.')
  t.match(await text('/read lamp', asGuest), /^lamp: off/)
  t.equal(await text('/whoami', asGuest), 'You are Gus, guest, id 9 on test, chat home.')
  t.equal(await text('/whoami', { person: bob, chat: '-42' }), 'You are Bob, owner, id 2 on test, chat -42.')
})

void t.test('/read reads one device or all, and names the nearest for one that there is not', async (t) => {
  const { text } = await openCommands(stateIn(t), {
    configs: { lamp: switchConfig(), pump: switchConfig({ line: 'GPIO27' }) },
  })
  for (const typed of ['/read', '/read all', '/read ALL']) t.match(await text(typed), /^lamp: off.*\npump: off/, typed)
  t.match(await text('/read pump'), /^pump: off/)
  t.match(await text('/read pmup'), /^! There is no device "pmup"\. Did you mean pump\? Devices: lamp, pump\.$/)
  t.match(await text('/read lamp pump'), /^! There is no device "lamp pump"/)
})

void t.test('/set, /on and /off switch, for a while too', async (t) => {
  const { text, bench } = await openCommands(stateIn(t))
  const pin = (): number | undefined => bench.gpio.pins.get('GPIO17')
  for (const [typed, level] of [
    ['/set lamp on', 1],
    ['/set lamp off', 0],
    ['/SET lamp ON', 1],
    ['/set  lamp   Off', 0],
    ['/on lamp', 1],
    ['/off lamp', 0],
  ] as const) {
    t.match(await text(typed), level === 1 ? /^lamp is on/ : /^lamp is off/, typed)
    t.equal(pin(), level, typed)
  }
  for (const typed of ['/set lamp on for 10m', '/on lamp for 10m', '/on lamp for 10 m', '/on lamp FOR 600s']) {
    t.match(await text(typed), /^lamp is on, off again in 10m/, typed)
    t.equal(pin(), 1)
    await bench.clock.advance(10 * 60_000)
    await bench.idle()
    t.equal(pin(), 0, `${typed} ends`)
  }
  await text('/on lamp')
  t.match(await text('/off lamp for 90s'), /^lamp is off, on again in 1m 30s/)
})

void t.test('/set takes a percentage for what has a level, and names that for anything else', async (t) => {
  const dimmer = switchConfig({ kind: 'level', line: 'pwm:chip/0@1000', scale: { min: 0, max: 100, safe: 0 } })
  const { text } = await openCommands(stateIn(t), { configs: { lamp: switchConfig(), dimmer } })
  t.match(
    await text('/set lamp 50%'),
    /^! Of the devices here only dimmer can be set in percent\. Write it as \/set lamp on,/,
  )
  t.match(await text('/set dimmer 50%'), /^dimmer is at 50 %/)
})

void t.test('a duration may be written out, as telephones write it', async (t) => {
  const { text } = await openCommands(stateIn(t))
  t.match(await text('/on lamp for 5 Minutes'), /^lamp is on, off again in 5m/)
})

void t.test('what cannot be understood switches nothing and is answered with how to write it', async (t) => {
  const { text, bench, tools } = await openCommands(stateIn(t))
  const set = '! Write it as /set lamp on, or /set lamp off, or /set lamp on for 10m.'
  const on = '! Write it as /on lamp, or /on lamp for 10m.'
  for (const [typed, expected] of [
    ['/set', set],
    ['/set lamp', set],
    ['/set lamp blue', set],
    ['/set lamp 1', set],
    ['/set lamp on 10m', set],
    ['/set lamp on for', set],
    ['/set lamp on please', set],
    ['/set lamp on\nfor 10m\nfor 20m', set],
    ['/on', on],
    ['/on lamp 10m', on],
    ['/on lamp fan', on],
    ['/off', '! Write it as /off lamp, or /off lamp for 10m.'],
  ] as const) {
    t.equal(await text(typed), expected, typed)
  }
  for (const duration of ['10', '2 weeks', '0s', '-5m', '1.5h', '25d', 'ever', '10m 5s', "1m'; on"]) {
    const expected = `! for is ${JSON.stringify(duration)}; expected a whole number and a unit such as 90s, 10m or 2h, at most 24d.`
    t.equal(await text(`/on lamp for ${duration}`), expected)
  }
  const percent =
    '! No device here can be set in percent. Write it as /set lamp on, or /set lamp off, or /set lamp on for 10m.'
  for (const typed of ['/set lamp 50%', '/set lmap 50 %']) t.equal(await text(typed), percent, typed)
  t.match(await text('/on lmap'), /^! There is no device "lmap"\. Did you mean lamp\?/)
  t.match(await text('/on __proto__'), /^! There is no device "__proto__"/)
  t.match(await text("/on $1'"), /^! There is no device "\$1'"/)
  t.equal(bench.gpio.pins.get('GPIO17'), 0)
  t.same(tools.asked, [])
})

void t.test('what the limits refuse is told word for word', async (t) => {
  const configs = {
    lamp: switchConfig({ minOffMs: 5_000, interlock: 'mains' }),
    fan: switchConfig({ line: 'GPIO27', interlock: 'mains' }),
  }
  const { text, bench } = await openCommands(stateIn(t), { configs })
  await bench.clock.advance(5_000)
  await text('/on lamp')
  const verbatim = async (typed: string, name: string, value: 'on' | 'off'): Promise<void> => {
    const refusal = await bench.refusal(bench.devices.set({ name, value }))
    t.match(refusal, /^limit: /)
    t.equal(await text(typed), `! ${refusal.replace('limit: ', '')}`)
  }
  await verbatim('/on fan', 'fan', 'on')
  await text('/off lamp')
  await verbatim('/on lamp', 'lamp', 'on')
})

void t.test('what is marked confirm is asked for exactly, and a no is a no', async (t) => {
  const configs = { gate: switchConfig({ confirm: true }) }
  const allowed = await openCommands(stateIn(t), { configs })
  t.match(await allowed.text('/on gate for 1m'), /^gate is on, off again in 1m/)
  t.match(allowed.tools.asked, [{ action: /gate on for 1m/, reason: 'gate is marked confirm' }])
  for (const answer of ['no', { unavailable: 'nobody can be asked here' }] as const) {
    const refused = await openCommands(stateIn(t), { configs, answer })
    t.match(
      await refused.text('/on gate'),
      /^! ".*gate on.*" needs a yes from a person \(gate is marked confirm\), and /,
    )
    t.equal(refused.bench.gpio.pins.get('GPIO17'), 0)
  }
})

void t.test('a command that switches and is old needs a yes that names its age', async (t) => {
  const { text, tools } = await openCommands(stateIn(t), { answer: 'no' })
  const old = { messageAgeMs: limits.actingMessageAgeMaxMs + 60_000 }
  t.match(await text('/on lamp', {}, old), /^! .*the message that asks for it is 11m old.* the person said no\.$/)
  t.equal(tools.asked.length, 1)
  t.match(await text('/read lamp', {}, old), /^lamp: off/)
})

void t.test('/sim plays with the simulated board, and is not there on a real one', async (t) => {
  t.equal(await (await openCommands(stateIn(t))).text('/sim  heat room to 30 '), 'played heat room to 30')
  t.equal(await (await openCommands(stateIn(t))).text('/sim'), 'played ')
  t.equal(
    await (await openCommands(stateIn(t), { board: 'real' })).text('/sim'),
    '! I do not know /sim. /help lists all.',
  )
})
