import fs from 'node:fs'
import { join } from 'node:path'
import { CutDisk, PowerCut } from './cut-disk.ts'
import { draft, ScheduleRig } from './schedule-rig.ts'

/**
 * Ten minutes in the life of a schedule, killed at one change of the disk after the other, and judged from outside: by
 * what was really done, in which minute. Exported for copies of the program with a guard taken out, too.
 */
export interface Sweep {
  readonly kills: number
  /** Changes of the disk in an undisturbed life. */
  readonly operations: number
  readonly faults: readonly string[]
}

const minuteMs = 60_000

/** `folder`: a home for each life is made in it. */
export async function killAtEach(
  folder: string,
  options: { readonly losesUnsynced: boolean; readonly every: number },
): Promise<Sweep> {
  const disk = await CutDisk.install()
  try {
    const whole = await live(disk, join(folder, 'whole'), undefined)
    const faults = whole.faults.map((fault) => `undisturbed: ${fault}`)
    let kills = 0
    for (let operation = 0; operation < whole.operations; operation += options.every) {
      for (const after of [false, true]) {
        const how = `${after ? 'behind' : 'before'} change ${operation}`
        const cut = { operation, after, losesUnsynced: options.losesUnsynced }
        const life = await live(disk, join(folder, `${operation}-${after}`), cut)
        if (life.wasCut) kills++
        faults.push(...life.faults.map((fault) => `${how}: ${fault}`))
      }
    }
    return { kills, operations: whole.operations, faults }
  } finally {
    await disk.restore()
  }
}

interface Cut {
  readonly operation: number
  readonly after: boolean
  readonly losesUnsynced: boolean
}

async function live(disk: CutDisk, folder: string, cut: Cut | undefined) {
  fs.mkdirSync(folder)
  const rig = new ScheduleRig(folder, disk)
  /** Jobs with the minute in which something was really done for them. */
  const effects: string[] = []
  rig.perform = async (job, run) => {
    const effect = `${job.name} ${Math.floor(rig.clock.nowMs() / minuteMs)}`
    const ended = await run?.beforeChange(`mark ${effect}`)
    effects.push(effect)
    await ended?.()
    return { kind: 'done' }
  }
  const made = new Set<string>()
  const before = disk.count
  let wasCut = false
  const play = async (): Promise<void> => {
    await quietly(disk, rig.start())
    const jobs = [
      draft({
        name: 'acts',
        time: { kind: 'cron', expression: '* * * * *', zone: 'UTC' },
        action: { kind: 'do', calls: [] },
      }),
      draft({ name: 'says', time: { kind: 'every', everyMs: minuteMs } }),
      draft({
        name: 'once',
        time: { kind: 'in', delayMs: 3 * minuteMs },
        missed: 'once',
        action: { kind: 'do', calls: [] },
      }),
      draft({ name: 'then', time: { kind: 'at', atMs: rig.clock.nowMs() + 4 * minuteMs }, missed: 'once' }),
    ]
    for (const job of jobs) {
      await quietly(disk, rig.schedule.add(job))
      made.add(job.name ?? '')
    }
    await rig.advance(6 * minuteMs)
  }
  if (cut !== undefined) disk.cutAt(cut.operation, cut)
  try {
    await play()
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error
    wasCut = true
    await disk.revive()
    if (cut?.losesUnsynced === true) rig.clock.reboot(10_000)
    else rig.clock.kill()
    await rig.again()
    await rig.advance(6 * minuteMs)
  }
  const left = rig.schedule.list().map(({ job }) => job.name ?? '')
  await quietly(disk, rig.schedule.stop())
  return { operations: disk.count - before, wasCut, faults: judge({ rig, effects, made, left }) }
}

/** Waits for something that writes, or for the cut that keeps it from ever ending. */
async function quietly<T>(disk: CutDisk, doing: Promise<T>): Promise<T> {
  const cut = disk.quiet().then(() => doing)
  return Promise.race([doing, cut])
}

function judge(life: {
  readonly rig: ScheduleRig
  readonly effects: readonly string[]
  readonly made: ReadonlySet<string>
  readonly left: readonly string[]
}): readonly string[] {
  const { rig, effects, made, left } = life
  const faults: string[] = []
  const seen = new Set<string>()
  for (const effect of effects) {
    if (seen.has(effect)) faults.push(`"${effect}" was done twice`)
    seen.add(effect)
  }
  for (const name of ['once', 'then']) {
    const done = effects.filter((effect) => effect.startsWith(name)).length
    const told = rig.told.filter((text) => text.includes(`(${name})`)).length
    if (done > 1) faults.push(`${name} was done ${done} times`)
    if (made.has(name) && done + told === 0) faults.push(`${name} was lost without a word`)
    if (left.includes(name)) faults.push(`${name} is still there`)
  }
  for (const name of ['acts', 'says']) if (made.has(name) && !left.includes(name)) faults.push(`${name} is gone`)
  if (rig.toldOwner.length > 0) faults.push(`owners were told: ${rig.toldOwner.join(' ')}`)
  return faults
}
