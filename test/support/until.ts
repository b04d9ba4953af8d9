/**
 * Waits for something that happens by itself, without a timer: file operations come back between the rounds. What never
 * comes fails after a minute: a disk may be slow, and how many rounds fit into that is no measure.
 */
export async function until(condition: () => boolean, what = 'it'): Promise<void> {
  const givesUpMs = performance.now() + 60_000
  while (!condition()) {
    if (performance.now() > givesUpMs) throw new Error(`Waited in vain: ${what} did not happen.`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
