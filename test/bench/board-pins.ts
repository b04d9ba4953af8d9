import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onBoard } from './on-board.ts'
import { median } from './table.ts'

/** What the program inside says of one edge, on the clock of its kernel. */
export interface InsideTimes {
  /** The kernel's own time of the edge. */
  readonly edgeMs: number
  readonly handledMs: number
  /** The call that sets the line has come back; it began when the edge was handled. */
  readonly setMs: number
}

/** The same edge seen from outside, on the clock of the host. */
interface OutsideTimes {
  readonly drivenMs: number
  readonly seenMs: number
}

type Times = InsideTimes & OutsideTimes

export interface Spread {
  readonly median: number
  readonly p99: number
}

export interface BoardPinFigures {
  readonly edges: number
  /** The two clocks are matched to so much, in both directions. */
  readonly clockErrorMs: number
  /** From the edge outside of the guest to the handler. */
  readonly edgeToHandlerMs: Spread
  /** From the kernel's own time of that edge to the handler. */
  readonly kernelToHandlerMs: Spread
  /** The call that sets a line: when it comes back, the level outside has changed. */
  readonly setMs: Spread
  /** From the edge outside to the answer of the handler seen there: all of it, on one clock. */
  readonly roundTripMs: Spread
}

const program = fileURLToPath(import.meta.resolve('./board-pins-main.ts'))
const runtime = fileURLToPath(import.meta.resolve('../../build/node'))
const [watched, answering] = ['GPIO22', 'GPIO17'] as const
/** Those at first are slower: what they need is compiled and loaded. */
const warmEdges = 20
/** After this the program inside sleeps again, as a daemon does before an edge. */
const restMs = 20

/** An edge made outside is answered by a program in the guest, whose answer is seen outside: so often. */
export async function measureBoardPins(edges: number): Promise<BoardPinFigures> {
  return onBoard(async (board) => {
    const running = board.start(['/bin/sh', runtime, program, watched, answering])
    await running.says('watching\n')
    const outside: OutsideTimes[] = []
    for (let index = 0; index < warmEdges + edges; index++) {
      const level = index % 2 === 0 ? 1 : 0
      await wait(restMs)
      const drivenMs = performance.now()
      board.gpio.drive(watched, level)
      await board.gpio.until(() => board.gpio.measure(answering) === level)
      outside.push({ drivenMs, seenMs: performance.now() })
    }
    await wait(restMs)
    const inside: readonly InsideTimes[] = running.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
    if (inside.length !== outside.length)
      throw new Error(`${outside.length} edges were handled ${inside.length} times.`)
    const times = outside.map((each, index) => Object.assign(each, inside[index]!))
    return figuresOf(times.slice(warmEdges))
  })
}

/**
 * The kernel cannot know of an edge before it was driven, and an answer cannot be seen before it was given: so the difference
 * of the two clocks lies between two bounds, of which the middle is taken.
 */
export function figuresOf(times: readonly Times[]): BoardPinFigures {
  const atLeast = Math.max(...times.map(({ handledMs, seenMs }) => handledMs - seenMs))
  const atMost = Math.min(...times.map(({ edgeMs, drivenMs }) => edgeMs - drivenMs))
  const aheadMs = (atLeast + atMost) / 2
  const spread = (value: (one: Times) => number): Spread => {
    const sorted = times.map(value).sort((one, other) => one - other)
    return { median: median(sorted), p99: sorted[Math.ceil(sorted.length * 0.99) - 1]! }
  }
  return {
    edges: times.length,
    clockErrorMs: (atMost - atLeast) / 2,
    edgeToHandlerMs: spread(({ drivenMs, handledMs }) => handledMs - aheadMs - drivenMs),
    kernelToHandlerMs: spread(({ edgeMs, handledMs }) => handledMs - edgeMs),
    setMs: spread(({ handledMs, setMs }) => setMs - handledMs),
    roundTripMs: spread(({ drivenMs, seenMs }) => seenMs - drivenMs),
  }
}
