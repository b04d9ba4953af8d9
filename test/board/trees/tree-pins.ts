import { cells, nodesOf, strings, type TreeNode } from './device-tree.ts'

/** A GPIO line of a device tree. */
export interface TreeLine {
  /** The node of its chip. */
  readonly chip: TreeNode
  readonly offset: number
  /** The kernel's name of it; empty where the tree gives none. */
  readonly name: string
}

/** What a device tree says of pins: which lines there are, and which of them a bus or another device takes. */
export class TreePins {
  readonly root: TreeNode
  readonly lines: readonly TreeLine[]
  readonly #nodes: readonly TreeNode[]
  readonly #byPhandle: ReadonlyMap<number, TreeNode>

  /** `chips` are the `compatible` names of the chips whose lines go to headers. */
  constructor(root: TreeNode, chips: readonly string[]) {
    this.root = root
    this.#nodes = nodesOf(root)
    this.#byPhandle = new Map(this.#nodes.flatMap((node) => cells(node, 'phandle').map((handle) => [handle, node])))
    this.lines = this.#nodes
      .filter((node) => strings(node, 'compatible').some((name) => chips.includes(name)))
      .flatMap((chip) => linesOf(chip))
  }

  /** The node that an alias such as `i2c1` means; the kernel gives its bus that number. */
  aliased(name: string): TreeNode | undefined {
    const aliases = this.#nodes.find(({ path }) => path === '/aliases')
    const [path] = aliases === undefined ? [] : strings(aliases, name)
    return this.#nodes.find((node) => node.path === path)
  }

  /** The nodes that are switched on, with all that they are in. */
  enabled(): readonly TreeNode[] {
    const off = this.#nodes.filter((node) => strings(node, 'status').some((status) => !/^ok(ay)?$/.test(status)))
    return this.#nodes.filter(({ path }) => !off.some((each) => path === each.path || path.startsWith(`${each.path}/`)))
  }

  /** The lines whose pins the kernel gives to this node in its default state. */
  claimedBy(node: TreeNode): readonly TreeLine[] {
    if (strings(node, 'pinctrl-names')[0] !== 'default') return []
    return cells(node, 'pinctrl-0')
      .flatMap((handle) => this.#byPhandle.get(handle) ?? [])
      .flatMap((group) => nodesOf(group).flatMap((part) => this.#linesIn(part, group)))
  }

  /** Each maker writes pins in its own way. */
  #linesIn(part: TreeNode, group: TreeNode): readonly TreeLine[] {
    const chip = this.#nodes.find(({ children }) => children.includes(group)) ?? this.root
    const lineAt = (offset: number): readonly TreeLine[] =>
      this.lines.filter((line) => line.chip === chip && line.offset === offset)
    return [
      ...cells(part, 'brcm,pins').flatMap(lineAt),
      // StarFive: bits 7 to 0 are the number of the pin.
      ...cells(part, 'pinmux').flatMap((mux) => lineAt(mux & 0xff)),
      // TI: offset of the pad's register, its settings, its mode.
      ...cells(part, 'pinctrl-single,pins').flatMap((offset, index) =>
        index % 3 === 0 ? this.#linesOfPad(chip, offset / 4) : [],
      ),
    ]
  }

  /** `gpio-ranges`: controller of pads, first line, first pad, count; again and again. */
  #linesOfPad(controller: TreeNode, pad: number): readonly TreeLine[] {
    return this.lines.filter(({ chip, offset }) => {
      const ranges = cells(chip, 'gpio-ranges')
      return ranges.some((handle, index) => {
        if (index % 4 !== 0 || this.#byPhandle.get(handle) !== controller) return false
        const [firstLine = 0, firstPad = 0, count = 0] = ranges.slice(index + 1, index + 4)
        return offset >= firstLine && offset < firstLine + count && offset - firstLine + firstPad === pad
      })
    })
  }
}

function linesOf(chip: TreeNode): readonly TreeLine[] {
  const names = strings(chip, 'gpio-line-names')
  // Without names nobody says how many lines there are: more than any of these chips has.
  return Array.from({ length: Math.max(names.length, 64) }, (_, offset) => ({
    chip,
    offset,
    name: names[offset] ?? '',
  }))
}
