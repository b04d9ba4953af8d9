/** The I2C addresses that each chip can have, by its pins; the first is the usual one. */
export const chipAddresses = {
  // Bosch BST-BME280 and BST-BMP280, "I2C interface": SDO low or high.
  bme280: [0x76, 0x77],
  bmp280: [0x76, 0x77],
  // Sensirion SHT4x, "Ordering information": by part number, SHT4x-A, B and C.
  sht4x: [0x44, 0x45, 0x46],
  // Aosong AHT20 product manual, "Send command".
  aht20: [0x38],
  // Rohm BH1750FVI, "Slave address": ADDR low or high.
  bh1750: [0x23, 0x5c],
  // Texas Instruments SBOS397, "Serial bus address": ADD0 to ground, V+, SDA or SCL.
  tmp102: [0x48, 0x49, 0x4a, 0x4b],
  // Texas Instruments SNOS808, "I2C bus interface": A0 to A2.
  lm75: [0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f],
  // Texas Instruments SBAS444, "I2C address selection": ADDR to ground, VDD, SDA or SCL.
  ads1115: [0x48, 0x49, 0x4a, 0x4b],
  // Texas Instruments SBOS448, "Serial bus address": A0 and A1.
  ina219: [0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f],
} as const satisfies Readonly<Record<string, readonly number[]>>

export type I2cChipKind = keyof typeof chipAddresses
