/** The contract of the GPIO port, for the driver of Linux: run inside the guest by gpio.board.ts. */
import { createSystemClock } from '../../../src/clock.ts'
import { LinuxGpio } from '../../../src/hardware/linux/gpio.ts'
import { type Addon, loadAddon } from '../../../src/hardware/native/addon.ts'
import { createLog } from '../../../src/log.ts'
import { nativeFile } from '../../../src/native-files.ts'
import { gpioContract } from '../../contract/gpio.ts'
import { settle, SimulatedChip } from './simulated-chip.ts'

const addon = loadAddon(nativeFile('pincer', '/run/native'))
/** As the kernel is with a chip behind a bus. */
const withoutDebounce: Addon = {
  ...addon,
  gpioRequest(request) {
    if (request.debounceUs > 0) throw Object.assign(new Error('refused'), { code: 'EINVAL', syscall: 'ioctl' })
    return addon.gpioRequest(request)
  },
}

for (const [name, loaded] of [
  ['the GPIO lines of Linux', addon],
  ['the GPIO lines of Linux on a chip that it cannot debounce', withoutDebounce],
] as const)
  gpioContract(name, async () => {
    const chip = new SimulatedChip('contract', [{ label: 'contract-chip', lines: { 3: 'LINE-A', 5: 'LINE-B' } }])
    const log = createLog({
      level: 'debug',
      redact: (text) => text,
      write: (line) => process.stderr.write(`${line}\n`),
    })
    const port = new LinuxGpio({ addon: () => loaded, clock: createSystemClock(), log, root: '/' })
    return {
      port,
      lineA: 'LINE-A',
      lineB: 'LINE-B',
      async drive(line, level) {
        if (level !== undefined) chip.drive(line, level)
      },
      measure: async (line) => chip.measure(line),
      wait: settle,
      async close() {
        port.close()
        chip.remove()
      },
    }
  })
