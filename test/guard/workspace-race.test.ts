import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { isPincerError } from '../../src/errors.ts'
import { openWorkspace } from '../../src/guard/workspace.ts'

/**
 * Links swapped in between check and use, by another process, while the workspace reads and writes.
 * Seen to fail, each by leaking or changing the secret, with:
 *   O_NOFOLLOW taken out of #pin together with #assertInside (either alone still holds)
 *   the walk by /proc/self/fd replaced by a check of the whole path and an open of its string afterwards
 */

const roundsMin = 1_000
const roundsMax = 30_000

void t.test(
  'while folders and files are swapped for links, nothing outside is read or changed',
  { timeout: 600_000 },
  async (t) => {
    const home = t.testdir({
      workspace: { folder: { 'secret.txt': 'inside' }, 'file.txt': 'inside' },
      outside: { 'secret.txt': 'SECRET', 'only-outside': '' },
    })
    const root = join(home, 'workspace')
    const outside = join(home, 'outside')
    const workspace = await openWorkspace({ root })
    const attacker = spawn(
      process.execPath,
      [fileURLToPath(new URL('../support/path-swapper.ts', import.meta.url)), root, outside],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const gone = once(attacker, 'exit')
    await once(attacker.stdout, 'data')

    const seen = { read: 0, refused: 0, wrote: 0, other: 0, leaked: 0 }
    const attempt = async (work: () => Promise<void>): Promise<void> => {
      try {
        await work()
      } catch (error) {
        if (!isPincerError(error)) throw error
        if (error.code === 'path_refused') seen.refused++
        else seen.other++
      }
    }
    const readBoth = async (): Promise<void> => {
      for (const path of ['folder/secret.txt', 'file.txt']) {
        await attempt(async () => {
          const text = await workspace.readText(path)
          if (text === undefined) return
          if (text === 'SECRET') seen.leaked++
          seen.read++
        })
      }
    }
    const writeBoth = async (round: number): Promise<void> => {
      for (const path of ['folder/secret.txt', `folder/new-${round % 3}.txt`, 'file.txt', 'folder/sub/x.txt']) {
        await attempt(async () => {
          await workspace.write(path, 'inside')
          seen.wrote++
        })
      }
    }
    let round = 0
    const enough = (): boolean =>
      seen.leaked > 0 || (round >= roundsMin && seen.read > 0 && seen.refused > 0 && seen.wrote > 0)
    try {
      for (; round < roundsMax && !enough(); round++) {
        await readBoth()
        if (round % 5 === 0) await writeBoth(round)
        if (round % 50 === 0) {
          await attempt(async () => {
            for await (const entry of workspace.walk('folder')) if (entry.path.includes('only-outside')) seen.leaked++
          })
        }
      }
    } finally {
      attacker.kill('SIGKILL')
      await gone
    }
    t.ok(enough(), `both sides were seen in ${round} rounds: ${JSON.stringify(seen)}`)
    t.equal(seen.leaked, 0, 'nothing from outside was read or listed')
    t.equal(fs.readFileSync(join(outside, 'secret.txt'), 'utf8'), 'SECRET')
    t.same(fs.readdirSync(outside).toSorted(), ['only-outside', 'secret.txt'], 'nothing was made outside')
    t.comment(JSON.stringify({ round, ...seen }))
  },
)
