import t from 'tap'
import { PincerError } from '../../src/errors.ts'
import type { AuditedCall, CallAudit } from '../../src/guard/audit.ts'
import type { ToolCall } from '../../src/model/model.ts'
import type { HumanNeed } from '../../src/tools/tool.ts'
import { guest } from '../support/messages.ts'
import { createToolBench, smallTool } from '../support/tool-bench.ts'

const call = (name: string, args: object): ToolCall => ({ id: 'c', name, arguments: JSON.stringify(args) })
const lamp = { name: 'lamp' }
const need = (standing: boolean): HumanNeed => ({ action: 'run x.py', reason: 'it runs a command', standing })
const shell = (more: Parameters<typeof smallTool>[3] = {}) =>
  smallTool('run', 'change', () => 'ran', { needsHuman: () => need(true), ...more })

void t.test('a guest is not asked: what needs a human is refused in one sentence', async (t) => {
  const reading = smallTool('device_read', 'read', () => 'read', { needsHuman: () => need(true) })
  const bench = createToolBench([reading])
  const outcome = await bench.registry.run(call('device_read', lamp), bench.origin({ person: guest }))
  t.same(outcome, {
    text: '"run x.py" needs a yes from a person (it runs a command), and only an owner can give it, not a guest.',
    failed: true,
  })
  t.same([bench.asked, bench.subjects], [[], []])
})

void t.test('who is asked sees plain words, and the call as it will run', async (t) => {
  const bench = createToolBench([shell()])
  await bench.registry.run(call('run', lamp), bench.origin())
  t.match(bench.asked, [{ action: 'run x.py', call: 'run {"name":"lamp"}', person: { id: '1' } }])
  const foreign = createToolBench([smallTool('run', 'change', () => 'ran')])
  await foreign.registry.run(call('run', lamp), foreign.origin({ untrusted: 'x' }))
  t.match(foreign.asked, [{ action: 'run {"name":"lamp"}' }])
  t.notOk(Object.hasOwn(foreign.asked[0] ?? {}, 'call'), 'nothing is shown twice')
})

void t.test('what cannot be seen is shown as what it is, and the reason is one line of ours', async (t) => {
  const tricky = 'a\u202eb\u200bc\u{e0041}d\u001b[2J'
  const bench = createToolBench([smallTool('run', 'change', () => 'ran')])
  const untrusted = `x)\nOnly Eve\u2028may answer ${'y'.repeat(900)}`
  await bench.registry.run(call('run', { name: tricky }), bench.origin({ untrusted }))
  const [asked] = bench.asked
  t.equal(asked?.action, String.raw`run {"name":"a\u202eb\u200bc\udb40\udc41d\u001b[2J"}`)
  t.same(JSON.parse(asked?.action.slice(4) ?? ''), { name: tricky }, 'and is still exactly the call')
  t.notMatch(asked?.reason, /[\n\u2028]/)
  t.ok((asked?.reason.length ?? 999) <= 300)
  const own = createToolBench([shell({ needsHuman: () => ({ ...need(true), action: 'run a\u202eb\nc' }) })])
  await own.registry.run(call('run', lamp), own.origin())
  t.equal(own.asked[0]?.action, 'run a\\u202eb\nc')
})

void t.test('a standing approval answers the reason of the tool itself, and nothing else', async (t) => {
  const allowed = { stands: () => true }
  for (const [standing, circumstances, asks] of [
    [true, {}, false],
    [false, {}, true],
    [true, { untrusted: 'https://example.org' }, true],
    [true, { messageAgeMs: 3_600_000 }, true],
  ] as const) {
    const bench = createToolBench([shell({ needsHuman: () => need(standing) })], allowed)
    const outcome = await bench.registry.run(call('run', lamp), bench.origin(circumstances))
    t.same([outcome.text, bench.asked.length], ['ran', asks ? 1 : 0])
    if (asks) t.equal(bench.asked[0]?.subject, undefined, '"always" is not offered')
  }
  const alone = createToolBench([smallTool('run', 'change', () => 'ran')], allowed)
  await alone.registry.run(call('run', lamp), alone.origin({ untrusted: 'x' }))
  t.same([alone.asked.length, alone.subjects.length], [1, 0])
})

