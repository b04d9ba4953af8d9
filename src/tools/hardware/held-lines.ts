import type { RawLines } from '../../devices/raw-lines.ts'
import { rawConsumer } from '../../devices/raw-lines.ts'
import { PincerError, sentenceOf } from '../../errors.ts'
import type { GpioPort, Level, OutputLine } from '../../hardware/ports.ts'

/** The lines that raw writes drive, by name; one operation at a time. The disk knows of each before it is driven. */
export class HeldLines {
  readonly #gpio: GpioPort
  readonly #record: Pick<RawLines, 'save'>
  readonly #outputs = new Map<string, OutputLine>()
  /** What was driven and is not yet proven to be an input again. */
  readonly #driven = new Set<string>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(gpio: GpioPort, record: Pick<RawLines, 'save'>) {
    this.#gpio = gpio
    this.#record = record
  }

  /** A line that is not held is only looked at: taking it as an input would let go of what firmware may drive there. */
  read(name: string): Promise<Level> {
    return this.#inTurn(async () => this.#outputs.get(name)?.get() ?? this.#gpio.peek(name))
  }

  /** `check` throws where nothing may be written any more. Fails with PincerError `disk` where the disk takes nothing. */
  write(name: string, level: Level, check: () => void): Promise<void> {
    return this.#inTurn(async () => {
      check()
      const output = this.#outputs.get(name)
      if (output !== undefined) return output.set(level)
      await this.#record.save([...this.#driven, name])
      try {
        // A slow disk may take seconds.
        check()
        this.#outputs.set(name, await this.#gpio.requestOutput({ line: name, consumer: rawConsumer, initial: level }))
        this.#driven.add(name)
      } catch (error) {
        // A name too many would only make the next start take a line that it need not.
        await this.#record.save([...this.#driven]).catch(() => undefined)
        throw error
      }
    })
  }

  /**
   * Makes every line an input again, as it was when the power came: nobody told which of its levels is safe, and with
   * many relay boards low is on. Fails with PincerError `hardware` after all were tried.
   */
  letGo(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#driven.size === 0) return
      const faults: string[] = []
      for (const name of this.#driven) {
        try {
          await this.#outputs.get(name)?.release()
          this.#outputs.delete(name)
          const input = await this.#gpio.requestInput({ line: name, consumer: rawConsumer })
          await input.release()
          this.#driven.delete(name)
        } catch (error) {
          faults.push(`${name}: ${sentenceOf(error)}`)
        }
      }
      // A record that names a line too many makes it an input once more at the next start, and that harms nothing.
      await this.#record.save([...this.#driven]).catch(() => undefined)
      if (faults.length > 0)
        throw new PincerError(
          'hardware',
          `Not every raw output could be made an input again. ${faults.join(' ')} Check these lines.`,
        )
    })
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => undefined)
    return mine
  }
}
