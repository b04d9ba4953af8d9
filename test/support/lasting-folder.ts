import type { Test } from 'tap'

/**
 * A `testdir` that is removed once everything is torn down. tap removes one that was made before the first `t.teardown`
 * before it, under a program that still writes there: now and then that fails, and then nothing at all is torn down.
 */
export function lastingFolder(t: Test): string {
  t.teardown(() => undefined)
  return t.testdir({})
}
