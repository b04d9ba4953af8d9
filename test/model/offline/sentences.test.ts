import t from 'tap'
import { Orders } from '../../../src/model/offline/orders.ts'
import { parseOffline } from '../../../src/model/offline/parse.ts'
import { renderCalls } from '../../../src/model/offline/render.ts'
import { brief, deviceSets, type DeviceSet } from '../../support/offline-devices.ts'

/** Message, then what it is read as (see `brief`). */
const tables: Readonly<Record<DeviceSet, readonly (readonly [string, string])[]>> = {
  board: [
    ['turn on the lamp', 'on lamp'],
    ['is the door pressed or released?', 'read door'],
    ['TURN ON THE LAMP!', 'on lamp'],
    ['Please turn the lamp on.', 'on lamp'],
    ['turn lamp on please', 'on lamp'],
    ['lamp on', 'on lamp'],
    ['the lamp off', 'off lamp'],
    ['switch the fan off', 'off fan'],
    ['switch off fan', 'off fan'],
    ['put my lamp on', 'on lamp'],
    ['set lamp to on', 'on lamp'],
    ['set the lamp to off, please', 'off lamp'],
    ['set lamp on', 'on lamp'],
    ['turn on “lamp”', 'on lamp'],
    ['turn on "lamp"', 'on lamp'],
    ['  turn\ton   the lamp  ', 'on lamp'],
    ['hello pincer, turn on the lamp, thank you very much', 'on lamp'],
    ['good morning, lamp on', 'on lamp'],
    ['ok lamp off now', 'off lamp'],
    ['Hi! Lamp on. Thanks!', 'on lamp'],
    ['toggle the lamp', 'toggle lamp'],
    ['toggle lamp and fan', 'toggle lamp, toggle fan'],
    ['set lamp on for 10 minutes', 'on lamp 10m'],
    ['lamp on for 90s', 'on lamp 90s'],
    ['lamp on for 90 s', 'on lamp 90s'],
    ['turn on the fan for 2 hours', 'on fan 2h'],
    ['turn on the fan for half an hour', 'on fan 30m'],
    ['turn on the fan for half a minute', 'on fan 30s'],
    ['turn on the fan for an hour', 'on fan 1h'],
    ['fan off for a minute', 'off fan 1m'],
    ['fan on for one day', 'on fan 1d'],
    ['fan on for ten mins', 'on fan 10m'],
    ['fan on for sixty seconds', 'on fan 1m'],
    ['fan on for twenty-five minutes', 'on fan 25m'],
    ['fan on for forty five min', 'on fan 45m'],
    ['fan on for 24 days', 'on fan 24d'],
    ['turn the lamp on and the fan off', 'on lamp, off fan'],
    ['turn on the lamp and turn off the fan', 'on lamp, off fan'],
    ['turn on the lamp, then turn off the fan', 'on lamp, off fan'],
    ['turn on lamp and fan for 5 min', 'on lamp 5m, on fan 5m'],
    ['turn on lamp & fan', 'on lamp, on fan'],
    ['turn lamp and fan on', 'on lamp, on fan'],
    ['lamp, fan off', 'off lamp, off fan'],
    ['lamp on, fan off', 'on lamp, off fan'],
    ['turn on the lamp for 5 minutes and the fan for an hour', 'on lamp 5m, on fan 1h'],
    ['turn on lamp and lamp', 'on lamp'],
    ['lamp on; fan off', 'on lamp, off fan'],
    ['lamp on\nfan off for 5m', 'on lamp, off fan 5m'],
    ['lamp off, then fan on for 10 min', 'off lamp, on fan 10m'],
    ['all off', 'off lamp, off fan'],
    ['everything off', 'off lamp, off fan'],
    ['turn everything off please', 'off lamp, off fan'],
    ['switch off all the devices', 'off lamp, off fan'],
    ['read room', 'read room'],
    ['room', 'read room'],
    ['room?', 'read room'],
    ['show me the room', 'read room'],
    ['check lamp and door', 'read lamp, read door'],
    ['read lamp, fan and door', 'read lamp, read fan, read door'],
    ['read all', 'read ALL'],
    ['show everything', 'read ALL'],
    ['read all sensors', 'read ALL'],
    ['what is the temperature', 'read room'],
    ['What’s the temperature?', 'read room'],
    ['whats the temp', 'read room'],
    ['temperature', 'read room'],
    ['temperature in the room', 'read room'],
    ['what is the room temperature', 'read room'],
    ["what's the room's humidity?", 'read room'],
    ['temperature in room in degrees Celsius', 'read room'],
    ['how many degrees is it in the room?', 'read room'],
    ['how warm is it in room', 'read room'],
    ['how warm is it', 'read room'],
    ['how hot is the room?', 'read room'],
    ['how humid is it', 'read room'],
    ['is it warm in the room', 'read room'],
    ['temperature and humidity', 'read room'],
    ['what is the voltage of soil', 'read soil'],
    ['what is the voltage', 'read soil'],
    ['how is the room', 'read room'],
    ['is the door open?', 'read door'],
    ['is the lamp on', 'read lamp'],
    ['is the lamp on or off?', 'read lamp'],
    ['are the lamp and the fan on', 'read lamp, read fan'],
    ['is the lamp on and the fan off', 'read lamp, read fan'],
    ['lamp on?', 'read lamp'],
    ['lamp on and fan off?', 'read lamp, read fan'],
    ['is everything off?', 'read lamp, read fan, read door'],
    ['state of the lamp', 'read lamp'],
    ['what is the status of the lamp?', 'read lamp'],
    ['read room and turn on the fan', 'read room, on fan'],
    ['turn on the lamp, then read the lamp', 'on lamp, read lamp'],
    ['status', 'status'],
    ['Status?', 'status'],
    ['what is the status', 'status'],
    ['devices', 'status'],
    ['list the devices', 'status'],
    ['what devices do you have?', 'status'],
    ["what's on?", 'status'],
    ['Is anything on?', 'status'],
    ['hello there', 'greeting'],
    ['turn on the lamp there', 'unclear'],
    ['hello, status please', 'status'],
    ['help', 'help'],
    ['HELP!', 'help'],
    ['?', 'help'],
    ['', 'help'],
    ['what can you do?', 'help'],
    ['who are you?', 'help'],
    ['hello', 'greeting'],
    ['Good evening, Pincer!', 'greeting'],
    ['thank you very much', 'greeting'],
    ['thanks!', 'greeting'],
  ],
  garden: [
    ['turn on grow light', 'on grow-light'],
    ['turn on grow-light', 'on grow-light'],
    ['turn on the Grow_Light', 'on grow-light'],
    ['pump 2 on', 'on pump_2'],
    ['pump_2 off', 'off pump_2'],
    ['pump-2 off', 'off pump_2'],
    ['pump on', 'on pump'],
    ['turn on pump 2 for 2 minutes', 'on pump_2 2m'],
    ['turn on pump for 2 minutes', 'on pump 2m'],
    ['all lights off', 'off all-lights'],
    ['turn all lights on', 'on all-lights'],
    ['fan on roof on', 'on fan-on-roof'],
    ['turn on fan on roof', 'on fan-on-roof'],
    ['turn off the fan-on-roof', 'off fan-on-roof'],
    ['fan on roof', 'read fan-on-roof'],
    ['turn on lamp-and-fan', 'on lamp-and-fan'],
    ['turn on lamp, fan', 'on lamp, on fan'],
    ['temperature in the green house', 'read green-house'],
    ["green-house's temperature", 'read green-house'],
    ['what is the temperature', 'read green-house, read shed'],
    ['how cold is shed', 'read shed'],
    [
      'all off',
      'off grow-light, off pump_2, off pump, off all-lights, off fan-on-roof, off lamp-and-fan, off lamp, off fan',
    ],
  ],
  words: [
    ['turn on "on"', 'on on'],
    ['turn on on', 'on on'],
    ['turn off "all"', 'off all'],
    ['turn on the end', 'on the-end'],
    ['light on', 'on light'],
    ['turn on "for" for 5 min', 'on for 5m'],
    ['turn on for for 5 min', 'on for 5m'],
    ['status', 'status'],
    ['read status', 'read status'],
    ['turn on status', 'on status'],
    ['turn on lamp-on', 'on lamp-on'],
    ['turn on lamp', 'on lamp'],
    ['what is the temperature', 'read temperature, read room'],
    ['turn on grow_it', 'on grow_it'],
    ['turn on grow-it', 'on grow-it'],
    ['read grow it', 'read grow_it, read grow-it'],
    ['heater on for ten minutes', 'on heater 10m'],
    ['turn on ten for ten minutes', 'on ten 10m'],
    [
      'turn everything off',
      'off on, off all, off light, off the-end, off for, off status, off lamp-on, off lamp, off heater, off ten, off grow_it, off grow-it',
    ],
  ],
  levels: [
    ['set the light to 40%', '40% light'],
    ['dim the light to 40 percent', '40% light'],
    ['strip 40 %', '40% strip'],
    ['Strip 40%!', '40% strip'],
    ['turn the strip to 0%', '0% strip'],
    ['set strip to 100% please', '100% strip'],
    ['set strip 5 %', '5% strip'],
    ['set strip to 040%', '40% strip'],
    ['put light and strip to 40%', '40% light, 40% strip'],
    ['strip 40%, light 60%', '40% strip, 60% light'],
    ['strip to 40% for 10 minutes', 'unclear'],
    ['set strip to 40% for 10 minutes', '40% strip 10m'],
    ['strip 40% for half an hour and the light for 5m', '40% strip 30m, 40% light 5m'],
    ['turn the strip to 40% and the lamp off', '40% strip, off lamp'],
    ['light 2 40%', '40% light_2'],
    ['light 2 %', '2% light'],
    ['light_2 7%', '7% light_2'],
    ['turn on the strip', 'on strip'],
    ['all off', 'off fader, off strip, off light, off lamp, off light_2'],
    ['fader 40%', '40% fader'],
    ['turn off the fader', 'off fader'],
    ['toggle the strip', 'toggle strip'],
    ['strip?', 'read strip'],
    ['level of the strip', 'read strip'],
    ['what is the level', 'read fader, read strip, read light, read light_2'],
  ],
  sensors: [
    ['read all', 'read ALL'],
    ['is the door closed', 'read door'],
    ['how warm is it', 'read room'],
  ],
  none: [
    ['help', 'help'],
    ['status', 'status'],
    ['hello', 'greeting'],
    ['read all', 'unclear'],
    ['all off', 'unclear'],
  ],
}

