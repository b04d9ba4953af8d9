import fs from 'node:fs'
import { arch, cpus, release } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { version } from '../../src/runtime.ts'
import { readCounters } from './counters.ts'
import { firstRequestBytes } from './first-request.ts'
import { budgetRows, type Figures, type IdleFigures, type SizeFigures } from './rows.ts'
import { prepareSubjects, start, type Subject, type SubjectName } from './subjects.ts'
import { formatTable, median } from './table.ts'
import { measureTurns, type TurnFigures } from './turns.ts'

/**
 * `npm run bench [-- --quick | --long] [--json]`: the budgets of the design, measured on what stands in dist/. The idle
 * window is a minute; `--long` takes 10 minutes, `--quick` 20 s, scales them, and leaves out compressing.
 */
const words = new Set(process.argv.slice(2))
const isQuick = words.has('--quick')
const windowMs = words.has('--long') ? 600_000 : isQuick ? 20_000 : 60_000
const settleMs = 20_000
const starts = 15

const root = join(import.meta.dirname, '../..')
// On the disk of the checkout: the folder for temporary files may be memory, to which no flash is written.
fs.mkdirSync(join(root, 'node_modules/.cache'), { recursive: true })
const scratch = fs.mkdtempSync(join(root, 'node_modules/.cache/bench-'))
const freshHome = (): string => fs.mkdtempSync(join(scratch, 'home-'))

async function measure(): Promise<Figures> {
  const { bare, bundle, executable } = prepareSubjects(root, scratch)
  progress('first request')
  const request = await firstRequestBytes(freshHome())
  const readyMs = await measureStarts({ bare, bundle, executable })
  const turns = { bundle: await turnsOf(bundle), executable: await turnsOf(executable) }
  // Compressing keeps one processor busy; what is counted of an idle process does not depend on that.
  const compressing = Promise.all([sizesOf(bare.command), sizesOf(executable.command)])
  const idle = {
    bare: await measureIdle(bare),
    bundle: await measureIdle(bundle),
    executable: await measureIdle(executable),
  }
  progress('waiting for the compressed sizes')
  const [bareSizes, executableSizes] = await compressing
  return { windowMs, request, readyMs, idle, turns, sizes: { bare: bareSizes, executable: executableSizes } }
}

/** In turn, so that whatever else this machine does strikes all of them alike. */
async function measureStarts(subjects: Readonly<Record<SubjectName, Subject>>): Promise<Figures['readyMs']> {
  progress(`${starts} starts of each`)
  const times = { bare: [] as number[], bundle: [] as number[], executable: [] as number[] }
  for (let index = 0; index < starts; index++) {
    for (const subject of Object.values(subjects)) {
      const running = await start(subject, freshHome())
      times[subject.name].push(running.readyMs)
      await running.end()
    }
  }
  return { bare: median(times.bare), bundle: median(times.bundle), executable: median(times.executable) }
}

async function turnsOf(subject: Subject): Promise<TurnFigures> {
  progress(`turns of ${subject.name}`)
  const home = freshHome()
  const running = await start(subject, home)
  try {
    return await measureTurns(running, home, scratch)
  } finally {
    await running.end()
  }
}

async function measureIdle(subject: Subject): Promise<IdleFigures> {
  progress(`${subject.name} idle for ${(settleMs + windowMs) / 1000} s`)
  const running = await start(subject, freshHome())
  await wait(settleMs)
  const memory = readCounters(running.pid)
  await wait(windowMs)
  const after = readCounters(running.pid)
  await running.end()
  const aMinute = 60_000 / windowMs
  return {
    memory,
    wakeUps: (after.wakeUps - memory.wakeUps) * aMinute,
    cpuMs: (after.cpuMs - memory.cpuMs) * aMinute,
    writtenBytes: (after.writtenBytes - memory.writtenBytes) * aMinute,
  }
}

async function sizesOf(path: string): Promise<SizeFigures> {
  const content = fs.readFileSync(path)
  if (isQuick) return { rawBytes: content.length, compressedBytes: 'left out by --quick' }
  const compressed = await promisify(zstdCompress)(content, { params: { [constants.ZSTD_c_compressionLevel]: 19 } })
  return { rawBytes: content.length, compressedBytes: compressed.length }
}

function progress(text: string): void {
  process.stderr.write(`bench: ${text}\n`)
}

try {
  const figures = await measure()
  const host = `${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Linux ${release()}`
  process.stdout.write(`Pincer ${version()}, Node ${process.version}, ${host}\n\n${formatTable(budgetRows(figures))}\n`)
  if (words.has('--json')) process.stdout.write(`\n${JSON.stringify(figures)}\n`)
} finally {
  fs.rmSync(scratch, { recursive: true, force: true })
}
