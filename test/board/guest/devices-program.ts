/**
 * Devices of a configuration, read in the guest through the drivers of Linux: each line of stdin is answered
 * with what a person reads. It says how many milliseconds pass for the devices before, and which one it asks for.
 */
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import { type Clock, createSystemClock } from '../../../src/clock.ts'
import { deviceSchema } from '../../../src/config/device-schema.ts'
import { createDevices } from '../../../src/devices/devices.ts'
import { formatReadings } from '../../../src/devices/reading-text.ts'
import { unknownBoard } from '../../../src/hardware/board.ts'
import { createLinuxBuses } from '../../../src/hardware/linux/buses.ts'
import { LinuxGpio } from '../../../src/hardware/linux/gpio.ts'
import { LinuxKernelOutputs } from '../../../src/hardware/linux/kernel-outputs.ts'
import { LinuxKernelSensors } from '../../../src/hardware/linux/kernel-sensors.ts'
import { LoopWatchdog } from '../../../src/hardware/linux/loop-watchdog.ts'
import { loadAddon } from '../../../src/hardware/native/addon.ts'
import { createLog } from '../../../src/log.ts'
import { nativeFile } from '../../../src/native-files.ts'

const system = createSystemClock()
let passedMs = 0
const clock: Clock = { ...system, monotonicMs: () => system.monotonicMs() + passedMs }
const addon = () => loadAddon(nativeFile('pincer', ''))
const log = createLog({ level: 'warn', redact: (text) => text, write: (line) => process.stderr.write(line) })

const devices = createDevices({
  configs: v.parse(v.record(v.string(), deviceSchema()), JSON.parse(process.argv[2] ?? '')),
  hardware: {
    ...createLinuxBuses({
      clock,
      board: unknownBoard(undefined),
      addon,
      nativeFile: (name) => nativeFile(name, ''),
    }),
    gpio: new LinuxGpio({ addon, clock, log, root: '/' }),
    kernelSensors: new LinuxKernelSensors({ root: '/', clock }),
    kernelOutputs: new LinuxKernelOutputs({ root: '/', watchdog: new LoopWatchdog(addon) }),
    simulated: false,
  },
  clock,
  log,
  stateFolder: '/run/tmp',
  units: 'metric',
  tell: () => undefined,
  loadSensors: () => import('../../../src/devices/sensors.ts'),
})

let questions = 0
for await (const line of createInterface({ input: process.stdin })) {
  const [beforeMs, name] = line.split(' ')
  passedMs += Number(beforeMs)
  const outcomes = await devices.read(name, new AbortController().signal)
  process.stdout.write(`${++questions}> ${formatReadings(outcomes)}\n<${questions}\n`)
}
