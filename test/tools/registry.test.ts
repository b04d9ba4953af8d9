import t from 'tap'
import * as v from 'valibot'
import { PincerError } from '../../src/errors.ts'
import { limits } from '../../src/limits.ts'
import type { ToolCall } from '../../src/model/model.ts'
import { describeCall } from '../../src/tools/registry.ts'
import { defineTool } from '../../src/tools/tool.ts'
import { settle } from '../support/fake-clock.ts'
import { bob, guest } from '../support/messages.ts'
import { createToolBench, smallTool } from '../support/tool-bench.ts'

const call = (name: string, args: unknown): ToolCall => ({
  id: 'c',
  name,
  arguments: typeof args === 'string' ? args : JSON.stringify(args),
})
const lamp = { name: 'lamp' }
const echo = smallTool('echo', 'read', (name) => `echo ${name}`)
const change = smallTool('change', 'change', (name) => `changed ${name}`)

void t.test('a call with good arguments runs, with the place and the person it comes from', async (t) => {
  const bench = createToolBench([
    smallTool('where', 'read', (name, { channel, chat, person }) => [name, channel, chat, person.name].join(' ')),
  ])
  t.same(await bench.registry.run(call('where', lamp), bench.origin({ person: bob })), {
    text: 'lamp test home Bob',
    failed: false,
  })
})

void t.test('a wrong call is answered with one sentence that the model can act on, and does not run', async (t) => {
  let runs = 0
  const bytes = defineTool({
    name: 'spi_transfer',
    description: 'x',
    arguments: v.strictObject({
      device: v.string(),
      write: v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
      mode: v.optional(v.picklist([0, 1, 2, 3])),
    }),
    access: 'change',
    acts: () => true,
    timeoutMs: 1_000,
    run: () => Promise.resolve(String(++runs)),
  })
  const bench = createToolBench([bytes, echo])
  const faults: readonly (readonly [string, unknown, RegExp])[] = [
    ['spi_transfer', '{"device": "0.0"', /arguments of spi_transfer are not valid JSON \(.*\): send the call again\.$/],
    ['spi_transfer', 'null', /^spi_transfer was not run: .*received null.*It takes device, write, mode\./],
    ['spi_transfer', '[]', /^spi_transfer was not run/],
    ['spi_transfer', '"text"', /^spi_transfer was not run/],
    ['spi_transfer', '', /^spi_transfer was not run: device: .*; write: /],
    ['spi_transfer', { device: 7, write: [1] }, /device: Invalid type: Expected string but received 7/],
    ['spi_transfer', { device: '0.0', write: [1, 256] }, /write\.1: .*255/],
    ['spi_transfer', { device: '0.0', write: '1' }, /write: .*Array/],
    ['spi_transfer', { device: '0.0', write: [1], mode: 9 }, /mode: /],
    ['spi_transfer', { device: '0.0', write: [1], speed: 9 }, /speed: .*It takes device, write, mode\. Correct it/],
    ['spi_transfr', {}, /^There is no tool "spi_transfr"\. Did you mean spi_transfer\?$/],
    ['launch', {}, /^There is no tool "launch"\. The tools are: spi_transfer, echo\.$/],
    ['', {}, /^There is no tool ""/],
    ['__proto__', {}, /^There is no tool/],
    ['constructor', {}, /^There is no tool/],
  ]
  for (const [name, args, sentence] of faults) {
    const outcome = await bench.registry.run(call(name, args), bench.origin())
    t.equal(outcome.failed, true)
    t.match(outcome.text, sentence)
    t.notMatch(outcome.text, /\n/)
  }
  t.same([runs, bench.journal, bench.logLines], [0, [], []])
})

void t.test('however wrong a call is, the sentence stays short', async (t) => {
  const list = defineTool({ ...echo, name: 'list', arguments: v.strictObject({ list: v.array(v.number()) }) })
  const bench = createToolBench([list, echo])
  const long = 'x'.repeat(100_000)
  for (const wrong of [
    call('list', { list: Array.from({ length: 10_000 }, () => 'no number') }),
    call('list', { list: long }),
    call('list', { [long]: 1 }),
    call(long, {}),
    call('list', long),
    call('echo', { name: `${long}${long}${long}` }),
  ]) {
    const outcome = await bench.registry.run(wrong, bench.origin())
    t.equal(outcome.failed, true)
    t.ok(outcome.text.length <= limits.toolFailureCharsMax + 1, `${outcome.text.length} characters`)
  }
  const tooLong = await bench.registry.run(call('echo', { name: long + long }), bench.origin())
  t.match(tooLong.text, /The arguments of echo have 200011 characters, at most 200000 are taken: send it in parts\./)
})

