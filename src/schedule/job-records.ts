import { crc32 } from 'node:zlib'
import * as v from 'valibot'
import { jobSchema, outcomeSchema } from './job-schema.ts'

/**
 * The lines of `jobs.jsonl`: a checksum, and a record as JSON with short keys. Each has a number that grows by one, so
 * that a line which is gone is missed. The first line says of which form the file is, and of how many jobs the whole
 * state follows it, all under one number; behind these stands what happened since.
 */

/** Raised when an older version could not read the lines any more: it then leaves the file alone. */
const formVersion = 1

const { literal, number, object, string } = v
const id = string()

const startedCallSchema = object({
  c: number(),
  what: string(),
  foreign: v.exactOptional(string()),
  ended: v.boolean(),
})
const resultSchema = object({ atMs: number(), durationMs: number(), outcome: outcomeSchema })
const rangeSchema = object({ fromMs: number(), toMs: number() })

/** All that is known of one job; see job-book.ts. */
const stateSchema = object({
  job: jobSchema,
  anchorMs: number(),
  sinceMs: number(),
  lastSlot: number(),
  covered: v.pipe(v.array(rangeSchema), v.readonly()),
  passed: v.optional(v.pipe(v.array(number()), v.readonly()), []),
  running: v.exactOptional(
    object({ slot: number(), atMs: number(), calls: v.pipe(v.array(startedCallSchema), v.readonly()) }),
  ),
  results: v.pipe(v.array(resultSchema), v.readonly()),
  failuresInRow: number(),
})

export type JobState = v.InferOutput<typeof stateSchema>
export type StartedCall = v.InferOutput<typeof startedCallSchema>

const recordSchema = v.variant('k', [
  object({ k: literal('head'), v: literal(formVersion), nextId: number(), newestMs: number(), jobs: number() }),
  /** How what has elapsed follows from the monotonic clock of this boot. */
  object({
    k: literal('boot'),
    bootId: string(),
    offsetMs: number(),
    open: v.exactOptional(object({ elapsedMs: number(), wallMs: number() })),
  }),
  /** The whole state of a job, new or not. */
  object({ k: literal('job'), s: stateSchema }),
  object({ k: literal('pause'), id, why: string() }),
  object({ k: literal('resume'), id }),
  object({ k: literal('gone'), id }),
  /** This slot is about to run: it never does again. `after`: on the calendar, a time with no slot between. */
  object({ k: literal('run'), id, slot: number(), after: v.exactOptional(number()) }),
  /** A changing call is about to run, and came back. */
  object({ k: literal('call'), id, c: number(), what: string(), foreign: v.exactOptional(string()) }),
  object({ k: literal('ran'), id, c: number() }),
  /** The run is over; without a `run` before it, a rule left the slot out. A job for one run is then gone. */
  object({
    k: literal('end'),
    id,
    slot: number(),
    after: v.exactOptional(number()),
    /** It came too late, at this wall ms. Where the clock is put back before that it was wrong, and the slot may come. */
    missedAtMs: v.exactOptional(number()),
    durationMs: number(),
    outcome: outcomeSchema,
  }),
  /** Only to say how much has elapsed; `wallWasSet`: and that the wall clock was seen to be set to what it says. */
  object({ k: literal('time'), wallWasSet: v.exactOptional(literal(true)) }),
])

export type JobRecord = v.InferOutput<typeof recordSchema>

const stampSchema = object({ n: number(), e: number(), w: number(), set: v.optional(literal(1)) })

/** When a record was written, and its number in the file. */
export interface Written {
  readonly number: number
  readonly elapsedMs: number
  readonly wallMs: number
  readonly isSet: boolean
}

export type ReadLine =
  | { readonly kind: 'record'; readonly written: Written; readonly record: JobRecord }
  /** Whole, but not of a form that is known here. */
  | { readonly kind: 'newer' }
  | { readonly kind: 'damaged' }

export function formHead(of: Omit<JobRecord & { readonly k: 'head' }, 'k' | 'v'>): JobRecord {
  return { k: 'head', v: formVersion, ...of }
}

export function formatLine(record: JobRecord, { number, elapsedMs, wallMs, isSet }: Written): string {
  const json = JSON.stringify({ n: number, e: elapsedMs, w: wallMs, ...(isSet ? { set: 1 } : {}), ...record })
  return `${checksum(json)} ${json}`
}

export function readLine(line: string): ReadLine {
  const json = line.slice(checksumChars + 1)
  if (line.slice(0, checksumChars + 1) !== `${checksum(json)} `) return { kind: 'damaged' }
  let raw: unknown
  try {
    raw = JSON.parse(json)
  } catch {
    return { kind: 'newer' }
  }
  const stamp = v.safeParse(stampSchema, raw)
  const record = v.safeParse(recordSchema, raw)
  if (!stamp.success || !record.success) return { kind: 'newer' }
  const { n, e, w, set } = stamp.output
  return { kind: 'record', written: { number: n, elapsedMs: e, wallMs: w, isSet: set === 1 }, record: record.output }
}

const checksumChars = 8

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(checksumChars, '0')
}
