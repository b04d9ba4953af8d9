import fs from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Clock } from '../../clock.ts'
import { sentenceOf } from '../../errors.ts'
import { temporaryFor } from '../../files.ts'
import { limits } from '../../limits.ts'
import type { Log } from '../../log.ts'

/** A message that this process still means to remove or to close. */
export interface OpenMessage {
  readonly chat: string
  readonly messageId: number
  /** What a question is to say once nobody can answer it; absent for a progress message, which goes away. */
  readonly says?: string | undefined
}

const shape = v.object({
  bootId: v.string(),
  messages: v.array(
    v.object({ chat: v.string(), messageId: v.pipe(v.number(), v.safeInteger()), says: v.optional(v.string()) }),
  ),
})

/**
 * Progress messages and questions that stand open in chats, kept so that the next process can clear away what a killed
 * one left. Nothing is synced, for no turn should wait for a disk here: after a power cut the file may be older than
 * what happened, and clearing by it could delete a reply that took the place of a progress message. So it counts within
 * one boot alone, and what a power cut leaves stays, with buttons that answer "this question is over".
 * So does one whose sending was killed before Telegram had answered with its id.
 */
export class OpenMessages {
  readonly #path: string
  readonly #bootId: string
  readonly #log: Log
  readonly #open = new Map<string, OpenMessage>()
  #left: readonly OpenMessage[] | undefined

  constructor(options: { readonly stateFolder: string; readonly clock: Clock; readonly log: Log }) {
    this.#path = join(options.stateFolder, 'telegram-open.json')
    this.#bootId = options.clock.bootId
    this.#log = options.log
  }

  /** What an earlier process left; the same at each call. What cannot be read is not cleared away. */
  left(): readonly OpenMessage[] {
    this.#left ??= this.#read()
    return this.#left
  }

  /** It is there, or it is to say something else now. Written when this returns. */
  put(message: OpenMessage): void {
    // Writing before reading would forget what is to be cleared away.
    this.left()
    this.#open.set(keyOf(message), message)
    const [oldest] = this.#open.keys()
    if (oldest !== undefined && this.#open.size > limits.telegramOpenMessagesMax) this.#open.delete(oldest)
    this.#write()
  }

  /** It is gone, closed, or a reply now. Written when this returns: before the reply counts as delivered. */
  drop(message: Pick<OpenMessage, 'chat' | 'messageId'>): void {
    if (this.#open.delete(keyOf(message))) this.#write()
  }

  #read(): readonly OpenMessage[] {
    try {
      if (!fs.existsSync(this.#path)) return []
      const file = v.parse(shape, JSON.parse(fs.readFileSync(this.#path, 'utf8')))
      if (file.bootId !== this.#bootId) return []
      for (const message of file.messages) this.#open.set(keyOf(message), message)
      return file.messages
    } catch (error) {
      this.#log.debug('telegram', `What a former run left open in chats is not known: ${sentenceOf(error)}`)
      return []
    }
  }

  #write(): void {
    try {
      if (this.#open.size === 0) {
        fs.rmSync(this.#path, { force: true })
        return
      }
      const temporary = temporaryFor(this.#path)
      const file = { bootId: this.#bootId, messages: [...this.#open.values()] }
      fs.writeFileSync(temporary, JSON.stringify(file), { mode: 0o600 })
      fs.renameSync(temporary, this.#path)
    } catch (error) {
      this.#log.debug('telegram', `What is open in chats could not be kept: ${sentenceOf(error)}`)
    }
  }
}

function keyOf({ chat, messageId }: Pick<OpenMessage, 'chat' | 'messageId'>): string {
  return `${chat} ${messageId}`
}
