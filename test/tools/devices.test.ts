import t from 'tap'
import * as v from 'valibot'
import { createDeviceTools } from '../../src/tools/devices.ts'
import { toolSpec } from '../../src/tools/json-schema.ts'
import type { Tool, ToolContext } from '../../src/tools/tool.ts'
import { DeviceBench, switchConfig } from '../support/device-bench.ts'
import { createToolBench } from '../support/tool-bench.ts'
import { toolContext } from '../support/tool-context.ts'

const context = (approved?: string): ToolContext => toolContext({ approved })

async function open(t: { testdir(): string }): Promise<{ bench: DeviceBench; read: Tool; set: Tool }> {
  const bench = new DeviceBench(t.testdir(), {
    lamp: switchConfig({ minOffMs: 5_000 }),
    gate: switchConfig({ line: 'GPIO27', maxOnMs: 1_000, confirm: true }),
  })
  const [read, set] = createDeviceTools(await bench.start())
  if (read === undefined || set === undefined) throw new Error('two tools expected')
  return { bench, read, set }
}

const argumentsOf = (tool: Tool, args: unknown): never => v.parse(tool.arguments, args) as never

void t.test('both descriptions together are at most 400 bytes', async (t) => {
  const { read, set } = await open(t)
  const sent = [read, set].map(toolSpec)
  t.strictSame(
    sent.map(({ name }) => name),
    ['device_read', 'device_set'],
  )
  t.ok(JSON.stringify(sent).length <= 400, `${JSON.stringify(sent).length} bytes`)
})

void t.test('reading is a read that does not act, setting is a change that does', async (t) => {
  const { read, set } = await open(t)
  t.equal(read.access, 'read')
  t.equal(read.acts(argumentsOf(read, {})), false)
  t.equal(set.access, 'change')
  t.equal(set.acts(argumentsOf(set, { name: 'lamp', value: 'off' })), true)
})

void t.test('device_set switches, with for as a duration, and says what is true', async (t) => {
  const { bench, read, set } = await open(t)
  t.equal(
    await set.run(argumentsOf(set, { name: 'lamp', value: 'on', for: '10m' }), context()),
    'lamp is on, off again in 10m.',
  )
  await bench.clock.advance(180_000)
  t.equal(
    await read.run(argumentsOf(read, { name: 'lamp' }), context()),
    'lamp: on for 3m, off in 7m (switch on GPIO17; just now)',
  )
  t.match(await read.run(argumentsOf(read, {}), context()), /^lamp: on .*\ngate: off /)
})

void t.test('a duration that is none is refused with the grammar, and nobody is asked for it', async (t) => {
  const { bench, set } = await open(t)
  for (const duration of ['', '10', 'ten minutes', '0s', '-5m', '25d', '1.5h', 'x'.repeat(10_000)]) {
    const args = argumentsOf(set, { name: 'gate', value: 'on', for: duration })
    t.equal(await set.needsHuman?.(args), undefined)
    const refusal = await bench.refusal(set.run(args, context()))
    t.match(
      refusal,
      /^bad_call: for is ".*"; expected a whole number and a unit such as 90s, 10m or 2h, at most 24d\.$/,
    )
    t.ok(refusal.length < 200)
  }
  t.equal(bench.gpio.pins.get('GPIO27'), 0)
})

void t.test('what a person must allow is asked word for word, and only their yes to it counts', async (t) => {
  const { bench, set } = await open(t)
  const args = argumentsOf(set, { name: 'gate', value: 'on' })
  const asked = await set.needsHuman?.(args)
  t.strictSame(asked, {
    action: 'switch gate on for at most 1s (maxOn), then off again',
    reason: 'gate is marked confirm',
    standing: false,
  })
  t.match(await bench.refusal(set.run(args, context())), /^needs_human: /)
  t.match(await bench.refusal(set.run(args, context('Switch gate on.'))), /^needs_human: /)
  t.equal(await set.run(args, context(asked?.action)), 'gate is on, off again in 1s by maxOn.')
  t.equal(await set.needsHuman?.(argumentsOf(set, { name: 'gate', value: 'off' })), undefined)
  t.equal(await set.needsHuman?.(argumentsOf(set, { name: 'lamp', value: 'on' })), undefined)
  t.equal(await set.needsHuman?.(argumentsOf(set, { name: 'nothing', value: 'on' })), undefined)
})

