import fs from 'node:fs'
import { join } from 'node:path'
import { keyOf, Ledger } from '../../src/bus/ledger.ts'
import type { Inbound } from '../../src/bus/message.ts'
import { parseRecord } from '../../src/bus/record.ts'
import type { Message } from '../../src/model/model.ts'
import { transcriptFaults } from './scripted-model.ts'

/** What the witness reads in the files of a home: between two lives, and at the end. */

/** Keys of the messages whose turn had journalled a changing call. */
export function keysOfCalls(home: string): string[] {
  return linesOf(journalOf(home)).flatMap((line) => {
    const record = parseRecord(line)
    return record?.k === 'call' ? record.of : []
  })
}

/** Every message stands in one whole turn. */
export function sessionFaults(home: string, messages: readonly Inbound[]): string[] {
  const folder = join(home, 'state/sessions')
  if (!fs.existsSync(folder)) return ['there is no session log']
  const faults: string[] = []
  const turns = new Map<string, number>()
  for (const name of fs.readdirSync(folder).filter((each) => each.endsWith('.jsonl'))) {
    for (const line of linesOf(join(folder, name))) {
      const turn = parseTurn(line)
      if (turn === 'no turn') continue
      if (turn === undefined) {
        faults.push(`a bad line in ${name}: ${line.slice(0, 60)}`)
        continue
      }
      for (const key of turn.of) turns.set(key, (turns.get(key) ?? 0) + 1)
      const last = turn.m.at(-1)
      const whole = turn.m[0]?.role === 'user' && last?.role === 'assistant' && last.toolCalls.length === 0
      if (!whole) faults.push(`a half turn in ${name}: ${line}`)
      faults.push(...transcriptFaults(turn.m).map((fault) => `${name}: ${fault}`))
    }
  }
  for (const message of messages.filter((each) => !each.text.startsWith('/'))) {
    const count = turns.get(keyOf(message)) ?? 0
    if (count !== 1) faults.push(`${message.id} stands in ${count} logged turns`)
  }
  return faults
}

/** What the journal says now. */
export function ledgerOf(home: string): Ledger {
  const ledger = new Ledger()
  for (const record of linesOf(journalOf(home)).map(parseRecord)) if (record) ledger.apply(record)
  return ledger
}

/** Every line makes sense, and nothing is open. */
export function journalFaults(home: string): string[] {
  const ledger = new Ledger()
  const faults: string[] = []
  for (const line of linesOf(journalOf(home))) {
    const record = parseRecord(line)
    if (record) ledger.apply(record)
    else faults.push(`a bad line in the journal: ${line.slice(0, 60)}`)
  }
  if (ledger.inboundCount + ledger.outbound().length > 0) faults.push('the journal has open entries at the end')
  return faults
}

function journalOf(home: string): string {
  return join(home, 'state/journal.jsonl')
}

/** The whole lines of a file; none when there is no such file yet. */
function linesOf(path: string): string[] {
  if (!fs.existsSync(path)) return []
  return fs.readFileSync(path, 'utf8').split('\n').slice(0, -1)
}

interface LoggedTurn {
  readonly of: readonly string[]
  readonly m: readonly Message[]
}

function parseTurn(line: string): LoggedTurn | 'no turn' | undefined {
  try {
    const parsed = JSON.parse(line) as LoggedTurn | { readonly k: 'archived' }
    return 'of' in parsed ? parsed : 'no turn'
  } catch {
    return undefined
  }
}
