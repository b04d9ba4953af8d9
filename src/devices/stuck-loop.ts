import { formatDuration } from '../duration.ts'
import { sentenceOf } from '../errors.ts'
import type { Hardware } from '../hardware/ports.ts'
import { limits } from '../limits.ts'
import type { Log } from '../log.ts'
import type { OutputNotice } from './device.ts'
import type { Outputs } from './outputs.ts'

/**
 * While the event loop was stuck, its watchdog drove the lines to their safe levels, past everything that is known here.
 * As soon as the loop runs again this is made true on our side too: a switching decided before is refused, deadlines and
 * what was to come back are off, and whoever had switched something on is told.
 */
export function followStuckLoop(options: {
  readonly hardware: Hardware
  readonly outputs: Outputs
  readonly log: Log
  readonly tell: (notice: OutputNotice) => void
}): void {
  const { hardware, outputs, log, tell } = options
  hardware.onStuck?.(() => {
    const stuck = `did nothing for ${formatDuration(limits.loopStuckMs)} or more`
    log.error('devices', `Pincer ${stuck}, so its watchdog drove all outputs safe.`)
    for (const { name, config, status } of outputs.all) {
      if (status.state === config.safe) continue
      const sentence = `${name}: switched ${config.safe} by the watchdog, as Pincer ${stuck}.`
      tell({ device: name, kind: 'stuck', sentence, asker: status.asker })
    }
    // What could not be driven is logged there, and tried again.
    const driven = outputs.driveSafe({ latch: false, reason: 'the watchdog' })
    driven.catch((error: unknown) => log.error('devices', sentenceOf(error)))
  })
}
