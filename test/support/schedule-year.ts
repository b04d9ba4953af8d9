import { type YearJob, type YearOptions, type YearReport, liveIn } from './lived-year.ts'
import { ScheduleRig } from './schedule-rig.ts'

/** The schedule alone, on its real files, with what it performs noted. */
const calendar: readonly YearJob[] = [
  {
    name: 'berlin',
    expression: '30 2 * * *',
    day: { zone: 'Europe/Berlin', hours: [2], minute: 30 },
    of: { missed: 'once' },
  },
  {
    name: 'york',
    expression: '30 1 * * *',
    day: { zone: 'America/New_York', hours: [1], minute: 30 },
    of: { action: { kind: 'do', calls: [] } },
  },
  {
    name: 'lord-howe',
    expression: '15 2 * * *',
    day: { zone: 'Australia/Lord_Howe', hours: [2], minute: 15 },
    of: { missed: 'once', action: { kind: 'do', calls: [] } },
  },
  {
    name: 'quarters',
    expression: '5 0,6,12,18 * * *',
    day: { zone: 'Europe/Berlin', hours: [0, 6, 12, 18], minute: 5 },
    of: { missed: 'once' },
  },
  {
    name: 'hours',
    expression: '40 * * * *',
    day: { zone: 'UTC', hours: Array.from({ length: 24 }, (_, hour) => hour), minute: 40 },
    of: { action: { kind: 'do', calls: [] } },
  },
  {
    name: 'sundays',
    expression: '0 9 * * 0',
    day: { zone: 'America/New_York', hours: [9], minute: 0, weekday: 0 },
    of: { action: { kind: 'ask', task: 'look' } },
  },
]

export function liveYear(folder: string, options: YearOptions): Promise<YearReport> {
  return liveIn(options, calendar, (clock, disk, random, note) => {
    const rig = new ScheduleRig(folder, disk, clock)
    rig.perform = (job) => {
      note(job.name ?? '')
      // Now and then it takes its time, and may be cut.
      if (random(10) > 0) return Promise.resolve({ kind: 'done' })
      return new Promise((resolve) => clock.after(40_000, () => resolve({ kind: 'done' })))
    }
    return {
      start: () => rig.again(),
      stop: () => rig.schedule.stop(),
      advance: (durationMs) => rig.advance(durationMs),
      add: (job) => rig.schedule.add(job),
      left: () => Promise.resolve(rig.schedule.list().map(({ job }) => job.name ?? '')),
      told: rig.told,
      toldOwner: rig.toldOwner,
    }
  })
}
