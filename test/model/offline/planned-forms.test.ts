import t from 'tap'
import { answerTo } from '../../../src/model/offline/answer.ts'
import { parseOffline } from '../../../src/model/offline/parse.ts'
import { renderCalls } from '../../../src/model/offline/render.ts'
import { brief, deviceSets } from '../../support/offline-devices.ts'

const devices = deviceSets.board

const lamp = (value: 'on' | 'off', more: object = {}) => ({
  do: [{ tool: 'device_set', args: { name: 'lamp', value, ...more } }],
})
const read = (name: string) => ({ do: [{ tool: 'device_read', args: { name } }] })
const on = lamp('on')
const on5m = lamp('on', { for: '5m' })
const room = read('room')

/** What people who grow things text, and the one job that each is. */
const forms: Readonly<Record<string, object>> = {
  'in an hour say the bread is ready': { in: '1h', say: 'the bread is ready' },
  'at 18:00 say dinner is ready': { at: '18:00', say: 'dinner is ready' },
  'say hello in 10 minutes': { in: '10m', say: 'hello' },
  'say: "it is ready. Come!" in 10 minutes': { in: '10m', say: 'it is ready. Come!' },
  'tell me that it is done in 10 minutes': { in: '10m', say: 'it is done' },
  'every sunday at 10 say clean the filter': { cron: '0 10 * * 0', say: 'clean the filter' },
  'every day say good night at 10 pm': { cron: '0 22 * * *', say: 'good night' },
  'in an hour tell me the temperature': { in: '1h', ...room },
  'tomorrow at 7 tell me the temperature': { at: 'tomorrow 07:00', ...room },
  'every monday at 8:30 tell me the humidity': { cron: '30 8 * * 1', ...room },
  'once a day at 6 tell me the temperature': { cron: '0 6 * * *', ...room },
  'in 20 minutes remind me to water the plants': { in: '20m', say: 'Reminder: water the plants' },
  'remind me at 7 to feed the fish': { at: '07:00', say: 'Reminder: feed the fish' },
  'tomorrow at 7 remind me to feed the fish': { at: 'tomorrow 07:00', say: 'Reminder: feed the fish' },
  'remind me every day to feed the fish at 7': { cron: '0 7 * * *', say: 'Reminder: feed the fish' },
  'tomorrow remind me to feed the fish at 7': { at: 'tomorrow 07:00', say: 'Reminder: feed the fish' },
  'on the first of every month at 9 remind me to clean it': { cron: '0 9 1 * *', say: 'Reminder: clean it' },
  'every month on the 15th at 9 say pay the bill': { cron: '0 9 15 * *', say: 'pay the bill' },
  'remind me when the door opens to close it': {
    when: { device: 'door', is: 'open' },
    say: 'Reminder: close it',
  },
  'remind me to close the door when the door is open for 10 minutes': {
    when: { device: 'door', is: 'open', for: '10m' },
    say: 'Reminder: close the door',
  },
  'turn the lamp on for 5 minutes every day at 6': { cron: '0 6 * * *', ...on5m },
  'every day at 7 and 19 turn the lamp on for 5 minutes': { cron: '0 7,19 * * *', ...on5m },
  'every day at 7, 12 and at 17 turn the lamp on for 5 minutes': { cron: '0 7,12,17 * * *', ...on5m },
  'turn the lamp on for 5 minutes every weekday at 7 am and 7 pm': { cron: '0 7,19 * * 1-5', ...on5m },
  'every evening at 7 and 9 turn the lamp on': { cron: '0 19,21 * * *', ...on },
  'every day from 6 to 22 turn on the lamp': { cron: '0 6 * * *', ...lamp('on', { for: '16h' }) },
  'turn the lamp on every day from 6 to 22': { cron: '0 6 * * *', ...lamp('on', { for: '16h' }) },
  'lamp on from 6am to 10pm every day': { cron: '0 6 * * *', ...lamp('on', { for: '16h' }) },
  'turn the lamp on from 22 to 6 every day': { cron: '0 22 * * *', ...lamp('on', { for: '8h' }) },
  'turn on the lamp tomorrow from 8 until 9:30': { at: 'tomorrow 08:00', ...lamp('on', { for: '90m' }) },
  'every hour from 8 to 18 tell me the temperature': { cron: '0 8-18 * * *', ...room },
  'every 2 hours from 8 to 18 read the soil': { cron: '0 8-18/2 * * *', ...read('soil') },
  'every 30 minutes between 8 and 20 read the soil': { cron: '*/30 8-19 * * *', ...read('soil') },
  'from 8 to 18 every 15 minutes on weekdays read the soil': { cron: '*/15 8-17 * * 1-5', ...read('soil') },
  'when the door opens turn the lamp on': { when: { device: 'door', is: 'open' }, ...on },
  'when the door is opened turn on the lamp for 5 minutes': { when: { device: 'door', is: 'open' }, ...on5m },
  'as soon as the door closes turn the lamp off': { when: { device: 'door', is: 'closed' }, ...lamp('off') },
  'turn the lamp on when the door opens': { when: { device: 'door', is: 'open' }, ...on },
  'when the fan goes off turn the lamp on': { when: { device: 'fan', is: 'off' }, ...on },
  'when the lamp is on for 2 hours turn it off': { when: { device: 'lamp', is: 'on', for: '2h' }, ...lamp('off') },
  'when the temperature rises above 28 turn the lamp on': { when: { device: 'room.temperature', above: 28 }, ...on },
  'when it is above 28 degrees turn the lamp on': { when: { device: 'room.temperature', above: 28 }, ...on },
  'when the room is warmer than 28.5 turn the lamp on': { when: { device: 'room.temperature', above: 28.5 }, ...on },
  'when the humidity is less than 40 % turn the lamp on': { when: { device: 'room.humidity', below: 40 }, ...on },
  'turn on the lamp for 5 minutes when the soil drops below 1.5 volts': {
    when: { device: 'soil.voltage', below: 1.5 },
    ...on5m,
  },
  'when the door opens tell me': { when: { device: 'door', is: 'open' }, say: 'door is open.' },
  'when the door is open for 5 minutes tell me': {
    when: { device: 'door', is: 'open', for: '5m' },
    say: 'door has been open for 5m.',
  },
  'notify me when the lamp turns on': { when: { device: 'lamp', is: 'on' }, say: 'lamp is on.' },
  'let me know if the door is open': { when: { device: 'door', is: 'open' }, say: 'door is open.' },
  'when the door opens, say somebody is there': { when: { device: 'door', is: 'open' }, say: 'somebody is there' },
  'when it gets colder than 5°C warn me': { when: { device: 'room.temperature', below: 5 }, ...room },
  'alert me if the humidity is above 80': { when: { device: 'room.humidity', above: 80 }, ...room },
  'tell me when the temperature is above 28 for 5 minutes': {
    when: { device: 'room.temperature', above: 28, for: '5m' },
    ...room,
  },
  'when the room has no reading for 10 minutes tell me': {
    when: { device: 'room', stale: '10m' },
    say: 'room has had no reading for 10m.',
  },
  'when trigger backup is run, say the backup is done': {
    when: { event: 'trigger', name: 'backup' },
    say: 'the backup is done',
  },
  'when the trigger motion comes turn on the lamp for 5 minutes': {
    when: { event: 'trigger', name: 'motion' },
    ...on5m,
  },
  'tell me when trigger backup is run': {
    when: { event: 'trigger', name: 'backup' },
    say: 'pincer trigger backup was run.',
  },
  'every mon, wed and fri at 7 turn the lamp on for 5 minutes': { cron: '0 7 * * 1,3,5', ...on5m },
  'on friday remind me at 5pm to close the vents': { at: 'friday 17:00', say: 'Reminder: close the vents' },
  'in 1.5 hours say the bread is ready': { in: '90m', say: 'the bread is ready' },
  'when the soil is below 1.2V turn the lamp on': { when: { device: 'soil.voltage', below: 1.2 }, ...on },
  'when the door has been open for 5 minutes turn the lamp on': {
    when: { device: 'door', is: 'open', for: '5m' },
    ...on,
  },
  'when the door is left open for 5 minutes turn the lamp on': {
    when: { device: 'door', is: 'open', for: '5m' },
    ...on,
  },
  'when the lamp has been on for an hour turn it off': {
    when: { device: 'lamp', is: 'on', for: '1h' },
    ...lamp('off'),
  },
  "when it's above 28°C turn the lamp on": { when: { device: 'room.temperature', above: 28 }, ...on },
  'when you start say hello': { when: { event: 'start' }, say: 'hello' },
}

