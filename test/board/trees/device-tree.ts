/** A node of a device tree: its properties as the bytes that stand there, its children by name with unit address. */
export interface TreeNode {
  readonly name: string
  /** From the root, for example `/soc/gpio@7e200000`; `/` is the root. */
  readonly path: string
  readonly properties: ReadonlyMap<string, Uint8Array>
  readonly children: readonly TreeNode[]
}

/** Devicetree Specification v0.4, section 5.2. */
const magic = 0xd0_0d_fe_ed
const headerBytes = 40
/** The format of version 17 has been the only one for 15 years; its readers take what is compatible with 16. */
const readableVersion = 17
/** Section 5.4.1. */
const tokens = { beginNode: 1, endNode: 2, property: 3, nop: 4, end: 9 } as const

/** Reads a flattened device tree, as /sys/firmware/fdt and the dtb files of kernel packages hold it. */
export function readDeviceTree(blob: Uint8Array): TreeNode {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  const word = (at: number): number => {
    if (at + 4 > blob.length) throw new Error(`The device tree ends at byte ${blob.length}, inside of what it holds.`)
    return view.getUint32(at)
  }
  if (blob.length < headerBytes || word(0) !== magic) throw new Error('This is no flattened device tree.')
  if (word(24) > readableVersion)
    throw new Error(`This device tree needs a reader of version ${word(24)}, not ${readableVersion}.`)
  const stringsAt = word(12)
  let at = word(8)

  const next = (): number => {
    const token = word(at)
    at += 4
    return token === tokens.nop ? next() : token
  }
  const property = (into: Map<string, Uint8Array>): void => {
    const lengthBytes = word(at)
    into.set(textAt(blob, stringsAt + word(at + 4)), blob.subarray(at + 8, at + 8 + lengthBytes))
    at = aligned(at + 8 + lengthBytes)
  }
  const node = (parentPath: string): TreeNode => {
    const name = textAt(blob, at)
    at = aligned(at + name.length + 1)
    const path = name === '' ? '/' : `${parentPath === '/' ? '' : parentPath}/${name}`
    const properties = new Map<string, Uint8Array>()
    const children: TreeNode[] = []
    for (;;) {
      const token = next()
      if (token === tokens.endNode) return { name, path, properties, children }
      if (token === tokens.property) property(properties)
      else if (token === tokens.beginNode) children.push(node(path))
      else throw new Error(`The device tree holds the unknown token ${token} before byte ${at}.`)
    }
  }
  if (next() !== tokens.beginNode) throw new Error('The device tree does not begin with a node.')
  return node('')
}

/** The strings of a property, such as `compatible`; none where the node has no such property. */
export function strings({ properties }: TreeNode, name: string): readonly string[] {
  const bytes = properties.get(name)
  if (bytes === undefined || bytes.length === 0) return []
  return new TextDecoder().decode(bytes).replace(/\0$/, '').split('\0')
}

/** The 32-bit cells of a property, such as `gpios`; none where the node has no such property. */
export function cells({ properties }: TreeNode, name: string): readonly number[] {
  const bytes = properties.get(name)
  if (bytes === undefined) return []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => view.getUint32(index * 4))
}

/** The node and all below it, parents first. */
export function nodesOf(node: TreeNode): readonly TreeNode[] {
  return [node, ...node.children.flatMap(nodesOf)]
}

function aligned(at: number): number {
  return (at + 3) & ~3
}

function textAt(blob: Uint8Array, at: number): string {
  const end = blob.indexOf(0, at)
  if (at > blob.length || end === -1) throw new Error(`A name of the device tree at byte ${at} has no end.`)
  return new TextDecoder().decode(blob.subarray(at, end))
}
