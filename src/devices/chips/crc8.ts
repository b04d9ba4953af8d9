/** CRC-8 with the polynomial x^8 + x^5 + x^4 + 1 and 0xFF to start from, as Sensirion's and Aosong's chips send it. */
export function crc8(bytes: Uint8Array): number {
  let crc = 0xff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80) === 0 ? crc << 1 : ((crc << 1) ^ 0x31) & 0xff
  }
  return crc
}
