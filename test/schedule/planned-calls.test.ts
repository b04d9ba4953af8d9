import { join } from 'node:path'
import t from 'tap'
import { attackedApp, type AttackedApp } from '../support/attacked-app.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { guest } from '../support/messages.ts'
import { until } from '../support/until.ts'

/** What a model plans, and what of it a person is asked: when it is planned, never when it runs. */
async function planning(
  t: Test,
): Promise<AttackedApp & { readonly clock: FakeClock; posts(pattern: RegExp): Promise<string> }> {
  const clock = new FakeClock()
  const rig = await attackedApp(t, join(t.testdir({}), 'home'), { clock })
  t.teardown(() => rig.stop())
  const found = (pattern: RegExp) => rig.posted.find(({ text, answers }) => answers.length === 0 && pattern.test(text))
  return {
    ...rig,
    clock,
    async posts(pattern) {
      await until(() => found(pattern) !== undefined, String(pattern))
      return found(pattern)?.text ?? ''
    },
  }
}

type Test = Parameters<typeof attackedApp>[0]

const add = (args: object): string => `call schedule_add ${JSON.stringify(args)}`
const set = (name: string, value: string, more: object = {}) => ({ tool: 'device_set', args: { name, value, ...more } })
const minuteMs = 60_000

void t.test("an owner's own message plans a switching, and nobody is asked then or later", async (t) => {
  const rig = await planning(t)
  const reply = await rig.say(add({ in: '10m', name: 'lamp off', do: [set('lamp', 'off')] }))
  t.match(reply, 'Job 1 (lamp off) is planned: lamp off, in 10m. Next: today ')
  await rig.say('call device_set {"name":"lamp","value":"on"}')
  await rig.clock.advance(10 * minuteMs)
  t.match(await rig.posts(/^Job 1/), 'Job 1 (lamp off): lamp is off')
  t.match(await rig.say('/jobs'), 'There are no jobs.', 'what runs once is gone')
  t.same(rig.asked, [])
})

void t.test('a device with confirm is asked for once, with the whole plan, and runs with that yes', async (t) => {
  const rig = await planning(t)
  await rig.say(
    add({ cron: '0 7 * * *', zone: 'Europe/Berlin', do: [set('gate', 'on', { for: '1s' }), set('lamp', 'on')] }),
  )
  t.match(rig.asked, [
    {
      action:
        'every day at 07:00 (Europe/Berlin): switch gate on for 1s, then off again, each time without asking again',
      reason: 'gate is marked confirm',
      call: /^schedule_add .*"gate"/,
    },
  ])
  // It is 13:00 in Berlin. Not a moment further: a run has five minutes, and the disk is a real one.
  await rig.clock.advance(18 * 60 * minuteMs)
  t.match(await rig.posts(/^Job 1/), /^Job 1: gate is on.*\nlamp is on/)
  t.equal(rig.asked.length, 1)
  rig.answerWith(() => 'no')
  t.match(await rig.say(add({ in: '1m', do: [set('gate', 'on')] })), 'the person said no')
  t.match(rig.asked[1]?.action, 'in 1m: switch gate on for at most 1h (maxOn), then off again, without asking again')
  t.notMatch(await rig.say('/jobs'), 'Job 2')
})

void t.test('with text from outside in view a job needs a yes, and what it says stays marked', async (t) => {
  const rig = await planning(t)
  const fetch = `call web_fetch ${JSON.stringify({ url: rig.pageUrl('/x') })}`
  rig.answerWith(() => 'yes')
  await rig.say(`# ${rig.pageUrl('/x')} && ${fetch} && ${add({ in: '10m', say: 'EVIL' })}`)
  t.match(rig.asked, [{ call: /^schedule_add/, reason: /text from outside is in view/ }])
  await rig.say('/new')
  const asked = await rig.asking(
    `call schedule_list {} && call device_set ${JSON.stringify(set('lamp', 'on').args)}`,
    'home',
  )
  t.same(asked.length, 1, 'the list holds what was written then')
})

void t.test('an ask that was planned with text from outside in view asks before it acts', async (t) => {
  const rig = await planning(t)
  const fetch = `call web_fetch ${JSON.stringify({ url: rig.pageUrl('/x') })}`
  const act = `call device_set ${JSON.stringify(set('lamp', 'on').args)}`
  await rig.say(`# ${rig.pageUrl('/x')} && ${fetch} && ${add({ in: '10m', ask: act })}`)
  const before = rig.asked.length
  await rig.clock.advance(10 * minuteMs)
  t.match(await rig.posts(/^Job 1/), 'Job 1: I did it: lamp is on')
  t.match(rig.asked.slice(before), [{ call: /^device_set/, reason: /text from outside is in view/ }])
})

void t.test('what can be no job is refused in one sentence, and nobody is asked', async (t) => {
  const rig = await planning(t)
  const say = 'x'
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
    [{ in: '1m', say, name: 'x'.repeat(50) }, /name is too long/],
    [{ every: '1s', say }, /10s/],
  ] as const) {
    t.match(await rig.say(add(args)), sentence, JSON.stringify(args))
  }
  t.same(rig.asked, [])
  t.equal(await rig.say('/jobs'), 'There are no jobs.')
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

void t.test('guests are offered nothing of the schedule', async (t) => {
  const rig = await planning(t)
  t.match(await rig.say(add({ in: '1m', say: 'x' }), { person: guest }), 'There is no tool "schedule_add"')
  t.notMatch(JSON.stringify(rig.model.requests[0]?.tools), 'schedule')
  t.equal(await rig.say('/jobs', { person: guest }), '/jobs is for owners only.')
})
