import { join } from 'node:path'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import { sentenceOf } from '../errors.ts'
import { readIfThere, replaceFile, setAside } from '../files.ts'
import { readJson } from '../json-text.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'

export interface Chat {
  readonly channel: string
  readonly chat: string
}

interface Chosen extends Chat {
  readonly model: string
}

const fileSchema = v.object({
  version: v.literal(1),
  chats: v.array(v.object({ channel: v.string(), chat: v.string(), model: v.string() })),
})

/** state/models.json: which chats chose a model of their own. */
export class ChosenModels {
  readonly #path: string
  #chosen: readonly Chosen[] = []
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string) {
    this.#path = path
  }

  /** A file that cannot be understood is set aside and said: then every chat has the configured models. Never fails. */
  static async open(options: {
    readonly stateFolder: string
    readonly clock: Clock
    readonly log: Log
  }): Promise<ChosenModels> {
    const { stateFolder, clock, log } = options
    const models = new ChosenModels(join(stateFolder, 'models.json'))
    const path = models.#path
    try {
      const text = await readIfThere(path)
      const read = text === undefined ? [] : readJson(fileSchema, text)?.chats
      if (read !== undefined) models.#chosen = read
      else {
        const aside = await setAside(path, clock.nowMs())
        log.error(
          'agent',
          `Which chat chose which model was damaged: it is kept as ${aside}. Choose again with /model.`,
        )
      }
    } catch (error) {
      log.error('agent', `${sentenceOf(error)} Every chat has the configured models now.`)
    }
    return models
  }

  get(where: Chat): string | undefined {
    return this.#chosen.find((each) => isSame(each, where))?.model
  }

  /** It holds once this resolves. Undefined: none of its own. The oldest choice makes room. PincerError `disk`. */
  async set(where: Chat, model: string | undefined): Promise<void> {
    // One after the other: all are written to the same file.
    const written = this.#writing.then(() => this.#write(where, model))
    this.#writing = written.catch(() => undefined)
    await written
  }

  async #write(where: Chat, model: string | undefined): Promise<void> {
    const others = this.#chosen.filter((each) => !isSame(each, where))
    const own = model === undefined ? [] : [{ channel: where.channel, chat: where.chat, model }]
    const chats = [...others, ...own].slice(-limits.modelChoicesMax)
    await replaceFile(this.#path, `${JSON.stringify({ version: 1, chats })}\n`)
    this.#chosen = chats
  }
}

function isSame(one: Chat, other: Chat): boolean {
  return one.channel === other.channel && one.chat === other.chat
}
