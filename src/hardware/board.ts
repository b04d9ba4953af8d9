import * as v from 'valibot'
import { PincerError } from '../errors.ts'

/** One pin of the header. A pin without `chip` and `offset` is power or ground. */
export interface BoardPin {
  readonly pin: number
  /** The kernel's line name, for example `GPIO17`, or `3V3`, `5V`, `GND`. */
  readonly name: string
  /** Label of the GPIO chip and the line's number on it. */
  readonly chip?: string | undefined
  readonly offset?: number | undefined
  /** Other names and functions of the pin, for example `SDA1`. */
  readonly alternates: readonly string[]
  /** Why no device and no tool may use the pin; reads on after "is reserved: ". */
  readonly reserved?: string | undefined
}

/** What a file in boards/ says of one kind of board. */
export interface Board {
  readonly id: string
  readonly label: string
  /** Strings in /proc/device-tree/compatible and model that mean this board; none for the simulated one. */
  readonly match: { readonly compatible: readonly string[]; readonly model: readonly string[] }
  readonly pins: readonly BoardPin[]
  /** Header pins of each I2C bus, by adapter number. */
  readonly i2c: readonly { readonly bus: number; readonly sda: number; readonly scl: number }[]
  /** Header pins of each SPI device, by `bus.select`. */
  readonly spi: readonly {
    readonly device: string
    readonly mosi: number
    readonly miso: number
    readonly sclk: number
    readonly select: number
  }[]
  readonly limits: { readonly levelVolts: number; readonly lineCurrentMaxMa: number }
  /** Known peculiarities, for example `outputs-persist-on-exit`: an output keeps its level when its holder is gone. */
  readonly quirks: readonly string[]
  /** Devices that the board has by itself, in pincer.yaml's own form; used where no configuration names any. */
  readonly devices: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const pinNumber = v.pipe(v.number(), v.integer(), v.minValue(1))
const pinEntry = v.pipe(
  v.strictObject({
    name: v.pipe(v.string(), v.nonEmpty()),
    chip: v.optional(v.pipe(v.string(), v.nonEmpty())),
    offset: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    alternates: v.optional(v.array(v.string()), []),
    reserved: v.optional(v.string()),
  }),
  v.check(
    (pin) => (pin.chip === undefined) === (pin.offset === undefined),
    'expected both chip and offset, or neither',
  ),
)
const boardFile = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/)),
  label: v.pipe(v.string(), v.nonEmpty()),
  match: v.strictObject({ compatible: v.array(v.string()), model: v.array(v.string()) }),
  header: v.record(v.pipe(v.string(), v.regex(/^[1-9]\d?$/)), pinEntry),
  i2c: v.record(v.pipe(v.string(), v.regex(/^\d+$/)), v.strictObject({ sda: pinNumber, scl: pinNumber })),
  spi: v.record(
    v.pipe(v.string(), v.regex(/^\d+\.\d+$/)),
    v.strictObject({ mosi: pinNumber, miso: pinNumber, sclk: pinNumber, select: pinNumber }),
  ),
  limits: v.strictObject({ levelVolts: v.number(), lineCurrentMaxMa: v.number() }),
  quirks: v.array(v.string()),
  devices: v.record(v.string(), v.record(v.string(), v.unknown())),
})

/** Reads the text of a board file; `fileName` is for the message. A bad file is a `config` error that names its first fault. */
export function parseBoard(jsonText: string, fileName: string): Board {
  const result = v.safeParse(boardFile, parseJson(jsonText, fileName))
  if (!result.success) {
    const [issue] = result.issues
    throw boardError(fileName, `at ${v.getDotPath(issue) ?? 'its top level'}: ${issue.message}`)
  }
  const { header, i2c, spi, ...rest } = result.output
  const board: Board = {
    ...rest,
    pins: Object.entries(header).map(([pin, entry]) => Object.assign({ pin: Number(pin) }, entry)),
    i2c: Object.entries(i2c).map(([bus, pins]) => Object.assign({ bus: Number(bus) }, pins)),
    spi: Object.entries(spi).map(([device, pins]) => Object.assign({ device }, pins)),
  }
  checkPins(board, fileName)
  return Object.freeze(board)
}

/**
 * The pin that `line` means: a line name (`GPIO17`), another name of the pin (`SDA1`), `pin 11` on the header, or
 * `chip:offset`; upper and lower case alike. `undefined` when the board has no such pin.
 */
export function findPin(board: Board, line: string): BoardPin | undefined {
  const wanted = line.trim().toLowerCase()
  const headerPin = /^pin ?(\d{1,2})$/.exec(wanted)?.[1]
  if (headerPin !== undefined) return board.pins.find((pin) => pin.pin === Number(headerPin))
  return (
    board.pins.find((pin) => pin.name.toLowerCase() === wanted || lineAddress(pin)?.toLowerCase() === wanted) ??
    board.pins.find((pin) => pin.alternates.some((name) => name.toLowerCase() === wanted))
  )
}

/** `chip:offset` of a pin; `undefined` for power and ground. */
export function lineAddress(pin: BoardPin): string | undefined {
  return pin.chip === undefined || pin.offset === undefined ? undefined : `${pin.chip}:${pin.offset}`
}

/** Why `line` (in any form that findPin takes) may not be used, or `undefined`. */
export function reservedReason(board: Board, line: string): string | undefined {
  return findPin(board, line)?.reserved
}

function parseJson(jsonText: string, fileName: string): unknown {
  try {
    return JSON.parse(jsonText)
  } catch (cause) {
    throw boardError(fileName, `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`, cause)
  }
}

/** Two pins with one line, or a bus on a pin that is not there, would let a guard look at the wrong pin. */
function checkPins(board: Board, fileName: string): void {
  const seen = new Map<string, number>()
  for (const pin of board.pins) {
    const address = lineAddress(pin)
    if (address === undefined) continue
    for (const key of [pin.name, address, ...pin.alternates]) {
      const other = seen.get(key.toLowerCase())
      if (other !== undefined) throw boardError(fileName, `at header.${pin.pin}: ${key} is already pin ${other}`)
      seen.set(key.toLowerCase(), pin.pin)
    }
  }
  const busPins = [
    ...board.i2c.flatMap(({ bus, sda, scl }) => [sda, scl].map((pin) => ({ at: `i2c.${bus}`, pin }))),
    ...board.spi.flatMap(({ device, mosi, miso, sclk, select }) =>
      [mosi, miso, sclk, select].map((pin) => ({ at: `spi.${device}`, pin })),
    ),
  ]
  for (const { at, pin } of busPins) {
    const found = board.pins.find((each) => each.pin === pin)
    if (found?.chip === undefined) throw boardError(fileName, `at ${at}: pin ${pin} is not a GPIO line of the header`)
  }
}

function boardError(fileName: string, fault: string, cause?: unknown): PincerError {
  return new PincerError('config', `The board file ${fileName} cannot be used: ${fault}. Correct that file.`, { cause })
}
