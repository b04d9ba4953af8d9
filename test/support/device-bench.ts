import fs from 'node:fs'
import { join } from 'node:path'
import type { SwitchConfig } from '../../src/config/config.ts'
import { createDevices } from '../../src/devices/devices.ts'
import type { Devices, OutputNotice } from '../../src/devices/device.ts'
import { createSensors } from '../../src/devices/sensors.ts'
import { isPincerError } from '../../src/errors.ts'
import { HardwareError } from '../../src/errors.ts'
import type { Hardware, KernelOutputPort } from '../../src/hardware/ports.ts'
import { createLog } from '../../src/log.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeGpio } from './fake-gpio.ts'

export function switchConfig(config: Partial<SwitchConfig> = {}): SwitchConfig {
  return {
    kind: 'switch',
    line: 'GPIO17',
    scale: undefined,
    invert: false,
    safe: 'off',
    start: 'safe',
    maxOnMs: undefined,
    minOnMs: undefined,
    minOffMs: undefined,
    perMinute: undefined,
    interlock: undefined,
    deadTimeMs: undefined,
    confirm: false,
    ...config,
  }
}

/** Outputs on lines that can be broken, a clock that can be turned, and a state folder that can be taken away. */
export class DeviceBench {
  readonly clock = new FakeClock()
  readonly gpio = new FakeGpio()
  /** LEDs and PWM channels, each with what it was driven to, in order. */
  readonly levels = new Map<string, number[]>()
  /** Writes of these fail. */
  readonly brokenLevels = new Set<string>()
  readonly logged: string[] = []
  /** What outputs did by themselves, and who is to be told. */
  readonly told: OutputNotice[] = []
  readonly stateFolder: string
  configs: Readonly<Record<string, SwitchConfig>>
  #devices: Devices | undefined
  #onStuck: (() => void) | undefined

  constructor(stateFolder: string, configs: Readonly<Record<string, SwitchConfig>>) {
    this.stateFolder = stateFolder
    this.configs = configs
  }

  get devices(): Devices {
    if (this.#devices === undefined) throw new Error('start the bench first')
    return this.#devices
  }

  get outputsFile(): string {
    return join(this.stateFolder, 'outputs.json')
  }

  async start(): Promise<Devices> {
    const devices = this.create()
    await devices.start()
    return devices
  }

  create(): Devices {
    this.#devices = createDevices({
      configs: this.configs,
      hardware: {
        ...hardwareWith(this.gpio),
        kernelOutputs: this.#kernelOutputs(),
        onStuck: (tell) => (this.#onStuck = tell),
      },
      clock: this.clock,
      log: createLog({ level: 'debug', redact: (text) => text, write: (line) => this.logged.push(line) }),
      stateFolder: this.stateFolder,
      units: 'metric',
      tell: (notice) => this.told.push(notice),
      loadSensors: async () => ({ createSensors }),
    })
    return this.#devices
  }

  #kernelOutputs(): KernelOutputPort {
    return {
      request: async ({ output, percent }) => {
        const name = output.kind === 'led' ? output.name : `${output.chip}/${output.channel}`
        const history = this.levels.get(name) ?? []
        this.levels.set(name, history)
        const set = async (next: number): Promise<void> => {
          if (this.brokenLevels.has(name)) throw new HardwareError('EIO', `${name} takes no level: look at dmesg.`)
          history.push(next)
        }
        await set(percent)
        return { set, get: async () => history.at(-1) ?? 0, release: async () => undefined }
      },
    }
  }

  /** kill -9 and a restart within the same boot: nothing more is written or driven, the kernel takes the lines back. */
  async restart(passedMs = 0): Promise<Devices> {
    this.gpio.crash()
    this.clock.kill()
    await this.clock.advance(passedMs)
    return this.start()
  }

  /** The event loop was stuck, its watchdog drove the lines, and now the loop runs again. */
  async stick(): Promise<void> {
    this.gpio.stick()
    this.#onStuck?.()
    await this.clock.advance(0)
    await this.idle()
  }

  /** The power goes, pins lose their level, and the board comes back after `offMs`. */
  async powerCut(offMs: number): Promise<Devices> {
    this.gpio.crash()
    this.gpio.pins.clear()
    this.clock.reboot(offMs)
    return this.start()
  }

  /** The refusal of a set, as `code: sentence`. */
  async refusal(set: Promise<unknown>): Promise<string> {
    try {
      await set
    } catch (error) {
      if (isPincerError(error)) return `${error.code}: ${error.message}`
      throw error
    }
    return 'allowed'
  }

  /** Waits until what was begun (a write after a deadline, for one) is done. */
  async idle(): Promise<void> {
    await this.devices.unlatch()
  }

  /** Writes into the state folder fail from now on: it is a file. */
  breakDisk(): void {
    fs.renameSync(this.stateFolder, `${this.stateFolder}.away`)
    fs.writeFileSync(this.stateFolder, '')
  }

  mendDisk(): void {
    fs.rmSync(this.stateFolder)
    fs.renameSync(`${this.stateFolder}.away`, this.stateFolder)
  }

  /** Replacing the file fails as on a full disk, while the file itself can be emptied: a folder stands in the way. */
  fillDisk(): void {
    fs.mkdirSync(join(this.stateFolder, '.outputs.json.new'))
  }

  freeDisk(): void {
    fs.rmSync(join(this.stateFolder, '.outputs.json.new'), { recursive: true, force: true })
  }
}

export function hardwareWith(gpio: Hardware['gpio']): Hardware {
  const none = async (): Promise<never> => {
    throw new HardwareError('ENODEV', 'There is no such bus here.')
  }
  return {
    gpio,
    i2c: { buses: async () => [], transfer: none, scan: none },
    spi: { devices: async () => [], transferBytesMax: 4_096, transfer: none },
    kernelSensors: { read: none },
    kernelOutputs: { request: none },
    simulated: false,
  }
}