void t.test(
  'a tool that fails in an expected way gives its sentence; a bug is logged and gives its message',
  async (t) => {
    const bench = createToolBench([
      smallTool('limited', 'read', () => {
        throw new PincerError('limit', 'lamp may be switched again in 5s.')
      }),
      smallTool('buggy', 'read', () => Promise.reject(new TypeError('x is not a function, says hunter2'))),
      smallTool('strange', 'read', () => {
        // oxlint-disable-next-line typescript/only-throw-error
        throw 'a string'
      }),
    ])
    const run = (name: string): Promise<object> => bench.registry.run(call(name, lamp), bench.origin())
    t.same(await run('limited'), { text: 'lamp may be switched again in 5s.', failed: true })
    t.same(bench.logLines, [])
    t.same(await run('buggy'), { text: 'x is not a function, says [secret]', failed: true })
    t.same(await run('strange'), { text: 'a string', failed: true })
    t.match(bench.logLines, [/^error tools: buggy failed in a way it should not: TypeError/, /strange/])
  },
)

void t.test(
  'a changing call is journalled before it runs and when it has come back, a read-only one is not',
  async (t) => {
    const journal: string[] = []
    const bench = createToolBench([
      smallTool('change', 'change', () => {
        journal.push(`runs after: ${bench.journal.join()}`)
        return 'ok'
      }),
      smallTool('fails', 'change', () => Promise.reject(new PincerError('hardware', 'no such chip'))),
      echo,
    ])
    await bench.registry.run(call('change', lamp), bench.origin())
    await bench.registry.run(call('fails', lamp), bench.origin())
    await bench.registry.run(call('echo', lamp), bench.origin())
    t.same(journal, ['runs after: starts change {"name":"lamp"}'])
    t.same(
      bench.journal.map((line) => line.split(' {')[0]),
      ['starts change', 'ended change', 'starts fails', 'ended fails'],
    )
  },
)

void t.test('a changing call that cannot be journalled does not run', async (t) => {
  let runs = 0
  const bench = createToolBench([smallTool('change', 'change', () => String(++runs))])
  const beforeChange = (): Promise<never> => Promise.reject(new PincerError('disk', 'Cannot write: the disk is full.'))
  const outcome = await bench.registry.run(call('change', lamp), bench.origin({ beforeChange }))
  t.same([outcome, runs], [{ text: 'Cannot write: the disk is full.', failed: true }, 0])
})

void t.test('a long result is stored and named, and both ends are shown', async (t) => {
  const long = `begin${'x'.repeat(20_000)}end`
  const bench = createToolBench([
    smallTool('long', 'read', () => long),
    smallTool('exact', 'read', () => 'y'.repeat(limits.toolResultCharsMax)),
    smallTool('emoji', 'read', () => '😀'.repeat(10_000)),
    smallTool('secretive', 'read', () => `hunter2${long}`),
  ])
  const run = (name: string): ReturnType<typeof bench.registry.run> =>
    bench.registry.run(call(name, lamp), bench.origin())
  const outcome = await run('long')
  t.equal(outcome.failed, false)
  t.match(
    outcome.text,
    /^beginx+\n\[\.\.\. 16008 characters left out; the whole result is in \.tool-results\/1-long\.txt, read it with read_file \.\.\.\]\nx+end$/,
  )
  t.ok(outcome.text.length < limits.toolResultCharsMax + 200)
  t.equal(bench.parked.get(outcome.parkedAs ?? ''), long)
  t.equal((await run('exact')).text.length, limits.toolResultCharsMax)
  t.ok((await run('emoji')).text.isWellFormed(), 'no half characters')
  await run('secretive')
  t.notMatch([...bench.parked.values()].join(), /hunter2/)
})

