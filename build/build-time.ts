import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The time that a build has, ms since 1970: a clock that is behind it is wrong. It is not that of the build itself, so that
 * equal trees make equal bytes: `SOURCE_DATE_EPOCH` (seconds) where it is given, else the commit's, else package.json's.
 */
export function buildTimeMs(root: string, environment: Readonly<Record<string, string | undefined>>): number {
  const given = environment['SOURCE_DATE_EPOCH']
  if (given !== undefined && /^\d{1,12}$/.test(given)) return Number(given) * 1_000
  return commitTimeMs(root) ?? Math.floor(statSync(join(root, 'package.json')).mtimeMs)
}

/** Undefined without git, and where the tree is no repository of its own (an archive that was unpacked in another one). */
function commitTimeMs(root: string): number | undefined {
  try {
    const text = execFileSync('git', ['-C', root, 'log', '-1', '--format=%ct', '--', 'package.json', 'src'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    })
    return /^\d+$/.test(text.trim()) ? Number(text) * 1_000 : undefined
  } catch {
    return undefined
  }
}
