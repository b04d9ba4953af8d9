/** What only the driver of Linux can show, on chips of the kernel's simulator: run inside the guest by gpio.board.ts. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import t, { type Test } from 'tap'
import { LinuxGpio } from '../../../src/hardware/linux/gpio.ts'
import { loadAddon } from '../../../src/hardware/native/addon.ts'
import { limits } from '../../../src/limits.ts'
import { createLog } from '../../../src/log.ts'
import { nativeFile } from '../../../src/native-files.ts'
import { fails } from '../../contract/gpio.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { driveEach, plug, settle, until } from './simulated-chip.ts'

const addonFile = nativeFile('pincer', '/run/native')
const addon = loadAddon(addonFile)

function openPort(t: Test): { readonly port: LinuxGpio; readonly clock: FakeClock; readonly said: string[] } {
  const said: string[] = []
  const clock = new FakeClock()
  const log = createLog({ level: 'info', redact: (text) => text, write: (line) => said.push(line) })
  const port = new LinuxGpio({ addon: () => addon, clock, log, root: '/' })
  t.teardown(() => port.close())
  return { port, clock, said }
}

void t.test('a line that the kernel or another program holds is refused with the name of its holder', async (t) => {
  const { port } = openPort(t)
  plug(t, { label: 'held', lines: { 1: 'FAN', 2: 'LED' }, hogs: { 1: 'fan-controller' } })
  await t.rejects(port.requestOutput({ line: 'FAN', consumer: 'x', initial: 0 }), {
    kernel: 'EBUSY',
    message: /^Line FAN is held by "fan-controller": stop what uses it/,
  })
  const led = await port.requestOutput({ line: 'LED', consumer: 'pincer:led', initial: 0 })
  await t.rejects(port.requestInput({ line: 'LED', consumer: 'x' }), { message: /"pincer:led"/ })
  await fails(t, 'EBUSY', port.peek('held:1'))
  await led.release()
})

void t.test('a line without a name is found by label and offset, whatever the number of its chip', async (t) => {
  const { port } = openPort(t)
  const first = plug(t, { label: 'one', lines: {} })
  plug(t, { label: 'two', lines: { 4: 'HERE' } })
  const held = await port.requestOutput({ line: 'two:4', consumer: 'x', initial: 1 })
  t.equal((await port.lines()).find(({ name }) => name === 'HERE')?.consumer, 'x')
  await held.release()
  const numbers = () => readdirSync('/dev').filter((name) => name.startsWith('gpiochip')).length
  const before = numbers()
  first.unplug()
  t.equal(numbers(), before - 1, 'the chip before it is gone')
  t.equal(await port.peek('two:4'), 0)
  first.plugIn()
})

void t.test('two chips with one label are told apart by the device that they hang on', async (t) => {
  const { port } = openPort(t)
  plug(t, { label: 'expander', lines: {} })
  plug(t, { label: 'expander', lines: { 3: 'SECOND' } })
  const addresses = (await port.lines()).filter(({ address }) => /^expander@.*:3$/.test(address))
  t.equal(addresses.length, 2)
  const [first, second] = addresses.map(({ address }) => address)
  await t.rejects(port.requestOutput({ line: 'expander:3', consumer: 'x', initial: 0 }), {
    kernel: 'EINVAL',
    message: `expander:3 could be more than one line (${first} and ${second}): write one of those instead.`,
  })
  const held = await port.requestOutput({ line: second ?? '', consumer: 'x', initial: 0 })
  t.equal((await port.lines()).find(({ name }) => name === 'SECOND')?.consumer, 'x')
  await held.release()
})

void t.test('a name that two lines have is refused with both addresses', async (t) => {
  const { port } = openPort(t)
  plug(t, { label: 'left', lines: { 2: 'SDA' } })
  plug(t, { label: 'right', lines: { 6: 'SDA' } })
  await t.rejects(port.requestInput({ line: 'SDA', consumer: 'x' }), {
    kernel: 'EINVAL',
    message: 'SDA could be more than one line (left:2 and right:6): write one of those instead.',
  })
  t.equal(await port.peek('right:6'), 0)
})

void t.test('an output whose chip is unplugged is an error, and works again when requested anew', async (t) => {
  const { port } = openPort(t)
  const chip = plug(t, { label: 'usb', lines: { 0: 'RELAY' } })
  const before = await port.requestOutput({ line: 'RELAY', consumer: 'x', initial: 1 })
  chip.unplug()
  await fails(t, 'ENODEV', before.set(0))
  await fails(t, 'ENODEV', before.get())
  await fails(t, 'ENODEV', port.requestOutput({ line: 'RELAY', consumer: 'x', initial: 0 }))
  chip.plugIn()
  await fails(t, 'ENODEV', before.set(0))
  const again = await port.requestOutput({ line: 'RELAY', consumer: 'x', initial: 1 })
  t.equal(chip.measure('RELAY'), 1)
  await before.release()
  await again.set(0)
  t.equal(chip.measure('RELAY'), 0)
  await again.release()
})

void t.test('an input that is listened to hears again by itself when its chip is back', async (t) => {
  const { port, clock, said } = openPort(t)
  const chip = plug(t, { label: 'usb', lines: { 0: 'DOOR' } })
  const edges: string[] = []
  const input = await port.requestInput({ line: 'DOOR', consumer: 'x', onEdge: (edge) => edges.push(edge) })
  chip.unplug()
  await until(() => said.length > 0)
  t.match(said, [/Line DOOR is gone \(ENODEV\)/])
  await fails(t, 'ENODEV', input.get())
  await clock.advance(limits.lineLookAgainMs * 3)
  chip.plugIn()
  await clock.advance(limits.lineLookAgainMs)
  t.match(said.at(-1), /Line DOOR is back/)
  chip.drive('DOOR', 1)
  await until(() => edges.length > 0)
  t.same(edges, ['rising'])
  t.equal(await input.get(), 1)
  await input.release()
  t.equal((await port.lines()).find(({ name }) => name === 'DOOR')?.consumer, '')
})

void t.test('a reading takes an input back at once when its chip is there again', async (t) => {
  const { port, said } = openPort(t)
  const chip = plug(t, { label: 'usb', lines: { 0: 'DOOR' } })
  const edges: string[] = []
  const input = await port.requestInput({ line: 'DOOR', consumer: 'x', onEdge: (edge) => edges.push(edge) })
  chip.unplug()
  await until(() => said.length > 0)
  chip.plugIn()
  t.equal(await input.get(), 0)
  chip.drive('DOOR', 1)
  await until(() => edges.length > 0)
  t.same(edges, ['rising'])
})

void t.test('edges that came too fast for us are counted and said', async (t) => {
  const { port, said } = openPort(t)
  const chip = plug(t, { label: 'fast', lines: { 0: 'WHEEL' } })
  let heard = 0
  const input = await port.requestInput({ line: 'WHEEL', consumer: 'pincer-wheel', onEdge: () => heard++ })
  // The event loop sees nothing of these until all of them were made.
  driveEach(chip, 'WHEEL', 'pincer-wheel', 300)
  await until(() => said.length > 0)
  await settle()
  const lost = Number(/WHEEL: (\d+) edges came too fast and were lost/.exec(said.join('\n'))?.[1] ?? 0)
  t.ok(lost > 0, `${heard} heard, ${lost} lost`)
  t.ok(heard <= 128 + 16, 'the newest are kept')
  await input.release()
})

void t.test('who may not open a chip is told how to get the right', async (t) => {
  plug(t, { label: 'mine', lines: { 0: 'LINE' } })
  const program = `
    import { LinuxGpio } from '${new URL('../../../src/hardware/linux/gpio.ts', import.meta.url).pathname}'
    import { loadAddon } from '${new URL('../../../src/hardware/native/addon.ts', import.meta.url).pathname}'
    const port = new LinuxGpio({ addon: () => loadAddon('${addonFile}'), root: '/' })
    for (const work of [port.lines(), port.peek('LINE'), port.requestOutput({ line: 'x:1', consumer: 'x', initial: 0 })])
      await work.catch((error) => console.log(error.kernel, error.message))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    uid: 65_534,
    gid: 65_534,
    encoding: 'utf8',
    env: { HOME: '/', NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '' },
  })
  const lines = stdout.trim().split('\n')
  t.equal(lines.length, 3, stderr)
  for (const line of lines) t.match(line, /^EPERM \/dev\/gpiochip0 may be opened by root alone: sudo groupadd -f gpio/)
})