void t.test('what is to be allowed is said whole: two calls that do not do the same never read alike', async (t) => {
  const { set } = await open(t)
  const words = (args: object) => set.inWords?.(argumentsOf(set, args))
  for (const [args, expected] of [
    [{ name: 'lamp', value: 'on' }, 'switch lamp on'],
    [{ name: 'lamp', value: 'off' }, 'switch lamp off'],
    [{ name: 'lamp', value: 'on', for: '10m' }, 'switch lamp on for 10m, then off again'],
    [{ name: 'lamp', value: 'off', for: '3661s' }, 'switch lamp off for 1h 1m 1s, then on again'],
    [{ name: 'lamp', value: 'on', for: '86400001ms' }, 'switch lamp on for 1d 1ms, then off again'],
    [{ name: 'gate', value: 'on' }, 'switch gate on for at most 1s (maxOn), then off again'],
    [{ name: 'gate', value: 'on', for: '500ms' }, 'switch gate on for 500ms, then off again'],
    [{ name: 'gate', value: 'on', for: '2s' }, 'switch gate on for 2s, at most 1s (maxOn), then off again'],
    [{ name: 'gate', value: 'off' }, 'switch gate off'],
    [{ name: 'lamp on', value: 'off' }, undefined],
    [{ name: 'nothing', value: 'on' }, undefined],
    [{ name: 'lamp', value: 'on', for: 'ever' }, undefined],
  ] as const) {
    t.equal(await words(args), expected, JSON.stringify(args))
  }
})

void t.test('a limit reaches the caller as its sentence', async (t) => {
  const { bench, set } = await open(t)
  await set.run(argumentsOf(set, { name: 'lamp', value: 'on' }), context())
  await set.run(argumentsOf(set, { name: 'lamp', value: 'off' }), context())
  t.equal(
    await bench.refusal(set.run(argumentsOf(set, { name: 'lamp', value: 'on' }), context())),
    'limit: lamp stays off for 5s more: minOff 5s.',
  )
})

void t.test('arguments that do not fit are refused by the schema', async (t) => {
  const { read, set } = await open(t)
  for (const args of [{}, { name: 'lamp' }, { name: 'lamp', value: 'ON' }, { name: 1, value: 'on' }]) {
    t.notOk(v.is(set.arguments, args))
  }
  t.notOk(v.is(set.arguments, { name: 'lamp', value: 'on', approved: 'Switch gate on.' }), 'no approving oneself')
  t.notOk(v.is(read.arguments, { name: null }))
})

void t.test('switching counts as an act, except going safe for good, which is never refused for that', async (t) => {
  const { set } = await open(t)
  const counts = (args: object): boolean | undefined => set.counts?.(argumentsOf(set, args))
  t.equal(counts({ name: 'lamp', value: 'on' }), true)
  t.equal(counts({ name: 'lamp', value: 'on', for: '10m' }), true)
  t.equal(counts({ name: 'lamp', value: 'off', for: '10m' }), true, 'it comes back')
  t.equal(counts({ name: 'lamp', value: 'off' }), false)
  t.equal(counts({ name: 'lmap', value: 'off' }), true)
})

void t.test('limits.actsPerHour bounds device_set, and the lamp still goes off', async (t) => {
  const { set } = await open(t)
  const bench = createToolBench([set], { actsPerHour: 1 })
  const run = (args: object) =>
    bench.registry.run({ id: '1', name: 'device_set', arguments: JSON.stringify(args) }, bench.origin())
  t.match(await run({ name: 'lamp', value: 'on' }), { failed: false })
  t.match(await run({ name: 'lamp', value: 'on', for: '10m' }), { failed: true, text: /actsPerHour allows 1/ })
  t.match(await run({ name: 'lamp', value: 'off' }), { failed: false, text: 'lamp is off.' })
})

void t.test(
  'a person reads why a device cannot be read; a planned call that reads nothing at all has failed',
  async (t) => {
    const bench = new DeviceBench(t.testdir(), { lamp: switchConfig({}) })
    const devices = await bench.start()
    const gone = { device: 'room', status: 'failed', reason: 'It is gone.' } as const
    const [lamp] = await devices.read('lamp', new AbortController().signal)
    const read = (name: string | undefined, isPlanned: boolean): Promise<string> => {
      const outcomes = name === undefined && lamp !== undefined ? [gone, lamp] : [gone]
      const [tool] = createDeviceTools(Object.assign(devices, { read: () => Promise.resolve(outcomes) }))
      if (tool === undefined) throw new Error('a tool expected')
      return Promise.resolve(
        tool.run(argumentsOf(tool, name === undefined ? {} : { name }), toolContext({ isPlanned })),
      )
    }
    t.equal(await read('room', false), 'room: cannot be read: It is gone.')
    await t.rejects(read('room', true), { code: 'hardware', message: 'room: cannot be read: It is gone.' })
    t.match(await read(undefined, true), /^room: cannot be read: It is gone\.\nlamp: off /, 'of several one is enough')
  },
)
