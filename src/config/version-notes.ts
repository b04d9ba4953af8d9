import type { Note } from './faults.ts'
import { formatPath, isMapping, lineOf, valueAt } from './source.ts'
import type { SourceFile, SourcePath } from './source.ts'
import { missingParts } from './version-parts.ts'

/** What the file asks for and this version lacks. Only what stands in the file: defaults make no notes. */
export function versionNotes(file: SourceFile, fileName: string): readonly Note[] {
  return missingParts.flatMap(({ path, has, what, fix }) =>
    matches(file.root, path).flatMap((place): Note[] => {
      const value = valueAt(file.root, place)
      // A list is judged item by item, by a line of its own.
      if (value === null || has.includes(value) || (has.length > 0 && Array.isArray(value))) return []
      const sentence = `This version has no ${what}. ${fix}`
      return [{ file: fileName, line: lineOf(file, place), path: formatPath(place), sentence, blocks: true }]
    }),
  )
}

function matches(root: unknown, pattern: readonly string[]): readonly SourcePath[] {
  return pattern.reduce<readonly SourcePath[]>(
    (places, part) =>
      places.flatMap((place) => {
        const value = valueAt(root, place)
        if (Array.isArray(value)) return part === '*' ? value.map((_, index) => place.concat(index)) : []
        if (!isMapping(value)) return []
        if (part === '*') return Object.keys(value).map((key) => place.concat(key))
        return Object.hasOwn(value, part) ? [place.concat(part)] : []
      }),
    [[]],
  )
}