void t.test('what growers text about later is one job, and is read again from its own words', async (t) => {
  for (const [message, args] of Object.entries(forms)) {
    const parsed = parseOffline(message, devices)
    if (parsed.kind !== 'calls') {
      t.fail(message)
      continue
    }
    const [call, ...more] = parsed.calls
    t.same(more, [], message)
    t.same(call?.kind === 'plan' ? call.use : undefined, { name: 'schedule_add', args }, message)
    t.equal(brief(parseOffline(renderCalls(parsed.calls), devices)), brief(parsed), renderCalls(parsed.calls))
  }
})

void t.test('jobs are listed, and one is paused or cancelled, in the words for it', async (t) => {
  for (const [message, name] of [
    ['what is planned?', 'schedule_list'],
    ['show my jobs', 'schedule_list'],
    ['which jobs do you have?', 'schedule_list'],
    ['delete the job 3', 'schedule_remove'],
    ['resume job 3', 'schedule_update'],
  ] as const) {
    t.match(parseOffline(message, devices), { kind: 'calls', calls: [{ use: { name } }] }, message)
  }
})

void t.test('a number is compared in the scale that its sensor is read in, or not at all', (t) => {
  const imperial = devices.map((device) => (device.name === 'room' ? { ...device, isFahrenheit: true } : device))
  const when = { device: 'room.temperature', above: 80 }
  for (const message of ['when it is above 80°F turn the lamp on', 'when it is above 80 degrees turn the lamp on']) {
    t.match(parseOffline(message, imperial), { calls: [{ use: { args: { when } } }] }, message)
  }
  for (const [message, set, reason, nearest] of [
    [
      'when it is above 80°F turn the lamp on',
      devices,
      /°C here/,
      'when temperature in room is above 26.7, turn on lamp',
    ],
    [
      'when it is above 28°C turn the lamp on',
      imperial,
      /°F here/,
      'when temperature in room is above 82.4, turn on lamp',
    ],
    [
      'tell me when it is warmer than 28 celsius',
      imperial,
      /°F here/,
      'when temperature in room is above 82.4, tell me',
    ],
  ] as const) {
    t.match(parseOffline(message, set), { kind: 'unclear', reason, nearest }, message)
  }
  t.end()
})