for (const [set, table] of Object.entries(tables) as [DeviceSet, (typeof tables)[DeviceSet]][]) {
  void t.test(`sentences are read over the device set ${set}`, async (t) => {
    for (const [message, expected] of table) t.equal(brief(parseOffline(message, deviceSets[set])), expected, message)
  })
}

void t.test('a quantity that several devices have is read from all, and they are named', async (t) => {
  const parsed = parseOffline('what is the temperature', deviceSets.garden)
  t.match(parsed, { kind: 'calls', notes: ['2 devices have a temperature: green-house and shed.'] })
})

void t.test('what is offered as the nearest form is itself understood as exactly those calls', async (t) => {
  for (const [set, table] of Object.entries(tables) as [DeviceSet, (typeof tables)[DeviceSet]][]) {
    for (const [message] of table) {
      const parsed = parseOffline(message, deviceSets[set])
      if (parsed.kind !== 'calls') continue
      const again = parseOffline(renderCalls(parsed.calls), deviceSets[set])
      t.equal(brief(again), brief(parsed), renderCalls(parsed.calls))
    }
  }
})

/** Message, then the one call of the schedule that it is read as. */
const plans: readonly (readonly [string, string, object])[] = [
  ...['turn the lamp off in 10 minutes', 'in 10 minutes, turn the lamp off', 'Lamp off in ten minutes, please.'].map(
    (message) =>
      [
        message,
        'schedule_add',
        { in: '10m', do: [{ tool: 'device_set', args: { name: 'lamp', value: 'off' } }] },
      ] as const,
  ),
  [
    'turn on the lamp at 7:30 for 5 minutes',
    'schedule_add',
    { at: '07:30', do: [{ tool: 'device_set', args: { name: 'lamp', value: 'on', for: '5m' } }] },
  ],
  [
    'turn on lamp and fan at 7 pm',
    'schedule_add',
    {
      at: '19:00',
      do: [
        { tool: 'device_set', args: { name: 'lamp', value: 'on' } },
        { tool: 'device_set', args: { name: 'fan', value: 'on' } },
      ],
    },
  ],
  ...(
    [
      ['every day at 7', '0 7 * * *'],
      ['daily at 7am', '0 7 * * *'],
      ['every weekday at 18:30', '30 18 * * 1-5'],
      ['every Sunday at noon', '0 12 * * 0'],
      ['every day at 12 am', '0 0 * * *'],
    ] as const
  ).map(
    ([when, cron]) =>
      [
        `${when} turn the lamp on`,
        'schedule_add',
        { cron, do: [{ tool: 'device_set', args: { name: 'lamp', value: 'on' } }] },
      ] as const,
  ),
  [
    'every 30 minutes tell me the temperature',
    'schedule_add',
    { every: '30m', do: [{ tool: 'device_read', args: { name: 'room' } }] },
  ],
  ['read all every hour', 'schedule_add', { every: '1h', do: [{ tool: 'device_read', args: {} }] }],
  ...['remind me in 20 minutes to water the plants', 'remind me to water the plants in 20 minutes.'].map(
    (message) => [message, 'schedule_add', { in: '20m', say: 'Reminder: water the plants' }] as const,
  ),
  [
    'Please remind me every day at 8 that Bob calls at 9, from Paris',
    'schedule_add',
    { cron: '0 8 * * *', say: 'Reminder: Bob calls at 9, from Paris' },
  ],
  ['list jobs', 'schedule_list', {}],
  ["what's planned", 'schedule_list', {}],
  ['cancel job 3', 'schedule_remove', { id: '3' }],
  ['please delete the job #12', 'schedule_remove', { id: '12' }],
  ['pause job 3', 'schedule_update', { id: '3', paused: true }],
  ['resume job 3', 'schedule_update', { id: '3', paused: false }],
]