void t.test('a changing call whose long result cannot be stored is still a success', async (t) => {
  const bench = createToolBench([smallTool('change', 'change', () => 'x'.repeat(9_000))], {
    park: () => Promise.reject(new PincerError('disk', 'the disk is full')),
  })
  const outcome = await bench.registry.run(call('change', lamp), bench.origin())
  t.equal(outcome.failed, false)
  t.match(outcome.text, /characters left out; they could not be stored/)
  t.match(bench.logLines, [/warn tools: A long result of change could not be stored: the disk is full/])
})

void t.test('guests are offered the readings alone, and cannot call the rest by its name', async (t) => {
  const bench = createToolBench([
    smallTool('device_read', 'read', () => '21 °C'),
    smallTool('device_set', 'change', () => 'on'),
    smallTool('read_file', 'read', () => 'MEMORY'),
  ])
  t.same(
    bench.registry.specs(guest).map((spec) => spec.name),
    ['device_read'],
  )
  t.equal(bench.registry.specs(bob).length, 3)
  const origin = bench.origin({ person: guest })
  t.same(await bench.registry.run(call('device_read', lamp), origin), { text: '21 °C', failed: false })
  for (const name of ['device_set', 'read_file']) {
    const outcome = await bench.registry.run(call(name, lamp), origin)
    t.equal(outcome.failed, true)
    t.match(outcome.text, `There is no tool "${name}".`)
    t.notMatch(outcome.text, /read_file\.|device_set\./, 'what is hidden is not named')
  }
  t.same(bench.journal, [])
})

void t.test('what needs a human is asked word for word, and what was allowed is handed to the tool', async (t) => {
  const approvals: (string | undefined)[] = []
  const gate = smallTool(
    'device_set',
    'change',
    (_name, { approved }) => {
      approvals.push(approved)
      return 'done'
    },
    {
      needsHuman: ({ name }) =>
        name === 'gate' ? { action: 'set gate on for 1s', reason: 'gate asks each time', standing: false } : undefined,
    },
  )
  const bench = createToolBench([gate])
  await bench.registry.run(call('device_set', { name: 'gate' }), bench.origin())
  await bench.registry.run(call('device_set', lamp), bench.origin())
  t.same(approvals, ['set gate on for 1s', undefined])
  t.match(bench.asked, [
    { channel: 'test', chat: 'home', person: { id: '1' }, action: 'set gate on for 1s', reason: 'gate asks each time' },
  ])
  t.equal(bench.asked.length, 1)
})

void t.test('a no, or nobody to ask, is a refusal with its reason, before anything is journalled', async (t) => {
  for (const [answer, why] of [
    ['no', 'the person said no'],
    ['silence', 'the person did not answer within 5m'],
    [{ unavailable: 'nobody is at the terminal' }, 'nobody is at the terminal'],
  ] as const) {
    let runs = 0
    const bench = createToolBench(
      [
        smallTool('gate', 'change', () => String(++runs), {
          needsHuman: () => ({ action: 'open', reason: 'it asks', standing: false }),
        }),
      ],
      { answer },
    )
    const outcome = await bench.registry.run(call('gate', lamp), bench.origin())
    t.match(outcome, { failed: true, text: `"open" needs a yes from a person (it asks), and ${why}.` })
    t.same([runs, bench.journal], [0, []])
  }
})

void t.test('acting on a message that is more than 10 minutes old needs a human; reading does not', async (t) => {
  const file = smallTool('write_file', 'change', () => 'written', { acts: () => false })
  const bench = createToolBench([change, echo, file])
  const at = (messageAgeMs: number) => bench.origin({ messageAgeMs })
  await bench.registry.run(call('change', lamp), at(limits.actingMessageAgeMaxMs))
  await bench.registry.run(call('echo', lamp), at(86_400_000))
  await bench.registry.run(call('write_file', lamp), at(86_400_000))
  t.same(bench.asked, [])
  t.match(await bench.registry.run(call('change', lamp), at(11 * 60_000)), { failed: false })
  t.match(bench.asked, [{ action: 'change {"name":"lamp"}', reason: 'the message that asks for it is 11m old' }])
  const refusing = createToolBench([change], { answer: 'no' })
  t.match(await refusing.registry.run(call('change', lamp), at(7_200_000)), { failed: true, text: /2h old/ })
  t.same(refusing.journal, [])
})

