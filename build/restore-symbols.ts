import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'

/** Layout: ELF-64 specification, little-endian. */
const elfHeaderBytes = 64
const segmentType = { load: 1, dynamic: 2 } as const

interface Segment {
  readonly type: number
  readonly offset: number
  readonly address: number
  readonly sizeBytes: number
}

/**
 * Puts the symbol tables of the executable `target` back as `runtime`, which it was made of, has them. Injecting the
 * program writes them anew, and 196 of 38,401 symbols are then not found any more: i2c-bus, which takes V8's functions from
 * there, ended the process at its first call. Only what is in the first segment and in the dynamic one is put back, at
 * the same places; the table of segments, which did have to change, stands elsewhere.
 */
export function restoreSymbols(runtime: string, target: string): void {
  const original = readFileSync(runtime)
  const file = openSync(target, 'r+')
  try {
    const made = segmentsOf((offset, sizeBytes) => {
      const bytes = Buffer.alloc(sizeBytes)
      readSync(file, bytes, 0, sizeBytes, offset)
      return bytes
    })
    const segments = segmentsOf((offset, sizeBytes) => original.subarray(offset, offset + sizeBytes))
    for (const type of [segmentType.load, segmentType.dynamic]) {
      const { offset, address, sizeBytes } = first(segments, type)
      const now = first(made, type)
      if (now.offset !== offset || now.address !== address || now.sizeBytes > sizeBytes)
        throw new Error(`The symbol tables of ${target} are not where ${runtime} has them: they cannot be put back.`)
      const from = Math.max(offset, elfHeaderBytes)
      writeSync(file, original, from, offset + sizeBytes - from, from)
    }
  } finally {
    closeSync(file)
  }
}

function segmentsOf(read: (offset: number, sizeBytes: number) => Buffer): readonly Segment[] {
  const header = read(0, elfHeaderBytes)
  const [size, count] = [header.readUInt16LE(0x36), header.readUInt16LE(0x38)]
  const table = read(Number(header.readBigUInt64LE(0x20)), size * count)
  return Array.from({ length: count }, (_, index) => ({
    type: table.readUInt32LE(index * size),
    offset: Number(table.readBigUInt64LE(index * size + 0x08)),
    address: Number(table.readBigUInt64LE(index * size + 0x10)),
    sizeBytes: Number(table.readBigUInt64LE(index * size + 0x20)),
  }))
}

function first(segments: readonly Segment[], type: number): Segment {
  const found = segments.find((segment) => segment.type === type)
  if (found === undefined) throw new Error(`An executable without a segment of type ${type} cannot be one of ours.`)
  return found
}
