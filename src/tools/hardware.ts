import type { Devices } from '../devices/device.ts'
import type { Board } from '../hardware/board.ts'
import type { Hardware } from '../hardware/ports.ts'
import { createGpioTools } from './hardware/gpio-tools.ts'
import { createI2cTools } from './hardware/i2c-tools.ts'
import { createSpiTools } from './hardware/spi-tools.ts'
import type { Tool } from './tool.ts'

export interface HardwareToolsOptions {
  readonly hardware: Hardware
  readonly devices: Pick<Devices, 'ownerOfLine' | 'latched'>
  readonly board: Board
  /** `ask`: a human allows each write. Where the configuration says `off`, these tools are not made at all. */
  readonly raw: 'ask' | 'allow'
}

export interface HardwareTools {
  readonly tools: readonly Tool[]
  /**
   * Drives every line that gpio_write holds low and gives it back; for the end and for /stop all. The tools work on
   * after it. Fails with PincerError `hardware`, after all lines were tried, when one could not be driven.
   */
  close(): Promise<void>
}

/** The raw tools, below the named devices: they may touch only what no device uses and the board does not reserve. */
export function createHardwareTools(options: HardwareToolsOptions): HardwareTools {
  const gpio = createGpioTools(options)
  return { tools: [...gpio.tools, ...createI2cTools(options), ...createSpiTools(options)], close: () => gpio.close() }
}
