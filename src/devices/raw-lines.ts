import fs from 'node:fs'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { sentenceOf } from '../errors.ts'
import { diskError, readIfThere, replaceFile, setAside, syncFolder } from '../files.ts'
import type { GpioPort } from '../hardware/ports.ts'
import { readJson } from '../json-text.ts'
import { describeLineFault } from './line-fault.ts'
import type { BoardStateParts } from './output-store.ts'

const fileSchema = v.strictObject({
  version: v.literal(1),
  bootId: v.string(),
  simulated: v.boolean(),
  lines: v.array(v.string()),
})

export const rawConsumer = 'pincer raw'

/**
 * `raw-lines.json`: the lines that gpio_write drives and that no device has. Killed, Pincer leaves them driven on a
 * Raspberry Pi, and nobody else would know of them. Nobody told which of their levels is safe either, so what makes them
 * harmless is to make them inputs again, as they were when the power came. There is no file while there is none of them.
 */
export class RawLines {
  readonly #path: string
  readonly #parts: BoardStateParts
  /** Left driven by another process, and not to be had so far. */
  #left: readonly string[] = []

  constructor(parts: BoardStateParts) {
    this.#path = join(parts.stateFolder, 'raw-lines.json')
    this.#parts = parts
  }

  /**
   * Makes the lines that another process of this boot left driven inputs again; those that a device has now are its own.
   * Never fails; what cannot be done stays in the record, to be tried at the next start.
   */
  async letGo(gpio: GpioPort, isDevices: (line: string) => boolean): Promise<readonly LetGo[]> {
    const found = await this.#load()
    if (found.length === 0) return []
    const done: LetGo[] = []
    for (const line of found) if (!isDevices(line)) done.push({ line, fault: await makeInput(gpio, line) })
    this.#left = done.flatMap(({ line, fault }) => (fault === undefined ? [] : [line]))
    await this.save([]).catch((error: unknown) => this.#parts.log.error('devices', sentenceOf(error)))
    return done
  }

  /** The lines that this process drives; on the disk when this resolves. Fails with PincerError `disk`. */
  async save(driven: readonly string[]): Promise<void> {
    const lines = [...new Set([...this.#left, ...driven])]
    if (lines.length > 0) {
      const file = { version: 1, bootId: this.#parts.clock.bootId, simulated: this.#parts.simulated, lines }
      await replaceFile(this.#path, `${JSON.stringify(file)}\n`)
      return
    }
    try {
      await fs.promises.rm(this.#path, { force: true })
      await syncFolder(dirname(this.#path))
    } catch (error) {
      throw diskError('remove', this.#path, error)
    }
  }

  async #load(): Promise<readonly string[]> {
    try {
      const text = await readIfThere(this.#path)
      if (text === undefined) return []
      const file = readJson(fileSchema, text)
      // After a reboot lines drive nothing, and lines of the simulator are not the board's.
      const isPresent = file?.bootId === this.#parts.clock.bootId && file.simulated === this.#parts.simulated
      if (file !== undefined) return isPresent ? file.lines : []
      await setAside(this.#path, this.#parts.clock.nowMs())
      this.#parts.log.error('devices', `${this.#path} cannot be understood. ${unknownLines}`)
    } catch (error) {
      this.#parts.log.error('devices', `${sentenceOf(error)} ${unknownLines}`)
    }
    return []
  }
}

const unknownLines = 'A line that gpio_write drove may still be driven: check what hangs on the header.'

async function makeInput(gpio: GpioPort, line: string): Promise<string | undefined> {
  try {
    const input = await gpio.requestInput({ line, consumer: rawConsumer })
    await input.release()
    return undefined
  } catch (error) {
    return describeLineFault(line, error)
  }
}

export interface LetGo {
  readonly line: string
  /** Why it could not be done; `undefined` when it was. */
  readonly fault: string | undefined
}
