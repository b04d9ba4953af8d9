import type { Board } from './board.ts'
import { Ads1115 } from './chips/ads1115.ts'
import { Aht20 } from './chips/aht20.ts'
import { Bh1750 } from './chips/bh1750.ts'
import { Bme280 } from './chips/bme280.ts'
import { Ina219 } from './chips/ina219.ts'
import { Lm75 } from './chips/lm75.ts'
import { Mcp3008 } from './chips/mcp3008.ts'
import { Sht4x } from './chips/sht4x.ts'
import { Tmp102 } from './chips/tmp102.ts'

const root = new URL('../..', import.meta.url).pathname

/** One device of each chip kind, as in pincer.yaml, under the name of its kind. */
const chipConfigs = {
  bme280: { kind: 'bme280', address: 0x76 },
  bmp280: { kind: 'bmp280', address: 0x77 },
  sht4x: { kind: 'sht4x', address: 0x44 },
  aht20: { kind: 'aht20', address: 0x38 },
  bh1750: { kind: 'bh1750', address: 0x23 },
  tmp102: { kind: 'tmp102', address: 0x49 },
  lm75: { kind: 'lm75', address: 0x4f },
  ads1115: { kind: 'ads1115', address: 0x4a, channel: 2, gain: 1 },
  ina219: { kind: 'ina219', address: 0x40, shuntOhms: 0.1 },
  mcp3008: { kind: 'mcp3008', spi: '0.0', channel: 5 },
} as const

export type I2cKind = Exclude<keyof typeof chipConfigs, 'mcp3008'>

/** A chip of each kind, healthy. */
export function makeChips() {
  return {
    bme280: new Bme280(),
    bmp280: new Bme280('bmp280'),
    sht4x: new Sht4x(),
    aht20: new Aht20(),
    bh1750: new Bh1750(),
    tmp102: new Tmp102(),
    lm75: new Lm75(),
    ads1115: new Ads1115(),
    ina219: new Ina219(),
    mcp3008: new Mcp3008(),
  }
}

export type Chips = ReturnType<typeof makeChips>

export function plugIn(board: Board, { mcp3008, ...chips }: Chips): void {
  board.spi.plug(0, mcp3008)
  for (const kind of i2cKinds) board.i2c.plug(addressOf(kind), chips[kind])
}

export const i2cKinds = (Object.keys(chipConfigs) as (keyof typeof chipConfigs)[]).filter((kind) => kind !== 'mcp3008')

export function addressOf(kind: I2cKind): number {
  return chipConfigs[kind].address
}

export interface DeviceReader {
  /** What a person reads of a device, so long after the time before: by default an hour, in which all can have changed. */
  readonly read: (name: string, passedMs?: number) => Promise<string>
  /** Lets so much time pass for a reading that hangs, for which none passes else. */
  readonly pass: (durationMs: number) => void
}

/** Starts what reads devices in the guest: those of each kind of chip, and `more`. */
export function startDevices(board: Board, more: Readonly<Record<string, object>> = {}): DeviceReader {
  const configs = JSON.stringify({ ...chipConfigs, ...more })
  const command = ['/bin/sh', `${root}build/node`, `${root}test/board/guest/devices-program.ts`, configs]
  const program = board.start(command, { cwd: root, env: { TZ: 'UTC' } })
  let questions = 0
  return {
    async read(name, passedMs = 3_600_000) {
      const question = ++questions
      program.type(`${passedMs} ${name}\n`)
      await program.says(`\n<${question}\n`)
      const [, answer = ''] = program.stdout.split(`${question}> `)
      return answer.slice(0, answer.indexOf(`\n<${question}\n`))
    },
    pass: (durationMs) => program.type(`${durationMs}\n`),
  }
}
