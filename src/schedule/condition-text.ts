import { formatDuration } from '../duration.ts'
import type { Condition } from './job.ts'

/** A condition in words, for the front of a sentence: `when room.temperature is above 28 for 5m`. */
export function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case 'edge':
      return `at each ${condition.edge === 'both' ? 'change' : `${condition.edge} edge`} of ${condition.device}`
    case 'is':
      return `when ${condition.device} is ${condition.state}${lasting(condition.forMs)}`
    case 'above':
    case 'below':
      return `when ${condition.device}.${condition.quantity} is ${condition.kind} ${condition.value}${lasting(condition.forMs)}`
    case 'stale':
      return `when ${condition.device} has had no good reading for ${formatDuration(condition.afterMs)}`
    case 'start':
      return 'when I start'
    case 'trigger':
      return `when "pincer trigger ${condition.name}" is run`
  }
}

function lasting(forMs: number): string {
  return forMs === 0 ? '' : ` for ${formatDuration(forMs)}`
}
