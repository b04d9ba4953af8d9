import { randomBytes } from 'node:crypto'
import type { Origins } from '../guard/origins.ts'
import { parkedFolder } from '../guard/own-names.ts'
import type { Workspace } from '../guard/workspace.ts'
import { limits } from '../limits.ts'

const folder = parkedFolder

/**
 * Stores a tool result in the workspace under a name of its own and answers its relative path, for read_file. `name`:
 * the tool's. The oldest go first when all together are over `limits.parkedResultsBytesMax`. Long lines are folded:
 * read_file pages by lines. `isOurs`: nothing in it is from outside. Failures are PincerError as of Workspace.
 */
export async function parkResult(
  { workspace, origins }: { readonly workspace: Workspace; readonly origins: Origins },
  name: string,
  text: string,
  isOurs: boolean,
): Promise<string> {
  const listing = await workspace.list(folder, limits.folderNamesMax)
  const parked = (listing?.entries ?? [])
    .filter((entry) => entry.kind === 'file' && numberOf(entry.name) > 0)
    .toSorted((a, b) => numberOf(a.name) - numberOf(b.name))
  // Numbers, not times, tell old from new: a board's clock may jump after each start.
  const number = numberOf(parked.at(-1)?.name ?? '') + 1
  const safeName = name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, limits.parkedNameCharsMax)
  // Calls that run in parallel find the same number; the tail keeps their files apart.
  const tail = randomBytes(3).toString('hex')
  const path = `${folder}/${String(number).padStart(4, '0')}-${safeName}-${tail}.txt`

  const content = cut(text.toWellFormed().replaceAll(longLine, '$&\n'))
  let sizeBytes = Buffer.byteLength(content)
  for (const entry of parked) sizeBytes += entry.sizeBytes
  for (const entry of parked) {
    if (sizeBytes <= limits.parkedResultsBytesMax) break
    await workspace.remove(`${folder}/${entry.name}`)
    sizeBytes -= entry.sizeBytes
  }
  await workspace.write(path, content)
  if (isOurs) await origins.record(path, content)
  return path
}

const longLine = new RegExp(`[^\\n]{${limits.parkedLineCharsMax}}(?=[^\\n])`, 'gu')

function numberOf(name: string): number {
  return Number(/^(\d+)-/.exec(name)?.[1] ?? 0)
}

/** What is beyond the largest file is not kept, and the text says so. */
function cut(text: string): string {
  const content = Buffer.from(text)
  if (content.length <= limits.fileBytesMax) return text
  const note = '\n[the rest was too long to keep]\n'
  const kept = content.subarray(0, limits.fileBytesMax - note.length)
  // Decoding may end within a character: its replacement sign is longer than what it stands for, so it is dropped.
  return kept.toString('utf8').replace(/\uFFFD$/, '') + note
}
