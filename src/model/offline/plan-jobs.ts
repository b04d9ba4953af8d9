import type { Token } from './lexer.ts'
import type { Parsed, PlanCall } from './parsed.ts'

const listTexts: ReadonlySet<string> = new Set([
  'list jobs',
  'list all jobs',
  'show jobs',
  'show all jobs',
  'show me jobs',
  'jobs',
  'what is planned',
  'what is scheduled',
  'what jobs are there',
  'what jobs do you have',
  'what are jobs',
  'which jobs are there',
  'which jobs do you have',
])
const verbs: ReadonlyMap<string, 'cancel' | 'pause' | 'resume'> = new Map([
  ...['cancel', 'remove', 'delete'].map((verb) => [verb, 'cancel'] as const),
  ['pause', 'pause'],
  ['resume', 'resume'],
])

/** `list jobs`, `what is planned?`, `cancel job 3`. */
export function aboutJobs(tokens: readonly Token[], names: ReadonlySet<string>, question: boolean): Parsed | undefined {
  if (tokens.some(({ form, joined, word }) => form === 'name' || joined || names.has(word))) return undefined
  const text = tokens
    .map(({ word }) => word)
    .filter((word) => word !== 'the' && word !== 'my')
    .join(' ')
  if (listTexts.has(text)) return planned({ use: { name: 'schedule_list', args: {} }, words: 'list jobs' })
  const [, verb = '', id = ''] = /^([a-z]+) job (?:# )?(\d{1,6})$/.exec(text) ?? []
  const meant = question ? undefined : verbs.get(verb)
  switch (meant) {
    case undefined:
      return otherwise(text)
    case 'cancel':
      return planned({ use: { name: 'schedule_remove', args: { id } }, words: `cancel job ${id}` })
    case 'pause':
    case 'resume':
      return planned({
        use: { name: 'schedule_update', args: { id, paused: meant === 'pause' } },
        words: `${meant} job ${id}`,
      })
  }
}

/** `stop job 3`, which may be either, and what is wanted of all jobs at once. */
function otherwise(text: string): Parsed | undefined {
  const [, id] = /^(?:stop|end) job (?:# )?(\d{1,6})$/.exec(text) ?? []
  if (id !== undefined) return unclear(text, 'I can pause a job or cancel it.', `pause job ${id}`)
  return /^(?:cancel|remove|delete|stop|pause|resume|end) all jobs$/.test(text)
    ? unclear(text, 'I do that for one job at a time, by its number.', 'list jobs')
    : undefined
}

function unclear(notUnderstood: string, reason: string, nearest: string): Parsed {
  return { kind: 'unclear', notUnderstood, reason, nearest }
}

export function planned(call: Omit<PlanCall, 'kind' | 'name'>): Parsed {
  return { kind: 'calls', calls: [{ kind: 'plan', name: undefined, ...call }], notes: [] }
}