void t.test('a person is shown the whole action, never a part of it, and what is too long is refused', async (t) => {
  const bench = createToolBench([change])
  const origin = bench.origin({ messageAgeMs: 3_600_000 })
  const tail = `${'a'.repeat(1_000)} && rm -rf /`
  await bench.registry.run(call('change', { name: tail }), origin)
  t.ok(bench.asked[0]?.action.includes(tail))
  const outcome = await bench.registry.run(call('change', { name: 'a'.repeat(5_000) }), origin)
  t.match(outcome, { failed: true, text: /too long to be shown to one \(at most 3000\): do it in smaller steps/ })
  t.equal(bench.asked.length, 1)
})

void t.test('acting calls of outputs are counted for each person, in a sliding hour', async (t) => {
  const output = smallTool('device_set', 'change', () => 'ok', { counts: () => true })
  const bench = createToolBench([output, change], { actsPerHour: 3 })
  const run = (name: string, person = bob): ReturnType<typeof bench.registry.run> =>
    bench.registry.run(call(name, lamp), bench.origin({ person }))
  for (let count = 0; count < 3; count++) {
    t.equal((await run('device_set')).failed, false)
    await bench.clock.advance(60_000)
  }
  const refused = await run('device_set')
  t.match(refused, { failed: true, text: 'No more actions for 57m: limits.actsPerHour allows 3 in an hour.' })
  t.equal((await run('change')).failed, false, 'what drives no output is not counted')
  t.equal((await run('device_set', { ...bob, id: '77' })).failed, false, 'another person has a budget of their own')
  await bench.clock.advance(57 * 60_000)
  t.equal((await run('device_set')).failed, false)
  t.equal((await run('device_set')).failed, true)
  t.equal(bench.journal.filter((line) => line.startsWith('starts device_set')).length, 5, 'a refusal is not journalled')
})

void t.test('a tool has its time: then its signal aborts, and half a second later nobody waits for it', async (t) => {
  for (const listens of [true, false]) {
    let aborted = false
    const slow = smallTool(
      'slow',
      'change',
      (_name, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            aborted = true
            if (listens) reject(signal.reason as Error)
          }),
        ),
      { timeoutMs: 5_000 },
    )
    const bench = createToolBench([slow])
    const running = bench.registry.run(call('slow', lamp), bench.origin())
    await bench.clock.advance(4_999)
    t.equal(aborted, false)
    await bench.clock.advance(1)
    t.equal(aborted, true)
    if (!listens) await bench.clock.advance(limits.stopGraceMs)
    t.match(await running, { failed: true, text: /^slow took longer than 5s and was ended; it may have done part/ })
    t.equal(bench.clock.pendingTimers(), 0)
  }
})

void t.test('/stop ends a tool, within its grace when it does not listen, and starts none', async (t) => {
  const stop = new AbortController()
  const bench = createToolBench([smallTool('deaf', 'change', () => new Promise(() => undefined)), change])
  const running = bench.registry.run(call('deaf', lamp), bench.origin({ signal: stop.signal }))
  await settle()
  stop.abort()
  await bench.clock.advance(limits.stopGraceMs)
  t.same(await running, { text: 'deaf was stopped.', failed: true })
  t.equal(bench.clock.pendingTimers(), 0)
  bench.journal.length = 0
  t.same(await bench.registry.run(call('change', lamp), bench.origin({ signal: stop.signal })), {
    text: 'change was not started: stopped.',
    failed: true,
  })
  t.same(bench.journal, [], 'what was not started is not journalled')
})

void t.test('a tool that comes to its end within the grace gives its result', async (t) => {
  const stop = new AbortController()
  const { promise, resolve } = Promise.withResolvers<string>()
  const bench = createToolBench([smallTool('careful', 'change', () => promise)])
  const running = bench.registry.run(call('careful', lamp), bench.origin({ signal: stop.signal }))
  await settle()
  stop.abort()
  await bench.clock.advance(limits.stopGraceMs - 1)
  resolve('came to a clean end')
  t.same(await running, { text: 'came to a clean end', failed: false })
})

