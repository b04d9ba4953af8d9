import { sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import { readShortCode, shortCode } from '../short-code.ts'
import { legible } from './legible.ts'
import type { Origins } from './origins.ts'
import { showPath } from './paths.ts'
import type { Workspace } from './workspace.ts'

interface ChangedFile {
  /** What stood there when it was last read for a prompt, or shown. */
  readonly text: string
  readonly code: string
  /** Other bytes of it were recorded; else nobody can say that it was changed. */
  readonly isRecorded: boolean
  readonly isTold: boolean
  readonly isRefused: boolean
}

/**
 * The files that stand in the prompt. One whose bytes are not the recorded ones is left out: whoever can write a file
 * must not by that write the rules. An owner is told once, sees with /approve what stands in it now, and says yes or no
 * to exactly that.
 */
export class SteeringFiles {
  readonly #workspace: Workspace
  readonly #origins: Origins
  readonly #log: Log
  readonly #changed = new Map<string, ChangedFile>()

  constructor(options: { readonly workspace: Workspace; readonly origins: Origins; readonly log: Log }) {
    this.#workspace = options.workspace
    this.#origins = options.origins
    this.#log = options.log
  }

  /** The text for the prompt; `undefined` when there is none, or none that counts. Never rejects. */
  async read(path: string): Promise<string | undefined> {
    const text = await this.#textOf(path)
    if (text === undefined || this.#origins.isClean(path, text)) {
      this.#changed.delete(path)
      return text
    }
    if (this.#changed.get(path)?.text === text) return undefined
    const isRecorded = this.#origins.isRecorded(path)
    this.#log.warn(
      'prompt',
      `${path} ${isRecorded ? 'was changed from outside' : 'is in no record of mine'} and is left out until an owner says yes to it.`,
    )
    const code = shortCode(limits.changedFileCodeChars)
    this.#changed.set(path, { text, code, isRecorded, isTold: false, isRefused: false })
    return undefined
  }

  /** What was changed and never told yet, in a sentence, and what there is no record of, in another. */
  takeNews(): string | undefined {
    const fresh = [...this.#changed].filter(([, file]) => !file.isTold)
    for (const [path, file] of fresh) this.#changed.set(path, { ...file, isTold: true })
    const news = [true, false].map((isRecorded) =>
      newsOf(
        fresh.flatMap(([path, file]) => (file.isRecorded === isRecorded ? [showPath(path)] : [])),
        isRecorded,
      ),
    )
    const sentences = news.filter((each) => each !== undefined)
    return sentences.length === 0 ? undefined : sentences.join('\n')
  }

  /** Why this file was left out when it was last read, as the end of a sentence; `undefined` where it was not. */
  whyLeftOut(path: string): string | undefined {
    const file = this.#changed.get(path)
    if (file === undefined) return undefined
    const name = showPath(path)
    if (file.isRefused) return `you said no to what stands in ${name}: change it to be asked again`
    return file.isRecorded
      ? `${name} was changed by another program than me: /approve shows it, and takes your yes`
      : `I have no record of ${name} (new, or older than my records): /approve shows it, and takes your yes`
  }

  /** What waits for a yes, each with its text and its code. */
  async list(): Promise<readonly string[]> {
    for (const path of this.#changed.keys()) await this.read(path)
    const open = [...this.#changed].filter(([, file]) => !file.isRefused)
    for (const [path, file] of open) this.#changed.set(path, { ...file, isTold: true })
    return open.map(([path, { text, code, isRecorded }]) => {
      const head = isRecorded
        ? `${showPath(path)} was changed by another program than me, and I leave it out.`
        : `I have no record of ${showPath(path)} (new, or older than my records), and I leave it out.`
      if (text.length > limits.changedFileCharsMax) return `${head} ${tooLong(text)}`
      return `${head} It says now:\n${fenced(text)}\n/approve ${code} takes it as it is, /deny ${code} leaves it out.`
    })
  }

  /** Answers what to say; `undefined` for a code that none of these has. */
  async answer(typed: string, isYes: boolean): Promise<string | undefined> {
    const wanted = readShortCode(typed)
    const found = [...this.#changed].find(([, { code }]) => code === wanted)
    if (found === undefined) return undefined
    const [path, file] = found
    if (!isYes) {
      this.#changed.set(path, { ...file, isTold: true, isRefused: true })
      return `I leave ${showPath(path)} out until it changes again.`
    }
    const text = await this.#textOf(path)
    if (text !== file.text) return `${showPath(path)} has changed since you saw it: /approve shows it again.`
    await this.#origins.record(path, text)
    this.#changed.delete(path)
    return `${showPath(path)} counts again from now on.`
  }

  async #textOf(path: string): Promise<string | undefined> {
    try {
      return await this.#workspace.readText(path)
    } catch (error) {
      this.#log.warn('prompt', sentenceOf(error))
      return undefined
    }
  }
}

function newsOf([first, ...others]: readonly string[], areRecorded: boolean): string | undefined {
  if (first === undefined) return undefined
  const [what, was, it] =
    others.length === 0 ? [first, 'was', 'it'] : [`${first} and ${others.length} more of my files`, 'were', 'them']
  const why = areRecorded
    ? `${what} ${was} changed by another program than me`
    : `I have no record of ${what} (new, or older than my records)`
  return `${why}, so I leave ${it} out until you have seen ${it}: /approve`
}

function tooLong(text: string): string {
  return `It has ${text.length} characters, and ${limits.changedFileCharsMax} are the most that can be shown here: make it shorter on the host.`
}

/** Shown as it is: nothing in it is formatting, and nothing is hidden. */
function fenced(text: string): string {
  return `\`\`\`\n${legible(text.trimEnd()).replaceAll('```', "'''")}\n\`\`\``
}
