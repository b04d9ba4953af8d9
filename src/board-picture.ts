import type { DeviceConfig } from './config/config.ts'
import { type Board, type BoardFact, type BoardPin, findLine, isExpanderLine } from './hardware/board.ts'
import type { LineInfo } from './hardware/ports.ts'

/** What `pincer board` shows, besides the board's file. */
export interface BoardView {
  readonly board: Board
  readonly devices: Readonly<Record<string, DeviceConfig>>
  /** What the kernel says of the lines now; absent where it could not be asked. */
  readonly lines: readonly LineInfo[] | undefined
}

const widthChars = 80
/** A pin's number and the bar between the two columns take what is left. */
const cellChars = 35
const gap = '  '

/** The board as text of at most 80 columns: its headers, what uses which pin, and why the others are not free. */
export function drawBoard(view: BoardView): string {
  const { board } = view
  if (board.pins.length === 0) return drawUnknown(view)
  const headers = [...new Set(board.pins.map(({ header }) => header))]
  const nameChars = Math.max(...board.pins.map(({ name }) => name.length))
  const stateChars = cellChars - nameChars - gap.length
  const cells = new Map(board.pins.map((pin) => [pin, cellOf(pin, view, stateChars)]))
  const drawn = headers.map((header) => {
    const pins = board.pins.filter((pin) => pin.header === header)
    const rows = drawHeader(pins, cells, nameChars).join('\n')
    return `${headers.length > 1 ? `${' '.repeat(cellChars)}${header}\n` : ''}${rows}\n`
  })
  return [`${capital(board.label)} (board: ${board.id})`, '', ...drawn, ...notesOf(view, cells)].join('\n')
}

/** For `pincer check`: which board `id` of a configuration is, a sentence, and what of it nobody has compared. */
export function remarksOn(id: string, board: Board): readonly string[] {
  const { label, pins } = board
  if (pins.length === 0) {
    return [
      `board: ${id} is a ${label}. Its lines go by the kernel's names or as chip:line: \`pincer board\` lists them.`,
    ]
  }
  const found = id === 'auto' ? `, by its device tree (\`board: ${board.id}\`)` : ''
  return [`board: ${id} is a ${label}${found}.`, ...unverified(board)]
}

interface Cell {
  readonly name: string
  /** What uses the pin, or what it can be. */
  readonly state: string
  /** Why it is reserved, where `state` is too short to say so. */
  readonly reason?: string
}

function cellOf(pin: BoardPin, { board, devices, lines }: BoardView, stateChars: number): Cell {
  const { name, line, functions } = pin
  if (line === undefined) return { name, state: '' }
  const user = Object.entries(devices).find(([, config]) => isOnLine(config, board, line))
  if (user !== undefined) return { name, state: cut(`${user[0]} (${user[1].kind})`, stateChars) }
  if (pin.reserved !== undefined) {
    const reason = pin.reserved.replace(/^it is (the )?/, '')
    return reason.length <= stateChars ? { name, state: reason } : { name, state: 'reserved', reason: pin.reserved }
  }
  const holder = lines?.find((each) => each.name === name)?.consumer ?? ''
  if (holder !== '') return { name, state: cut(`held by ${holder}`, stateChars) }
  const can = functions.map((_, index) => `free: ${functions.slice(0, index + 1).join(' ')}`)
  return { name, state: can.findLast((each) => each.length <= stateChars) ?? 'free' }
}

/** Odd numbers on the left, even ones on the right, as they are on the board. */
function drawHeader(
  pins: readonly BoardPin[],
  cells: ReadonlyMap<BoardPin, Cell>,
  nameChars: number,
): readonly string[] {
  const cellAt = (number: number): Cell => {
    const pin = pins.find((each) => each.pin === number)
    return (pin === undefined ? undefined : cells.get(pin)) ?? { name: '', state: '' }
  }
  const rows = Math.ceil(Math.max(...pins.map(({ pin }) => pin)) / 2)
  return Array.from({ length: rows }, (_, row) => {
    const [odd, even] = [row * 2 + 1, row * 2 + 2]
    const [left, right] = [cellAt(odd), cellAt(even)]
    const leftHalf = `${left.state}${gap}${left.name.padStart(nameChars)} ${String(odd).padStart(2)}`
    const rightHalf = `${String(even).padEnd(2)} ${right.name.padEnd(nameChars)}${gap}${right.state}`
    return `${leftHalf.padStart(cellChars + 3)} | ${rightHalf}`.trimEnd()
  })
}

