import type { DeviceSummary } from '../devices/device.ts'
import type { Condition, Job } from './job.ts'

/** What keeps a job from working at this moment, as the end of a sentence; undefined: nothing that is known. */
export type TroubleOf = (job: Job) => string | undefined

/** `lossOf`: why the device that a job waits for cannot be read. */
export function troubleWith(
  job: Job,
  devices: readonly DeviceSummary[],
  lossOf: (id: string) => string | undefined,
): string | undefined {
  const { time, action } = job
  if (time.kind === 'when') {
    const missing = missingInput(time.when, devices)
    if (missing !== undefined) return missing
    const loss = lossOf(job.id)
    if (loss !== undefined && 'device' in time.when)
      return `${time.when.device} cannot be read: ${loss.replace(/\.$/, '')}`
  }
  if (action.kind !== 'do') return undefined
  const used = action.calls.flatMap(({ tool, args: { name } }) =>
    (tool === 'device_set' || tool === 'device_read') && typeof name === 'string' ? [name] : [],
  )
  const missing = used.find((name) => devices.every((device) => device.name !== name))
  return missing === undefined ? undefined : gone(missing)
}

/** What a condition rests on and the configuration does not have any more. */
export function missingInput(when: Condition, devices: readonly DeviceSummary[]): string | undefined {
  if (!('device' in when)) return undefined
  const device = devices.find(({ name }) => name === when.device)
  if (device === undefined) return gone(when.device)
  const quantity = 'quantity' in when ? when.quantity : when.kind === 'is' ? 'state' : undefined
  if (quantity === undefined || device.quantities.includes(quantity)) return undefined
  return `${when.device} has no ${quantity} any more`
}

function gone(name: string): string {
  return `there is no device ${name} any more`
}
