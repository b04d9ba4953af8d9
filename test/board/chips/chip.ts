/** A chip on the I2C bus, seen from the wire. It is written from its datasheet, apart from the driver that reads it. */
export interface VirtualI2cChip {
  /** One written message, its bytes without the address. Answers false where the chip does not acknowledge. */
  write(bytes: Uint8Array): boolean
  /** One read message: as many bytes as the master clocks out, or false where the chip does not acknowledge. */
  read(count: number): Uint8Array | false
}

/** A chip at an SPI chip select: one exchange from select to release, as many bytes back as came. */
export interface VirtualSpiChip {
  exchange(bytes: Uint8Array, clock: SpiClock): Uint8Array
}

/** How the master clocks an exchange. */
export interface SpiClock {
  readonly speedHz: number
  readonly mode: number
  readonly bitsPerWord: number
}
