/**
 * Devices of a configuration, read in the guest through the drivers of Linux: each line of stdin is answered
 * with what a person reads. It says how many milliseconds pass for the devices before, and which one it asks for.
 * Chips are waited for in real time, which is theirs; ages, and the deadlines of buses and of the kernel's drivers, are
 * those of the lines: a line that asks for nothing lets time pass for a reading that hangs.
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
import { FakeClock } from '../../support/fake-clock.ts'

const told = new FakeClock()
const clock: Clock = { ...createSystemClock(), monotonicMs: () => told.monotonicMs() }
const addon = () => loadAddon(nativeFile('pincer', ''))
const log = createLog({ level: 'warn', redact: (text) => text, write: (line) => process.stderr.write(line) })

const devices = createDevices({
  configs: v.parse(v.record(v.string(), deviceSchema()), JSON.parse(process.argv[2] ?? '')),
  hardware: {
    ...createLinuxBuses({
      clock: told,
      board: unknownBoard(undefined),
      addon,
      nativeFile: (name) => nativeFile(name, ''),
    }),
    gpio: new LinuxGpio({ addon, clock, log, root: '/' }),
    kernelSensors: new LinuxKernelSensors({ root: '/', clock: told }),
    kernelOutputs: new LinuxKernelOutputs({
      root: '/',
      clock: told,
      watchdog: new LoopWatchdog(addon),
      undisturbed: (work) => addon().undisturbed(work),
    }),
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
async function answer(line: string): Promise<void> {
  const [passedMs, name = ''] = line.split(' ')
  await told.advance(Number(passedMs))
  if (name === '') return
  const outcomes = await devices.read(name, new AbortController().signal)
  process.stdout.write(`${++questions}> ${formatReadings(outcomes)}\n<${questions}\n`)
}
createInterface({ input: process.stdin }).on('line', (line) => void answer(line))
