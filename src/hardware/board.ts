/** One pin of a header. A pin without `line` is power, ground or an input of a converter. */
export interface BoardPin {
  /** What is printed beside the header, for example `J8`. */
  readonly header: string
  readonly pin: number
  /** For example `GPIO17`, `P9_12`, or `3V3`, `5V`, `GND`. */
  readonly name: string
  /** As GpioPort takes it: chip label and number, `pinctrl-bcm2711:17`, or the kernel's name of the line. */
  readonly line?: string | undefined
  /** Other names of the pin, for example `SDA1`; each means this pin alone. */
  readonly names: readonly string[]
  /** What the pin can be besides a GPIO line; several pins may share one. */
  readonly functions: readonly string[]
  /** Why no device and no tool may use the pin; reads on after "is reserved: ". */
  readonly reserved?: string | undefined
}

/** What a board file can hold beyond what the device tree of a Debian kernel says of that board. */
export const boardFacts = [
  'positions',
  'lines',
  'chip',
  'functions',
  'i2c-numbers',
  'i2c-pins',
  'spi-numbers',
  'spi-pins',
  'leds',
  'limits',
] as const
export type BoardFact = (typeof boardFacts)[number]

/** What a file in boards/ says of one kind of board. */
export interface Board {
  readonly id: string
  readonly label: string
  /** What /proc/device-tree says on this board: one of `compatible`, or else the beginning of `model`. */
  readonly match: { readonly compatible: readonly string[]; readonly model: readonly string[] }
  /** None on a board that Pincer has no file for. */
  readonly pins: readonly BoardPin[]
  /** The I2C buses on the header by adapter number, with the names of their pins. */
  readonly i2c: readonly I2cBus[]
  /** The SPI devices on the header by `bus.select`, with the names of their pins. */
  readonly spi: readonly SpiDevice[]
  /** By the name under /sys/class/leds. */
  readonly leds: Readonly<Record<string, string>>
  /** Absent where nothing is known. */
  readonly limits?: { readonly levelVolts: number; readonly lineCurrentMaxMa: number }
  /** `outputs-persist-on-exit`: an output keeps its level when its holder is gone. */
  readonly quirks: readonly 'outputs-persist-on-exit'[]
  readonly unverified: readonly BoardFact[]
  /** Devices that the board has by itself, in pincer.yaml's own form; used where no configuration names any. */
  readonly devices: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface I2cBus {
  readonly bus: number
  readonly sda: string
  readonly scl: string
  /** What a person does to switch it on, a clause; absent where it is on from the beginning. */
  readonly setup?: string | undefined
}

export interface SpiDevice {
  readonly device: string
  readonly mosi: string
  readonly miso: string
  readonly sclk: string
  readonly select: string
  readonly setup?: string | undefined
}

/** A GPIO line as guards see it. */
export interface BoardLine {
  /** What people and the configuration call it. */
  readonly name: string
  /** The same for every spelling of one line. */
  readonly address: string
  readonly reserved?: string | undefined
}

/** A board that Pincer has no file for; `model` is what the device tree calls it. */
export function unknownBoard(model: string | undefined): Board {
  return {
    id: 'unknown',
    label: `board that Pincer does not know (${model ?? 'it has no device tree'})`,
    match: { compatible: [], model: [] },
    pins: [],
    i2c: [],
    spi: [],
    leds: {},
    quirks: [],
    unverified: [],
    devices: {},
  }
}

/**
 * Chips with more lines that people add, by the labels that their kernel drivers give them; where two have one label, with
 * the device that each is. No board file knows of their lines, and other labels may be another name of a line that a
 * board reserves.
 */
export function isExpanderLine(line: string): boolean {
  return /^(mcp230(08|17|18)|pcf857[45]a?)(@[\w.-]{1,32})?:\d{1,2}$/.test(line)
}

/**
 * The pin that `line` means: its name (`GPIO17`), another name of it (`SDA1`), `pin 11` where there is one header, or
 * what the kernel calls its line; upper and lower case alike. `undefined` when the board has no such pin.
 */
export function findPin({ pins }: Board, line: string): BoardPin | undefined {
  const wanted = line.trim().toLowerCase()
  const number = /^pin ?(\d{1,2})$/.exec(wanted)?.[1]
  if (number !== undefined) {
    const found = pins.filter(({ pin }) => pin === Number(number))
    return found.length === 1 ? found[0] : undefined
  }
  return (
    pins.find((pin) => pin.name.toLowerCase() === wanted || pin.line?.toLowerCase() === wanted) ??
    pins.find((pin) => pin.names.some((name) => name.toLowerCase() === wanted))
  )
}

/**
 * The GPIO line that `line` means, in any form that findPin takes. On a board without a file every line is taken as the
 * kernel calls it, and nothing is known to be reserved.
 */
export function findLine(board: Board, line: string): BoardLine | undefined {
  if (board.pins.length === 0) return { name: line.trim(), address: line.trim() }
  const pin = findPin(board, line)
  return pin?.line === undefined ? undefined : { name: pin.name, address: pin.line, reserved: pin.reserved }
}