function notesOf({ board, devices, lines }: BoardView, cells: ReadonlyMap<BoardPin, Cell>): readonly string[] {
  const reasons = new Map<string, string[]>()
  for (const { name, reason } of cells.values())
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), name])
  const onBus = (is: (config: DeviceConfig) => boolean): string => {
    const names = Object.entries(devices).flatMap(([name, config]) => (is(config) ? [name] : []))
    return names.length === 0 ? 'nothing configured' : names.join(', ')
  }
  const { limits } = board
  return [
    ...[...reasons].map(([reason, names]) => `Reserved: ${names.join(', ')}: ${reason}.`),
    ...board.i2c.map(({ bus, sda, scl, setup }) => {
      const users = onBus((config) => 'bus' in config && config.bus === bus)
      return `I2C bus ${bus} (SDA ${sda}, SCL ${scl}): ${users}.${howToSwitchOn(setup)}`
    }),
    ...board.spi.map(({ device, select, setup }) => {
      const users = onBus((config) => 'spi' in config && config.spi === device)
      return `SPI device ${device} (chip select ${select}): ${users}.${howToSwitchOn(setup)}`
    }),
    ...expanders(devices, lines),
    ...leds(board),
    ...(limits === undefined
      ? []
      : [`A line has ${limits.levelVolts} V and gives or takes at most ${limits.lineCurrentMaxMa} mA.`]),
    ...(board.quirks.includes('outputs-persist-on-exit')
      ? ['An output keeps its level when whatever drove it is gone.']
      : []),
    ...unverified(board),
  ].flatMap((note) => wrapped(note))
}

/** Chips with more lines, which no board file has: how their lines are called here, where two may have one label. */
function expanders(devices: BoardView['devices'], lines: readonly LineInfo[] = []): readonly string[] {
  const chips = new Map<string, string[]>()
  for (const { address } of lines.filter((line) => isExpanderLine(line.address))) {
    const [, chip = '', offset = ''] = /^(.*):(\d+)$/.exec(address) ?? []
    chips.set(chip, [...(chips.get(chip) ?? []), offset])
  }
  return [...chips].map(([chip, offsets]) => {
    const users = Object.entries(devices).flatMap(([name, config]) => {
      const line = 'line' in config ? config.line : ''
      const offset = offsets.find((each) => [line, line.replace(/@[^:]*/, '')].includes(`${chip}:${each}`))
      return offset === undefined ? [] : [`${name} on :${offset}`]
    })
    return `Lines ${chip}:${offsets[0]} to :${offsets.at(-1)}: ${users.length === 0 ? 'nothing configured' : users.join(', ')}.`
  })
}

function howToSwitchOn(setup: string | undefined): string {
  return setup === undefined ? '' : ` To switch it on, ${setup}.`
}

function leds({ leds: known }: Board): readonly string[] {
  const named = Object.entries(known).map(([name, what]) => `${name} (${what})`)
  return named.length === 0 ? [] : [`LEDs: ${named.join(', ')}.`]
}

function unverified({ unverified: facts }: Board): readonly string[] {
  if (facts.length === 0) return []
  const said = facts.map((fact) => factWords[fact]).join(', ')
  return [`Unverified, as the device tree of Debian's kernel does not say it: ${said}.`]
}

const factWords: Readonly<Record<BoardFact, string>> = {
  positions: 'which line is at which pin',
  lines: 'the numbers and names of lines',
  chip: 'the label of their chip',
  functions: 'what else a pin can be',
  'i2c-numbers': 'the numbers of I2C buses',
  'i2c-pins': 'the pins of I2C buses',
  'spi-numbers': 'the numbers of SPI buses',
  'spi-pins': 'the pins of SPI buses',
  leds: 'the names of LEDs',
  limits: 'volts and current',
}

/** Without a file there is no picture: the kernel's lines, and what uses them. */
function drawUnknown({ board, devices, lines }: BoardView): string {
  const rows = (lines ?? []).map(({ name, address, consumer, direction }) => {
    const user = Object.entries(devices).find(([, config]) => 'line' in config && [name, address].includes(config.line))
    const used = user === undefined ? consumer : `${user[0]} (${user[1].kind})`
    return [address, name, direction, used === '' ? 'free' : used] as const
  })
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
  return [
    `This is a ${board.label}: nothing is known of its pins.`,
    ...wrapped(
      'Its lines go by the names that the kernel has for them, or as chip:line. None is known to be reserved: try none that the board itself may need.',
    ),
    ...(lines?.length === 0 ? ['The kernel shows no GPIO line.'] : ['']),
    ...rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
  ].join('\n')
}

function isOnLine(config: DeviceConfig, board: Board, line: string): boolean {
  return 'line' in config && findLine(board, config.line)?.address === line
}

/** Lines of at most 80 columns; all but the first are set in. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > widthChars) {
      lines.push(line)
      line = `  ${word}`
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 3)}...`
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
