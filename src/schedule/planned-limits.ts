import type { DeviceSummary } from '../devices/device.ts'
import { formatDuration, parseDuration } from '../duration.ts'
import type { JobAction } from './job.ts'

/** What `maxOn` will make of a plan that asks for longer, in one sentence for each output: said when it is made. */
export function cutShort(action: JobAction, devices: readonly DeviceSummary[]): readonly string[] {
  if (action.kind !== 'do') return []
  const sentences = action.calls.flatMap(({ tool, args }) => {
    const { name, value, for: duration } = args
    const maxOnMs = devices.find((each) => each.name === name)?.maxOnMs
    if (tool !== 'device_set' || maxOnMs === undefined || value === 'off' || value === 0) return []
    const forMs = typeof duration === 'string' ? parseDuration(duration) : Infinity
    return forMs === undefined || forMs <= maxOnMs
      ? []
      : [`maxOn switches ${String(name)} off after ${formatDuration(maxOnMs)}.`]
  })
  return [...new Set(sentences)]
}
