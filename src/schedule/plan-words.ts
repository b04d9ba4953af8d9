import { legibleJson } from '../guard/legible.ts'
import { timeText } from './job-text.ts'
import type { JobTime } from './job.ts'
import { isRepeated, missedByDefault } from './missed.ts'
import type { ReadDraft } from './read-draft.ts'
import type { DraftArguments } from './tools.ts'

/**
 * All of a plan for the person who is to allow it, when first: `every day at 07:00 (Europe/Berlin): switch gate on for 1s,
 * then off again, each time without asking again`. Two plans that do not do the same never read alike: what somebody
 * wrote stands in quotes, with all that could end them escaped.
 */
export function planWords({ time, action, calls }: ReadDraft, args: DraftArguments): string {
  const { name, missed, quiet } = args
  const notes = [
    ...(action.kind === 'do' ? [`${isRepeated(time) ? 'each time ' : ''}without asking again`] : []),
    ...(missed === undefined || missed === missedByDefault(time) ? [] : [missedWords[missed]]),
    ...(quiet === true ? ['telling only what went wrong'] : []),
    ...(name === undefined ? [] : [`under the name ${legibleJson(name)}`]),
  ]
  return [`${timeText(time)}${precisely(time)}: ${actionWords(action, calls)}`, ...notes].join(', ')
}

function actionWords(action: ReadDraft['action'], calls: ReadDraft['calls']): string {
  switch (action.kind) {
    case 'say':
      return `say ${legibleJson(action.text)}`
    case 'ask':
      return `ask me ${legibleJson(action.task)}`
    case 'do':
      return calls.map(({ words }) => words).join('; ')
  }
}

const missedWords = {
  once: 'made up for where it was missed',
  skip: 'left out where it was missed',
} as const

/** What the words of a list leave out. */
function precisely(time: JobTime): string {
  if (time.kind === 'at') return ` (${offsetText(-new Date(time.atMs).getTimezoneOffset())})`
  if (time.kind !== 'when' || (time.when.kind !== 'above' && time.when.kind !== 'below')) return ''
  return `, again once it was back by ${time.when.hysteresis}`
}

/** Where clocks are put back, a local time comes twice. */
function offsetText(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
}
