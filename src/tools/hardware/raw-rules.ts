import * as v from 'valibot'
import type { BusDevice } from '../../devices/bus-devices.ts'
import { PincerError } from '../../errors.ts'
import { type BoardLine, findLine } from '../../hardware/board.ts'
import type { HardwareToolsOptions } from './hardware-tools.ts'
import type { HumanNeed, ToolContext } from '../tool.ts'

/** Bytes as the model writes them. Their range is checked in code: in the schema it would cost bytes of every request. */
export const byteArray = v.array(v.number())

/** Refuses what is not a byte, before it is shown to a person or cut to eight bits. */
export function checkBytes(tool: string, bytes: readonly number[]): void {
  const wrong = bytes.find((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255)
  if (wrong !== undefined)
    throw new PincerError(
      'bad_call',
      `${tool} was not run: write holds ${wrong}, expected whole numbers from 0 to 255. Correct it and call again.`,
    )
}

export function hexPairs(bytes: Iterable<number>): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

export function hexAddress(address: number): string {
  return `0x${address.toString(16).padStart(2, '0')}`
}

export function countBytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`
}

/** Every simulated answer says so. */
export function marked(options: Pick<HardwareToolsOptions, 'hardware'>, answer: string): string {
  return options.hardware.simulated ? `${answer} (simulated)` : answer
}

/** Latched outputs stay as they are, and a bus write can move outputs as well as a line can. */
export function refuseWhenLatched({ devices }: Pick<HardwareToolsOptions, 'devices'>): void {
  const why = devices.latched()
  if (why !== undefined)
    throw new PincerError('latched', `Nothing was written: outputs are latched safe (${why}). An owner can /resume.`)
}

/** What a human must allow: the action itself is the sentence that is shown. */
export function askHuman({ raw }: Pick<HardwareToolsOptions, 'raw'>, action: string): HumanNeed | undefined {
  return raw === 'ask' ? { action, reason: 'it writes to raw hardware', standing: true } : undefined
}

/** The registry asks; this makes sure that what runs is what was asked, whoever calls. */
export function requireApproval(
  { raw }: Pick<HardwareToolsOptions, 'raw'>,
  action: string,
  context: ToolContext,
): void {
  if (raw === 'ask' && context.approved !== action)
    throw new PincerError('needs_human', `"${action}" writes to raw hardware and nobody has allowed it.`)
}

/**
 * The GPIO line that a raw tool may use. Refuses what is not on the header, what the board reserves and what a named
 * device uses, whichever of the line's names is given.
 */
export function freeLine({ board, devices }: HardwareToolsOptions, line: string, instead: string): BoardLine {
  const found = findLine(board, line)
  if (found === undefined)
    throw new PincerError(
      'bad_call',
      `${line} is no GPIO line of the ${board.label}. Use a name such as GPIO5, or pin29 for header pin 29.`,
    )
  const { name, address, reserved } = found
  if (reserved !== undefined) throw new PincerError('limit', `${name} is reserved: ${reserved}. Use another line.`)
  const owner = devices.ownerOfLine(name) ?? devices.ownerOfLine(address)
  if (owner !== undefined)
    throw new PincerError('limit', `${name} belongs to the device ${owner}. Use ${instead} with ${owner} instead.`)
  return found
}

/**
 * Refuses an I2C bus that is not on the header, as a line is that is not: a byte too many to a display, the ID EEPROM or
 * the power supply of a board is for ever. One that a device is on was wired by a person; a board without a file says nothing.
 */
export function refuseOtherBus({ board, devices }: HardwareToolsOptions, bus: number): void {
  if (board.pins.length === 0 || board.i2c.some((each) => each.bus === bus)) return
  if (devices.onBuses.some(({ at }) => at.type === 'i2c' && at.bus === bus)) return
  const [own] = board.i2c
  throw new PincerError(
    'limit',
    `I2C bus ${bus} is not on the header of the ${board.label}: displays, cameras, the ID EEPROM or the power supply may be on it. ` +
      `${own === undefined ? '' : `Use bus ${own.bus}. `}Where you wired it yourself, name a device on it in pincer.yaml.`,
  )
}

/** The device whose chip has this address. */
export function ownerOfAddress(
  { devices }: Pick<HardwareToolsOptions, 'devices'>,
  { bus, address }: { readonly bus: number; readonly address: number },
): BusDevice | undefined {
  return devices.onBuses.find(({ at }) => at.type === 'i2c' && at.bus === bus && at.address === address)
}

/** Refuses a chip select that a device has: every exchange there writes. */
export function refuseOwnedSelect({ devices }: Pick<HardwareToolsOptions, 'devices'>, wanted: string): void {
  const owner = devices.onBuses.find(({ at }) => at.type === 'spi' && at.device === wanted)
  if (owner !== undefined)
    throw new PincerError(
      'limit',
      `SPI device ${wanted} belongs to the device ${owner.name} (${owner.kind}). Use device_read with ${owner.name} instead.`,
    )
}
