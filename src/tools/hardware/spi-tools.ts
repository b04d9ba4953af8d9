import * as v from 'valibot'
import { PincerError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { HardwareToolsOptions } from './hardware-tools.ts'
import { defineTool, type Tool } from '../tool.ts'
import {
  askHuman,
  byteArray,
  checkBytes,
  hexPairs,
  marked,
  refuseOwnedSelect,
  refuseWhenLatched,
  requireApproval,
} from './raw-rules.ts'

/** spi_transfer. SPI writes while it reads, so every transfer is a write. */
export function createSpiTools(options: HardwareToolsOptions): readonly Tool[] {
  const transfer = defineTool({
    name: 'spi_transfer',
    description: 'Exchange bytes; device e.g. 0.0',
    arguments: v.strictObject({
      device: v.string(),
      write: byteArray,
      speed_hz: v.optional(v.number()),
      mode: v.optional(v.picklist([0, 1, 2, 3])),
    }),
    access: 'change',
    acts: () => true,
    counts: () => true,
    timeoutMs: limits.toolTimeoutMs,
    needsHuman(args) {
      check(options, args)
      refuseWhenLatched(options)
      return askHuman(options, describe(args))
    },
    async run(args, context) {
      check(options, args)
      refuseWhenLatched(options)
      requireApproval(options, describe(args), context)
      const { device, write, speed_hz: speedHz = limits.spiSpeedHzDefault, mode = 0 } = args
      const answer = await options.hardware.spi.transfer({ device, write: Uint8Array.from(write), speedHz, mode })
      return marked(options, hexPairs(answer))
    },
  })
  return [transfer]
}

function check(options: HardwareToolsOptions, { device, write }: TransferArguments): void {
  checkBytes('spi_transfer', write)
  // One chip select has one spelling, so that none passes by its device.
  if (!/^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.test(device))
    throw new PincerError(
      'bad_call',
      `spi_transfer was not run: device is ${JSON.stringify(device.slice(0, 40))}, expected bus and chip select such as 0.0.`,
    )
  refuseOwnedSelect(options, device)
}

interface TransferArguments {
  readonly device: string
  readonly write: readonly number[]
  readonly speed_hz?: number | undefined
  readonly mode?: number | undefined
}

function describe({
  device,
  write,
  speed_hz: speedHz = limits.spiSpeedHzDefault,
  mode = 0,
}: TransferArguments): string {
  return `send ${hexPairs(write)} to SPI device ${device} at ${speedHz} Hz in mode ${mode}`
}
