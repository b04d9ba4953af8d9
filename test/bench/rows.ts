import { boardRows, type BoardFigures } from './board-figures.ts'
import type { FirstRequestFigures } from './first-request.ts'
import type { IdleFigures } from './idle.ts'
import type { KillFigures } from './kills.ts'
import type { SubjectName } from './subjects.ts'
import type { Row } from './table.ts'
import type { TooQuickFigures } from './too-quick.ts'
import { turnsBefore, type TurnFigures } from './turns.ts'

type Served = Exclude<SubjectName, 'bare'>

export interface SizeFigures {
  readonly rawBytes: number
  /** Or why it was not measured. */
  readonly compressedBytes: number | string
}

/** All that one run of the bench has measured; `--json` prints it as it is. */
export interface Figures {
  readonly windowMs: number
  readonly request: FirstRequestFigures
  readonly startMs: Readonly<Record<SubjectName, number>>
  readonly idle: Readonly<Record<SubjectName, IdleFigures>>
  readonly turns: Readonly<Record<Served | 'relay', TurnFigures>>
  readonly kills: Readonly<Record<Served, KillFigures>>
  readonly tooQuick: Readonly<Record<Served, TooQuickFigures>>
  readonly sizes: Readonly<Record<Exclude<SubjectName, 'bundle'>, SizeFigures>>
  /** Or what is missing. */
  readonly board: BoardFigures | string
}

type Cells = Pick<Row, 'bundle' | 'executable'>

const mebibyte = 1024 * 1024

/** The budgets of the design beside what was measured. Bounds only tighten. */
export function budgetRows(figures: Figures): readonly Row[] {
  return [
    ...idleRows(figures),
    ...usedMemoryRows(figures),
    ...turnRows(figures),
    ...requestRows(figures),
    ...flashRows(figures),
    ...faultRows(figures),
    ...sizeRows(figures),
    ...boardRows(figures.board),
  ]
}

function idleRows({ idle, startMs, windowMs }: Figures): readonly Row[] {
  const each = (value: (figures: IdleFigures) => number | string): Cells & Pick<Row, 'bare'> => ({
    bare: value(idle.bare),
    bundle: value(idle.bundle),
    executable: value(idle.executable),
  })
  const inWindow = (field: 'wakeUps' | 'cpuMs' | 'writtenBytes'): Cells & Pick<Row, 'bare'> =>
    each(({ window }) => (typeof window === 'string' ? window : window[field]))
  const memory = (field: 'pssBytes' | 'privateAnonymousBytes'): Cells & Pick<Row, 'bare'> =>
    each((one) => one.memory[field] / mebibyte)
  const barePss = idle.bare.memory.pssBytes / mebibyte
  const over = windowMs === 0 ? 'a minute, polling' : `a minute, polling, over ${windowMs / 1000} s`
  const pssBounds = { bound: 1.5 * barePss, aim: 1.3 * barePss }
  return [
    { what: 'idle PSS, polling', unit: 'MiB', ...pssBounds, ...memory('pssBytes'), digits: 1 },
    {
      what: 'idle private anonymous memory, polling',
      unit: 'MiB',
      bound: 20,
      aim: 14,
      ...memory('privateAnonymousBytes'),
      digits: 1,
    },
    {
      what: 'exec to first poll accepted (bare: to its first line)',
      unit: 'ms',
      bound: startMs.bare + 150,
      aim: startMs.bare + 80,
      ...startMs,
      digits: 0,
    },
    { what: `wake-ups ${over}`, unit: '', bound: 60, aim: 20, ...inWindow('wakeUps'), digits: 0 },
    { what: `CPU ${over}`, unit: 'ms', bound: 20, aim: 12, ...inWindow('cpuMs'), digits: 1 },
    { what: `flash written ${over}`, unit: 'bytes', bound: 0, aim: 0, ...inWindow('writtenBytes'), digits: 0 },
  ]
}

/** What some dozens of turns leave behind. */
function usedMemoryRows({ turns }: Figures): readonly Row[] {
  const row = (what: string, field: 'pssBytes' | 'privateAnonymousBytes'): Row => ({
    what: `${what} after ${turnsBefore} turns (bare: a relay)`,
    unit: 'MiB',
    bound: '',
    aim: '',
    bare: turns.relay.memory[field] / mebibyte,
    bundle: turns.bundle.memory[field] / mebibyte,
    executable: turns.executable.memory[field] / mebibyte,
    digits: 1,
  })
  return [row('PSS', 'pssBytes'), row('private anonymous memory', 'privateAnonymousBytes')]
}

