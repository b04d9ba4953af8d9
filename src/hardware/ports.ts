/**
 * The three kernel interfaces as the rest of Pincer sees them. The simulator and the Linux drivers implement them, and
 * one contract suite each (test/contract/) holds for every implementation. All failures are HardwareError.
 *
 * GPIO follows the Linux character device, uAPI v2: one request carries direction, initial value (set together with
 * the direction: no glitch), bias, active-low, edges and debounce; a line has one consumer at a time (EBUSY).
 */
export type Bias = 'up' | 'down' | 'off' | 'as-is'
/** Logical where a line was requested with active-low (1 is active), else physical. */
export type Level = 0 | 1
export type Edge = 'rising' | 'falling'

export interface LineInfo {
  /** The kernel's line name, for example `GPIO17`; empty when the kernel has none. */
  readonly name: string
  /** Chip label and offset, for example `pinctrl-bcm2711:17`. Also accepted wherever a line is named. */
  readonly address: string
  /** Who holds the line, empty when it is free. */
  readonly consumer: string
  readonly direction: 'input' | 'output'
}

export interface OutputRequest {
  readonly line: string
  readonly consumer: string
  readonly initial: Level
  readonly activeLow?: boolean
  /**
   * Where the line goes when the event loop has been stuck for limits.loopStuckMs: driven from outside the loop, which
   * cannot do it then. Left out: it keeps its level. The simulator's lines live in the loop, so it has nothing to do here.
   */
  readonly whenStuck?: Level
}

export interface InputRequest {
  readonly line: string
  readonly consumer: string
  readonly bias?: Bias
  readonly activeLow?: boolean
  readonly debounceMs?: number
  /** Called for each debounced edge after the request; `atMs` is monotonic. */
  readonly onEdge?: (edge: Edge, atMs: number) => void
}

export interface OutputLine {
  set(level: Level): Promise<void>
  /** The level the line is driven to, read back. */
  get(): Promise<Level>
  /** Gives the line back. Its level afterwards depends on the board (a Raspberry Pi keeps it). */
  release(): Promise<void>
}

export interface InputLine {
  get(): Promise<Level>
  release(): Promise<void>
}

export interface GpioPort {
  lines(): Promise<readonly LineInfo[]>
  /** The level at the pin of a free line, its direction and pull left as they are: a request that names neither.
   *  Fails as a request does. */
  peek(line: string): Promise<Level>
  /** Fails with EBUSY (held), ENODEV (no such line), EINVAL. */
  requestOutput(request: OutputRequest): Promise<OutputLine>
  requestInput(request: InputRequest): Promise<InputLine>
}

/**
 * One transaction: what is written, then after a repeated start what is read, one STOP at the end. No more than that,
 * for the adapter of a Raspberry Pi takes a read as the last message alone.
 */
export interface I2cTransfer {
  /** Adapter number: 1 is /dev/i2c-1. */
  readonly bus: number
  /** 7-bit address, 0x08 to 0x77. */
  readonly address: number
  /** At least one byte: many adapters cannot send an empty message. */
  readonly write?: Uint8Array | undefined
  readonly readBytes?: number | undefined
  readonly timeoutMs: number
}

export interface I2cPort {
  buses(): Promise<readonly number[]>
  /** Runs one transaction under the bus lock; answers the bytes that were read, none where nothing was to be read.
   *  Fails with ENODEV (no bus), EREMOTEIO or ENXIO (no answer), ETIMEDOUT, EBUSY (a kernel driver holds the address;
   *  I2C_RDWR does not look, I2C_SLAVE does), EINVAL (also for neither a write nor a read). */
  transfer(transfer: I2cTransfer): Promise<Uint8Array>
  /** Addresses 0x08 to 0x77 that answer (`present`) or that a kernel driver holds (`kernel`). */
  scan(bus: number): Promise<readonly { readonly address: number; readonly state: 'present' | 'kernel' }[]>
}

export interface SpiTransfer {
  /** Bus and chip select: `0.0` is /dev/spidev0.0. */
  readonly device: string
  readonly write: Uint8Array
  readonly speedHz: number
  /** SPI mode 0 to 3 (CPOL, CPHA). */
  readonly mode: 0 | 1 | 2 | 3
}

export interface SpiPort {
  devices(): Promise<readonly string[]>
  /** The longest transfer the driver takes (spidev's bufsiz); longer ones fail with EMSGSIZE, they are never cut. */
  readonly transferBytesMax: number
  /** Full duplex, chip select held for the whole transfer; answers as many bytes as were written.
   *  Fails with ENODEV, EINVAL, EMSGSIZE, ETIMEDOUT. */
  transfer(transfer: SpiTransfer): Promise<Uint8Array>
}

/**
 * One value of a sensor that a kernel driver reads. By name, never by number: hwmon3 is another chip after the next boot.
 * `device` is the kernel's name of the chip's place, for example `1-0045`; needed where two chips have one name.
 */
export type KernelSensor =
  | {
      readonly kind: 'hwmon' | 'iio'
      readonly name: string
      readonly value: string
      readonly device?: string | undefined
    }
  | { readonly kind: 'ds18b20'; readonly id: string }
  | { readonly kind: 'thermal'; readonly zone: string }

export interface KernelSensorPort {
  /**
   * The value in the unit of the kernel's ABI for its kind: hwmon and thermal as in Documentation/hwmon/sysfs-interface
   * (m°C, m%, mV, mA, µW, 1/min), IIO with scale and offset applied (m°C, m%, kPa, mV, mA, mW, lux), DS18B20 in m°C.
   * Fails with ENODEV (nothing of that name: the sentence says what there is), EPERM, EINVAL (two of that name), EIO
   * (unreadable, empty, no number, checksum wrong), ETIMEDOUT, EBUSY, EREMOTEIO or ENXIO (the chip does not answer its
   * driver).
   */
  read(sensor: KernelSensor): Promise<number>
}

/**
 * An output that a kernel driver has. A PWM chip is named by what it stands in, never by its number: that changes with the
 * order of drivers.
 */
export type KernelOutput =
  | { readonly kind: 'led'; readonly name: string }
  | { readonly kind: 'pwm'; readonly chip: string; readonly channel: number; readonly frequencyHz: number }

export interface KernelOutputLine {
  /** In percent, 0 to 100; the driver takes the nearest level that it has, and none but 0 for off. */
  set(percent: number): Promise<void>
  /** What the driver says, read back. */
  get(): Promise<number>
  /** Lets go of the files; the level stays, and `set` and `get` fail with EPERM. */
  release(): Promise<void>
}

export interface KernelOutputPort {
  /**
   * Takes an output at this level. `whenStuck` as for GPIO lines. Fails with ENODEV (nothing of that name: the sentence
   * says what there is), EPERM, EINVAL, EBUSY, EIO.
   */
  request(request: {
    readonly output: KernelOutput
    readonly percent: number
    readonly whenStuckPercent: number
  }): Promise<KernelOutputLine>
}

export interface Hardware {
  readonly gpio: GpioPort
  readonly i2c: I2cPort
  readonly spi: SpiPort
  readonly kernelSensors: KernelSensorPort
  readonly kernelOutputs: KernelOutputPort
  /** True for the simulator: every reading and action then says so. */
  readonly simulated: boolean
  /** Calls back, as soon as the loop runs again, each time that lines went to `whenStuck`. Not there where nothing watches
   *  the loop. */
  readonly onStuck?: (tell: () => void) => void
}
