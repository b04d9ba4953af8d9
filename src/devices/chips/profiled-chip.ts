import type { Clock } from '../../clock.ts'
import { PincerError } from '../../errors.ts'
import type { I2cPort } from '../../hardware/ports.ts'
import { limits } from '../../limits.ts'
import type { Measured } from '../sensor.ts'
import { isSilence } from '../bus-fault.ts'
import { checkRange, describeChipFault, nameOf } from './chip-place.ts'
import type { ChipPlace } from './chip-place.ts'
import { waitFor } from './chip-wait.ts'
import { crc8 } from './crc8.ts'
import type { Bits, ChipProfile, Field, Step } from './profile.ts'

/** A chip that is measured as its profile says. */
export class ProfiledChip {
  readonly #i2c: I2cPort
  readonly #clock: Clock
  readonly #place: ChipPlace
  readonly #profile: ChipProfile
  #opened = false
  /** That it took a command and has not answered since; not that nothing is there. */
  #silent: PincerError | undefined

  constructor(options: {
    readonly i2c: I2cPort
    readonly clock: Clock
    readonly place: ChipPlace
    readonly profile: ChipProfile
  }) {
    this.#i2c = options.i2c
    this.#clock = options.clock
    this.#place = options.place
    this.#profile = options.profile
  }

  /** Fails with PincerError `hardware` and the likely cause. Calls must not overlap. */
  async measure(): Promise<Measured> {
    try {
      if (!this.#opened) await this.#run(this.#profile.open)
      this.#opened = true
      this.#silent = undefined
      return this.#evaluate(await this.#run(this.#profile.measure))
    } catch (error) {
      // Another chip may be plugged in next.
      this.#opened = false
      throw this.#silent !== undefined && isSilence(error) ? this.#silent : describeChipFault(error, this.#place)
    }
  }

  async #run(steps: readonly Step[]): Promise<Uint8Array> {
    const results: Uint8Array[] = []
    for (const step of steps) {
      switch (step.do) {
        case 'write':
          await this.#transfer(step.bytes, undefined)
          break
        case 'wait':
          await waitFor(this.#clock, step.ms)
          break
        case 'read': {
          const bytes = await this.#read(step)
          results.push(step.crc === undefined ? bytes : this.#checked(bytes, step.crc.wordBytes))
          break
        }
        case 'expect':
          if (!(await this.#meets(step))) throw this.#failure(step.failure)
          break
        case 'poll':
          await this.#poll(step)
          break
      }
    }
    return Buffer.concat(results)
  }

  async #read({ from, bytes, silence }: Extract<Step, { readonly do: 'read' }>): Promise<Uint8Array> {
    if (silence === undefined) return this.#transfer(from, bytes)
    for (let time = 1; ; time++) {
      try {
        return await this.#transfer(from, bytes)
      } catch (error) {
        if (!isSilence(error)) throw error
        if (time === silence.times) {
          this.#silent = this.#failure(silence.failure)
          throw this.#silent
        }
        await waitFor(this.#clock, silence.everyMs)
      }
    }
  }

  async #poll(step: Extract<Step, { readonly do: 'poll' }>): Promise<void> {
    for (let time = 1; !(await this.#meets(step)); time++) {
      if (time === step.times) throw this.#failure(step.failure)
      await waitFor(this.#clock, step.everyMs)
    }
  }

  async #meets(step: Extract<Step, { readonly do: 'poll' | 'expect' }>): Promise<boolean> {
    const bytes = await this.#transfer(step.from, step.mask.length)
    return step.mask.every((mask, index) => ((bytes[index] ?? 0) & mask) === step.equals[index])
  }

  /** The words without their checksums. */
  #checked(bytes: Uint8Array, wordBytes: number): Uint8Array {
    const words: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += wordBytes + 1) {
      const word = bytes.subarray(at, at + wordBytes)
      if (crc8(word) !== bytes[at + wordBytes])
        throw this.#failure(
          'sent a wrong checksum: check its wires and their length, and that no other chip is at this address.',
        )
      words.push(word)
    }
    return Buffer.concat(words)
  }

  #evaluate(result: Uint8Array): Measured {
    const { zero = [], fields, derive } = this.#profile
    if (zero.some((bits) => unsignedAt(result, bits) !== 0))
      throw this.#failure('set bits that this chip never sets: another chip is there, or the wiring is bad.')
    const measured = Object.fromEntries(fields.map((field) => [field.quantity, this.#valueOf(result, field)]))
    return derive === undefined ? measured : derive(measured)
  }

  #valueOf(result: Uint8Array, field: Field): number {
    const { count, signed = false, scale, offset = 0, range, clipped = false, quantity } = field
    const bits = unsignedAt(result, field)
    const raw = signed && bits >= 2 ** (count - 1) ? bits - 2 ** count : bits
    if (field.saturated !== undefined && isAtEnd(raw, field)) throw this.#failure(field.saturated)
    const value = raw * scale + offset
    if (clipped) return Math.min(range[1], Math.max(range[0], value))
    checkRange(this.#place, quantity, value, range)
    return value
  }

  async #transfer(write: readonly number[] | undefined, readBytes: number | undefined): Promise<Uint8Array> {
    const bytes = await this.#i2c.transfer({
      bus: this.#place.bus,
      address: this.#place.address,
      write: write === undefined ? undefined : Uint8Array.from(write),
      readBytes,
      timeoutMs: limits.i2cTimeoutMs,
    })
    if (readBytes !== undefined && bytes.length !== readBytes) throw this.#failure('answered too few bytes.')
    return bytes
  }

  #failure(sentence: string): PincerError {
    return new PincerError('hardware', `The ${nameOf(this.#place)} ${sentence}`)
  }
}

function isAtEnd(raw: number, { count, signed = false, saturatedAt }: Field): boolean {
  const most = saturatedAt ?? 2 ** (signed ? count - 1 : count) - 1
  const least = saturatedAt === undefined ? -most - 1 : -saturatedAt
  return raw >= most || (signed && raw <= least)
}

function unsignedAt(bytes: Uint8Array, { first, count }: Bits): number {
  let value = 0
  for (let bit = first; bit < first + count; bit++) {
    value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1)
  }
  return value
}
