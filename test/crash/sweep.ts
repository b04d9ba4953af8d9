import type { Test } from 'tap'
import type { Program } from '../support/whole-program.ts'
import { inParallel, judge, newWitness, scene } from './scenes.ts'

/**
 * Counts the operations on the disk of an undisturbed life, then kills a life at each of them (or at each of the first
 * `operationsMax`) in each way. Where it was killed in the middle, the recovery from that is killed as well, at an
 * operation that moves along with the first.
 */
export async function killAtEach(
  t: Test,
  options: {
    readonly program: Program
    readonly folder: string
    readonly prepare: (home: string) => void
    readonly operationsMax?: number
    /** The first operation to be killed at is one of the few before this one. */
    readonly around?: string
    /** Operations that must be among those. */
    readonly includes?: readonly string[]
    /** What was not synced is lost with each kill. */
    readonly cutPower?: boolean
  },
): Promise<void> {
  const undisturbed = newWitness(options.program, options.folder, options.prepare)
  t.equal(await undisturbed.live(scene()), 'finished')
  judge(t, undisturbed, 'undisturbed')
  const { operations } = undisturbed
  t.comment(`${operations.length} operations: ${operations.join(' ')}`)
  const from = options.around === undefined ? 0 : Math.max(0, operations.indexOf(options.around) - 3)
  const swept = operations.slice(from, options.operationsMax)
  for (const name of options.includes ?? []) t.ok(swept.includes(name), `${name} is among them`)
  const { cutPower = false } = options
  // Without power the middle of an operation is as if it had not begun.
  const ways = cutPower ? ['before', 'after'] : ['before', 'middle', 'after']
  const jobs = swept.flatMap((name, place) => {
    const index = from + place
    return ways.map((how) => async (): Promise<void> => {
      const witness = newWitness(options.program, options.folder, options.prepare)
      await witness.live({ ...scene(), killAt: { operation: index + 1, how }, cutPower })
      if (how === 'middle') await witness.live({ killAt: { operation: 1 + ((index * 5) % 9), how } })
      await witness.live()
      judge(t, witness, `killed ${how} operation ${index + 1}, ${name}`)
    })
  })
  await inParallel(jobs, 2)
}
