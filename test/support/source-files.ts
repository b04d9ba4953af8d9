import fs from 'node:fs'
import { join } from 'node:path'

export interface SourceFile {
  /** Seen from the source folder, for example `bus/bus.ts`. */
  readonly path: string
  readonly text: string
  /** The text without comments: rules are about code, and comments name what code may not do. */
  readonly code: string
}

/** The TypeScript files of a folder, whether they are committed yet or not. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  return fs
    .globSync('**/*.ts', { cwd: folder })
    .sort()
    .map((path) => {
      const text = fs.readFileSync(join(folder, path), 'utf8')
      return { path, text, code: withoutComments(text) }
    })
}

function withoutComments(text: string): string {
  // A comment follows white space, which keeps addresses in strings (https://) and most regular expressions whole.
  return text.replaceAll(/(^|\s)\/\*[\s\S]*?\*\//g, '$1').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
}
