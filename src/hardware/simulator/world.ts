import type { Clock } from '../../clock.ts'

/** What is switched on in the room; asked at each step of the world. */
export interface Loads {
  lampLit(): boolean
  fanRunning(): boolean
}

/** What sensors in the room and in the flower pot are exposed to. */
export interface Climate {
  readonly temperatureC: number
  readonly humidityPercent: number
  readonly pressurePa: number
  readonly lightLux: number
  /** Water in the soil, 0 (dust) to 1 (soaked). */
  readonly soilWet: number
}

const secondsPerDay = 86_400
const startHour = 10
const nudgeTimeoutS = 15 * 60

/** Time constants in seconds: how long until two thirds of a change have happened. */
const tauS = { walls: 7_200, fan: 600, heater: 15, vapour: 3_600, soil: 3 * secondsPerDay }
/** Kelvin per second that the heater, or the air conditioner, manages at full power. */
const heaterKPerS = 0.1
/** Sun, people and machines keep the closed room this much warmer and moister than outside. */
const insideGainK = 8
const insideVapourHpa = 3

/**
 * A room beside a garden, in steps of one second. It has its own time of day and starts at ten in the morning, so that
 * every start shows the same; nothing runs between two looks at it, the missed steps are done at the next look.
 */
export class World {
  readonly #clock: Clock
  readonly #loads: Loads
  readonly #startMs: number
  #skippedMs = 0
  #stepsS = 0
  #roomC = 21.5
  #vapourHpa = 11.5
  #heaterPower = 0
  #nudge: { readonly targetC: number; readonly endS: number } | undefined
  #soilWet = 0.55

  constructor(clock: Clock, loads: Loads) {
    this.#clock = clock
    this.#loads = loads
    this.#startMs = clock.monotonicMs()
  }

  /** Does all steps that are due. Call it before a load is switched, so that the past keeps the loads it had. */
  advance(): void {
    const dueS = Math.floor((this.#clock.monotonicMs() - this.#startMs + this.#skippedMs) / 1_000)
    while (this.#stepsS < dueS) this.#step()
  }

  /** Moves the world ahead of the clock. */
  skip(durationMs: number): void {
    this.advance()
    this.#skippedMs += durationMs
    this.advance()
  }

  /** Moves on to the next time that the world's clock shows `hour`. */
  skipToHour(hour: number): void {
    this.advance()
    this.skip(Math.ceil(((hour - this.hour() + 24) % 24) * 3_600) * 1_000)
  }

  /** Heats or cools the room until it has `targetC`, for at most a quarter of an hour. */
  nudgeTo(targetC: number): void {
    this.advance()
    this.#nudge = { targetC, endS: this.#stepsS + nudgeTimeoutS }
  }

  setSoil(wet: number): void {
    this.advance()
    this.#soilWet = wet
  }

  climate(): Climate {
    this.advance()
    return {
      temperatureC: this.#roomC,
      humidityPercent: Math.min(98, Math.max(3, (100 * this.#vapourHpa) / saturationHpa(this.#roomC))),
      pressurePa: pressurePaAt(this.#stepsS),
      lightLux: 0.5 + 400 * daylight(this.hour()) + (this.#loads.lampLit() ? 150 : 0),
      soilWet: this.#soilWet,
    }
  }

  /** Time of day, 0 to 24. */
  hour(): number {
    return hourAt(this.#stepsS)
  }

  outsideC(): number {
    return outsideCAt(this.#stepsS)
  }

  /** `undefined` while the room is left to itself. */
  nudge(): { readonly doing: 'heating' | 'cooling'; readonly targetC: number } | undefined {
    this.advance()
    if (this.#nudge === undefined) return undefined
    return { doing: this.#nudge.targetC > this.#roomC ? 'heating' : 'cooling', targetC: this.#nudge.targetC }
  }

  #step(): void {
    this.#stepsS += 1
    const outsideC = outsideCAt(this.#stepsS)
    this.#heaterPower += (this.#heaterDemand() - this.#heaterPower) / tauS.heater
    const lampK = this.#loads.lampLit() ? 0.5 : 0
    const leak = (outsideC + insideGainK + lampK - this.#roomC) / tauS.walls
    const blown = this.#loads.fanRunning() ? (outsideC - this.#roomC) / tauS.fan : 0
    this.#roomC += leak + blown + heaterKPerS * this.#heaterPower
    this.#vapourHpa += (vapourOutsideHpa + insideVapourHpa - this.#vapourHpa) / tauS.vapour
    if (this.#loads.fanRunning()) this.#vapourHpa += (vapourOutsideHpa - this.#vapourHpa) / tauS.fan
    this.#soilWet -= this.#soilWet / tauS.soil
  }

  /** -1 (full cold) to 1 (full heat), less and less within two degrees of the target. */
  #heaterDemand(): number {
    if (this.#nudge === undefined) return 0
    const missingK = this.#nudge.targetC - this.#roomC
    if (Math.abs(missingK) < 0.1 || this.#stepsS > this.#nudge.endS) {
      this.#nudge = undefined
      return 0
    }
    return Math.min(1, Math.max(-1, missingK / 2))
  }
}

const vapourOutsideHpa = 8.5

function hourAt(stepsS: number): number {
  return ((stepsS % secondsPerDay) / 3_600 + startHour) % 24
}

/** A mild day: 6 °C before sunrise, 18 °C in the afternoon. */
function outsideCAt(stepsS: number): number {
  return 12 + 6 * Math.sin((2 * Math.PI * (hourAt(stepsS) - 9)) / 24)
}

/** Weather that changes over days. */
function pressurePaAt(stepsS: number): number {
  const days = stepsS / secondsPerDay
  return 101_325 + 600 * Math.sin((2 * Math.PI * days) / 3.1) + 150 * Math.sin((2 * Math.PI * days) / 0.9)
}

/** 0 at night to 1 at noon. */
function daylight(hour: number): number {
  return Math.max(0, Math.sin((Math.PI * (hour - 6)) / 12))
}

/** Magnus formula over water. */
function saturationHpa(temperatureC: number): number {
  return 6.112 * Math.exp((17.62 * temperatureC) / (243.12 + temperatureC))
}