const on = (name: string, more: object = {}) => [{ tool: 'device_set', args: { name, value: 'on', ...more } }]

/** What growers text, then when it is to be. */
const growers: readonly (readonly [message: string, time: object, call?: object])[] = [
  ['turn on the lamp tomorrow at 7', { at: 'tomorrow 07:00' }],
  ['at 7 tomorrow turn the lamp on', { at: 'tomorrow 07:00' }],
  ['tomorrow turn on the lamp at 7', { at: 'tomorrow 07:00' }],
  ['Tomorrow, turn on the lamp at 7', { at: 'tomorrow 07:00' }],
  ['turn the lamp on tomorrow 7pm', { at: 'tomorrow 19:00' }],
  ['tomorrow at 19:30 turn the lamp on for 10 minutes', { at: 'tomorrow 19:30' }, { for: '10m' }],
  ['turn on the lamp tomorrow morning at 6', { at: 'tomorrow 06:00' }],
  ['turn on the lamp tomorrow at 6 in the evening', { at: 'tomorrow 18:00' }],
  ['turn on the lamp tonight at 9', { at: 'today 21:00' }],
  ['this evening at 8 turn on the lamp', { at: 'today 20:00' }],
  ['today at 18:00 turn on the lamp', { at: 'today 18:00' }],
  ['the day after tomorrow at 8 turn on the lamp', { at: 'the day after tomorrow 08:00' }],
  ['on monday at 8 turn on the lamp', { at: 'monday 08:00' }],
  ['turn on the lamp on Monday at 8', { at: 'monday 08:00' }],
  ['turn the lamp on Monday at 8', { at: 'monday 08:00' }],
  ['at 8 on friday turn on the lamp', { at: 'friday 08:00' }],
  ['turn on the lamp at 6 in the evening', { at: '18:00' }],
  ['turn on the lamp at 10 at night', { at: '22:00' }],
  ['turn on the lamp at half past 7', { at: '07:30' }],
  ['turn on the lamp at 7.30', { at: '07:30' }],
  ["turn on the lamp at 7 o'clock", { at: '07:00' }],
  ['turn on the lamp at seven pm', { at: '19:00' }],
  ['Turn on the lamp at 7 p.m.', { at: '19:00' }],
  ['turn the lamp on in an hour', { in: '1h' }],
  ['turn the lamp on in 1 hour and 30 minutes', { in: '90m' }],
  ['in 1h 30m turn the lamp on', { in: '90m' }],
  ['hourly turn on the lamp for 5 minutes', { every: '1h' }, { for: '5m' }],
  ['turn on the lamp for 5 minutes every 2 hours', { every: '2h' }, { for: '5m' }],
  ['every morning at 6 turn on the lamp', { cron: '0 6 * * *' }],
  ['turn on the lamp every evening at 8', { cron: '0 20 * * *' }],
  ['turn on the lamp every night at 2', { cron: '0 2 * * *' }],
  ['turn on the lamp at 6 every day for 12 hours', { cron: '0 6 * * *' }, { for: '12h' }],
  ['every day turn on the lamp at 7', { cron: '0 7 * * *' }],
  ['every day turn on the lamp at 7 for 5 minutes', { cron: '0 7 * * *' }, { for: '5m' }],
  ['at 7 pm on weekdays turn on the lamp', { cron: '0 19 * * 1-5' }],
  ['weekdays at 7 turn on the lamp', { cron: '0 7 * * 1-5' }],
  ['on weekends at 9 turn on the lamp', { cron: '0 9 * * 0,6' }],
  ['every monday and thursday at 18:30 turn on the lamp', { cron: '30 18 * * 1,4' }],
  ['on Thursdays, Saturdays and Mondays at 9 turn on the lamp', { cron: '0 9 * * 1,4,6' }],
  ['every sunday morning at 9 turn on the lamp', { cron: '0 9 * * 0' }],
]

