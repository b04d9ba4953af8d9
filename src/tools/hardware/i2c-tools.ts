import * as v from 'valibot'
import { isRegisterRead } from '../../devices/bus-devices.ts'
import { PincerError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import type { HardwareToolsOptions } from './hardware-tools.ts'
import { defineTool, type Tool } from '../tool.ts'
import {
  askHuman,
  byteArray,
  checkBytes,
  countBytes,
  hexAddress,
  hexPairs,
  marked,
  ownerOfAddress,
  refuseOtherBus,
  refuseWhenLatched,
  requireApproval,
} from './raw-rules.ts'

interface TransferArguments {
  readonly bus: number
  readonly address: number
  readonly write?: readonly number[] | undefined
  readonly read?: number | undefined
}

/**
 * i2c_scan and i2c_transfer. What begins with a write is a write: "reading a register" moves outputs on some chips. It is
 * a read only where a device says which chip that is, and the chip's data sheet that it harms nothing.
 */
export function createI2cTools(options: HardwareToolsOptions): readonly Tool[] {
  const { i2c } = options.hardware
  const writes = (args: TransferArguments): boolean => args.write !== undefined && !readsRegister(options, args)
  const scan = defineTool({
    name: 'i2c_scan',
    description: 'Addresses that answer',
    arguments: v.strictObject({ bus: v.number() }),
    access: 'read',
    acts: () => false,
    timeoutMs: limits.toolTimeoutMs,
    async run({ bus }) {
      refuseOtherBus(options, bus)
      const found = await i2c.scan(bus)
      const list = found.map(
        ({ address, state }) => hexAddress(address) + (state === 'kernel' ? ' (held by a kernel driver)' : ''),
      )
      return marked(options, `I2C bus ${bus}: ${list.length === 0 ? 'nothing answers' : list.join(', ')}`)
    },
  })
  const transfer = defineTool({
    name: 'i2c_transfer',
    description: 'Write bytes, then read a count',
    arguments: v.strictObject({
      bus: v.number(),
      address: v.number(),
      write: v.optional(byteArray),
      read: v.optional(v.number()),
    }),
    access: 'change',
    acts: writes,
    counts: writes,
    timeoutMs: limits.toolTimeoutMs,
    needsHuman(args) {
      check(options, args)
      if (!writes(args)) return undefined
      refuseWhenLatched(options)
      return askHuman(options, describe(args))
    },
    async run(args, context) {
      check(options, args)
      const { bus, address, write, read } = args
      if (writes(args)) {
        refuseWhenLatched(options)
        requireApproval(options, describe(args), context)
      }
      const bytes = await i2c.transfer({
        bus,
        address,
        write: write === undefined ? undefined : Uint8Array.from(write),
        readBytes: read,
        timeoutMs: limits.i2cTimeoutMs,
      })
      return marked(options, read === undefined ? `written to ${hexAddress(address)}` : hexPairs(bytes))
    },
  })
  return [scan, transfer]
}

/** Of the chip of a device, by the chip's data sheet. */
function readsRegister(options: HardwareToolsOptions, { write = [], read = 0, ...at }: TransferArguments): boolean {
  const owner = ownerOfAddress(options, at)
  return owner !== undefined && isRegisterRead(owner.kind, { writeBytes: write.length, readBytes: read })
}

function check(options: HardwareToolsOptions, args: TransferArguments): void {
  const { bus, address, write, read } = args
  const refuse = (fault: string): never => {
    throw new PincerError('bad_call', `i2c_transfer was not run: ${fault}. Correct it and call again.`)
  }
  if (!Number.isInteger(address) || address < 0x08 || address > 0x77)
    refuse(`address ${address} is not a 7-bit address from 8 (0x08) to 119 (0x77)`)
  if (write === undefined && read === undefined) refuse('it needs write, read, or both')
  checkBytes('i2c_transfer', write ?? [])
  if (write !== undefined && (write.length < 1 || write.length > limits.i2cWriteBytesMax))
    refuse(`write has ${write.length} bytes, expected 1 to ${limits.i2cWriteBytesMax}`)
  if (read !== undefined && (!Number.isInteger(read) || read < 1 || read > limits.i2cReadBytesMax))
    refuse(`read is ${read}, expected a count of bytes from 1 to ${limits.i2cReadBytesMax}`)
  refuseOtherBus(options, bus)
  const owner = ownerOfAddress(options, args)
  if (owner !== undefined && !readsRegister(options, args))
    throw new PincerError(
      'limit',
      `${hexAddress(address)} on I2C bus ${bus} belongs to the device ${owner.name} (${owner.kind}). Use device_read with ${owner.name} instead.`,
    )
}

/** The whole transfer in words; only called for one that writes. */
function describe({ bus, address, write = [], read }: TransferArguments): string {
  const then = read === undefined ? '' : `, then read ${countBytes(read)}`
  return `write ${hexPairs(write)} to ${hexAddress(address)} on I2C bus ${bus}${then}`
}
