import { setFlagsFromString } from 'node:v8'

/**
 * A daemon that mostly waits gains nothing from optimised code, and its compilers cost memory that never comes back:
 * 10 MiB when the first poll ends and V8 optimises undici's WebAssembly on a thread, as much again in some dozens of
 * turns. The interpreter and the two baseline compilers stay.
 *
 * These are no flags of the launcher: V8 takes a code cache only under the flags that it was made with, and those that
 * the runtime carries for its own modules were made without. To do without them is 15 ms of each start.
 */
const restFlags = ['--no-opt', '--no-maglev', '--no-wasm-dynamic-tiering', '--no-wasm-tier-up', '--liftoff-only']
const cacheFlags = ['--opt', '--maglev', '--wasm-dynamic-tiering', '--wasm-tier-up', '--no-liftoff-only']

/** What `work` answers: it takes code from a cache or makes one. Behind it V8 runs under the flags of rest. */
export function underCacheFlags<Value>(work: () => Value): Value {
  for (const flag of cacheFlags) setFlagsFromString(flag)
  try {
    return work()
  } finally {
    for (const flag of restFlags) setFlagsFromString(flag)
  }
}
