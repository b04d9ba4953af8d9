import type { Clock } from '../../clock.ts'
import type { Board } from '../board.ts'
import type { Hardware } from '../ports.ts'
import { Bme280Chip } from './bme280-chip.ts'
import { Faults } from './faults.ts'
import { SimulatedGpio } from './gpio.ts'
import { SimulatedI2c } from './i2c.ts'
import { createSimulatedKernelOutputs } from './kernel-outputs.ts'
import { createSimulatedKernelSensors } from './kernel-sensors.ts'
import { createMcp3008Chip } from './mcp3008-chip.ts'
import { createNoise } from './noise.ts'
import { createPlay } from './play.ts'
import { createSimulatedSpi } from './spi.ts'
import { simulatedWiring, type Wiring } from './wiring.ts'
import { World } from './world.ts'

export interface Simulator extends Hardware {
  readonly simulated: true
  /** Does to the simulated world what a hand would do to a real one, for example `open door`; answers in words. */
  play(command: string): string
  /** Gives all lines back and ends all waits and timers. */
  close(): void
}

export interface SimulatorOptions {
  readonly board: Board
  readonly clock: Clock
  readonly wiring?: Wiring
}

/** Supply of the simulated board: the reference of its converter and the top of its voltage dividers. */
const supplyVolts = 3.3

/**
 * A board with sensors and loads in a world of its own, behind the kernel's interfaces: every reading goes through
 * registers and lines, every failure is the kernel's. Time is the given clock's; without listeners no timer runs.
 */
export function createSimulator({ board, clock, wiring = simulatedWiring }: SimulatorOptions): Simulator {
  const faults = new Faults()
  const world = new World(clock, {
    lampLit: () => gpio.line(wiring.lamp.line)?.drivenLevel() === 1,
    fanRunning: () => gpio.line(wiring.fan.line)?.drivenLevel() === 0,
  })
  const gpio = new SimulatedGpio({ board, clock, beforeOutput: () => world.advance() })
  gpio.line(wiring.door.line)?.connect([{ inMs: 0, outside: 0 }])

  const room = new Bme280Chip({ clock, sample: () => world.climate(), noise: createNoise(280) })
  const i2c = new SimulatedI2c({
    clock,
    buses: board.i2c.map(({ bus }) => bus),
    chips: [{ bus: wiring.room.bus, address: wiring.room.address, name: wiring.room.name, chip: room }],
    kernelHeld: wiring.kernelHeld,
    faults,
  })

  const probes = [
    { ...wiring.analog.soil, volts: () => soilVolts(world.climate().soilWet) },
    { ...wiring.analog.light, volts: () => lightVolts(world.climate().lightLux) },
  ]
  const converter = createMcp3008Chip({
    vref: supplyVolts,
    volts: (channel) => probes.find((probe) => probe.channel === channel && !faults.unplugged(probe.name))?.volts(),
    noise: createNoise(3008),
  })
  const spi = createSimulatedSpi({
    devices: board.spi.map(({ device }) => device),
    chips: new Map([[wiring.analog.spi, { name: 'mcp3008', chip: converter }]]),
    faults,
  })

  const kernelSensors = createSimulatedKernelSensors(
    [
      {
        sensor: { kind: 'ds18b20', id: wiring.garden.id },
        plug: wiring.garden.name,
        read: () => 1_000 * roundTo(world.outsideC(), 1 / 16),
      },
      // The processor is warmer than the room by what it does.
      {
        sensor: { kind: 'thermal', zone: 'cpu-thermal' },
        read: () => Math.round(1_000 * (world.climate().temperatureC + 24)),
      },
    ],
    faults,
  )

  return {
    gpio,
    i2c,
    spi,
    kernelSensors,
    kernelOutputs: createSimulatedKernelOutputs(),
    simulated: true,
    play: createPlay({ board, wiring, world, gpio, faults, powerOnRoom: () => room.powerOn() }),
    close() {
      gpio.close()
      i2c.close()
    },
  }
}

/** To the steps of a converter. */
function roundTo(value: number, step: number): number {
  return Math.round(value / step) * step
}

/** A resistive probe above a resistor. */
function soilVolts(wet: number): number {
  return 0.3 + 2.6 * wet
}

/** A photoresistor above a resistor: half the supply at 120 lux. */
function lightVolts(lux: number): number {
  return (supplyVolts * lux) / (lux + 120)
}