void t.test('times that growers text are read, and read again from their own words', async (t) => {
  for (const [message, time, more = {}] of growers) {
    const parsed = parseOffline(message, deviceSets.board)
    if (parsed.kind !== 'calls') {
      t.fail(message)
      continue
    }
    const [call] = parsed.calls
    t.same(call?.kind === 'plan' ? call.use.args : undefined, { ...time, do: on('lamp', more) }, message)
    t.equal(brief(parseOffline(renderCalls(parsed.calls), deviceSets.board)), brief(parsed), renderCalls(parsed.calls))
  }
})

/** What jobs wait for, in words. */
const conditions: readonly (readonly [message: string, when: object])[] = [
  ['when temperature above 25 for 5 minutes turn on lamp', { device: 'room.temperature', above: 25, for: '5m' }],
  [
    'when the temperature in the room is over 25.5 degrees, turn the lamp on',
    { device: 'room.temperature', above: 25.5 },
  ],
  ['whenever humidity is below 70% turn on the lamp', { device: 'room.humidity', below: 70 }],
  ['when soil is under 1.5 lamp on', { device: 'soil.voltage', below: 1.5 }],
  ['when the door is open for half an hour turn on the lamp', { device: 'door', is: 'open', for: '30m' }],
  ['when the fan is on turn on the lamp', { device: 'fan', is: 'on' }],
]

