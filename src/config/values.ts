import * as v from 'valibot'
import { limits } from '../limits.ts'
import { nearest } from '../nearest.ts'
import { isMapping } from './source.ts'

/**
 * The leaves of the schema. The message of a leaf is what is expected, and after a line break, where there is one, a
 * whole sentence that says how to mend it; faults.ts adds the place and what was found.
 */
type Message<Input> = (issue: v.BaseIssue<Input>) => string

/** Of a value that a `${NAME}` brought in, faults.ts says something else: quotes are not what is wrong with it. */
export const quotesFix = 'Write it without quotes.'

export function message(expected: string, fix?: string): string {
  return fix === undefined ? expected : `${expected}\n${fix}`
}

export function choice<const Options extends readonly string[]>(
  options: Options,
): v.PicklistSchema<Options, Message<unknown>> {
  return v.picklist(options, ({ input }) => {
    const expected = alternatives(options)
    if (typeof input === 'boolean') {
      const word = input ? 'on' : 'off'
      return message(expected, options.includes(word) ? `Write ${word}, not ${input}.` : undefined)
    }
    const near = typeof input === 'string' ? nearest(input, options) : undefined
    return message(expected, near === undefined ? undefined : `Did you mean ${near}?`)
  })
}

/** `a, b or c` */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

export function flag(): v.BooleanSchema<Message<unknown>> {
  return v.boolean(({ input }) => {
    if (input === 'true' || input === 'false') return message('true or false', quotesFix)
    const meant =
      typeof input === 'string' ? { on: true, yes: true, off: false, no: false }[input.toLowerCase()] : undefined
    return message('true or false', meant === undefined ? undefined : `Write ${meant}.`)
  })
}

export function wholeNumber(least: number, most: number): v.GenericSchema<unknown, number> {
  const expected = `a whole number from ${least} to ${most}`
  const inRange = (value: number): boolean => Number.isInteger(value) && value >= least && value <= most
  return v.pipe(
    v.number(({ input }) => message(expected, numberFix(input))),
    v.check(inRange, expected),
  )
}

/** How to mend a text where a number is expected. */
export function numberFix(input: unknown): string | undefined {
  if (typeof input !== 'string') return undefined
  if (/^(0x[0-9a-fA-F]+|\d+(\.\d+)?)$/.test(input)) return quotesFix
  const [, number] = /^(\d+(?:\.\d+)?)\s*(?!x)[^\d\s.,_]+$/.exec(input) ?? []
  return number === undefined ? undefined : `Write ${number}.`
}

/** Text of one line that is not blank. */
export function text(expected: string, fix?: string): v.GenericSchema<unknown, string> {
  const sentence = message(expected, fix)
  return v.pipe(v.string(sentence), v.trim(), v.regex(/^[^\r\n]+$/, sentence))
}

/** Names of providers: also what stands before the slash of a model. */
const name = /^[a-z][a-z0-9_-]*$/

export function isName(word: string): boolean {
  return word.length <= limits.configNameCharsMax && name.test(word)
}

/**
 * A mapping with known keys. All its unknown keys are issues (valibot's strictObject stops at the first), a list is no
 * mapping (for valibot it is an object), and a missing key is named with what its own schema expects.
 */
export function shape<const Entries extends v.ObjectEntries>(
  entries: Entries,
  expected: string,
): v.GenericSchema<unknown, v.InferOutput<v.LooseObjectSchema<Entries, undefined>>> {
  const missing: Message<unknown> = (issue) => {
    const key = issue.path?.at(-1)?.key
    const entry: unknown = typeof key === 'string' ? entries[key] : undefined
    const said: unknown = isMapping(entry) ? entry['message'] : undefined
    if (typeof said === 'function') return String(said(issue))
    return typeof said === 'string' ? said : expected
  }
  return v.pipe(
    v.custom<object>(isMapping, expected),
    v.looseObject(entries, missing),
    v.rawCheck(({ dataset, addIssue }) => {
      const known = Object.keys(entries)
      if (!isMapping(dataset.value)) return
      for (const key of Object.keys(dataset.value)) {
        if (known.includes(key)) continue
        addIssue({
          message: unknownKeyMessage(key, dataset.value[key], known),
          path: [{ type: 'object', origin: 'key', input: dataset.value, key, value: dataset.value[key] }],
        })
      }
    }),
  )
}

function unknownKeyMessage(key: string, value: unknown, known: readonly string[]): string {
  const near = nearest(key, known)
  if (near !== undefined) return near
  return message(known.length === 1 ? String(known[0]) : `one of ${known.join(', ')}`, keyFix(key, value))
}

/** What a key looks like that was not meant as one. */
export function keyFix(key: string, value: unknown): string | undefined {
  if (key.includes('${')) return 'A variable stands in a value, never in a key.'
  if (key.includes(':')) return 'A colon needs a space behind it.'
  if (key.includes('=')) return 'Write a colon and a space instead of =.'
  return value === null && /^\d+$/.test(key) ? 'Inside { } a comma ends a value: write 1000, or 3.3.' : undefined
}

export function mapOf<Value>(
  key: v.GenericSchema<string, string>,
  value: v.GenericSchema<unknown, Value>,
  expected: string,
): v.GenericSchema<unknown, Readonly<Record<string, Value>>> {
  return v.pipe(v.custom<object>(isMapping, expected), v.record(key, value, expected))
}

export function listOf<Item>(item: v.GenericSchema<unknown, Item>, expected: string): v.GenericSchema<unknown, Item[]> {
  return v.array(item, message(expected, 'Write it in [ ].'))
}

export function secret(expected: string, form = /^\S+$/): v.GenericSchema<unknown, string> {
  return v.pipe(v.string(expected), v.trim(), v.regex(form, expected))
}
