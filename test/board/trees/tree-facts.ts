import { type Board, type BoardFact, boardFacts, type BoardPin } from '../../../src/hardware/board.ts'
import { cells, nodesOf, strings, type TreeNode } from './device-tree.ts'
import type { TreeLine, TreePins } from './tree-pins.ts'

/** What the board's file says and this device tree does not confirm. What the file does not hold needs no confirmation. */
export function unconfirmed(board: Board, tree: TreePins): readonly BoardFact[] {
  const confirmed: Readonly<Record<BoardFact, boolean>> = {
    positions: linesOf(board)
      .filter((pin) => !isHiddenByUse(pin))
      .every((pin) => positionOf(lineOf(pin, tree)) === `${pin.header}_${pin.pin}`),
    lines: linesOf(board).every((pin) => isNamed(pin, lineOf(pin, tree))),
    chip: linesOf(board).every((pin) => isLabelled(pin, lineOf(pin, tree))),
    functions: board.pins.every(({ functions, ...pin }) => {
      const note = /\[(.*)\]$/.exec(lineOf(pin, tree)?.name ?? '')?.[1]?.replaceAll(' ', '_')
      return functions.every((each) => each === note)
    }),
    'i2c-numbers': board.i2c.every(({ bus }) => tree.aliased(`i2c${bus}`) !== undefined),
    'i2c-pins': board.i2c.every(({ sda, scl }) => {
      const lines = linesNamed(board, tree, [sda, scl])
      return tree.enabled().some((node) => node.name.startsWith('i2c@') && isSame(lines, tree.claimedBy(node)))
    }),
    'spi-numbers': board.spi.every(({ device }) => tree.aliased(`spi${device.split('.')[0]}`) !== undefined),
    'spi-pins': board.spi.every(({ mosi, miso, sclk, select }) =>
      linesNamed(board, tree, [mosi, miso, sclk, select]).every((line, index) =>
        [/MOSI/, /MISO/, /SCLK/, /CE\d/][index]?.test(line?.name ?? ''),
      ),
    ),
    leds: Object.keys(board.leds).every((name) => ledsOf(tree.root).includes(name)),
    limits: board.limits === undefined,
  }
  return boardFacts.filter((fact) => !confirmed[fact])
}

/** The lines of headers that the tree gives to something and that the board's file leaves to everybody. */
export function leftFree(board: Board, tree: TreePins): readonly string[] {
  const free = linesOf(board).filter(({ reserved }) => reserved === undefined)
  return tree.enabled().flatMap((node) => {
    const claimed = tree.claimedBy(node)
    return free.flatMap((pin) => {
      const line = lineOf(pin, tree)
      return line !== undefined && claimed.includes(line) ? [`${pin.name}: ${node.path}`] : []
    })
  })
}

/** Which of its two lines a bus has for what, as far as names or StarFive's signals say: `[sda, scl]` for each bus. */
export function i2cRoles(board: Board, tree: TreePins): readonly (readonly [string, string])[] {
  return board.i2c.map(({ bus, sda, scl }) => {
    const roleOf = (name: string): string => {
      const [line] = linesNamed(board, tree, [name])
      if (line === undefined) return ''
      const [named] = /sda|scl/i.exec(line.name) ?? []
      return named?.toLowerCase() ?? starfiveRole(tree, line, bus)
    }
    return [roleOf(sda), roleOf(scl)]
  })
}

/** jh7110-pinfunc.h: bits 31 to 24 of a `pinmux` are the input signal, 9 for I2C0's clock and 10 for its data. */
function starfiveRole({ root }: TreePins, { chip, offset }: TreeLine, bus: number): string {
  const signals = nodesOf(root)
    .filter(({ path }) => path.startsWith(`${chip.path}/i2c${bus}-`))
    .flatMap((node) => cells(node, 'pinmux'))
    .flatMap((mux) => ((mux & 0xff) === offset ? [mux >>> 24] : []))
  return signals.map((signal) => ({ 9: 'scl', 10: 'sda' })[signal] ?? '').join(' ')
}

function linesOf({ pins }: Board): readonly BoardPin[] {
  return pins.filter(({ line }) => line !== undefined)
}

/** The line in the tree that a pin is; `undefined` where the tree does not know it. */
function lineOf({ line = '' }: Pick<BoardPin, 'line'>, { lines }: TreePins): TreeLine | undefined {
  const [, offset] = /:(\d+)$/.exec(line) ?? []
  const found = lines.filter((each) =>
    offset === undefined ? each.name === line || each.name.startsWith(`${line} `) : each.offset === Number(offset),
  )
  return found.length === 1 ? found[0] : undefined
}

function linesNamed(board: Board, tree: TreePins, names: readonly string[]): readonly (TreeLine | undefined)[] {
  return names.map((name) => {
    const pin = board.pins.find((each) => each.name === name)
    return pin === undefined ? undefined : lineOf(pin, tree)
  })
}

/** A line that the kernel calls by what the board itself uses it for, and that nobody else may use: its place harms nobody. */
function isHiddenByUse({ line = '', reserved }: BoardPin): boolean {
  return reserved !== undefined && /^\[.+\]$/.test(line)
}

/** The place on a header that the kernel's name tells, as on a BeagleBone: `P9_41B` is one of the lines at pin 41 of P9. */
function positionOf(line: TreeLine | undefined): string | undefined {
  return /^(P\d_\d+)[AB]?( |$)/.exec(line?.name ?? '')?.[1]
}

function isNamed({ name, names, line: wanted }: BoardPin, line: TreeLine | undefined): boolean {
  return line !== undefined && (line.name.split(' ')[0] === wanted || [name, ...names].includes(line.name))
}

/** A label that is the name of the device, `13040000.pinctrl`, stands in the tree as `pinctrl@13040000`. */
function isLabelled({ line = '' }: BoardPin, found: TreeLine | undefined): boolean {
  const [label] = line.split(':')
  if (label === line) return true
  const [kind = '', address = ''] = found?.chip.name.split('@') ?? []
  return label === `${address}.${kind}`
}

/** The names that LEDs have under /sys/class/leds. */
function ledsOf(root: TreeNode): readonly string[] {
  return nodesOf(root)
    .filter((node) => strings(node, 'compatible').includes('gpio-leds'))
    .flatMap(({ children }) => children.flatMap((led) => strings(led, 'label')))
}

function isSame(wanted: readonly (TreeLine | undefined)[], found: readonly TreeLine[]): boolean {
  return wanted.length === found.length && wanted.every((line) => line !== undefined && found.includes(line))
}