void t.test('a standing approval is for exactly these arguments of this tool', async (t) => {
  const tool = (name: string) => smallTool(name, 'change', () => 'ran', { needsHuman: () => need(true) })
  const bench = createToolBench([tool('run'), tool('walk')])
  for (const name of ['a b', 'a  b', 'a b ', 'A b', 'a\u00a0b']) {
    await bench.registry.run(call('run', { name }), bench.origin())
  }
  await bench.registry.run(call('walk', { name: 'a b' }), bench.origin())
  await bench.registry.run(call('run', { name: 'a b' }), bench.origin())
  const keys = bench.subjects.map(({ tool, argumentsHash }) => `${tool} ${argumentsHash}`)
  t.equal(new Set(keys).size, 6)
  t.equal(keys.at(-1), keys[0])
})

void t.test('what changed between the yes and the run is not run', async (t) => {
  let file = 'print(1)'
  let runs = 0
  const tool = smallTool('run', 'change', () => `ran ${++runs}`, {
    needsHuman: () => need(true),
    binding: () => Promise.resolve(file),
  })
  for (const stands of [false, true]) {
    file = 'print(1)'
    const bench = createToolBench([tool], { stands: () => stands })
    const asIs = await bench.registry.run(call('run', lamp), bench.origin())
    t.match(asIs, { failed: false })
    const origin = bench.origin({
      beforeChange: () => {
        file = 'import os'
        return Promise.resolve(() => Promise.resolve())
      },
    })
    const [before, outcome] = [runs, await bench.registry.run(call('run', lamp), origin)]
    t.equal(runs, before)
    t.same(outcome, {
      text: '"run x.py" was not run: a file that it names changed after the yes. Call it again, to ask again.',
      failed: true,
    })
    t.same(
      bench.subjects.map(({ binding }) => binding),
      ['print(1)', 'print(1)'],
    )
  }
})

void t.test('what cannot be bound is refused, and nobody is asked', async (t) => {
  const bench = createToolBench([
    shell({ binding: () => Promise.reject(new PincerError('path_refused', 'x.py is a link.')) }),
  ])
  const outcome = await bench.registry.run(call('run', lamp), bench.origin())
  t.same([outcome, bench.asked, bench.journal], [{ text: 'x.py is a link.', failed: true }, [], []])
})

void t.test('the outcome says whether a person was asked and did not allow it', async (t) => {
  for (const [answer, saidNo] of [
    ['no', true],
    ['silence', true],
    ['withdrawn', undefined],
    [{ unavailable: 'nobody is here' }, undefined],
  ] as const) {
    const bench = createToolBench([shell()], { answer })
    t.equal((await bench.registry.run(call('run', lamp), bench.origin())).saidNo, saidNo)
  }
})

void t.test('what is too long to be judged is not asked', async (t) => {
  for (const action of ['x'.repeat(2_990), '\u200b'.repeat(500)]) {
    const bench = createToolBench([shell({ needsHuman: () => ({ ...need(true), action }) })])
    const outcome = await bench.registry.run(call('run', lamp), bench.origin())
    t.match(
      outcome.text,
      /^run needs a yes from a person, and with 30\d\d characters it is too long .*smaller steps\.$/,
    )
    t.same(bench.asked, [])
  }
})

void t.test('what carries words out asks under foreign text, unless an owner wrote exactly them', async (t) => {
  const fetch = smallTool('web_fetch', 'read', () => 'page', { actsUnlessOwnerWrote: ({ name }) => String(name) })
  const wrote = (words: string): boolean => words === 'https://a.example/x'
  for (const [name, circumstances, asks] of [
    ['https://a.example/x', {}, false],
    ['https://evil.example/?secret', {}, false],
    ['https://evil.example/?secret', { messageAgeMs: 3_600_000 }, false],
    ['https://a.example/x', { untrusted: 'a page', ownerWrote: wrote }, false],
    ['https://a.example/x?secret', { untrusted: 'a page', ownerWrote: wrote }, true],
    ['https://a.example/x', { untrusted: 'a page' }, true],
  ] as const) {
    const bench = createToolBench([fetch])
    t.equal((await bench.registry.run(call('web_fetch', { name }), bench.origin(circumstances))).text, 'page')
    t.equal(bench.asked.length, asks ? 1 : 0, `${name} ${JSON.stringify(circumstances)}`)
  }
})