/** What may mean several things, and what is offered for it. */
const offers: Readonly<Record<string, string>> = {
  'if the door opens turn the lamp on': 'when door opens, turn on lamp',
  'turn the lamp on if it is warmer than 25': 'when temperature in room is above 25, turn on lamp',
  'tell me if the door is open': 'when door opens, tell me',
  'turn the lamp on at 6 and off at 22 every day': 'turn on lamp for 16h every day at 06:00',
  'twice a day turn the lamp on for 5 minutes': 'turn on lamp for 5m every day at 07:00 and 19:00',
  'every other day at 7 turn on the lamp': 'turn on lamp every monday and wednesday and friday at 07:00',
  'every day from 6 to 22 read room': 'read room every 1h from 06:00 to 22:00',
  'read the soil on weekdays from 8 to 18': 'read soil every 1h from 08:00 to 18:00 every weekday',
  'every day from 22 to 6 read room': 'read room every day at 22:00',
  'tomorrow from 8 to 9 read room': 'read room tomorrow at 08:00',
  'turn the lamp off tonight': 'turn off lamp today at 21:00',
  'every evening turn the lamp on': 'turn on lamp every day at 19:00',
  'remind me to feed the fish tomorrow': 'remind me tomorrow at 07:00 to feed the fish',
  'remind me this evening to feed the fish': 'remind me today at 19:00 to feed the fish',
  'turn the lamp on from 6am to 10pm': 'turn on lamp for 16h every day at 06:00',
  'turn the lamp on at 6am and off at 10pm': 'turn on lamp for 16h every day at 06:00',
  'lamp on for 10s every day at 6:00 and 18:30': 'turn on lamp for 10s every day at 06:00',
  'mon-fri at 8 lamp on': 'turn on lamp every weekday at 08:00',
  'in a quarter of an hour turn off the lamp': 'turn off lamp in 15m',
  'in an hour and a half turn off the fan': 'turn off fan in 90m',
  'when temperature > 30 turn on the fan': 'when temperature in room is above 30, turn on fan',
  'when it is above 80°F turn on the fan': 'when temperature in room is above 26.7, turn on fan',
  'if the temperature < 50 F turn on the fan': 'when temperature in room is below 10, turn on fan',
  'while the door is open turn on the lamp': 'when door opens, turn on lamp',
  'run the lamp for 20s every 6 hours': 'turn on lamp for 20s every 6h',
  'could you turn off the fan in 20 minutes?': 'turn off fan in 20m',
  'turn the lamp off at 10:30 pm, thanks': 'turn off lamp at 22:30',
  'every time the door opens tell me': 'when door opens, tell me',
  'when the temperature exceeds 30 tell me': 'when temperature in room is above 30, tell me',
  'tell me if the door stays open longer than 5 minutes': 'when door is open for 5m, tell me',
  'turn off the lamp 10 minutes from now': 'turn off lamp in 10m',
  "what's planned for tomorrow?": 'list jobs',
  'when does the lamp run next?': 'list jobs',
  'turn on the lamp next monday at 8': 'turn on lamp monday at 08:00',
  'turn on the lamp after 5 minutes': 'turn on lamp in 5m',
  'turn the lamp on at sunset': 'turn on lamp at 18:00',
  'turn the lamp on when the door is open for 5 minutes': 'when door is open for 5m, turn on lamp',
  'every sunday say clean the filter': 'every sunday at 07:00 say clean the filter',
  'everything off every day from 22 to 6': 'turn off lamp for 8h every day at 22:00',
  'when the door opens and the fan is on turn on the lamp': 'when door opens, turn on lamp',
  'turn the lamp on only when the door opens': 'when door opens, turn on lamp',
  'stop job 3': 'pause job 3',
  'delete all jobs': 'list jobs',
}

