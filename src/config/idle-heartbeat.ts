import type { Config } from './config.ts'
import type { Note } from './faults.ts'
import { lineOf, type SourceFile } from './source.ts'

/** A heartbeat that no model can look after: the offline one reads orders, no tasks. */
export function idleHeartbeatNotes(
  file: SourceFile,
  fileName: string,
  { heartbeatMs, models }: Pick<Config, 'heartbeatMs' | 'models'>,
): readonly Note[] {
  if (heartbeatMs === undefined || models.some((id) => id !== 'offline')) return []
  const sentence =
    'It looks after nothing, because the only model is offline, which understands no HEARTBEAT.md. Name a model of a provider under model, or write heartbeat: off.'
  return [{ file: fileName, line: lineOf(file, ['heartbeat']), path: 'heartbeat', sentence, blocks: false }]
}
