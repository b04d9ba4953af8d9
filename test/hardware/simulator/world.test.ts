import t from 'tap'
import { World } from '../../../src/hardware/simulator/world.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function makeWorld() {
  const clock = new FakeClock()
  const loads = { lamp: false, fan: false }
  const world = new World(clock, { lampLit: () => loads.lamp, fanRunning: () => loads.fan })
  /** Switches as the lines do: the past keeps the loads it had. */
  const set = (change: Partial<typeof loads>): void => {
    world.advance()
    Object.assign(loads, change)
  }
  return { clock, world, set }
}

const minuteMs = 60_000

void t.test('it starts at ten on a mild morning, the same each time', async (t) => {
  const { world } = makeWorld()
  t.equal(world.hour(), 10)
  t.same(world.climate(), makeWorld().world.climate())
  const { temperatureC, humidityPercent, pressurePa, soilWet } = world.climate()
  t.ok(temperatureC > 18 && temperatureC < 25)
  t.ok(humidityPercent > 30 && humidityPercent < 60)
  t.ok(pressurePa > 98_000 && pressurePa < 104_000)
  t.ok(soilWet > 0.4 && soilWet < 0.7)
})

void t.test('how often one looks makes no difference', async (t) => {
  const [often, once] = [makeWorld(), makeWorld()]
  for (const { world } of [often, once]) world.nudgeTo(28)
  for (let look = 0; look < 100; look++) {
    await often.clock.advance(1_730)
    often.world.climate()
  }
  await once.clock.advance(173_000)
  t.same(often.world.climate(), once.world.climate())
})

void t.test('heat comes with lag: little in the first seconds, the target within minutes, then it ends', async (t) => {
  const { clock, world } = makeWorld()
  const startC = world.climate().temperatureC
  world.nudgeTo(30)
  t.equal(world.nudge()?.doing, 'heating')
  await clock.advance(3_000)
  t.ok(world.climate().temperatureC - startC < 0.2, 'still cold')
  await clock.advance(5 * minuteMs)
  t.ok(Math.abs(world.climate().temperatureC - 30) < 1)
  t.equal(world.nudge(), undefined)
})

void t.test('warm air is drier air', async (t) => {
  const { clock, world } = makeWorld()
  const before = world.climate().humidityPercent
  world.nudgeTo(30)
  await clock.advance(5 * minuteMs)
  t.ok(world.climate().humidityPercent < before - 10)
})

void t.test('the fan cools a hot room in minutes, without it that takes hours', async (t) => {
  const [still, blown] = [makeWorld(), makeWorld()]
  for (const { clock, world } of [still, blown]) {
    world.nudgeTo(30)
    await clock.advance(6 * minuteMs)
  }
  blown.set({ fan: true })
  await still.clock.advance(5 * minuteMs)
  await blown.clock.advance(5 * minuteMs)
  t.ok(still.world.climate().temperatureC > 28.5)
  t.ok(blown.world.climate().temperatureC < 25)
})

void t.test('the fan works from when it was switched, not from the last look on', async (t) => {
  const { clock, world, set } = makeWorld()
  await clock.advance(60 * minuteMs)
  set({ fan: true })
  const lateC = world.climate().temperatureC
  const { clock: clock2, world: world2 } = makeWorld()
  await clock2.advance(60 * minuteMs)
  t.equal(lateC, world2.climate().temperatureC)
})

void t.test('a heater that does not reach its target gives up after a quarter of an hour', async (t) => {
  const { clock, world, set } = makeWorld()
  set({ fan: true })
  world.nudgeTo(45)
  await clock.advance(16 * minuteMs)
  t.equal(world.nudge(), undefined)
})

void t.test('it is dark at night, bright at noon, and the lamp adds to both', async (t) => {
  const { world, set } = makeWorld()
  world.skipToHour(12)
  t.ok(Math.abs(world.hour() - 12) < 0.01)
  const noonLux = world.climate().lightLux
  world.skipToHour(23)
  const nightLux = world.climate().lightLux
  t.ok(nightLux < 2 && noonLux > 300)
  set({ lamp: true })
  t.equal(world.climate().lightLux, nightLux + 150)
})

void t.test('soil dries over days and stays between dust and soaked', async (t) => {
  const { world } = makeWorld()
  world.setSoil(0.9)
  world.skip(60 * minuteMs)
  t.ok(world.climate().soilWet > 0.87)
  world.skip(3 * 24 * 60 * minuteMs)
  t.ok(world.climate().soilWet < 0.4)
  world.skip(7 * 24 * 60 * minuteMs)
  t.ok(world.climate().soilWet >= 0)
})

void t.test('weeks on, everything is still within what a room can be', async (t) => {
  const { world, set } = makeWorld()
  set({ fan: true, lamp: true })
  for (let day = 0; day < 24; day++) {
    world.skip(24 * 60 * minuteMs - 3 * minuteMs)
    const { temperatureC, humidityPercent, pressurePa } = world.climate()
    t.ok(temperatureC > 5 && temperatureC < 35, `${temperatureC} °C`)
    t.ok(humidityPercent > 20 && humidityPercent < 95, `${humidityPercent} %`)
    t.ok(pressurePa > 98_000 && pressurePa < 104_000, `${pressurePa} Pa`)
  }
})

void t.test('it needs no timer of its own', async (t) => {
  const { clock, world } = makeWorld()
  world.nudgeTo(30)
  world.climate()
  t.equal(clock.pendingTimers(), 0)
})
