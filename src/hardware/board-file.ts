import * as v from 'valibot'
import { PincerError } from '../errors.ts'
import { boardFacts, type Board, type BoardPin } from './board.ts'

const word = v.pipe(v.string(), v.nonEmpty())
const words = v.optional(v.array(word), [])
const pinEntry = v.strictObject({
  name: word,
  // A number: that line of `chip`. A text: the kernel's name of the line.
  line: v.optional(v.union([v.pipe(v.number(), v.integer(), v.minValue(0)), word])),
  names: words,
  functions: words,
})
const setup = v.optional(word)
const match = v.strictObject({ compatible: v.array(word), model: v.array(word) })
const boardFile = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/)),
  label: word,
  match,
  chip: v.optional(word),
  headers: v.record(word, v.record(v.pipe(v.string(), v.regex(/^[1-9]\d?$/)), pinEntry)),
  /** Lines that are not free, with what reads on after "is reserved: "; those of the buses below are not free either. */
  reserved: v.array(v.strictObject({ why: word, pins: v.array(word) })),
  i2c: v.record(v.pipe(v.string(), v.regex(/^\d+$/)), v.strictObject({ sda: word, scl: word, setup })),
  spi: v.record(
    v.pipe(v.string(), v.regex(/^\d+\.\d+$/)),
    v.strictObject({ mosi: word, miso: word, sclk: word, select: word, setup }),
  ),
  leds: v.record(word, word),
  limits: v.strictObject({ levelVolts: v.number(), lineCurrentMaxMa: v.number() }),
  quirks: v.array(v.literal('outputs-persist-on-exit')),
  unverified: v.array(v.picklist(boardFacts)),
  devices: v.optional(v.record(v.string(), v.record(v.string(), v.unknown())), {}),
})
type BoardFile = v.InferOutput<typeof boardFile>

/** What a board file is recognised by; the rest of the file is not looked at. Fails as `boardOf` does. */
export function matchIn(content: unknown, fileName: string): Board['match'] {
  return checked(v.object({ match }), content, fileName).match
}

/**
 * Checks what a board file holds, as its notation was read; `fileName` is for the message. A bad file is a `config`
 * error that names its first fault.
 */
export function boardOf(content: unknown, fileName: string): Board {
  const file = checked(boardFile, content, fileName)
  const { headers, i2c, spi, chip, reserved: _, ...rest } = file
  const whyReserved = reservations(file, fileName)
  const pins = Object.entries(headers).flatMap(([header, entries]) =>
    Object.entries(entries).map(([pin, { line, ...entry }]): BoardPin => {
      if (typeof line === 'number' && chip === undefined)
        throw boardFault(fileName, `at headers.${header}.${pin}: line ${line} needs a \`chip\` at the top level`)
      const named = typeof line === 'number' ? `${chip}:${line}` : line
      return Object.assign({ header, pin: Number(pin), reserved: whyReserved.get(entry.name) }, entry, { line: named })
    }),
  )
  checkNames(pins, fileName)
  for (const name of whyReserved.keys()) {
    if (!pins.some((pin) => pin.name === name && pin.line !== undefined))
      throw boardFault(fileName, `${name} is reserved or belongs to a bus, and is no line of a header`)
  }
  return Object.freeze({
    ...rest,
    pins,
    i2c: Object.entries(i2c).map(([bus, settings]) => Object.assign({ bus: Number(bus) }, settings)),
    spi: Object.entries(spi).map(([device, settings]) => Object.assign({ device }, settings)),
  })
}

function checked<Output>(schema: v.GenericSchema<unknown, Output>, content: unknown, fileName: string): Output {
  const result = v.safeParse(schema, content)
  if (result.success) return result.output
  const [issue] = result.issues
  throw boardFault(fileName, `at ${v.getDotPath(issue) ?? 'its top level'}: ${issue.message}`)
}

/** Why each pin that is not free is not, by name: whoever drives a pin of a bus breaks all that is on that bus. */
function reservations({ reserved, i2c, spi }: BoardFile, fileName: string): ReadonlyMap<string, string> {
  const why = new Map<string, string>()
  const reserve = (name: string, reason: string): void => {
    const known = why.get(name)
    if (known !== undefined && known !== reason)
      throw boardFault(fileName, `${name} is reserved twice: ${known}, and ${reason}`)
    why.set(name, reason)
  }
  for (const { why: reason, pins } of reserved) for (const name of pins) reserve(name, reason)
  for (const [bus, { sda, scl }] of Object.entries(i2c)) {
    reserve(sda, `it is SDA of I2C bus ${bus}`)
    reserve(scl, `it is SCL of I2C bus ${bus}`)
  }
  for (const [device, { mosi, miso, sclk, select }] of Object.entries(spi)) {
    const [bus = ''] = device.split('.')
    reserve(mosi, `it is MOSI of SPI bus ${bus}`)
    reserve(miso, `it is MISO of SPI bus ${bus}`)
    reserve(sclk, `it is SCLK of SPI bus ${bus}`)
    reserve(select, `it is the chip select of SPI ${device}`)
  }
  return why
}

/** Two pins with one line or name would let a guard look at the wrong pin. */
function checkNames(pins: readonly BoardPin[], fileName: string): void {
  const seen = new Map<string, BoardPin>()
  for (const pin of pins) {
    if (pin.line === undefined) continue
    for (const key of new Set([pin.name, pin.line, ...pin.names].map((each) => each.toLowerCase()))) {
      const other = seen.get(key)
      const at = `headers.${pin.header}.${pin.pin}`
      if (other !== undefined)
        throw boardFault(fileName, `at ${at}: ${key} is already pin ${other.pin} of ${other.header}`)
      seen.set(key, pin)
    }
  }
}

/** The failure of whoever reads a board file. */
export function boardFault(fileName: string, fault: string): PincerError {
  return new PincerError('config', `The board file ${fileName} cannot be used: ${fault}. Correct that file.`)
}
