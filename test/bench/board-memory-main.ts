/**
 * Opens devices through the drivers of Linux as the daemon does and reads each: first one, then more. Prints how many KiB of
 * private anonymous memory each of the others has added. Run inside the virtual board by board-memory.ts, with --expose-gc.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import * as v from 'valibot'
import { createSystemClock } from '../../src/clock.ts'
import { deviceSchema } from '../../src/config/device-schema.ts'
import { createDevices } from '../../src/devices/devices.ts'
import { unknownBoard } from '../../src/hardware/board.ts'
import { createLinuxHardware } from '../../src/hardware/linux/linux-hardware.ts'
import { createLog } from '../../src/log.ts'
import { nativeFile } from '../../src/native-files.ts'

const clock = createSystemClock()
const log = createLog({ level: 'warn', redact: (text) => text, write: (line) => process.stderr.write(line) })
const hardware = createLinuxHardware({
  board: unknownBoard(undefined),
  clock,
  log,
  nativeFile: (name) => nativeFile(name, ''),
})
const configsSchema = v.record(v.string(), deviceSchema())

async function open(configs: unknown): Promise<void> {
  const devices = createDevices({
    configs: v.parse(configsSchema, configs),
    hardware,
    clock,
    log,
    stateFolder: '/run/tmp',
    units: 'metric',
    tell: () => undefined,
    loadSensors: () => import('../../src/devices/sensors.ts'),
  })
  await devices.start()
  for (const outcome of await devices.read(undefined, new AbortController().signal))
    if (outcome.status === 'failed') throw new Error(outcome.reason)
}

/** What is garbage does not count. */
async function memoryKiB(): Promise<number> {
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.()
    await wait(20)
  }
  const [, found] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  if (found === undefined) throw new Error('This kernel does not count RssAnon.')
  return Number(found)
}

const [first, ...others]: readonly object[] = JSON.parse(process.argv[2] ?? '[]')
await open({ first })
const before = await memoryKiB()
await open(Object.fromEntries(others.map((config, index) => [`device${index}`, config])))
process.stdout.write(`${((await memoryKiB()) - before) / others.length}\n`)
process.exit(0)
