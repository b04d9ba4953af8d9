import type { Devices } from '../../devices/device.ts'
import type { RawLines } from '../../devices/raw-lines.ts'
import type { Board } from '../../hardware/board.ts'
import type { Hardware } from '../../hardware/ports.ts'
import type { Tool } from '../tool.ts'

/** What the raw tools of all three families need. */
export interface HardwareToolsOptions {
  readonly hardware: Hardware
  readonly devices: Pick<Devices, 'ownerOfLine' | 'latched' | 'onBuses'>
  readonly board: Board
  /** What the disk knows of lines that gpio_write drives. */
  readonly rawLines: Pick<RawLines, 'save'>
  /** `ask`: a human allows each write. Where the configuration says `off`, these tools are not made at all. */
  readonly raw: 'ask' | 'allow'
}

export interface HardwareTools {
  readonly tools: readonly Tool[]
  /**
   * Puts every line that gpio_write holds back to what it was before the first write, and gives it back; for the end and
   * for /stop all. The tools work on after it. Fails with PincerError `hardware`, after all lines were tried, when one
   * could not be put back.
   */
  close(): Promise<void>
}
