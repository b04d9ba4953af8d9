import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { canBeRedacted } from './secrets.ts'

/**
 * What would show the memory of this process to others. Node has no call for either, but Linux has files for both. Each
 * is tried and never fails: a kernel that does not allow it leaves things as they were.
 */

/** A crash writes no memory to the disk, whatever the limits and whoever takes the dump; children inherit it. */
export function leaveMemoryOutOfCoreDumps(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0')
  } catch {
    // A kernel without core dumps has no such file.
  }
}

/**
 * What was read from the environment must be found there neither by what this process starts nor by who looks on:
 * takes every variable that holds one of these secrets out of `environment`, which is that of this process.
 */
export function forgetSecrets(environment: Record<string, string | undefined>, secrets: readonly string[]): void {
  const names = Object.entries(environment).flatMap(([name, value = '']) =>
    secrets.some((secret) => value === secret || (canBeRedacted(secret) && value.includes(secret))) ? [name] : [],
  )
  for (const name of names) delete environment[name]
  wipeInitialEnvironment(names)
}

/**
 * The kernel goes on showing the environment that a process was started with, as /proc/PID/environ, whatever has become
 * of `process.env`. This writes zeros over the values of these variables there.
 */
function wipeInitialEnvironment(names: readonly string[]): void {
  if (names.length === 0) return
  try {
    const block = readFileSync('/proc/self/environ')
    const start = environmentStart(readFileSync('/proc/self/stat', 'latin1'))
    if (start === undefined) return
    const memory = openSync('/proc/self/mem', 'r+')
    try {
      for (const { from, to } of valuesIn(block, new Set(names))) {
        writeSync(memory, Buffer.alloc(to - from), 0, to - from, start + from)
      }
    } finally {
      closeSync(memory)
    }
  } catch {
    // Without /proc, or where it is locked: the variables stay readable for this user and root.
  }
}

/** The 50th field; the name of the program, which is the second, may hold blanks and brackets. */
function environmentStart(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const start = Number(fields[47])
  return Number.isSafeInteger(start) && start > 0 ? start : undefined
}

function valuesIn(
  block: Buffer,
  names: ReadonlySet<string>,
): readonly { readonly from: number; readonly to: number }[] {
  const values: { from: number; to: number }[] = []
  for (let from = 0; from < block.length;) {
    const end = block.indexOf(0, from)
    const to = end < 0 ? block.length : end
    const equals = block.indexOf('=', from)
    if (equals > 0 && equals < to && names.has(block.toString('utf8', from, equals))) {
      values.push({ from: equals + 1, to })
    }
    from = to + 1
  }
  return values
}
