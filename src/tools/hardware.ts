import { createGpioTools } from './hardware/gpio-tools.ts'
import type { HardwareTools, HardwareToolsOptions } from './hardware/hardware-tools.ts'
import { createI2cTools } from './hardware/i2c-tools.ts'
import { createSpiTools } from './hardware/spi-tools.ts'

/**
 * The raw tools, below the named devices. They may touch only lines that no device uses and the board does not reserve.
 * Chips on a bus may be written beside the device that reads them: asked for one by one, as all raw writes.
 */
export function createHardwareTools(options: HardwareToolsOptions): HardwareTools {
  const gpio = createGpioTools(options)
  return { tools: [...gpio.tools, ...createI2cTools(options), ...createSpiTools(options)], close: () => gpio.close() }
}
