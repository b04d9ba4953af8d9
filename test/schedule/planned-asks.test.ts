import t from 'tap'
import { guest } from '../support/messages.ts'
import { add, minuteMs, planning, set } from '../support/planning-rig.ts'
import { until } from '../support/until.ts'

void t.test('what can be no job is refused in one sentence, and nobody is asked', async (t) => {
  const rig = await planning(t)
  const say = 'x'
  const gpio = { tool: 'gpio_write', args: { line: 'GPIO5', value: 1 } }
  for (const [args, sentence] of [
    [{ say }, /exactly one of in, at, every, cron and when; none was given/],
    [{ in: '1m', at: '07:00', say }, /exactly one of .*; in and at were given/],
    [{ in: '1m' }, /exactly one of say, do and ask; none was given/],
    [{ in: '1m', say, ask: 'y' }, /say and ask were given/],
    [{ in: '1m', say: ' ' }, /say is empty/],
    [{ in: '1m', do: [] }, /do is empty/],
    [{ in: '1m', do: [{ tool: 'shell', args: { command: 'true' } }] }, /do does not take shell/],
    [{ in: '1m', do: [{ tool: 'web_fetch', args: { url: 'http://a.org' } }] }, /do does not take web_fetch/],
    [{ in: '1m', do: [{ tool: 'schedule_add', args: {} }] }, /do does not take schedule_add/],
    [{ in: '1m', do: [{ tool: 'device_sat', args: {} }] }, /There is no tool "device_sat". Did you mean device_set\?/],
    [{ in: '1m', do: [set('gate', 'sideways')] }, /device_set was not run: value/],
    [{ in: '1m', do: ['{"tool":"device_read"}'] }, /schedule_add was not run: do\.0/],
    [{ in: 'soon', say }, /in "soon" is no length of time/],
    [{ when: { device: 'rom', above: 3 }, say }, /There is no device "rom"\. Did you mean room\?/],
    [
      { when: { device: 'room.temperature', above: 30 }, do: [set('fan', 'on'), gpio] },
      /waits for room does not take gpio_write: a raw line has no safe state .* use device_set/,
    ],
    [{ when: { device: 'lamp', is: 'on' }, do: [gpio] }, /waits for lamp does not take gpio_write/],
    [{ in: '1m', say, name: 'x'.repeat(50) }, /name is too long/],
    [{ every: '1s', say }, /10s/],
  ] as const) {
    t.match(await rig.say(add(args)), sentence, JSON.stringify(args))
  }
  t.same(rig.asked, [])
  t.equal(await rig.say('/jobs'), 'There are no jobs.')
  for (const time of [{ in: '1m' }, { when: { event: 'trigger', name: 'x' } }]) {
    t.match(await rig.say(add({ ...time, do: [gpio] })), /is planned: /, 'what rests on no device may')
  }
})

void t.test(
  'an ask is a turn of its own: it knows nothing of the chat, and may find nothing worth saying',
  async (t) => {
    const rig = await planning(t)
    await rig.say('# the password of the cellar')
    await rig.say(add({ in: '1m', ask: 'call device_read {"name":"lamp"}' }))
    await rig.clock.advance(minuteMs)
    t.match(await rig.posts(/^Job 1/), /^Job 1: I did it: lamp: off/)
    const sent = JSON.stringify(rig.model.requests.at(-1))
    t.notMatch(sent, 'the password of the cellar')
    t.match(sent, 'This is job 1, planned earlier')
    const count = rig.posted.length
    await rig.say(add({ in: '1m', quiet: true, ask: '**NOTHING.**' }))
    await rig.clock.advance(minuteMs)
    await until(() => rig.model.requests.at(-1)?.messages.some(({ text }) => text === '**NOTHING.**') === true)
    t.equal(await rig.say('/jobs'), 'There are no jobs.')
    t.equal(rig.posted.length, count + 2, 'two answers and no post')
  },
)

void t.test('/stop ends what a job of this chat is at, and /stop all holds outputs back until /resume', async (t) => {
  const rig = await planning(t)
  const hold = rig.hold()
  await rig.say(add({ every: '1m', ask: 'HOLD' }))
  await rig.clock.advance(minuteMs)
  await hold.reached
  t.match(await rig.say('/stop'), 'Stopped what I was doing.')
  t.match(await rig.say('/jobs pause 1'), 'Job 1 is paused.')
  await rig.say(add({ in: '1m', do: [set('lamp', 'on')] }))
  await rig.say('/stop all')
  await rig.clock.advance(minuteMs)
  t.match(await rig.posts(/^Job 2/), /latched/)
  t.match(await rig.say('/read lamp'), 'lamp: off')
})

void t.test('/new leaves what a job of this chat is at, and what it asks, as they are', async (t) => {
  const rig = await planning(t)
  const yes = Promise.withResolvers<'yes'>()
  rig.answerWith(() => yes.promise)
  await rig.say(add({ in: '1m', ask: 'call device_set {"name":"gate","value":"on"}' }))
  await rig.clock.advance(minuteMs)
  await until(() => rig.asked.length === 1, 'the question')
  t.equal(await rig.say('/new'), 'A new conversation: I no longer see what was said before.')
  yes.resolve('yes')
  t.match(await rig.posts(/^Job 1/), /^Job 1: I did it: gate is on/)
})

void t.test('guests are offered nothing of the schedule', async (t) => {
  const rig = await planning(t)
  t.match(await rig.say(add({ in: '1m', say: 'x' }), { person: guest }), 'There is no tool "schedule_add"')
  t.notMatch(JSON.stringify(rig.model.requests[0]?.tools), 'schedule')
  t.equal(await rig.say('/jobs', { person: guest }), '/jobs is for owners only.')
})
