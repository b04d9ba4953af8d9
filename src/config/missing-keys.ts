import type { Lookup } from './environment.ts'
import type { Note } from './faults.ts'
import { knownProvider, searchKeyName } from './known-providers.ts'
import { formatPath, isMapping, lineOf, valueAt } from './source.ts'
import type { SourceFile, SourcePath } from './source.ts'

/** Models and searches that answer nobody without a key, where none stands ready. The file is right; the key may come. */
export function missingKeyNotes(file: SourceFile, fileName: string, lookup: Lookup): readonly Note[] {
  return [...modelNotes(file, fileName, lookup), ...searchNotes(file, fileName, lookup)]
}

function searchNotes(file: SourceFile, fileName: string, lookup: Lookup): readonly Note[] {
  const path: SourcePath = ['web', 'search']
  const engine = valueAt(file.root, path)
  const keyName = searchKeyName(engine)
  if (keyName === undefined || lookup(keyName) !== undefined) return []
  const sentence = `${String(engine)} answers nobody without a key. Set ${keyName} in .env, or search: off.`
  return [{ file: fileName, line: lineOf(file, path), path: formatPath(path), sentence, blocks: true }]
}

function modelNotes(file: SourceFile, fileName: string, lookup: Lookup): readonly Note[] {
  const model = valueAt(file.root, ['model'])
  const models: readonly unknown[] = Array.isArray(model) ? model : [model]
  return models.flatMap((id, index): readonly Note[] => {
    if (typeof id !== 'string' || !id.includes('/')) return []
    const [provider = ''] = id.split('/', 1)
    const keyName = missingKey(provider, valueAt(file.root, ['providers', provider]), lookup)
    if (keyName === undefined) return []
    const path: SourcePath = Array.isArray(model) ? ['model', index] : ['model']
    const sentence = `${provider} answers nobody without a key. Set ${keyName} in .env, or apiKey under providers.${provider}.`
    return [{ file: fileName, line: lineOf(file, path), path: formatPath(path), sentence, blocks: true }]
  })
}

/** The variable that should hold the key. */
function missingKey(provider: string, described: unknown, lookup: Lookup): string | undefined {
  const keyName = knownProvider(provider)?.keyName
  if (keyName === undefined || lookup(keyName) !== undefined) return undefined
  // At an address of our own there may be a server that wants none.
  const isOwn = isMapping(described) && [described['apiKey'], described['baseUrl']].some((each) => (each ?? '') !== '')
  return isOwn ? undefined : keyName
}
