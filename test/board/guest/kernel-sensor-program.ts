/** Reads one kernel sensor, given as JSON, and says its value or its failure: run inside the guest by sensors.board.ts. */
import { createSystemClock } from '../../../src/clock.ts'
import { isHardwareError } from '../../../src/errors.ts'
import { LinuxKernelSensors } from '../../../src/hardware/linux/kernel-sensors.ts'

const port = new LinuxKernelSensors({ root: '/', clock: createSystemClock() })
try {
  process.stdout.write(`${await port.read(JSON.parse(process.argv[2] ?? ''))}\n`)
} catch (error) {
  if (!isHardwareError(error)) throw error
  process.stdout.write(`${error.kernel}: ${error.message}\n`)
}
