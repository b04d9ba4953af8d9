/**
 * The flags of the launcher and of the executable. A code cache counts only under the flags that it was made with, so
 * every run of the product and the making of its caches take this one list.
 *
 * What V8 may compile is not among them: see rest-flags.ts.
 */
export const runtimeFlags: readonly string[] = [
  '--disable-sigusr1', // a signal must not open an inspector
  '--max-semi-space-size=1',
  '--max-old-space-size=64',
  '--v8-pool-size=0',
]
