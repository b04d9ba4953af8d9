import t from 'tap'
import type { Edge } from '../../../src/hardware/ports.ts'
import type { Simulator } from '../../../src/hardware/simulator/simulator.ts'
import type { FakeClock } from '../../support/fake-clock.ts'
import { fails } from '../../contract/gpio.ts'
import { simulate } from '../../support/simulated-board.ts'

async function temperatureWord({ i2c }: Simulator, clock: FakeClock): Promise<number> {
  const at = { bus: 1, address: 0x76, timeoutMs: 1_000 }
  await i2c.transfer({ ...at, write: Uint8Array.of(0xf4, 0xa1) })
  await clock.advance(50)
  const bytes = await i2c.transfer({ ...at, write: Uint8Array.of(0xfa), readBytes: 3 })
  const [high = 0, middle = 0, low = 0] = bytes
  return (high << 12) | (middle << 4) | (low >> 4)
}

async function analogCode({ spi }: Simulator, channel: number): Promise<number> {
  const write = Uint8Array.of(0x01, 0x80 | (channel << 4), 0x00)
  const [, high = 0, low = 0] = await spi.transfer({ device: '0.0', write, speedHz: 1_000_000, mode: 0 })
  return ((high & 0x03) << 8) | low
}

void t.test('the lamp on GPIO17 is seen by the photoresistor on channel 1', async (t) => {
  const { simulator } = simulate()
  simulator.play('night')
  const dark = await analogCode(simulator, 1)
  const lamp = await simulator.gpio.requestOutput({ line: 'GPIO17', consumer: 'lamp', initial: 1 })
  t.ok((await analogCode(simulator, 1)) > dark + 300)
  await lamp.set(0)
  t.ok((await analogCode(simulator, 1)) < dark + 10)
})

void t.test('the fan runs while GPIO27 is low, and the BME280 sees the room cool', async (t) => {
  const { clock, simulator } = simulate()
  t.match(simulator.play(''), /fan off/, 'off before anybody drives the line')
  const fan = await simulator.gpio.requestOutput({ line: 'GPIO27', consumer: 'fan', initial: 0, activeLow: true })
  t.match(simulator.play(''), /fan off/)
  simulator.play('heat room to 30')
  await clock.advance(6 * 60_000)
  const hot = await temperatureWord(simulator, clock)
  await fan.set(1)
  t.match(simulator.play(''), /fan on/)
  await clock.advance(5 * 60_000)
  t.ok((await temperatureWord(simulator, clock)) < hot - 5_000)
})

void t.test('the fan cools from the moment it is switched on, not from when somebody last looked', async (t) => {
  const { clock, simulator } = simulate()
  const fan = await simulator.gpio.requestOutput({ line: 'GPIO27', consumer: 'fan', initial: 0, activeLow: true })
  simulator.play('heat room to 30')
  await clock.advance(20 * 60_000)
  await fan.set(1)
  t.match(simulator.play(''), /room 29\.\d °C/)
})

void t.test('an edge that was on its way when the line was given back is not told', async (t) => {
  const { clock, simulator } = simulate()
  const edges: Edge[] = []
  const onEdge = (edge: Edge): void => void edges.push(edge)
  const input = await simulator.gpio.requestInput({ line: 'GPIO5', consumer: 'button', bias: 'up', onEdge })
  simulator.play('drive GPIO5 low')
  const released = input.release()
  await clock.advance(10)
  await released
  t.same(edges, [])
})

void t.test('an output keeps its level when it is given back, so the lamp stays on', async (t) => {
  const { simulator } = simulate()
  const lamp = await simulator.gpio.requestOutput({ line: 'GPIO17', consumer: 'lamp', initial: 1 })
  await lamp.release()
  t.match(simulator.play(''), /lamp on/)
})

void t.test('the door bounces when it moves, and debounce leaves one edge', async (t) => {
  for (const { debounceMs, edgesMin, edgesMax } of [
    { debounceMs: 0, edgesMin: 3, edgesMax: 9 },
    { debounceMs: 30, edgesMin: 1, edgesMax: 1 },
  ]) {
    const { clock, simulator } = simulate()
    const edges: Edge[] = []
    const onEdge = (edge: Edge): void => void edges.push(edge)
    const door = await simulator.gpio.requestInput({ line: 'GPIO22', consumer: 'door', bias: 'up', debounceMs, onEdge })
    t.equal(await door.get(), 0, 'closed is low')
    simulator.play('open door')
    await clock.advance(100)
    t.ok(edges.length >= edgesMin && edges.length <= edgesMax, `${edges.length} edges with ${debounceMs} ms`)
    t.equal(edges.at(-1), 'rising')
    t.equal(await door.get(), 1)
    t.equal(clock.pendingTimers(), 0, 'no timer when all is at rest')
  }
})

