/** Waits for something that happens by itself, without a timer: file operations come back between the rounds. */
export async function until(condition: () => boolean, what = 'it'): Promise<void> {
  for (let round = 0; round < 100_000; round++) {
    if (condition()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`Waited in vain: ${what} did not happen.`)
}
