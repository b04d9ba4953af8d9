import * as v from 'valibot'
import type { CallAudit } from '../../src/guard/audit.ts'
import { ActBudget } from '../../src/guard/act-budget.ts'
import { HourCount } from '../../src/guard/hour-count.ts'
import type { ApprovalAnswer, ApprovalRequest, StandingSubject } from '../../src/guard/approval.ts'
import { limits } from '../../src/limits.ts'
import { type CallOrigin, Registry } from '../../src/tools/registry.ts'
import { defineTool, type Tool, type ToolContext } from '../../src/tools/tool.ts'
import { cameOut } from './canary-watch.ts'
import { FakeClock } from './fake-clock.ts'
import { createLogLines } from './log-lines.ts'
import { ada } from './messages.ts'

const nameArgument = v.strictObject({ name: v.pipe(v.string(), v.description('which')) })

/** A small tool; what it does is the test's. */
export function smallTool(
  name: string,
  access: Tool['access'],
  run: (name: string, context: ToolContext) => string | Promise<string>,
  more: Partial<Pick<Tool, 'timeoutMs' | 'counts' | 'needsHuman' | 'acts' | 'actsUnlessOwnerWrote' | 'binding'>> = {},
): Tool {
  return defineTool({
    name,
    description: `The tool ${name}.`,
    arguments: nameArgument,
    access,
    acts: () => access === 'change',
    timeoutMs: limits.toolTimeoutMs,
    run: async ({ name }, context) => run(name, context),
    ...more,
  })
}

export type BenchAnswer = ApprovalAnswer | ((signal: AbortSignal) => Promise<ApprovalAnswer>)

export interface ToolBench {
  readonly registry: Registry
  readonly clock: FakeClock
  readonly logLines: string[]
  /** What a person was asked. */
  readonly asked: ApprovalRequest[]
  /** What was looked for among the standing approvals. */
  readonly subjects: StandingSubject[]
  /** Over-long results by their paths. */
  readonly parked: Map<string, string>
  /** Of those, what was said to hold nothing from outside. */
  readonly parkedAsOurs: Set<string>
  /** What happened around changing calls, in order. */
  readonly journal: string[]
  origin(more?: Partial<CallOrigin>): CallOrigin
}

/** A registry over these tools, with a person who answers `answer`. What is said `hunter2` counts as a secret. */
export function createToolBench(
  tools: readonly Tool[],
  options: {
    readonly clock?: FakeClock
    readonly stands?: (subject: StandingSubject) => boolean
    readonly answer?: BenchAnswer
    readonly actsPerHour?: number
    readonly audit?: CallAudit
    readonly park?: (text: string) => Promise<string>
  } = {},
): ToolBench {
  const clock = options.clock ?? new FakeClock()
  const { log, lines: logLines } = createLogLines()
  const asked: ApprovalRequest[] = []
  const subjects: StandingSubject[] = []
  const parked = new Map<string, string>()
  const parkedAsOurs = new Set<string>()
  const journal: string[] = []
  const registry = new Registry({
    tools,
    approver: {
      stands: (_where, subject) => {
        subjects.push(subject)
        return Promise.resolve(options.stands?.(subject) ?? false)
      },
      ask: (request, signal) => {
        asked.push(request)
        cameOut('asked', request.action)
        const { answer = 'yes' } = options
        return typeof answer === 'function' ? answer(signal) : Promise.resolve(answer)
      },
    },
    budget: new ActBudget({
      acts: new HourCount({ clock, recall: () => Promise.resolve([]) }),
      actsPerHour: options.actsPerHour ?? 120,
    }),
    audit: options.audit ?? { begin: () => Promise.resolve(() => undefined), note: () => undefined },
    clock,
    log,
    redact: (text) => cameOut('out of the registry', text.replaceAll('hunter2', '[secret]')),
    park: (name, text, isOurs) => {
      if (options.park) return options.park(text)
      const path = `.tool-results/${parked.size + 1}-${name}.txt`
      parked.set(path, text)
      if (isOurs) parkedAsOurs.add(path)
      return Promise.resolve(path)
    },
  })
  return {
    registry,
    clock,
    logLines,
    asked,
    subjects,
    parked,
    parkedAsOurs,
    journal,
    origin: (more = {}) => ({
      channel: 'test',
      chat: 'home',
      person: ada,
      messageAgeMs: 0,
      untrusted: undefined,
      signal: new AbortController().signal,
      beforeChange: (what) => {
        journal.push(`starts ${what}`)
        return Promise.resolve(() => {
          journal.push(`ended ${what}`)
          return Promise.resolve()
        })
      },
      ...more,
    }),
  }
}
