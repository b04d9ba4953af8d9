import { startPeers } from './peers.ts'
import { start, startPolling, type Subject, type SubjectName } from './subjects.ts'
import { median } from './table.ts'

const starts = 15

/** From before the start of the process: the bare runtime to its first line, Pincer on a fresh home to its first poll. */
export async function measureStarts(
  subjects: Readonly<Record<SubjectName, Subject>>,
  scratch: string,
): Promise<Readonly<Record<SubjectName, number>>> {
  const peers = await startPeers(scratch)
  const times = { bare: [] as number[], bundle: [] as number[], executable: [] as number[] }
  // In turn, so that whatever else this machine does strikes all of them alike.
  for (let index = 0; index < starts; index++) {
    const bare = start(subjects.bare, peers.makeHome(), peers)
    await bare.during(bare.firstLine)
    times.bare.push(performance.now() - bare.startedMs)
    await bare.end()
    for (const name of ['bundle', 'executable'] as const) {
      const running = await startPolling(subjects[name], peers.makeHome(), peers)
      times[name].push(performance.now() - running.startedMs)
      await running.end()
    }
  }
  await peers.stop()
  return { bare: median(times.bare), bundle: median(times.bundle), executable: median(times.executable) }
}
