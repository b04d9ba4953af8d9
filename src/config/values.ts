import * as v from 'valibot'
import { durationMaxMs, formatDuration, parseDuration } from '../duration.ts'
import { limits } from '../limits.ts'
import { nearest } from '../nearest.ts'
import { isMapping } from './source.ts'

/**
 * The leaves of the schema. The message of a leaf is what is expected, and after a line break, where there is one, a
 * whole sentence that says how to mend it; faults.ts adds the place and what was found.
 */
type Message<Input> = (issue: v.BaseIssue<Input>) => string

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
    const meant =
      typeof input === 'string' ? { on: true, yes: true, off: false, no: false }[input.toLowerCase()] : undefined
    return message('true or false', meant === undefined ? undefined : `Write ${meant}.`)
  })
}

export function wholeNumber(least: number, most: number): v.GenericSchema<unknown, number> {
  const expected = `a whole number from ${least} to ${most}`
  const inRange = (value: number): boolean => Number.isInteger(value) && value >= least && value <= most
  return v.pipe(
    v.number(({ input }) => message(expected, numberInQuotes(input))),
    v.check(inRange, expected),
  )
}

export function numberInQuotes(input: unknown): string | undefined {
  return typeof input === 'string' && /^(0x[0-9a-f]+|\d+(\.\d+)?)$/i.test(input)
    ? 'Write it without quotes.'
    : undefined
}

/** Text of one line that is not blank. */
export function text(expected: string, fix?: string): v.GenericSchema<unknown, string> {
  const sentence = message(expected, fix)
  return v.pipe(v.string(sentence), v.trim(), v.regex(/^[^\r\n]+$/, sentence))
}

/** A duration in milliseconds. */
export function duration(leastMs = 1, mostMs: number = durationMaxMs): v.GenericSchema<unknown, number> {
  const expected = 'a duration such as 90s, 10m, 2h or 1d'
  return v.pipe(
    v.string(({ input }) => message(expected, typeof input === 'number' ? 'A number needs its unit.' : undefined)),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const durationMs = parseDuration(dataset.value)
      if (durationMs === undefined) {
        addIssue({ message: message(expected, durationFix(dataset.value)) })
        return NEVER
      }
      if (durationMs < leastMs || durationMs > mostMs) {
        addIssue({ message: `a duration from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}` })
        return NEVER
      }
      return durationMs
    }),
  )
}

function durationFix(written: string): string | undefined {
  const [, count, unit] = /^(\d{1,9})\s*(ms|s|m|h|d)[a-z]*$/i.exec(written.trim()) ?? []
  if (count === undefined || unit === undefined) return undefined
  const short = `${count}${unit.toLowerCase()}`
  if (parseDuration(short) !== undefined) return `Write ${short}.`
  return Number(count) === 0 ? 'Leave the key out for no limit.' : `The longest is ${formatDuration(durationMaxMs)}.`
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
          message: unknownKeyMessage(key, known),
          path: [{ type: 'object', origin: 'key', input: dataset.value, key, value: dataset.value[key] }],
        })
      }
    }),
  )
}

function unknownKeyMessage(key: string, known: readonly string[]): string {
  const near = nearest(key, known)
  if (near !== undefined) return near
  const fix = key.includes(':') ? 'A colon needs a space behind it.' : undefined
  return message(known.length === 1 ? String(known[0]) : `one of ${known.join(', ')}`, fix)
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