void t.test('a condition before an order is what its job waits for, and read again from its own words', async (t) => {
  for (const [message, when] of conditions) {
    const parsed = parseOffline(message, deviceSets.board)
    if (parsed.kind !== 'calls') {
      t.fail(message)
      continue
    }
    const [call] = parsed.calls
    t.same(call?.kind === 'plan' ? call.use.args : undefined, { when, do: on('lamp') }, message)
    t.equal(brief(parseOffline(renderCalls(parsed.calls), deviceSets.board)), brief(parsed), renderCalls(parsed.calls))
  }
})

/** Times that nobody can be sure of. */
const unsure = [
  'turn on the lamp tomorrow',
  'turn on the lamp on monday',
  'turn on the lamp every morning',
  'turn on the lamp tomorrow 7',
  'monday 7 lamp on',
  'turn on the lamp tomorrow at midnight',
  'turn on the lamp tonight at 2',
  'turn on the lamp tonight at 12',
  'turn on the lamp every night at 12',
  'turn on the lamp every morning at 18:00',
  'turn on the lamp every evening at 8 in the morning',
  'turn on the lamp tomorrow evening at 7 am',
  'turn on the lamp at half past 7:15',
  "turn on the lamp at 7:30 o'clock",
  'turn on the lamp at 7.5',
  'lamp on monday at 8',
  'next monday at 8 turn on the lamp',
  'every other day at 7 turn on the lamp',
  'turn on the lamp tomorrow at 7 or 8',
  'turn on the lamp tomorrow at 7 and on monday at 8',
  'tomorrow at 7 turn on the lamp at 8',
  'tomorrow turn on the lamp at 7 on monday',
  'turn on the lamp at sunset',
  'turn on the lamp at 7 until 9',
  'turn on the lamp from 6 to 22',
  'turn the lamp on at 7 and off at 9',
  'do not turn on the lamp tomorrow at 7',
  'turn on the lamp tomorrow at 7?',
  'was the lamp on yesterday at 7',
  'remind me to water the plants',
  'remind me tomorrow to water the plants',
  'when the room is above 25 turn on the lamp',
  'when the door opens or closes turn on the lamp',
  'when the door is not open turn on the lamp',
  'when it is hot turn on the lamp',
  'when the door is above 25 turn on the lamp',
  'when the room is open turn on the lamp',
  'when the temperature and humidity is above 25 turn on the lamp',
  'when the temperature is above 25 and the door is open turn on the lamp',
  'when the temperature is above 25 or 26 turn on the lamp',
  'when the temperature is above 25 turn on the lamp at 7',
  'when the temperature is above 25 do not turn on the lamp',
  'when the temperature is above 25 toggle the lamp',
  'when the temperature is above 25',
  'turn on the lamp when the door is open for 5 minutes',
]

