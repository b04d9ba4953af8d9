import fs from 'node:fs'
import { join } from 'node:path'
import { AgentLoop, type LoopOptions } from '../../src/agent/loop.ts'
import { recover } from '../../src/agent/recovery.ts'
import { Sessions } from '../../src/agent/sessions.ts'
import type { Inbound, Outbound } from '../../src/bus/message.ts'
import { limits } from '../../src/limits.ts'
import type { Tool } from '../../src/tools/tool.ts'
import { FakeClock } from './fake-clock.ts'
import { createLogLines } from './log-lines.ts'
import { openBus, type BusRig } from './open-bus.ts'
import type { ScriptedModel } from './scripted-model.ts'
import { createToolBench, type ToolBench } from './tool-bench.ts'
import { until } from './until.ts'

export interface AgentRig extends BusRig {
  readonly loop: AgentLoop
  readonly sessions: Sessions
  readonly bench: ToolBench
  readonly lines: string[]
  /** Accepts a message. */
  says(message: Inbound): Promise<void>
  /** Waits for the answer of this message. */
  answerTo(message: Inbound): Promise<Outbound>
  recover(): Promise<void>
  /** As by a kill at this moment: the files as they are go to a folder of their own, for the next to open. */
  crash(): Promise<string>
  close(): Promise<void>
}

let crashes = 0

/** A copy of the journal and the session logs as they are now, in a folder beside this one: let it stand in a testdir. */
export function leftBehind(folder: string): string {
  const left = `${folder}.crash-${++crashes}`
  fs.cpSync(folder, left, { recursive: true })
  return left
}

/** The loop over a real bus and real session logs in this folder. */
export async function openAgent(
  folder: string,
  model: ScriptedModel,
  tools: readonly Tool[] = [],
  more: Partial<LoopOptions> = {},
  clock = new FakeClock(),
): Promise<AgentRig> {
  const rig = await openBus(folder, clock)
  const { log, lines } = createLogLines()
  const sessions = new Sessions({ folder: join(folder, 'sessions'), log })
  const bench = createToolBench(tools, { clock })
  const roleNow = more.roleNow ?? ((_channel, { role }) => role)
  const loop = new AgentLoop({
    bus: rig.bus,
    sessions,
    registry: bench.registry,
    model,
    clock,
    log,
    iterationsMax: limits.turnIterationsMax,
    prompt: (role) => Promise.resolve(`You speak with the ${role}.`),
    roleNow,
    context: () => '[Now: noon]',
    news: () => undefined,
    ordersIn: () => Promise.resolve({ take: () => false }),
    command: (message) =>
      Promise.resolve({ text: `ran ${message.text}`, answers: [message], failed: false, notices: [] }),
    ...more,
  })
  loop.start()
  const close = async (): Promise<void> => {
    await loop.stop()
    await sessions.close()
    await rig.journal.close()
  }
  return {
    ...rig,
    loop,
    sessions,
    bench,
    lines,
    async says(message) {
      await rig.bus.accept(message)
    },
    async answerTo(message) {
      const answer = (): Outbound | undefined => rig.out.find((each) => each.answers.includes(message.id))
      await until(() => answer() !== undefined, `an answer to "${message.text}"`)
      return answer() as Outbound
    },
    recover: () => recover({ bus: rig.bus, sessions, clock, log, roleNow, take: (message) => loop.take(message) }),
    async crash() {
      const left = leftBehind(folder)
      // What still runs ends without a word that anybody hears: it is no part of the files that were left.
      const closing = close()
      await clock.advance(limits.stopGraceMs)
      await closing
      return left
    },
    close,
  }
}
