import type { Condition, Job } from './job.ts'
import { jobTitle } from './job-words.ts'
import { differ, type Wish, wishesOf, wishText } from './rule-wishes.ts'

/**
 * The rules that would fight with this one over an output: both can be true at once, and each sets it differently. One
 * sentence each, with what to change; also where the job would fight with everybody else.
 */
export function fightsWith(job: Pick<Job, 'action' | 'time'>, jobs: readonly Job[]): readonly string[] {
  if (job.time.kind !== 'when') return []
  const { when } = job.time
  const wishes = wishesOf(job)
  const others = jobs.flatMap((other) => {
    if (other.time.kind !== 'when' || !overlap(when, other.time.when)) return []
    const clash = clashOf(wishes, wishesOf(other))
    if (clash === undefined) return []
    const advice =
      deviceOf(when) === undefined ? 'Keep one of the two.' : 'Move their values apart, or keep one of the two.'
    return [
      `It fights with ${jobTitle(other)}: at the same moment this wants ${wishText(clash[0])}, that ${wishText(clash[1])}. ${advice}`,
    ]
  })
  // What lasts first may be switched by anybody meanwhile.
  if (when.kind !== 'is' || when.forMs > 0) return others
  const { device, state } = when
  if (!wishes.some(({ output, value }) => output === device && value !== state)) return others
  return [
    `It turns ${device} round whenever a person or a limit makes it ${state}: nobody else can switch it then.`,
    ...others,
  ]
}

/** The first output that both set, and differently. */
export function clashOf(one: readonly Wish[], other: readonly Wish[]): readonly [Wish, Wish] | undefined {
  for (const first of one) {
    const second = other.find((each) => differ(first, each))
    if (second !== undefined) return [first, second]
  }
  return undefined
}

function deviceOf(condition: Condition): string | undefined {
  return 'device' in condition ? condition.device : undefined
}

/** Whether both can be true at the same moment, as far as one reading decides both. */
function overlap(one: Condition, other: Condition): boolean {
  if (deviceOf(one) !== deviceOf(other)) return false
  switch (one.kind) {
    case 'start':
      return other.kind === 'start'
    case 'trigger':
      return other.kind === 'trigger' && other.name === one.name
    case 'stale':
      return other.kind === 'stale'
    case 'edge':
      return other.kind === 'edge' && (one.edge === 'both' || other.edge === 'both' || one.edge === other.edge)
    case 'is':
      return other.kind === 'is' && other.state === one.state
    case 'above':
    case 'below': {
      if ((other.kind !== 'above' && other.kind !== 'below') || other.quantity !== one.quantity) return false
      // On the same side one is reached after the other, and the later has the last word.
      if (one.kind === other.kind) return one.value === other.value
      const [above, below] = one.kind === 'above' ? [one, other] : [other, one]
      return above.value - above.hysteresis < below.value + below.hysteresis
    }
  }
}
