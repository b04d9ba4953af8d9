import { formatExactly } from '../duration.ts'
import type { Condition } from './job.ts'
import { isChange } from './rule-start.ts'

/** A condition in words, for the front of a sentence: `when room.temperature is above 28 for 5m`, `when door opens`. */
export function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case 'edge':
      return `at each ${condition.edge === 'both' ? 'change' : `${condition.edge} edge`} of ${condition.device}`
    case 'is':
      if (isChange(condition)) return `when ${changeText(condition)}`
      return `when ${condition.device} is ${condition.state} for ${formatExactly(condition.forMs)}`
    case 'above':
    case 'below': {
      const lasting = condition.forMs === 0 ? '' : ` for ${formatExactly(condition.forMs)}`
      return `when ${condition.device}.${condition.quantity} is ${condition.kind} ${condition.value}${lasting}`
    }
    case 'stale':
      return `when ${condition.device} has had no good reading for ${formatExactly(condition.afterMs)}`
    case 'start':
      return 'when I start'
    case 'trigger':
      return `when "pincer trigger ${condition.name}" is run`
  }
}

type Becoming = Extract<Condition, { readonly kind: 'is' | 'above' | 'below' }>

/** What must happen for it to become true: `door opens`, `room.temperature goes above 28`. */
export function changeText(condition: Becoming): string {
  switch (condition.kind) {
    case 'is':
      return `${condition.device} ${changes.get(condition.state) ?? `is ${condition.state}`}`
    case 'above':
    case 'below':
      return `${condition.device}.${condition.quantity} goes ${condition.kind} ${condition.value}`
  }
}

const changes: ReadonlyMap<string, string> = new Map([
  ['open', 'opens'],
  ['closed', 'closes'],
  ['on', 'turns on'],
  ['off', 'turns off'],
])
