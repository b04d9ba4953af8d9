/**
 * The checksum of Sensirion and Aosong: CRC-8, polynomial x^8 + x^5 + x^4 + 1, begun with 0xff, nothing reflected
 * (SHT4x datasheet, section 4.4; AHT20 datasheet, section 5.4.4).
 */
export function checksum(bytes: readonly number[]): number {
  let remainder = 0xff
  for (const byte of bytes) {
    remainder ^= byte
    for (let bit = 0; bit < 8; bit++) remainder = (remainder & 0x80 ? (remainder << 1) ^ 0x31 : remainder << 1) & 0xff
  }
  return remainder
}
