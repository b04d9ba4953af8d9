/**
 * The flags of the launcher and of the executable. A code cache counts only under the flags that it was made with, so
 * every run of the product and the making of its caches take this one list.
 *
 * --optimize-for-size and --no-maglev stay out: the code caches that the runtime carries for its own modules are not
 * accepted under them, which costs 12 to 15 ms of each start and saves 0 to 2 MiB.
 */
export const runtimeFlags: readonly string[] = [
  '--disable-sigusr1', // a signal must not open an inspector
  '--max-semi-space-size=1',
  '--max-old-space-size=64',
  '--v8-pool-size=0',
]
