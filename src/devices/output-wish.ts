import type { SwitchConfig } from '../config/config.ts'
import type { Asker, SetRequest } from './device.ts'
import type { Wish } from './output-rules.ts'
import type { Ends } from './output-status.ts'

/** What surrounds a wish: since which `epoch` it stands, the ends that a switching back brings along, its cause, and who. */
export interface Order {
  readonly epoch: number
  readonly carried: Ends
  readonly cause: string | undefined
  readonly asker: Asker | undefined
  readonly percent?: number | undefined
}

/** A request as the limits see it: the safe level is off, every other one is on with that much. */
export function wishOf({ scale }: SwitchConfig, { value, percent, forMs }: SetRequest): Wish {
  if (percent === undefined || scale === undefined) return { value, forMs, percent }
  return percent === scale.safe ? { value: 'off', forMs } : { value: 'on', forMs, percent }
}