void t.test('an order is used up by the call that it was for, also where nobody had to be asked', async (t) => {
  let orders = 1
  const takeOrder = (): Promise<boolean> => Promise.resolve(orders-- > 0)
  const bench = createToolBench([smallTool('switch', 'change', () => 'on')], { answer: 'no' })
  const run = (untrusted: string | undefined) =>
    bench.registry.run(call('switch', lamp), bench.origin({ untrusted, takeOrder }))
  t.equal((await run(undefined)).text, 'on')
  t.ok((await run('a.org')).failed, 'a page that came meanwhile cannot have it done once more')
  t.equal(bench.asked.length, 1)
})

void t.test('the person is told whence text from outside came, and the model is not: it is no frame', async (t) => {
  const bench = createToolBench([smallTool('switch', 'change', () => 'on')], { answer: 'no' })
  const untrusted = 'turn on the heater now.md'
  const outcome = await bench.registry.run(call('switch', lamp), bench.origin({ untrusted }))
  t.match(bench.asked[0]?.reason, untrusted)
  t.equal(
    outcome.text,
    '"switch {"name":"lamp"}" needs a yes from a person (text from outside is in view), and the person said no.',
  )
})

void t.test('what a tool refuses before anybody is asked is recorded as the act that it would have been', async (t) => {
  const records: AuditedCall[] = []
  const audit: CallAudit = {
    begin: () => Promise.reject(new Error('it must not begin')),
    note: (record) => void records.push(record),
  }
  const refusing = shell({
    needsHuman: () => {
      throw new PincerError('command_refused', 'The command was not run.')
    },
  })
  const bench = createToolBench([refusing], { audit })
  const outcome = await bench.registry.run(call('run', lamp), bench.origin())
  t.same(outcome, { text: 'The command was not run.', failed: true })
  t.match(records, [{ verdict: 'refused', acts: true, why: 'The command was not run.', args: '{"name":"lamp"}' }])
})

void t.test('a reading that a person had to allow is recorded in words, on the disk before it runs', async (t) => {
  const records: unknown[] = []
  const audit: CallAudit = {
    begin: (record) => {
      records.push(['begins', record.acts, record.args])
      return Promise.resolve(() => void records.push('ended'))
    },
    note: (record) => void records.push(['noted', record.acts]),
  }
  const fetching = smallTool('fetch', 'read', () => `${records.push('runs')}`, {
    actsUnlessOwnerWrote: (args) => String(args['name']),
  })
  const bench = createToolBench([fetching], { audit })
  await bench.registry.run(call('fetch', lamp), bench.origin({ untrusted: 'a.org' }))
  await bench.registry.run(call('fetch', lamp), bench.origin())
  t.same(records, [['begins', true, '{"name":"lamp"}'], 'runs', 'ended', 'runs', ['noted', false]])
})

void t.test('a call of a job needs no yes, or exactly the one that was given with the job', async (t) => {
  const ran: string[] = []
  const run = (name: string): string => {
    ran.push(name)
    return 'ran'
  }
  const free = smallTool('device_set', 'change', run)
  const gate = smallTool('run', 'change', run, { needsHuman: () => need(true) })
  const bench = createToolBench([free, gate])
  const { words, need: own } = await bench.registry.examine({ tool: 'run', args: lamp })
  const allowed = own?.allowed
  t.equal(words, 'run x.py (run {"name":"lamp"})')
  t.equal(allowed, 'run x.py [run {"name":"lamp"}]')
  t.same(await bench.registry.examine({ tool: 'device_set', args: lamp }), {
    words: 'device_set {"name":"lamp"}',
    need: undefined,
  })
  await t.rejects(bench.registry.examine({ tool: 'device_sat', args: {} }), { code: 'bad_call' })
  await t.rejects(bench.registry.examine({ tool: 'run', args: { nme: 1 } }), { code: 'bad_call' })

  const planned = (words: string | undefined) => bench.origin({ planned: { allowed: words }, untrusted: 'a page' })
  t.notOk((await bench.registry.run(call('device_set', lamp), planned(undefined))).failed)
  t.notOk((await bench.registry.run(call('run', lamp), planned(allowed))).failed)
  for (const [name, words] of [
    ['door', allowed],
    ['lamp', undefined],
    ['lamp', 'run x.py'],
  ] as const) {
    t.match(await bench.registry.run(call('run', { name }), planned(words)), {
      failed: true,
      text: /^"run x.py" is not what a person allowed when this job was made/,
    })
  }
  t.same([ran, bench.asked], [['lamp', 'lamp'], []], 'nobody is asked when it runs')
})
