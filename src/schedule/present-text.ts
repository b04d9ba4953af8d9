import type { Clock } from '../clock.ts'
import type { Devices, Reading } from '../devices/device.ts'
import { formatDuration } from '../duration.ts'
import { isPincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { changeText } from './condition-text.ts'
import type { Condition, Job } from './job.ts'
import { RuleLevel } from './rule-level.ts'
import { firesAtFirst, isChange } from './rule-start.ts'

export interface PresentParts {
  readonly devices: Pick<Devices, 'read'>
  readonly clock: Clock
}

/**
 * What becomes of a job that waits for something and was just made or resumed, where that is so already: `door is open now:
 * it fires the next time door opens.` One sentence. What cannot be read is told by the triggers themselves.
 */
export async function presentText(job: Job, when: Condition, parts: PresentParts): Promise<string> {
  const waits = 'It waits for that.'
  if (when.kind !== 'is' && when.kind !== 'above' && when.kind !== 'below') return waits
  const quantity = when.kind === 'is' ? 'state' : when.quantity
  const reading = await readingOf(when.device, quantity, parts)
  if (reading === undefined) return waits
  const level = new RuleLevel({ ...when, forMs: 0 }, 0)
  if (level.observe(reading.value, 0) !== 'true') return waits
  const { value, unit } = reading
  const now =
    typeof value === 'number'
      ? `${when.device}.${quantity} is ${value}${unit === '' ? '' : ` ${unit}`} now`
      : `${when.device} is ${value} now`
  if (when.forMs > 0) return `${now}: the ${formatDuration(when.forMs)} count from now.`
  // Of one that is resumed the triggers alone know whether it said so before.
  if (!isChange(when) && firesAtFirst(job, when, { from: 'made', wasTold: false })) return `${now}.`
  return `${now}: it fires the next time ${changeText(when)}.`
}

async function readingOf(
  device: string,
  quantity: string,
  { devices, clock }: PresentParts,
): Promise<Reading | undefined> {
  const reading = new AbortController()
  const deadline = clock.after(limits.ruleSampleTimeoutMs, () => reading.abort())
  try {
    const [outcome] = await devices.read(device, reading.signal)
    return outcome?.status === 'ok' ? outcome.readings.find((each) => each.quantity === quantity) : undefined
  } catch (error) {
    if (isPincerError(error)) return undefined
    throw error
  } finally {
    deadline.cancel()
  }
}
