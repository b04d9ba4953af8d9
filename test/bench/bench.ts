import fs from 'node:fs'
import { arch, cpus, release } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { version } from '../../src/runtime.ts'
import { measureBoard } from './board-figures.ts'
import { measureFirstRequest } from './first-request.ts'
import { measureIdle } from './idle.ts'
import { measureKills } from './kills.ts'
import { budgetRows, type Figures, type SizeFigures } from './rows.ts'
import { measureStarts } from './starts.ts'
import { measureSchedule, scheduleRows } from './schedule.ts'
import { prepareSubjects } from './subjects.ts'
import { formatTable } from './table.ts'
import { measureTooQuick } from './too-quick.ts'
import { measureTurns } from './turns.ts'

/**
 * `npm run bench [-- --quick | --long] [--json]`: the budgets of the design, measured on what stands in dist/, between a
 * Bot API behind TLS and a provider on this host. The idle window is a minute of held polls; `--long` takes 10 minutes,
 * and `--quick` takes none, kills less often, and leaves out compressing. `--schedule` measures a daemon with ten jobs and
 * ten triggers, and nothing else. What pins cost is measured on the virtual board,
 * where its kernel is built.
 */
const words = new Set(process.argv.slice(2))
const isQuick = words.has('--quick')
const windowMs = words.has('--long') ? 600_000 : isQuick ? 0 : 60_000
const killCount = isQuick ? 2 : 10

const root = join(import.meta.dirname, '../..')
// On the disk of the checkout: the folder for temporary files may be memory, to which no flash is written.
fs.mkdirSync(join(root, 'node_modules/.cache'), { recursive: true })
const scratch = fs.mkdtempSync(join(root, 'node_modules/.cache/bench-'))

async function measure(): Promise<Figures> {
  const { bare, relay, bundle, executable } = prepareSubjects(root, scratch)
  progress('first request')
  const request = await measureFirstRequest(scratch)
  progress('starts')
  const startMs = await measureStarts({ bare, bundle, executable }, scratch)
  progress('turns')
  const turns = await measureTurns({ relay, bundle, executable }, scratch)
  progress('replies that are refused as too quick')
  const tooQuick = {
    bundle: await measureTooQuick(bundle, scratch),
    executable: await measureTooQuick(executable, scratch),
  }
  progress('kills')
  const kills = {
    bundle: await measureKills(bundle, scratch, killCount),
    executable: await measureKills(executable, scratch, killCount),
  }
  // Compressing keeps the processors busy; what is counted of an idle process does not depend on that.
  const compressing = Promise.all([sizesOf(bare.command), sizesOf(executable.command)])
  progress('idle, one at a time')
  const idle = {
    bare: await measureIdle(bare, scratch, windowMs),
    bundle: await measureIdle(bundle, scratch, windowMs),
    executable: await measureIdle(executable, scratch, windowMs),
  }
  progress('waiting for the compressed sizes')
  const [bareSizes, executableSizes] = await compressing
  const sizes = { bare: bareSizes, executable: executableSizes }
  progress('the virtual board')
  const board = await measureBoard(bundle, { isQuick })
  return { windowMs, request, startMs, idle, turns, kills, tooQuick, sizes, board }
}

/** What the schedule costs, alone. */
async function scheduleTable(): Promise<string> {
  const { bundle, executable } = prepareSubjects(root, scratch)
  const [minute, tenMinutes] = [60_000, 600_000]
  const runsMs = words.has('--long') ? tenMinutes : minute
  progress(`ten jobs and ten triggers, twice ${runsMs / minute} minutes`)
  const figures = {
    bundle: await measureSchedule(bundle, scratch, runsMs),
    executable: await measureSchedule(executable, scratch, runsMs),
  }
  return formatTable(scheduleRows(figures))
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
  const host = `${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Linux ${release()}`
  const head = `Pincer ${version()}, Node ${process.version}, ${host}`
  if (words.has('--schedule')) process.stdout.write(`${head}\n\n${await scheduleTable()}\n`)
  else {
    const figures = await measure()
    process.stdout.write(`${head}\n\n${formatTable(budgetRows(figures))}\n`)
    if (words.has('--json')) process.stdout.write(`\n${JSON.stringify(figures)}\n`)
  }
} finally {
  fs.rmSync(scratch, { recursive: true, force: true })
}
