import { formatSize } from '../../guard/file-sentences.ts'
import type { Origins } from '../../guard/origins.ts'
import { showPath } from '../../guard/paths.ts'
import type { FolderEntry } from '../../guard/workspace.ts'
import { limits } from '../../limits.ts'

/** One entry a line: folders with a slash, files with their size, what cannot be opened said so. */
export function formatListing(
  listing: { readonly entries: readonly FolderEntry[]; readonly moreCount: number },
  path: string,
): string {
  if (listing.entries.length === 0) return `(${path} is empty)`
  const lines: string[] = []
  let chars = 0
  for (const entry of listing.entries) {
    const line = lineOf(entry)
    chars += line.length + 1
    if (chars > limits.fileReadCharsMax) break
    lines.push(line)
  }
  const left = listing.entries.length - lines.length + listing.moreCount
  if (left > 0) lines.push(`[the first ${lines.length} are listed, at least ${left} more are there]`)
  return lines.join('\n')
}

/** Whether one of these names in `folder` may be text from outside. */
export function namesFromOutside(entries: readonly FolderEntry[], folder: string, origins: Origins): boolean {
  // A name that no path may have is nobody's of ours.
  return entries.some(({ name }) => {
    try {
      return !origins.knowsName(folder === '.' ? name : `${folder}/${name}`)
    } catch {
      return true
    }
  })
}

function lineOf(entry: FolderEntry): string {
  const name = showPath(entry.name)
  switch (entry.kind) {
    case 'folder':
      return `${name}/`
    case 'file':
      return `${name} ${formatSize(entry.sizeBytes)}`
    case 'link':
      return `${name} (link, not followed)`
    case 'special':
      return `${name} (device, pipe or socket)`
    default:
      return entry.kind satisfies never
  }
}
