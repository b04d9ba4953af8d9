import t from 'tap'
import { cells, nodesOf, readDeviceTree, strings } from './device-tree.ts'

/** A flattened tree as section 5 of the specification lays it out, from tokens and the names of properties. */
function flattened(tokens: readonly (number | string | Uint8Array)[], names: string): Uint8Array {
  const structure = Buffer.concat(tokens.map((token) => part(token)))
  const header = Buffer.alloc(40)
  const at = { structure: 56, strings: 56 + structure.length }
  const words = [0xd00dfeed, at.strings + names.length, at.structure, at.strings, 40, 17, 16, 0, names.length]
  ;[...words, structure.length].forEach((word, index) => header.writeUInt32BE(word, index * 4))
  return Buffer.concat([header, Buffer.alloc(16), structure, Buffer.from(names)])
}

/** A number is a word, a text ends with NUL; all is filled up to whole words. */
function part(token: number | string | Uint8Array): Buffer {
  if (typeof token === 'number') {
    const word = Buffer.alloc(4)
    word.writeUInt32BE(token)
    return word
  }
  const bytes = typeof token === 'string' ? Buffer.from(`${token}\0`) : Buffer.from(token)
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}

const [begin, end, property, nop, last] = [1, 2, 3, 4, 9]
const names = 'model\0reg\0empty\0'
/** `/` with a model, and in it `gpio@10` with two cells, an empty property, and an empty node. */
const model = [nop, begin, '', property, 9, 0, 'My Board']
const gpio = [begin, 'gpio@10', property, 8, 6, new Uint8Array([0, 0, 0, 16, 0xff, 0, 0, 1]), nop, property, 0, 10]
const tokens = [...model, ...gpio, begin, 'x', end, end, end, last]

void t.test('nodes have their paths, properties and children, whatever is put between them', async (t) => {
  const root = readDeviceTree(flattened(tokens, names))
  t.strictSame(
    nodesOf(root).map(({ path, name }) => [path, name]),
    [
      ['/', ''],
      ['/gpio@10', 'gpio@10'],
      ['/gpio@10/x', 'x'],
    ],
  )
  t.strictSame(strings(root, 'model'), ['My Board'])
  t.strictSame(strings(root, 'reg'), [])
  const [child = root] = root.children
  t.strictSame(cells(child, 'reg'), [16, 0xff00_0001])
  t.strictSame(cells(child, 'model'), [])
  t.ok(child.properties.has('empty'))
  t.strictSame(strings(child, 'empty'), [])
})

void t.test('a tree that starts in the middle of a larger buffer is read alike', async (t) => {
  const blob = flattened(tokens, names)
  const larger = Buffer.concat([Buffer.alloc(5), blob, Buffer.alloc(3)])
  t.strictSame(readDeviceTree(larger.subarray(5, 5 + blob.length)), readDeviceTree(blob))
})

void t.test('what is no device tree, or not all of one, is refused', async (t) => {
  t.throws(() => readDeviceTree(new Uint8Array()), /no flattened device tree/)
  t.throws(() => readDeviceTree(Buffer.from('something else that is long enough to be a header')), /no flattened/)
  const blob = flattened(tokens, names)
  for (let bytes = 40; bytes < blob.length - names.length; bytes += 4)
    t.throws(() => readDeviceTree(blob.subarray(0, bytes)), Error, `${bytes} bytes`)
  t.throws(() => readDeviceTree(flattened([begin, '', 7], names)), /unknown token 7/)
  t.throws(() => readDeviceTree(flattened([end], names)), /does not begin/)
  const newer = Buffer.from(blob)
  newer.writeUInt32BE(18, 24)
  t.throws(() => readDeviceTree(newer), /version 18/)
})
