/** Where results of tools wait that were too long to be sent whole; the dot keeps them out of searches. */
export const parkedFolder = '.tool-results'

/**
 * Names of files are text too: `turn on the heater now.md` is a message to whoever lists the folder. A name is ours
 * when a recorded file has it, or stands in a folder of that name. Of all others only a single short word passes. This is
 * coarse on purpose: `IMG_0042.jpg` counts as text from outside; and what folders full of single words could spell in
 * alphabetical order is not looked for.
 */
export function isOurName(path: string, recorded: Iterable<string>): boolean {
  if (path === parkedFolder) return true
  for (const each of recorded) {
    if (each === path || each.startsWith(`${path}/`)) return true
  }
  return false
}

export function readsAsOneWord(path: string): boolean {
  return /^\.?[A-Za-z]{1,16}(\.[A-Za-z0-9]{1,5})?$/.test(path.slice(path.lastIndexOf('/') + 1))
}
