import { join } from 'node:path'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import { PincerError } from '../errors.ts'
import { readIfThere, replaceFile, setAside } from '../files.ts'
import { readJson } from '../json-text.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'

const text = v.pipe(v.string(), v.minLength(1))
const standing = v.strictObject({
  /** Behind /deny, to revoke it. */
  code: text,
  channel: text,
  personId: text,
  tool: text,
  argumentsHash: text,
  binding: v.string(),
  /** In plain words, for people. */
  action: text,
  /** Wall clock ms. */
  sinceMs: v.number(),
})
const file = v.strictObject({
  version: v.literal(1),
  approvals: v.pipe(v.array(standing), v.maxLength(limits.standingApprovalsMax)),
})

export type StandingApproval = v.InferOutput<typeof standing>

/** What people have allowed for always, in `state/approvals.json`. Read when it is first needed. */
export class StandingApprovals {
  readonly #path: string
  readonly #clock: Clock
  readonly #log: Log
  #approvals: readonly StandingApproval[] | undefined
  #lastWork: Promise<unknown> = Promise.resolve()

  constructor(options: { readonly stateFolder: string; readonly clock: Clock; readonly log: Log }) {
    this.#path = join(options.stateFolder, 'approvals.json')
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Rejects with `disk` while the file cannot be read. */
  list(): Promise<readonly StandingApproval[]> {
    return this.#inTurn(() => this.#load())
  }

  /** It takes the place of one for the same call whose files have changed. Rejects with `limit` or `disk`. */
  add(approval: StandingApproval): Promise<void> {
    return this.#inTurn(async () => {
      const approvals = await this.#load()
      const others = approvals.filter((each) => !isForSameCall(each, approval))
      if (others.length >= limits.standingApprovalsMax) throw full()
      await this.#write([...others, approval])
      this.#approvals = [...others, approval]
    })
  }

  /** They stand no more from now on, even if the disk fails: then this rejects, and a restart would bring them back. */
  remove(isMeant: (approval: StandingApproval) => boolean): Promise<void> {
    return this.#inTurn(async () => {
      const approvals = await this.#load()
      const left = approvals.filter((each) => !isMeant(each))
      if (left.length === approvals.length) return
      this.#approvals = left
      await this.#write(left)
    })
  }

  /** A file that cannot be understood allows nothing: it is set aside, and said. */
  async #load(): Promise<readonly StandingApproval[]> {
    if (this.#approvals !== undefined) return this.#approvals
    const content = await readIfThere(this.#path)
    const read = content === undefined ? [] : readJson(file, content)?.approvals
    if (read === undefined) {
      const aside = await setAside(this.#path, this.#clock.nowMs())
      this.#log.error(
        'guard',
        `The list of standing approvals was damaged, so none stands now: it is kept as ${aside}; say "always" again where it is asked.`,
      )
    }
    this.#approvals = read ?? []
    return this.#approvals
  }

  async #write(approvals: readonly StandingApproval[]): Promise<void> {
    await replaceFile(this.#path, `${JSON.stringify({ version: 1, approvals }, undefined, 2)}\n`)
  }

  /** One after the other: two at once must not each write a list without the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#lastWork.then(work)
    this.#lastWork = done.catch(() => undefined)
    return done
  }
}

function full(): PincerError {
  return new PincerError(
    'limit',
    `${limits.standingApprovalsMax} standing approvals are the most: /approve lists yours, /deny CODE revokes one.`,
  )
}

function isForSameCall(one: StandingApproval, other: StandingApproval): boolean {
  return (['channel', 'personId', 'tool', 'argumentsHash'] as const).every((key) => one[key] === other[key])
}
