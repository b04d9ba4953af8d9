import fs from 'node:fs'
import { createSystemClock } from '../../src/clock.ts'
import type { JobAction, JobTime } from '../../src/schedule/job.ts'
import { createSchedule } from '../../src/schedule/scheduler.ts'
import { createLogLines } from './log-lines.ts'

const no = async (): Promise<never> => {
  throw new Error('nothing runs here')
}

/** Puts jobs of a Telegram owner into a state folder, as a daemon would that is not running now. */
export async function planJobs(
  stateFolder: string,
  owner: number,
  jobs: readonly { readonly time: JobTime; readonly action: JobAction; readonly quiet?: boolean }[],
): Promise<void> {
  fs.mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
  const schedule = createSchedule({
    clock: createSystemClock(),
    log: createLogLines().log,
    stateFolder,
    calendar: no,
    perform: { say: no, do: no, ask: no },
    tell: no,
    tellOwner: () => undefined,
    roleNow: () => 'owner',
    builtAtMs: 0,
  })
  await schedule.start()
  const maker = { channel: 'telegram', chat: String(owner), person: { id: String(owner), name: 'Ada' } }
  for (const job of jobs) await schedule.add({ quiet: false, ...job, maker, missed: 'skip' })
  await schedule.stop()
}
