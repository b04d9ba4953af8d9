import type { DeviceConfig } from '../../src/config/config.ts'
import type { Devices } from '../../src/devices/device.ts'
import { createDevices } from '../../src/devices/devices.ts'
import { createSensors } from '../../src/devices/sensors.ts'
import { HardwareError, sentenceOf } from '../../src/errors.ts'
import type { Hardware } from '../../src/hardware/ports.ts'
import type { Condition, Job, JobAction, RunOutcome } from '../../src/schedule/job.ts'
import { Triggers } from '../../src/schedule/triggers.ts'
import type { FakeClock } from './fake-clock.ts'
import { FakeSchedule } from './fake-schedule.ts'
import { createLogLines } from './log-lines.ts'
import { simulate } from './simulated-board.ts'

/** Devices on a simulated board with one sensor that says what a test wants, and the rules over them. */
export class TriggerRig {
  readonly clock: FakeClock
  readonly schedule: FakeSchedule
  /** What makers were told. */
  readonly told: string[] = []
  /** What the sensor says; `undefined`: it does not answer. */
  temperature: () => number | undefined = () => 20
  /** How often the sensor was asked. */
  reads = 0
  /** What jobs other than `do` wait for before they end. */
  work: Promise<void> = Promise.resolve()
  #running = new Set<Promise<RunOutcome>>()
  readonly #stateFolder: string
  readonly #configs: Readonly<Record<string, DeviceConfig>>
  readonly #board = simulate()
  readonly #log = createLogLines()
  #devices: Devices | undefined
  #triggers: Triggers | undefined

  constructor(stateFolder: string, configs: Readonly<Record<string, DeviceConfig>>) {
    this.#stateFolder = stateFolder
    this.#configs = configs
    this.clock = this.#board.clock
    this.schedule = new FakeSchedule(
      () => this.clock.nowMs(),
      (job) => this.#begin(job),
    )
  }

  get devices(): Devices {
    if (this.#devices === undefined) throw new Error('start the rig first')
    return this.#devices
  }

  get logged(): readonly string[] {
    return this.#log.lines
  }

  async start(): Promise<void> {
    const { simulator } = this.#board
    const hardware: Hardware = { ...simulator, kernelSensors: { read: () => this.#read() } }
    const devices = createDevices({
      configs: this.#configs,
      hardware,
      clock: this.clock,
      log: this.#log.log,
      stateFolder: this.#stateFolder,
      units: 'metric',
      tell: (notice) => this.told.push(notice.sentence),
      loadSensors: async () => ({ createSensors }),
    })
    this.#devices = devices
    await devices.start()
    this.schedule.restart()
    this.#triggers = new Triggers({
      schedule: this.schedule,
      devices,
      clock: this.clock,
      log: this.#log.log,
      stateFolder: this.#stateFolder,
      tell: async (_job, text) => void this.told.push(text),
    })
    await this.#triggers.start({ isBoot: true })
    await this.clock.advance(100)
  }

  async stop(): Promise<void> {
    await this.#triggers?.stop()
    await this.#devices?.stop()
  }

  /** The line is driven from outside, and its debounce passes. */
  async drive(line: string, level: 'high' | 'low'): Promise<void> {
    this.#board.simulator.play(`drive ${line} ${level}`)
    await this.clock.advance(100)
  }

  /** What fired since the last call. */
  fired(): readonly string[] {
    return this.schedule.fired.splice(0)
  }

  /** Why what this job rests on cannot be read. */
  lossOf(id: string): string | undefined {
    return this.#triggers?.lossOf(id)
  }

  /** The state of an output, as it is known. */
  state(name: string): string {
    return String(this.devices.known().find((reading) => reading.device === name)?.value)
  }

  async #read(): Promise<number> {
    this.reads++
    const temperature = this.temperature()
    if (temperature === undefined) throw new HardwareError('ENODEV', 'The sensor is not there.')
    return temperature * 1_000
  }

  /** Waits for runs that wait for the disk: its time is not the clock's. Those that wait for `work` go on. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
    await this.clock.advance(0)
  }

  #begin(job: Job): Promise<RunOutcome> {
    const run = this.#perform(job)
    if (job.action.kind === 'do') {
      this.#running.add(run)
      void run.finally(() => this.#running.delete(run))
    }
    return run
  }

  async #perform({ action }: Job): Promise<RunOutcome> {
    if (action.kind !== 'do') {
      await this.work
      return { kind: 'done' }
    }
    try {
      for (const { args } of action.calls) {
        const { name, value, ms } = args
        if (typeof name !== 'string' || (value !== 'on' && value !== 'off')) throw new Error('no such call')
        await this.devices.set({ name, value, ...(typeof ms === 'number' ? { forMs: ms } : {}) })
      }
      return { kind: 'done' }
    } catch (error) {
      return { kind: 'failed', why: sentenceOf(error) }
    }
  }
}

/** A job that waits for something. */
export function ruleOf(id: string, when: Condition, action: JobAction, chat = 'here'): Job {
  return {
    id,
    time: { kind: 'when', when },
    action,
    missed: 'skip',
    quiet: false,
    maker: { channel: 'terminal', chat, person: { id: '1', name: 'Ada' } },
    madeAtMs: 0,
  }
}

/** Switches an output; with `ms` for so long. */
export function setting(name: string, value: 'on' | 'off', ms?: number): JobAction {
  const time = ms === undefined ? {} : { for: `${ms}ms`, ms }
  return { kind: 'do', calls: [{ tool: 'device_set', args: { name, value, ...time } }] }
}

export const saying: JobAction = { kind: 'say', text: 'hello' }

export const roomSensor: DeviceConfig = { kind: 'hwmon', name: 'lm75', value: 'temp1', device: undefined }

export function level(kind: 'above' | 'below', value: number, forMs = 0): Condition {
  return { kind, device: 'room', quantity: 'temperature', value, hysteresis: 0.5, forMs }
}