void t.test('what may mean several things is not planned: what it may mean is offered', async (t) => {
  for (const [message, nearest] of Object.entries(offers)) {
    const parsed = parseOffline(message, devices)
    t.match(parsed, { kind: 'unclear', nearest }, message)
    t.equal(parseOffline(nearest, devices).kind, 'calls', nearest)
  }
})

/** Neither a job nor near to one. */
const foreign = [
  'water the plants every day at 6',
  'wake me at 7',
  'when the soil is dry turn on the lamp for 5 minutes',
  'turn the lamp on when it gets dark',
  'turn the lamp on from 6 to 10 pm every day',
  'every day at 7 and 9 in the evening turn the lamp on',
  'every 45 minutes from 8 to 18 read the soil',
  'every hour from 18 to 8 read the soil',
  'on the 31st of every month at 9 say pay the bill',
  'when the humidity is above 28 degrees turn on the lamp',
  'when it opens turn on the lamp',
  'when it is above 25 turn on the lamp',
  'turn the lamp on when the door opens and off when it closes',
  'turn the lamp on every day from 8 to 8',
  'schedule the lamp',
]

void t.test('of what is not understood about later, two messages are shown that are', async (t) => {
  for (const set of [devices, deviceSets.garden, deviceSets.sensors, deviceSets.levels]) {
    for (const message of foreign) {
      const parsed = parseOffline(message, set)
      if (parsed.kind !== 'unclear') {
        t.fail(`${message}: ${brief(parsed)}`)
        continue
      }
      const answer = answerTo({ asks: [{ parsed, calls: [], made: [] }], devices: set, offered: new Set(), facts: '' })
      const shown = parsed.examples ?? []
      for (const example of shown) t.equal(parseOffline(example, set).kind, 'calls', `${message}: ${example}`)
      if (parsed.reason !== undefined) continue
      t.equal(shown.length, 2, message)
      for (const example of shown) t.ok(answer.includes(`"${example}"`), answer)
    }
  }
  t.match(
    answerTo({
      asks: [{ parsed: parseOffline('water the plants every day at 6', devices), calls: [], made: [] }],
      devices,
      offered: new Set(),
      facts: '',
    }),
    /^I did not understand "water ... plants", so I did nothing\. Try "turn on lamp for 5 minutes every day at 06:00" or "remind me every day at 06:00 to water the plants"\.\n/,
  )
})
