/** A parsed YAML file as plain data, with the place of every value in it. */
export type SourceValue =
  string | number | boolean | null | readonly SourceValue[] | { readonly [key: string]: SourceValue }

export type SourcePath = readonly (string | number)[]

export interface SourceMark {
  /** Counted from 1: where the value stands, or its key when the value is a list or a mapping. */
  readonly line: number
  /** A scalar as it was written, without quotes. */
  readonly text?: string
}

export interface SourceFile {
  readonly root: SourceValue
  /** By `pathKey`. */
  readonly marks: ReadonlyMap<string, SourceMark>
}

/** Something wrong at one place. `found`, `expected` and `fix` are joined into one sentence for people. */
export interface Problem {
  readonly path: SourcePath
  /** `undefined`: what stands there, as it was written. */
  readonly found?: string
  readonly expected: string
  /** A whole sentence. */
  readonly fix?: string
}

/** A problem in the notation of the file rather than in a value. */
export interface TextFault {
  readonly line: number
  readonly path: SourcePath
  readonly found: string
  readonly expected: string
  readonly fix?: string
}

export function pathKey(path: SourcePath): string {
  return JSON.stringify(path)
}

/** `devices.lamp.line`, `channels.telegram.allow[1]`. */
export function formatPath(path: SourcePath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    const name = /^[\w-]+$/.test(part) ? part : JSON.stringify(part)
    return text === '' ? name : `${text}.${name}`
  }, '')
}

/** The line of a value, or of the nearest mapping around it when it does not stand in the file. */
export function lineOf(file: SourceFile, path: SourcePath): number {
  for (let length = path.length; length > 0; length--) {
    const mark = file.marks.get(pathKey(path.slice(0, length)))
    if (mark !== undefined) return mark.line
  }
  return 1
}

export function isMapping(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function valueAt(root: unknown, path: SourcePath): unknown {
  let value = root
  for (const part of path) {
    if (Array.isArray(value) && typeof part === 'number') value = value[part]
    else if (isMapping(value) && Object.hasOwn(value, part)) value = value[part]
    else return undefined
  }
  return value
}
