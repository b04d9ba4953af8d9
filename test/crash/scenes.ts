import fs from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Inbound } from '../../src/bus/message.ts'
import { limits } from '../../src/limits.ts'
import type { Program } from '../support/whole-program.ts'
import { Witness } from '../support/witness.ts'

/** What the crash tests have in common: the messages, the homes, and the judging. */

type Prepare = (home: string) => void

let homeCount = 0
let messageCount = 0

const totals = { kills: 0, messages: 0, changes: 0, repeats: 0, notices: 0 }

/** Plans of a turn: r reads, m changes, a blank ends a reply of the model. */
export const plans = ['', 'r', 'm', 'rr m', 'm r mm', 'r rm r m', 'mmm', 'rrr'] as const

export function message(chat: string, plan: string, padding = ''): Inbound {
  const number = ++messageCount
  return {
    id: `u${number}`,
    channel: 'witness',
    chat,
    person: { id: '1', name: 'Ada', role: 'owner' },
    text: `do t${number} ${plan}${padding}`,
    sentAtMs: Date.now(),
  }
}

function finishedRecords(count: number): string {
  const text = 'x'.repeat(400)
  const person = { id: '1', name: 'Ada', role: 'owner' }
  return Array.from({ length: count }, (_, index) => {
    const id = `old${index}`
    const inbound = { id, channel: 'witness', chat: 'a', person, text, sentAtMs: 0 }
    const outbound = { id: `out${index}`, channel: 'witness', chat: 'a', text, answers: [id], failed: false }
    return [
      { k: 'in', m: inbound },
      { k: 'out', m: outbound, done: [`witness/${id}`] },
      { k: 'sent', id: outbound.id },
    ]
      .map((record) => `${JSON.stringify(record)}\n`)
      .join('')
  }).join('')
}

function existingHome(path: string, journal: string): void {
  fs.mkdirSync(join(path, 'state'), { recursive: true })
  fs.mkdirSync(join(path, 'workspace'))
  fs.writeFileSync(join(path, 'state/journal.jsonl'), journal)
  // Made before any journal; without it, the home would have lost it.
  fs.writeFileSync(join(path, 'state/origins.jsonl'), '')
}

export const newHome: Prepare = () => undefined

/** The first record that is added makes the journal too long. */
export const longJournal: Prepare = (path) =>
  existingHome(path, finishedRecords(Math.ceil(limits.journalCompactBytes / 900)))

/** A line in the middle makes no sense, and the last one is half. */
export const damagedJournal: Prepare = (path) =>
  existingHome(path, `${finishedRecords(2)}\u0000\u0000garbage\n${finishedRecords(1)}{"k":"in","m":{"id":"torn`)

/** What the witness watches, and what kills it. */
export const witnessedModules = ['test/support/kill-at.ts', 'test/support/witnessed.ts'] as const

/** A witness of a new home in `folder`, made ready by `prepare`. */
export function newWitness(program: Program, folder: string, prepare: Prepare): Witness {
  const home = join(folder, `home${++homeCount}`)
  fs.mkdirSync(home, { recursive: true })
  prepare(home)
  return new Witness({ home, program, errors: /^error journal: / })
}

/** Two chats; one message is read only, one changes, one arrives during a turn. */
export function scene(): { readonly first: readonly Inbound[]; readonly later: readonly Inbound[] } {
  return { first: [message('a', 'r m rm'), message('b', 'rr')], later: [message('a', 'm')] }
}

export function judge(t: Test, witness: Witness, title: string): void {
  const faults = witness.judge()
  t.same(faults, [], title)
  totals.kills += witness.kills
  totals.messages += witness.messages
  totals.changes += witness.effects
  totals.repeats += witness.repeats
  totals.notices += witness.notices
}

/** A small generator of numbers that look random, the same in every run. */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Runs the jobs, so many at a time. */
export async function inParallel(jobs: readonly (() => Promise<void>)[], workers: number): Promise<void> {
  const left = [...jobs]
  const work = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await job()
  }
  await Promise.all(Array.from({ length: workers }, work))
}

export function told(): string {
  const { kills, messages, changes, repeats, notices } = totals
  return `${kills} kills, ${messages} messages, ${changes} changes, ${repeats} replies repeated in flight, ${notices} notices`
}
