import * as v from 'valibot'
import type { Condition, Job, JobAction, JobTime, RunOutcome } from './job.ts'

/** What a job looks like in the file. It was checked when it was made: this says only whether we can read it. */

const { literal, number, object, string } = v
const optionalText = v.exactOptional(string())

const conditionSchema = v.variant('kind', [
  object({ kind: literal('edge'), device: string(), edge: v.picklist(['rising', 'falling', 'both']) }),
  object({ kind: literal('is'), device: string(), state: string(), forMs: number() }),
  object({
    kind: v.picklist(['above', 'below']),
    device: string(),
    quantity: string(),
    value: number(),
    hysteresis: number(),
    forMs: number(),
  }),
  object({ kind: literal('stale'), device: string(), afterMs: number() }),
  object({ kind: literal('start') }),
  object({ kind: literal('trigger'), name: string() }),
]) satisfies v.GenericSchema<Condition>

const timeSchema = v.variant('kind', [
  object({ kind: literal('in'), delayMs: number() }),
  object({ kind: literal('at'), atMs: number() }),
  object({ kind: literal('every'), everyMs: number() }),
  object({ kind: literal('cron'), expression: string(), zone: string() }),
  object({ kind: literal('when'), when: conditionSchema }),
]) satisfies v.GenericSchema<JobTime>

const callSchema = object({ tool: string(), args: v.record(string(), v.unknown()) })

const actionSchema = v.variant('kind', [
  object({ kind: literal('say'), text: string() }),
  object({ kind: literal('do'), calls: v.pipe(v.array(callSchema), v.readonly()) }),
  object({ kind: literal('ask'), task: string() }),
]) satisfies v.GenericSchema<JobAction>

export const jobSchema = object({
  id: string(),
  name: optionalText,
  time: timeSchema,
  action: actionSchema,
  missed: v.picklist(['skip', 'once']),
  quiet: v.boolean(),
  maker: object({ channel: string(), chat: string(), person: object({ id: string(), name: string() }) }),
  madeAtMs: number(),
  foreign: optionalText,
  // JSON has no undefined.
  approved: v.exactOptional(
    v.pipe(
      v.array(v.nullable(string())),
      v.transform((texts) => texts.map((text) => text ?? undefined)),
      v.readonly(),
    ),
  ),
  paused: v.exactOptional(object({ atMs: number(), why: string() })),
}) satisfies v.GenericSchema<unknown, Job>

export const outcomeSchema = v.variant('kind', [
  object({ kind: literal('done'), said: optionalText }),
  object({ kind: literal('failed'), why: string() }),
  object({ kind: literal('interrupted') }),
  object({ kind: literal('skipped'), why: string() }),
]) satisfies v.GenericSchema<RunOutcome>