/** Our own time is what the relay does not need; what both took stands in rows of its own. */
function turnRows({ turns }: Figures): readonly Row[] {
  const sides = [
    { field: 'inMs', side: 'message in → model request out' },
    { field: 'outMs', side: 'model reply in → message out' },
  ] as const
  return sides.flatMap(({ field, side }) => [
    {
      what: `${side}, our own, median`,
      unit: 'ms',
      bound: 3,
      aim: 1.5,
      bundle: turns.bundle[field] - turns.relay[field],
      executable: turns.executable[field] - turns.relay[field],
      digits: 1,
    },
    {
      what: 'the same, all of it (bare: a relay)',
      unit: 'ms',
      bound: '',
      aim: '',
      bare: turns.relay[field],
      bundle: turns.bundle[field],
      executable: turns.executable[field],
      digits: 1,
    },
  ])
}

function requestRows({ request }: Figures): readonly Row[] {
  const row = (api: string, bytes: number): Row => ({
    what: `first request of a fresh chat, ${api}, the ${request.tools} tools of this version on`,
    unit: 'KB',
    bound: 8,
    aim: 6,
    bundle: bytes / 1024,
    digits: 2,
  })
  return [row('openai', request.openaiBytes), row('anthropic', request.anthropicBytes)]
}

function flashRows({ turns }: Figures): readonly Row[] {
  const each = (value: (figures: TurnFigures) => number | string): Cells => ({
    bundle: value(turns.bundle),
    executable: value(turns.executable),
  })
  const what = 'flash written in a plain turn on Telegram'
  return [
    { what, unit: 'KB', bound: 16, aim: 8, ...each((one) => one.flash.writtenBytes / 1024), digits: 1 },
    {
      what: 'the same, by which the files grew',
      unit: 'KB',
      bound: '',
      aim: '',
      ...each((one) => one.flash.grownBytes / 1024),
      digits: 1,
    },
    { what: 'fsyncs of it', unit: '', bound: 3, aim: 2, ...each((one) => one.flash.fsyncs), digits: 1 },
  ]
}

function faultRows({ kills, tooQuick }: Figures): readonly Row[] {
  const of = (field: 'answered' | 'sentAgain' | 'sentAgainInFlight'): Cells => ({
    bundle: `${kills.bundle[field]} of ${kills.bundle.kills}`,
    executable: `${kills.executable[field]} of ${kills.executable.kills}`,
  })
  const both = Object.values(kills)
  const late = ({ lateMs, retryAfterS }: TooQuickFigures): string =>
    lateMs < 0
      ? `no: tried ${-Math.round(lateMs)} ms too early`
      : `yes, ${Math.round(lateMs)} ms after the ${retryAfterS} s`
  return [
    {
      what: 'answered, and once, after kill -9 in mid-turn',
      unit: '',
      bound: 'all',
      aim: 'all',
      ...of('answered'),
      digits: 0,
      verdict: both.every((one) => one.answered === one.kills) ? 'bound met' : 'over the bound',
    },
    {
      what: 'replies sent again, kill -9 behind the reply',
      unit: '',
      bound: 'none',
      aim: 'none',
      ...of('sentAgain'),
      digits: 0,
      verdict: both.every((one) => one.sentAgain === 0) ? 'aim met' : 'over the bound',
    },
    {
      what: 'replies sent again, kill -9 while one is in flight',
      unit: '',
      bound: 'allowed',
      aim: 'allowed',
      ...of('sentAgainInFlight'),
      digits: 0,
    },
    {
      what: 'reply arrives after a 429',
      unit: '',
      bound: 'yes, on time',
      aim: 'yes',
      bundle: late(tooQuick.bundle),
      executable: late(tooQuick.executable),
      digits: 0,
    },
  ]
}

function megabytes(bytes: number | string): number | string {
  return typeof bytes === 'number' ? bytes / 1e6 : bytes
}

function sizeRows({ sizes }: Figures): readonly Row[] {
  const each = (field: keyof SizeFigures): Pick<Row, 'bare' | 'executable'> => ({
    bare: megabytes(sizes.bare[field]),
    executable: megabytes(sizes.executable[field]),
  })
  const what = 'one executable'
  return [
    { what, unit: 'MB', bound: '', aim: '', ...each('rawBytes'), digits: 1 },
    { what: `${what}, compressed (zstd -19)`, unit: 'MB', bound: 35, aim: 30, ...each('compressedBytes'), digits: 1 },
  ]
}
