/** The bounds of lines, buses, sensors and outputs, for `limits`, which has every bound in the program. */
export const deviceLimits = {
  /** An input that is listened to and whose chip went away is looked for so often. */
  lineLookAgainMs: 5_000,
  /** Edges that came too fast are told once in this time, for each line. */
  edgeLossNoticeGapMs: 60_000,
  i2cTimeoutMs: 1_000,
  /** An adapter tries again so often when another master was quicker. */
  i2cRetriesMax: 3,
  /** A call that is not back so long after its time-out hangs, and with it the bus. */
  busGraceMs: 250,
  /** The longest message that i2c-dev takes. */
  i2cMessageBytesMax: 8_192,
  i2cReadBytesMax: 256,
  i2cWriteBytesMax: 256,
  /** Beyond what the bytes themselves take. */
  spiTimeoutMs: 1_000,
  spiTransferBytesMax: 4_096,
  spiSpeedHzDefault: 1_000_000,
  spiSpeedHzMax: 50_000_000,

  /** A measurement younger than this is answered again, with its age. */
  measurementReuseMs: 1_000,
  /** How often one is tried, and how long the bus rests before the second try; twice as long before the third. */
  measureTriesMax: 3,
  measureRestMs: 10,
  /** A value may have moved for so long before one measurement of it is no longer enough. */
  changeBelievedMs: 10_000,
  /** What counters counted is written so often while they count. */
  counterSaveMs: 10 * 60_000,
  /** Of one read of a kernel driver: a DS18B20 takes 0.75 s, and its driver tries again after a wrong checksum. */
  kernelSensorTimeoutMs: 10_000,
  /** A channel of PWM that was just exported is root's alone until udev has given it away. */
  pwmRightsWaitMs: 100,
  pwmRightsTriesMax: 10,
  /** Each keeps one of four threads, of which one more may hang with SPI: what is left is for files. */
  kernelReadsMax: 2,
  /** A line that cannot be driven safe is tried again after this, growing to the maximum. */
  outputRetryMs: 5_000,
  outputRetryMaxMs: 60_000,
  pwmChannelMax: 63,
  pwmHertzMax: 1_000_000,
  /** An event loop that has run nothing for so long holds no limit: outputs are driven safe from outside it. */
  loopStuckMs: 10_000,
} as const
