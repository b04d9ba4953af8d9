import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { limits } from '../../src/limits.ts'
import { wholeProgram } from '../support/whole-program.ts'
import { told, witnessedModules } from './scenes.ts'
import { killAtEach } from './sweep.ts'

/** As operations.test.ts, while the log of a chat becomes an archive. */
t.setTimeout(600_000)

const program = await wholeProgram(t.testdir({}), witnessedModules)

/** The first turn of chat a makes its log too long. */
function longSessionLog(home: string): void {
  const message = { role: 'user', text: 'x'.repeat(100_000) }
  const reply = { role: 'assistant', text: 'y', toolCalls: [] }
  const line = (id: number): string => JSON.stringify({ k: 'turn', of: [`old/${id}`], atMs: 0, m: [message, reply] })
  const count = Math.ceil(limits.sessionFileBytesMax / line(0).length)
  const lines = Array.from({ length: count }, (_, id) => `${line(id)}\n`)
  fs.mkdirSync(join(home, 'state/sessions'), { recursive: true })
  fs.mkdirSync(join(home, 'workspace'))
  fs.writeFileSync(join(home, 'state/sessions/witness.a.jsonl'), lines.join(''))
}

const archiving = { prepare: longSessionLog, around: 'link', includes: ['link', 'rename'] } as const

void t.test('nothing is lost or done twice when it is killed while a log is archived', async (t) => {
  await killAtEach(t, { program, folder: t.testdir({}), ...archiving })
  t.comment(told())
})

void t.test('nothing is lost or done twice when the power is cut while a log is archived', async (t) => {
  await killAtEach(t, { program, folder: t.testdir({}), ...archiving, cutPower: true })
  t.comment(told())
})
