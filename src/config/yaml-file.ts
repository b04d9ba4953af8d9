import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, Pair, ParsedNode, YAMLError } from 'yaml'
import { limits } from '../limits.ts'
import { pathKey } from './source.ts'
import type { SourceFile, SourceMark, SourcePath, SourceValue, TextFault } from './source.ts'
import { describeYamlError } from './yaml-error.ts'

/** The only module that knows the `yaml` package: a part of its own, loaded when there is a file to read. */
export type YamlOutcome =
  | { readonly status: 'read'; readonly file: SourceFile; readonly faults: readonly TextFault[] }
  /** The notation itself is broken: nothing behind it can be trusted. */
  | { readonly status: 'broken'; readonly faults: readonly TextFault[] }

/** Reads YAML 1.2 (core schema). Duplicate and impossible keys are faults beside a readable file. */
export function readYaml(text: string): YamlOutcome {
  const lines = new LineCounter()
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line)
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    // A tag would make values that no key takes, and the package's own classes for sets and pairs.
    resolveKnownTags: false,
    prettyErrors: false,
    lineCounter: lines,
    // Found below, with the path of the key.
    uniqueKeys: false,
    logLevel: 'error',
  })
  const first = firstOf([...document.errors, ...document.warnings])
  if (first !== undefined) return { status: 'broken', faults: [syntaxFault(document, first, text, lineAt)] }
  const reader = new Reader(lineAt)
  const root = reader.value(document.contents, [], 1, 0)
  if (reader.overflow !== undefined) return { status: 'broken', faults: [reader.overflow] }
  return { status: 'read', file: { root, marks: reader.marks }, faults: reader.faults }
}

function syntaxFault(
  document: Document.Parsed,
  error: YAMLError,
  text: string,
  lineAt: (offset: number) => number,
): TextFault {
  const [offset] = error.pos
  const described = describeYamlError(error.code, error.message, text.slice(offset, offset + 1))
  const line = lineAt(described.unclosed === true ? openedAt(document, offset) : offset)
  const { found, expected } = described
  // A `${NAME}` without quotes inside brackets reads as a mapping of its own.
  const bare = /[[{,:]\s*\$\{/.test(text.split('\n')[line - 1] ?? '')
  const fix = bare ? 'Inside [ ] and { } a `${NAME}` needs quotes.' : described.fix
  return { line, path: [], found, expected, ...(fix === undefined ? {} : { fix }) }
}

/** Where the quote or bracket stands whose end is missed at `offset`: the parser complains at the end of the file. */
function openedAt(document: Document.Parsed, offset: number): number {
  let opened = offset
  visit(document, {
    Node(_key, node) {
      const isOpen =
        (isScalar(node) && node.type?.startsWith('QUOTE') === true) || (!isAlias(node) && 'flow' in node && node.flow)
      const range = node.range
      if (isOpen && range !== null && range !== undefined && range[0] <= offset && range[1] >= offset) opened = range[0]
    },
  })
  return opened
}

function firstOf(errors: readonly YAMLError[]): YAMLError | undefined {
  return errors.toSorted((a, b) => a.pos[0] - b.pos[0])[0]
}

function tooDeep(line: number): TextFault {
  return {
    line,
    path: [],
    found: `more than ${limits.configDepthMax} levels of lists and mappings inside each other`,
    expected: 'at most the four levels that pincer.yaml needs',
  }
}

/** Copies nodes into plain data. Bounded in depth and in values, whatever aliases point to. */
class Reader {
  readonly marks = new Map<string, SourceMark>()
  readonly faults: TextFault[] = []
  overflow: TextFault | undefined
  readonly #anchors = new Map<string, ParsedNode>()
  readonly #lineAt: (offset: number) => number
  #values = 0

  constructor(lineAt: (offset: number) => number) {
    this.#lineAt = lineAt
  }

  value(node: ParsedNode | null, path: SourcePath, keyLine: number, depth: number): SourceValue {
    const line = node === null ? keyLine : this.#lineAt(node.range[0])
    this.#count(line)
    if (depth > limits.configDepthMax) this.overflow ??= tooDeep(line)
    if (this.overflow !== undefined || node === null) return this.#mark(path, keyLine, null)

    if (isAlias(node)) {
      const target = this.#anchors.get(node.source)
      if (target !== undefined) {
        const value = this.value(target, path, line, depth + 1)
        this.#moveOverflow(line)
        return value
      }
      const expected = `the anchor &${node.source} on an earlier line`
      this.faults.push({
        line,
        path,
        found: `the alias *${node.source}`,
        expected,
        fix: 'A value that starts with * needs quotes.',
      })
      return this.#mark(path, line, null)
    }
    // The package's own look-up walks the whole document for every alias.
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    if (isMap(node)) {
      this.#mark(path, keyLine, null)
      return this.#mapping(node.items, path, depth)
    }
    if (isSeq(node)) {
      this.#mark(path, keyLine, null)
      return node.items.map((item, index) => {
        const itemLine = item === null ? line : this.#lineAt(item.range[0])
        return this.value(item, [...path, index], itemLine, depth + 1)
      })
    }
    return this.#mark(path, node.value === null ? keyLine : line, scalarValue(node.value), node.source)
  }

  #mapping(pairs: readonly Pair<ParsedNode, ParsedNode | null>[], path: SourcePath, depth: number): SourceValue {
    // Without a prototype, so that no key of the file can meet an inherited name.
    const mapping: { [key: string]: SourceValue } = { __proto__: null }
    for (const pair of pairs) {
      const line = this.#lineAt(pair.key.range[0])
      const key = isScalar(pair.key) ? (pair.key.source ?? '') : undefined
      if (key === undefined || key === '') {
        this.faults.push({ line, path, found: 'a key that is not a word', expected: '`key: value`' })
        continue
      }
      if (key === '<<') {
        const fix = 'YAML 1.2 has no merge: repeat the keys, or use a whole value again by *name.'
        this.faults.push({ line, path, found: 'the merge key <<', expected: 'the keys themselves', fix })
        continue
      }
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
        this.faults.push({ line, path, found: `the key "${key}"`, expected: 'another name' })
        continue
      }
      const keyPath = [...path, key]
      const first = this.marks.get(pathKey(keyPath))
      if (first !== undefined && Object.hasOwn(mapping, key)) {
        this.#count(line)
        if (this.overflow !== undefined) break
        const found = `a second "${key}" (the first is on line ${first.line})`
        this.faults.push({ line, path: keyPath, found, expected: 'each key once' })
        continue
      }
      mapping[key] = this.value(pair.value, keyPath, line, depth + 1)
      if (this.overflow !== undefined) break
    }
    return mapping
  }

  #count(line: number): void {
    this.#values++
    if (this.#values <= limits.configValuesMax) return
    const found = `more than ${limits.configValuesMax} values (aliases count each time)`
    this.overflow ??= { line, path: [], found, expected: 'a shorter file' }
  }

  /** Too much is said where the alias is used, not where the values stand. */
  #moveOverflow(line: number): void {
    if (this.overflow !== undefined) this.overflow = { ...this.overflow, line }
  }

  #mark(path: SourcePath, line: number, value: SourceValue, text?: string): SourceValue {
    this.marks.set(pathKey(path), text === undefined ? { line } : { line, text })
    return value
  }
}

/** The core schema gives nothing but these; anything else would be a change of the package. */
function scalarValue(value: unknown): SourceValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return null
}
