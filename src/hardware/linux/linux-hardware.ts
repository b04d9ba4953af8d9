import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Board } from '../board.ts'
import { BoardGpio } from '../board-gpio.ts'
import { type Addon, loadAddon } from '../native/addon.ts'
import type { Hardware } from '../ports.ts'
import { createLinuxBuses } from './buses.ts'
import { LinuxGpio } from './gpio.ts'
import { LinuxKernelOutputs } from './kernel-outputs.ts'
import { LinuxKernelSensors } from './kernel-sensors.ts'
import { LoopWatchdog } from './loop-watchdog.ts'

export interface LinuxHardwareOptions {
  readonly board: Board
  readonly clock: Clock
  readonly log: Log
  /** The file of a compiled addon; fails with a sentence where it is not built. */
  readonly nativeFile: (name: 'pincer' | 'i2c' | 'spi') => string
}

export interface LinuxHardware extends Hardware {
  /** Whether something keeps the wall clock, as the kernel was told; false where it cannot be asked. Loads our addon. */
  clockIsKept(): boolean
  /** Nobody is told of edges any more, and nothing watches the event loop. */
  close(): void
}

/**
 * The pins and buses of this machine, through its kernel. Nothing is opened, and no addon loaded, before a line or a bus
 * is used; lines have the names of the board's file.
 */
export function createLinuxHardware({ board, clock, log, nativeFile }: LinuxHardwareOptions): LinuxHardware {
  let loaded: Addon | undefined
  const addon = (): Addon => (loaded ??= loadAddon(nativeFile('pincer')))
  const watchdog = new LoopWatchdog(addon)
  const gpio = new LinuxGpio({ addon, clock, log, root: '/', watchdog })
  return {
    gpio: new BoardGpio(board, gpio),
    ...createLinuxBuses({ board, clock, addon, nativeFile }),
    kernelSensors: new LinuxKernelSensors({ root: '/', clock }),
    kernelOutputs: new LinuxKernelOutputs({
      root: '/',
      clock,
      watchdog,
      undisturbed: (work) => addon().undisturbed(work),
    }),
    simulated: false,
    clockIsKept() {
      try {
        return addon().clockIsKept()
      } catch {
        // Not compiled, or a sandbox in the way: the clock is then known as well as without.
        return false
      }
    },
    onStuck: (tell) => watchdog.onStuck(tell),
    close() {
      gpio.close()
      watchdog.close()
    },
  }
}
