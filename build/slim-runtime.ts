import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Writes `target`, the runtime without what only debuggers read: an ELF program runs from its segments, and the symbol
 * tables stand behind the last of them together with the table of sections. Saves 18 MB on the disk of every board.
 * `strip` does the same, but is not on a machine without compilers. Layout: ELF-64 specification, little-endian.
 */
export function writeSlimRuntime(source: string, target: string): void {
  const file = readFileSync(source)
  if (file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) {
    throw new Error(`${source} is not a 64-bit little-endian ELF program.`)
  }
  const segmentTable = Number(file.readBigUInt64LE(0x20))
  const segmentSize = file.readUInt16LE(0x36)
  const segments = file.readUInt16LE(0x38)
  let end = segmentTable + segments * segmentSize
  for (let index = 0; index < segments; index++) {
    const header = segmentTable + index * segmentSize
    const offset = Number(file.readBigUInt64LE(header + 0x08))
    end = Math.max(end, offset + Number(file.readBigUInt64LE(header + 0x20)))
  }
  // No table of sections any more: its place, its number of entries, and which of them holds the names.
  file.writeBigUInt64LE(0n, 0x28)
  file.writeUInt16LE(0, 0x3c)
  file.writeUInt16LE(0, 0x3e)
  writeFileSync(target, file.subarray(0, end), { mode: 0o755 })
}