void t.test('press door opens it for a second, also when nobody listens', async (t) => {
  const { clock, simulator } = simulate()
  const door = await simulator.gpio.requestInput({ line: 'GPIO22', consumer: 'door', bias: 'up' })
  simulator.play('press door')
  t.equal(clock.pendingTimers(), 0, 'nobody listens: no timer')
  await clock.advance(500)
  t.equal(await door.get(), 1)
  await clock.advance(600)
  t.equal(await door.get(), 0)
})

void t.test('a debounced edge carries the time at which the level had stayed long enough', async (t) => {
  const { clock, simulator } = simulate()
  const times: number[] = []
  const startMs = clock.monotonicMs()
  const onEdge = (_: Edge, atMs: number): void => void times.push(atMs - startMs)
  await simulator.gpio.requestInput({ line: 'GPIO22', consumer: 'door', bias: 'up', debounceMs: 20, onEdge })
  simulator.play('press door')
  await clock.advance(2_000)
  t.same(times, [25, 1_025])
})

void t.test('unplugged, the sensor does not answer; plugged in again it starts anew', async (t) => {
  const { clock, simulator } = simulate()
  await temperatureWord(simulator, clock)
  simulator.play('unplug room')
  await fails(t, 'EREMOTEIO', temperatureWord(simulator, clock))
  t.notOk((await simulator.i2c.scan(1)).some(({ address }) => address === 0x76))
  simulator.play('plug bme280')
  const read = { write: Uint8Array.of(0xfa), readBytes: 3 }
  const bytes = await simulator.i2c.transfer({ bus: 1, address: 0x76, ...read, timeoutMs: 1_000 })
  t.same([...(bytes ?? [])], [0x80, 0, 0], 'its results are gone')
  t.ok((await temperatureWord(simulator, clock)) > 0)
})

void t.test('an unplugged converter reads as ones, an unplugged probe near zero', async (t) => {
  const { simulator } = simulate()
  t.ok((await analogCode(simulator, 0)) > 300)
  simulator.play('unplug soil')
  t.ok((await analogCode(simulator, 0)) < 10)
  simulator.play('plug soil')
  simulator.play('unplug mcp3008')
  t.equal(await analogCode(simulator, 0), 1_023)
})

void t.test('failures that were asked for happen so many times, then all is well', async (t) => {
  const { clock, simulator } = simulate()
  simulator.play('fail room 2')
  simulator.play('fail soil')
  for (let time = 0; time < 2; time++) await fails(t, 'EREMOTEIO', temperatureWord(simulator, clock))
  await temperatureWord(simulator, clock)
  await fails(t, 'EIO', analogCode(simulator, 0))
  t.ok((await analogCode(simulator, 0)) > 300)
})

void t.test('two simulators that are treated alike give the same raw words', async (t) => {
  const run = async (): Promise<readonly number[]> => {
    const { clock, simulator } = simulate()
    const words: number[] = []
    for (let index = 0; index < 5; index++)
      words.push(await temperatureWord(simulator, clock), await analogCode(simulator, 0))
    return words
  }
  t.same(await run(), await run())
})

void t.test('close gives lines back, ends waits on a stuck bus and leaves no timer', async (t) => {
  const { clock, simulator } = simulate()
  await simulator.gpio.requestInput({
    line: 'GPIO22',
    consumer: 'door',
    bias: 'up',
    debounceMs: 50,
    onEdge: () => undefined,
  })
  simulator.play('press door')
  simulator.play('stick i2c')
  const stuck = simulator.i2c.scan(1)
  const ended = fails(t, 'ETIMEDOUT', stuck)
  await clock.advance(1)
  t.ok(clock.pendingTimers() > 0)
  simulator.close()
  await ended
  t.equal(clock.pendingTimers(), 0)
  t.ok((await simulator.gpio.lines()).every(({ consumer }) => consumer === ''))
})

void t.test('a stuck bus keeps its caller for the whole time, as the adapter of a Raspberry Pi does', async (t) => {
  const { clock, simulator } = simulate()
  simulator.play('stick i2c')
  const outcome = { ended: false }
  const at = { bus: 1, address: 0x76, readBytes: 1, timeoutMs: 300 }
  const failing = fails(t, 'ETIMEDOUT', simulator.i2c.transfer(at)).then(() => (outcome.ended = true))
  await clock.advance(299)
  t.notOk(outcome.ended)
  await clock.advance(1)
  await failing
})

void t.test('a debounced line reads as its debounced level, as the kernel does it in software', async (t) => {
  const { clock, simulator } = simulate()
  simulator.play('drive GPIO5 low')
  const input = await simulator.gpio.requestInput({ line: 'GPIO5', consumer: 'button', debounceMs: 50 })
  simulator.play('drive GPIO5 high')
  await clock.advance(49)
  t.equal(await input.get(), 0)
  await clock.advance(1)
  t.equal(await input.get(), 1)
})
