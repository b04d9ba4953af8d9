import fs from 'node:fs'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import { PincerError, sentenceOf } from '../errors.ts'
import { readJson } from '../json-text.ts'
import type { Log } from '../log.ts'
import { errorName, readIfThere, replaceFile, syncFolder } from '../files.ts'

const fileSchema = v.strictObject({ reason: v.string(), wallMs: v.number() })

/**
 * `latch.json`: after `/stop all` no output may be switched until `/resume`, also after a restart. The file's being there
 * is the latch: one that is empty, torn or unreadable latches too.
 */
export class Latch {
  readonly #path: string
  readonly #clock: Clock
  #reason: string | undefined
  #onDisk = false

  constructor(options: { readonly stateFolder: string; readonly clock: Clock }) {
    this.#path = join(options.stateFolder, 'latch.json')
    this.#clock = options.clock
  }

  get reason(): string | undefined {
    return this.#reason
  }

  /** Never fails: what cannot be read counts as latched. */
  async load(): Promise<void> {
    try {
      const text = await readIfThere(this.#path)
      if (text === undefined) return
      this.#reason = readJson(fileSchema, text)?.reason ?? `the latch file ${this.#path} cannot be understood`
      this.#onDisk = true
    } catch (error) {
      this.#reason = sentenceOf(error).replace(/\.$/, '')
    }
  }

  /** Latches at once, in memory; the first reason stays. */
  engage(reason: string): void {
    this.#reason ??= reason
  }

  /** Makes the latch survive a restart. Fails with PincerError `disk`. */
  async save(): Promise<void> {
    if (this.#reason === undefined || this.#onDisk) return
    const content = JSON.stringify({ reason: this.#reason, wallMs: this.#clock.nowMs() })
    try {
      await replaceFile(this.#path, `${content}\n`)
    } catch (error) {
      // On a full disk an empty file often still fits, and an empty latch file latches.
      if (!(await this.#saveEmpty())) throw error
    }
    this.#onDisk = true
  }

  /** As `save`, but answers what failed, which it has logged. */
  async trySave(log: Log): Promise<PincerError | undefined> {
    try {
      await this.save()
      return undefined
    } catch (error) {
      const sentence = `All outputs are safe and latched, but a restart would lift the latch. ${sentenceOf(error)}`
      log.error('devices', sentence)
      return new PincerError('disk', sentence, { cause: error })
    }
  }

  /** Fails with PincerError `disk`, and stays latched then. */
  async lift(): Promise<void> {
    if (this.#reason === undefined) return
    try {
      await fs.promises.rm(this.#path, { force: true })
      await syncFolder(dirname(this.#path))
    } catch (error) {
      // Where there is no folder there is no latch file either.
      if (errorName(error) !== 'ENOENT' && errorName(error) !== 'ENOTDIR') {
        const sentence = `Outputs stay latched: ${this.#path} cannot be removed (${sentenceOf(error)}). Remove it by hand, then /resume again.`
        throw new PincerError('disk', sentence, { cause: error })
      }
    }
    this.#reason = undefined
    this.#onDisk = false
  }

  async #saveEmpty(): Promise<boolean> {
    try {
      await fs.promises.writeFile(this.#path, '', { mode: 0o600, flag: 'a', flush: true })
      await syncFolder(dirname(this.#path))
      return true
    } catch {
      return false
    }
  }
}

/** What a person is told who wants to switch something. */
export function latchSentence(reason: string): string {
  return `All outputs are latched in their safe state (${reason}). An owner lifts this with /resume.`
}
