import { Gauge } from '../../src/agent/gauge.ts'
import { Turn, type TurnOptions } from '../../src/agent/turn.ts'
import { TurnRequests, type TurnRequestsOptions } from '../../src/agent/turn-requests.ts'
import { limits } from '../../src/limits.ts'
import type { Tool } from '../../src/tools/tool.ts'
import type { ScriptedModel } from './scripted-model.ts'
import { type BenchAnswer, createToolBench, type ToolBench } from './tool-bench.ts'

export interface TurnRig {
  readonly turn: Turn
  readonly bench: ToolBench
  readonly stop: AbortController
  readonly shown: string[]
}

/** A turn of this model with these tools; `stop` is what /stop does, `answer` what a person says who is asked. */
export function makeTurn(
  model: ScriptedModel,
  tools: readonly Tool[],
  more: Partial<TurnOptions & Omit<TurnRequestsOptions, 'model'>> = {},
  answer?: BenchAnswer,
): TurnRig {
  const bench = createToolBench(tools, answer === undefined ? {} : { answer })
  const stop = new AbortController()
  const shown: string[] = []
  const origin = more.origin ?? bench.origin({ signal: stop.signal })
  const requests = new TurnRequests({
    model,
    tools: () => bench.registry.specs(origin.person),
    asker: origin,
    system: 'You are Pincer.',
    history: [],
    summary: undefined,
    earlierLeftOut: false,
    gauge: new Gauge(),
    context: () => '[Now: noon]',
    ...more,
  })
  requests.listen({ text: 'do it' })
  const turn = new Turn({
    model,
    registry: bench.registry,
    clock: bench.clock,
    iterationsMax: limits.turnIterationsMax,
    requests,
    join: () => [],
    ordersIn: () => Promise.resolve({ take: () => false }),
    origin,
    onTool: (line, outcome) =>
      shown.push(outcome === undefined ? `> ${line}` : `${outcome.failed ? 'x' : '<'} ${line}`),
    onProgress: (line, progress) => shown.push(`~ ${line}: ${progress}`),
    ...more,
  })
  return { turn, bench, stop, shown }
}
