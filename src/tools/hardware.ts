import { createGpioTools } from './hardware/gpio-tools.ts'
import type { HardwareTools, HardwareToolsOptions } from './hardware/hardware-tools.ts'
import { createI2cTools } from './hardware/i2c-tools.ts'
import { createSpiTools } from './hardware/spi-tools.ts'

/**
 * The raw tools, below the named devices. They may touch only lines that no device uses and the board does not reserve.
 * The chip of a device on a bus may be read a register of, where its data sheet says that this is all it does.
 */
export function createHardwareTools(options: HardwareToolsOptions): HardwareTools {
  const gpio = createGpioTools(options)
  return { tools: [...gpio.tools, ...createI2cTools(options), ...createSpiTools(options)], close: () => gpio.close() }
}
