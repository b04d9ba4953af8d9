import type { Lookup } from './environment.ts'
import { variableForm } from './environment.ts'
import type { Problem, SourcePath, SourceValue } from './source.ts'

export interface Expansion {
  readonly root: SourceValue
  readonly problems: readonly Problem[]
  /** Every value that came in through `${NAME}`. */
  readonly values: readonly { readonly path: SourcePath; readonly name: string; readonly value: string }[]
}

/** Replaces `${NAME}` in all texts of the file. A name that is not set is a problem, never an empty text. */
export function expandVariables(root: SourceValue, lookup: Lookup, home: string): Expansion {
  const problems: Problem[] = []
  const values: { path: SourcePath; name: string; value: string }[] = []

  const expandText = (text: string, path: SourcePath): string => {
    const expanded = text.replaceAll(/\$\{([^{}]*)\}/g, (whole, name: string) => {
      const expected = 'the name of a variable, such as ${LAN_KEY}'
      if (!variableForm.test(name)) {
        problems.push({ path, found: `"${whole}"`, expected })
        return whole
      }
      const value = lookup(name)
      if (value === undefined) {
        const fix = `Add the line ${name}=... to ${home}/.env, or set it in the environment.`
        problems.push({ path, found: `"${whole}", which is not set or empty`, expected: 'a value', fix })
        return whole
      }
      values.push({ path, name, value })
      return value
    })
    if (text.replaceAll(/\$\{[^{}]*\}/g, '').includes('${')) {
      problems.push({ path, found: '"${" without a name and "}" behind it', expected: '${NAME}' })
    }
    return expanded
  }

  const expand = (value: SourceValue, path: SourcePath): SourceValue => {
    if (typeof value === 'string') return expandText(value, path)
    if (typeof value !== 'object' || value === null) return value
    if (isList(value)) return value.map((item, index) => expand(item, [...path, index]))
    const copy: { [key: string]: SourceValue } = { __proto__: null }
    for (const [key, item] of Object.entries(value)) copy[key] = expand(item, [...path, key])
    return copy
  }

  return { root: expand(root, []), problems, values }
}

function isList(value: object): value is readonly SourceValue[] {
  return Array.isArray(value)
}
