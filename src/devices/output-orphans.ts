import type { Log } from '../log.ts'
import { consumerOf, describeLineFault } from './line-fault.ts'
import { openDrive } from './output-drive.ts'
import type { OutputPorts } from './output-drive.ts'
import type { OutputRecord, StoredOutputs } from './output-store.ts'

/**
 * A line that was on when Pincer was killed, and that no device has in the configuration of now: a Raspberry Pi goes on
 * driving it, and nobody else knows of it. It is driven safe once and given back. Never fails: what cannot be done is
 * said in the log. After a reboot lines drive nothing, and what is wired to them may have changed: they are left alone.
 */
export async function leaveOrphansSafe(options: {
  readonly stored: StoredOutputs
  readonly usedLines: ReadonlySet<string>
  readonly ports: OutputPorts
  readonly log: Log
}): Promise<void> {
  const { stored, usedLines, ports, log } = options
  if (stored.kind === 'lost' || !stored.sameBoot) return
  for (const [name, record] of stored.records) {
    const { line, state, safe } = record
    if (state === safe || usedLines.has(line)) continue
    try {
      await driveSafe(name, record, ports)
      log.warn('devices', `${line}, which ${name} had and no device has now, was left ${state}: it was driven ${safe}.`)
    } catch (error) {
      const why = describeLineFault(line, error)
      const what = `${line}, which ${name} had and no device has now, was left ${state} and cannot be driven ${safe}`
      log.error('devices', `${what}: check what hangs on it. ${why}`)
    }
  }
}

async function driveSafe(name: string, record: OutputRecord, ports: OutputPorts): Promise<void> {
  const { line, invert } = record
  const percent = safePercentOf(record)
  const drive = await openDrive(ports, { line, invert, consumer: consumerOf(name), percent, safePercent: percent })
  await drive.release()
}

/** What its safe state was driven with. */
export function safePercentOf({ safe, safePercent }: Pick<OutputRecord, 'safe' | 'safePercent'>): number {
  return safe === 'on' ? 100 : (safePercent ?? 0)
}