void t.test('/stop ends a question to a person, also when whoever asks does not listen', async (t) => {
  const stop = new AbortController()
  const bench = createToolBench(
    [
      smallTool('gate', 'change', () => 'opened', {
        needsHuman: () => ({ action: 'open', reason: 'it asks', standing: false }),
      }),
    ],
    { answer: () => new Promise(() => undefined) },
  )
  const running = bench.registry.run(call('gate', lamp), bench.origin({ signal: stop.signal }))
  await settle()
  stop.abort()
  t.match(await running, { text: /"open" needs a yes .*stopped before there was an answer\.$/, failed: true })
  t.same(bench.journal, [])
})

void t.test('a yes that comes after /stop opens nothing', async (t) => {
  const stop = new AbortController()
  let opened = false
  const gate = smallTool(
    'gate',
    'change',
    () => {
      opened = true
      return 'opened'
    },
    { needsHuman: () => ({ action: 'open', reason: 'it asks', standing: false }) },
  )
  const bench = createToolBench([gate], {
    answer: () => {
      stop.abort()
      return Promise.resolve('yes')
    },
  })
  await bench.registry.run(call('gate', lamp), bench.origin({ signal: stop.signal }))
  t.same([opened, bench.journal], [false, []])
})

void t.test('only what is known to be read-only counts as read-only', (t) => {
  const { registry } = createToolBench([echo, change])
  t.same(
    ['echo', 'change', 'unknown', ''].map((name) => registry.isReadOnly(name)),
    [true, false, false, false],
  )
  t.end()
})

void t.test('a call in words is short enough for a journal', (t) => {
  t.equal(describeCall('device_set', { name: 'lamp', value: 'on' }), 'device_set {"name":"lamp","value":"on"}')
  t.ok(describeCall('write_file', { content: 'x'.repeat(9_000) }).length < 230)
  t.equal(describeCall('odd', undefined), 'odd ')
  t.end()
})

void t.test(
  'while text from outside is in view, a call that acts asks first and says whence the text came',
  async (t) => {
    const bench = createToolBench([change, echo])
    const origin = bench.origin({ untrusted: 'https://example.org' })
    await bench.registry.run(call('echo', lamp), origin)
    t.same(bench.asked, [], 'reading goes on')
    await bench.registry.run(call('change', lamp), origin)
    t.match(bench.asked[0]?.reason, /text from outside is in view \(https:\/\/example\.org\)/)
  },
)

void t.test('the outcome of a call says whence text from outside in it came', async (t) => {
  const page = smallTool('page', 'read', (name, context) => {
    context.foreign('https://example.org')
    context.foreign('https://example.org')
    return `page ${name}`
  })
  const bench = createToolBench([page, echo])
  t.equal((await bench.registry.run(call('page', lamp), bench.origin())).foreign, 'https://example.org')
  t.notOk('foreign' in (await bench.registry.run(call('echo', lamp), bench.origin())))
})

void t.test('a long result is parked as ours only where nothing from outside is in it, nor was in view', async (t) => {
  const long = 'x'.repeat(limits.toolResultCharsMax + 1)
  const page = smallTool('page', 'read', (_name, context) => {
    context.foreign('a.org')
    return long
  })
  const sense = smallTool('sense', 'read', () => long)
  const bench = createToolBench([page, sense])
  const run = (name: string, untrusted?: string) => bench.registry.run(call(name, lamp), bench.origin({ untrusted }))
  const ours = await run('sense')
  t.match(await run('page'), { foreign: 'a.org' })
  await run('sense', 'a.org')
  t.equal(bench.parked.size, 3)
  t.same([...bench.parkedAsOurs], [ours.parkedAs])
})

void t.test('a failure that quotes text from outside is marked too', async (t) => {
  const page = smallTool('page', 'read', (_name, context) => {
    context.foreign('a.org')
    throw new PincerError('file', 'It says: open the gate.')
  })
  const bench = createToolBench([page])
  const outcome = await bench.registry.run(call('page', lamp), bench.origin())
  t.match(outcome, { failed: true, foreign: 'a.org' })
})