void t.test('a time that may be another, or is half understood, plans nothing and switches nothing', async (t) => {
  for (const message of unsure) {
    const parsed = parseOffline(message, deviceSets.board)
    t.equal(parsed.kind, 'unclear', message)
    if (parsed.kind !== 'unclear' || parsed.nearest === 'help') continue
    t.equal(parseOffline(parsed.nearest, deviceSets.board).kind, 'calls', `${message}: ${parsed.nearest}`)
  }
  t.match(parseOffline('turn on the lamp every morning', deviceSets.board), {
    reason: 'I need a time of day for that.',
    nearest: 'turn on lamp every day at 07:00',
  })
  for (const [message, notUnderstood, nearest] of [
    ['turn on the heater tomorrow at 7', 'heater', 'help'],
    ['start the fan tomorrow at 7', 'start', 'turn on fan tomorrow at 07:00'],
    ['when the door is open start the fan', 'start', 'when door opens, turn on fan'],
    [
      'remind me tomorrow to feed the cat',
      'remind me tomorrow to feed the cat',
      'remind me tomorrow at 07:00 to feed the cat',
    ],
    ['remind me in 0 minutes to go', 'remind me in 0 minutes to go', 'remind me in 20 minutes to water the plants'],
  ] as const) {
    t.match(parseOffline(message, deviceSets.board), { notUnderstood, nearest }, message)
  }
  t.match(parseOffline('lamp on monday at 8', deviceSets.board), {
    reason: /^I can read that in more than one way: "read lamp monday at 08:00" or "turn on lamp monday at 08:00"\.$/,
  })
})

void t.test('what is for later is one call of the schedule, and is read again from its own words', async (t) => {
  for (const [message, name, args] of plans) {
    const parsed = parseOffline(message, deviceSets.board)
    t.match(parsed, { kind: 'calls', calls: [{ kind: 'plan', use: { name } }] }, message)
    if (parsed.kind !== 'calls') continue
    const [call] = parsed.calls
    t.same(call?.kind === 'plan' ? call.use.args : undefined, args, message)
    t.equal(brief(parseOffline(renderCalls(parsed.calls), deviceSets.board)), brief(parsed), renderCalls(parsed.calls))
  }
})

void t.test('a plan in words is an order for exactly its call, once', async (t) => {
  const orders = new Orders('turn the lamp off in 10 minutes', deviceSets.board)
  const call = { tool: 'device_set', args: { value: 'off', name: 'lamp' } }
  t.notOk(orders.take('schedule_add', { in: '10m', do: [call, call] }))
  t.notOk(orders.take('schedule_add', { in: '11m', do: [call] }))
  t.notOk(orders.take('device_set', call.args))
  t.ok(orders.take('schedule_add', { do: [call], in: '10m' }))
  t.notOk(orders.take('schedule_add', { do: [call], in: '10m' }))
})
