import type { Measured } from '../sensor.ts'
import type { Quantity } from '../units.ts'

/** What a data sheet says of a chip, where that takes no mathematics: profiled-chip.ts does it. */
export interface ChipProfile {
  /** Once after the first contact and after each failure: whether it is this chip, and its settings. */
  readonly open: readonly Step[]
  /** One measurement. The bytes of its `read` steps, without their checksums, are the result. */
  readonly measure: readonly Step[]
  /** Bits of the result that the data sheet gives as 0. */
  readonly zero?: readonly Bits[]
  readonly fields: readonly Field[]
  /** Adds what follows from the fields. */
  readonly derive?: (measured: Measured) => Measured
}

export type Step =
  | { readonly do: 'write'; readonly bytes: readonly number[] }
  | { readonly do: 'wait'; readonly ms: number }
  /** `crc`: each of the words of so many bytes is followed by its checksum, which `bytes` counts too. */
  | {
      readonly do: 'read'
      readonly from?: readonly number[]
      readonly bytes: number
      readonly crc?: { readonly wordBytes: number }
      readonly silence?: Silence
    }
  /** Reads until the masked bytes are these; then it has failed. */
  | (Expectation & { readonly do: 'poll'; readonly everyMs: number; readonly times: number })
  /** Reads once; other bytes are a failure. */
  | (Expectation & { readonly do: 'expect' })

/**
 * A chip that acknowledges nothing before it is done: it is asked so many times in all, `everyMs` apart. When it has
 * never answered, `failure` (written as in `Expectation`) holds until it does.
 */
export interface Silence {
  readonly everyMs: number
  readonly times: number
  readonly failure: string
}

interface Expectation {
  readonly from?: readonly number[]
  readonly mask: readonly number[]
  readonly equals: readonly number[]
  /** Reads on after `The SHT4x at 0x44 on I2C bus 1 `, and ends in a full stop. */
  readonly failure: string
}

/** Counted from the highest bit of the first byte. */
export interface Bits {
  readonly first: number
  readonly count: number
}

/** value = bits × scale + offset */
export interface Field extends Bits {
  readonly quantity: Quantity
  readonly signed?: boolean
  readonly scale: number
  readonly offset?: number
  /** What the chip can measure; `clipped`: the data sheet says to cut what is a little beyond. */
  readonly range: readonly [number, number]
  readonly clipped?: boolean
  /** Where the bits stop, because what is measured is beyond them: the failure, written as in `Expectation`. */
  readonly saturated?: string
  /** The bits at which they stop, either way where they are signed; left out: the end of what they can hold. */
  readonly saturatedAt?: number
}
