import type { Test } from 'tap'
import type { Board } from './board.ts'

const root = new URL('../..', import.meta.url).pathname
/** What was told outside holds inside as well. */
const told = { TAP_TIMEOUT: process.env['TAP_TIMEOUT'] ?? '30', BOARD_MACHINE: process.env['BOARD_MACHINE'] ?? '' }

/**
 * Runs a file of tap tests inside the guest. Each of its tests is an assertion here; of one that failed the guest's words
 * are shown. `file` is a path below test/board.
 */
export async function runInside(t: Test, board: Board, file: string, env: Readonly<Record<string, string>> = {}) {
  const command = ['/bin/sh', `${root}build/node`, `${root}test/board/${file}`]
  const { code, signal, stdout, stderr } = await board.run(command, { env: { ...told, ...env }, cwd: root })
  const tests = parse(stdout)
  for (const { passed, name, words } of tests) t.ok(passed, name, passed ? {} : { words })
  t.ok(tests.length > 0, `${file} has tests`)
  t.same({ code, signal }, { code: 0, signal: null }, stderr)
}

interface InsideTest {
  readonly passed: boolean
  readonly name: string
  readonly words: string
}

/** The tests of the outermost level. What belongs to one stands before its line, indented. */
function parse(tap: string): readonly InsideTest[] {
  const tests: InsideTest[] = []
  let words: string[] = []
  for (const line of tap.split('\n')) {
    const verdict = /^(not )?ok \d+ - (.*?)(?: # time=\S+)?$/.exec(line)
    if (verdict === null) {
      words.push(line)
      continue
    }
    tests.push({ passed: verdict[1] === undefined, name: verdict[2] ?? '', words: words.join('\n') })
    words = []
  }
  return tests
}
