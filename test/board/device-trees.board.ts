import t from 'tap'
import { boardIds, readBoard } from '../../src/boards.ts'
import { matchBoard } from '../../src/hardware/host-board.ts'
import { compared } from './trees/compared-trees.ts'
import { debianTrees } from './trees/debian-trees.ts'
import { strings } from './trees/device-tree.ts'
import { i2cRoles, leftFree, unconfirmed } from './trees/tree-facts.ts'
import { TreePins } from './trees/tree-pins.ts'

/**
 * Lines that the chip itself is told to start in some state, though nothing has them then: the tree of the Zero 2 W has
 * these from the first Raspberry Pi. They are free, and GPIO6 is an output until somebody makes it something else.
 */
const startsOtherwise: Readonly<Record<string, readonly string[]>> = {
  'raspberry-pi-zero-2-w': ['GPIO4', 'GPIO5', 'GPIO6'].map((name) => `${name}: /soc/gpio@7e200000`),
}

const trees = await debianTrees(compared.flatMap((each) => each.trees))
const boards = await Promise.all(boardIds().map((id) => readBoard(id, '/')))

void t.test('every board but the simulated one is compared with its device tree', async (t) => {
  t.strictSame(
    compared.map(({ id }) => id).toSorted(),
    boardIds().filter((id) => id !== 'simulated'),
  )
})

for (const { id, chip, trees: wanted } of compared) {
  for (const tree of wanted) {
    const root = trees.get(tree)
    const board = boards.find((each) => each.id === id)
    if (root === undefined || board === undefined) throw new Error(`${tree.path} was not read.`)
    const pins = new TreePins(root, [chip])

    void t.test(`${tree.path} is recognised as ${id}, by its names and by its model`, async (t) => {
      const [model] = strings(root, 'model')
      const compatible = strings(root, 'compatible')
      t.equal(matchBoard({ compatible, model: undefined }, boards)?.id, id)
      t.equal(matchBoard({ compatible: [], model }, boards)?.id, id)
    })

    void t.test(`what ${id} says and ${tree.path} does not confirm is what its file calls unverified`, async (t) => {
      t.ok(pins.lines.length > 0, 'the chip is found')
      t.strictSame(unconfirmed(board, pins), board.unverified)
    })

    void t.test(`no line of ${id} is free that ${tree.path} gives to something`, async (t) => {
      t.strictSame(leftFree(board, pins).toSorted(), startsOtherwise[id] ?? [])
    })

    if (!board.unverified.includes('i2c-pins'))
      void t.test(`SDA and SCL of ${id} are not the other way round in ${tree.path}`, async (t) => {
        t.strictSame(
          i2cRoles(board, pins),
          board.i2c.map(() => ['sda', 'scl']),
        )
      })
  }
}
