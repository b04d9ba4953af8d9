import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loadAddon } from '../../src/hardware/native/addon.ts'

/**
 * A process whose event loop gets stuck: `stuck-loop.ts ADDON FOLDER HOW`. It watches the file `output` of the folder and
 * prints what stood there while the loop was still stuck, how often it was told of it afterwards, and the longest time for
 * which the machine kept a loop from running that was to run.
 */
const [addonFile = '', folder = '', how = ''] = process.argv.slice(2)
/** Where nothing may be driven, a busy machine must not look like a stuck loop. */
const stuckMs = how === 'runs' || how === 'ends' ? 2_000 : 200
const addon = loadAddon(addonFile)
const output = join(folder, 'output')
let told = 0
let pauseMs = 0

addon.watchdogStart(stuckMs, () => told++)
const fd = fs.openSync(output, 'r+')
const number = addon.watchdogAddFile(fd, '0  ')
fs.closeSync(fd)

/** Until the file is driven, or for so long that it would have been. */
function calculate(): string {
  const endMs = Date.now() + (how === 'calculates' || how === 'calculates twice' ? 10_000 : 5 * stuckMs)
  while (Date.now() < endMs && read() === '100') continue
  return read()
}

function read(): string {
  return fs.readFileSync(output, 'utf8').trim()
}

async function during(): Promise<string> {
  switch (how) {
    case 'calculates':
      return calculate()
    case 'calculates twice': {
      const first = calculate()
      // The loop runs again: a new turn of it, and then for as long as makes it feed.
      await wait(2 * stuckMs)
      fs.writeFileSync(output, '100')
      return `${first} ${calculate()}`
    }
    case 'waits':
      execFileSync('timeout', ['10', 'sh', '-c', 'while grep -q 100 "$0"; do sleep 0.05; done', output])
      return read()
    case 'runs':
      for (let rounds = 0; rounds < 30; rounds++) {
        const beforeMs = performance.now()
        await wait(100)
        pauseMs = Math.max(pauseMs, performance.now() - beforeMs)
      }
      return read()
    case 'calculates, removed':
      addon.watchdogRemove(number)
      return calculate()
    case 'calculates, stopped':
      addon.watchdogStop()
      return calculate()
    case 'ends':
      return read()
    default:
      throw new Error(`unknown: ${how}`)
  }
}

const seen = await during()
/** The thread drives before it tells, and may be kept from that. */
const timesToldOf: Readonly<Record<string, number>> = { calculates: 1, 'calculates twice': 2, waits: 1 }
const hasHeard = (): boolean => told >= (timesToldOf[how] ?? 0)
for (let tries = 0; tries < 100 && !hasHeard(); tries++) await wait(100)
if (how !== 'ends') await wait(50)
process.stdout.write(JSON.stringify({ during: seen, told, pauseMs }))
if (how === 'ends') process.exit()
