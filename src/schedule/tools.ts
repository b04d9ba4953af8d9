import * as v from 'valibot'
import { limits } from '../limits.ts'
import { conditionForms } from './condition-forms.ts'
import { defineTool } from '../tools/tool.ts'
import type { HumanNeed, Tool, ToolContext } from '../tools/tool.ts'

const text = v.optional(v.string())
const number = v.optional(v.number())

/**
 * Flat, and with hardly a word: every byte of it is sent with every request. What belongs together is checked where it is
 * read, and said to the model when it matters.
 */
const draft = v.strictObject({
  name: text,
  in: text,
  at: text,
  every: text,
  cron: text,
  when: v.optional(
    v.pipe(
      v.strictObject({
        device: text,
        is: text,
        above: number,
        below: number,
        stale: text,
        for: text,
        hysteresis: number,
        edge: text,
        event: text,
        name: text,
      }),
      // Instead of its keys, which would not say what goes with what: see toolSpec.
      v.description(conditionForms),
    ),
  ),
  zone: text,
  say: text,
  do: v.optional(v.array(v.object({ tool: v.string(), args: v.optional(v.record(v.string(), v.unknown())) }))),
  ask: text,
  missed: v.optional(v.picklist(['skip', 'once'])),
  quiet: v.optional(v.boolean()),
})

/** What `schedule_add` is called with. */
export type DraftArguments = v.InferOutput<typeof draft>

/** What the tools do; loaded when the first of them is called. */
export interface ScheduleDesk {
  /** What a person is asked when a call of `do` needs one. Rejects with `bad_call` for what can be no job. */
  needOf(args: DraftArguments): Promise<HumanNeed | undefined>
  /** All of it in words, for a person who is to allow it. Rejects as `needOf`. */
  wordsOf(args: DraftArguments): Promise<string>
  add(args: DraftArguments, context: ToolContext): Promise<string>
  list(context: ToolContext): Promise<string>
  remove(id: string, context: ToolContext): Promise<string>
  setPaused(id: string, paused: boolean, context: ToolContext): Promise<string>
}

/** The `schedule_*` tools: what a model, or the grammar, plans for later. */
export function createScheduleTools(desk: () => Promise<ScheduleDesk>): readonly Tool[] {
  const timeoutMs = limits.toolTimeoutMs
  return [
    defineTool({
      name: 'schedule_list',
      description: 'List jobs',
      arguments: v.strictObject({}),
      access: 'read',
      acts: () => false,
      timeoutMs,
      run: async (_args, context) => (await desk()).list(context),
    }),
    defineTool({
      name: 'schedule_add',
      description: 'Plan in, at, every, cron or when; then say a text, do calls (no model), or ask you a task',
      arguments: draft,
      access: 'change',
      acts: () => true,
      timeoutMs,
      needsHuman: async (args) => (await desk()).needOf(args),
      inWords: async (args) => (await desk()).wordsOf(args),
      run: async (args, context) => (await desk()).add(args, context),
    }),
    defineTool({
      name: 'schedule_update',
      description: 'Pause or resume',
      arguments: v.strictObject({ id: v.string(), paused: v.boolean() }),
      access: 'change',
      acts: () => true,
      timeoutMs,
      inWords: ({ id, paused }) => orderWords(paused ? 'pause' : 'resume', id),
      run: async ({ id, paused }, context) => (await desk()).setPaused(id, paused, context),
    }),
    defineTool({
      name: 'schedule_remove',
      description: 'Remove a job',
      arguments: v.strictObject({ id: v.string() }),
      access: 'change',
      acts: () => true,
      timeoutMs,
      inWords: ({ id }) => orderWords('remove', id),
      run: async ({ id }, context) => (await desk()).remove(id, context),
    }),
  ]
}

function orderWords(order: 'pause' | 'resume' | 'remove', id: string): string | undefined {
  return /^\d{1,9}$/.test(id) ? `${order} job ${id}` : undefined
}
