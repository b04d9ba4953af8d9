import type { Counters } from './counters.ts'
import type { SubjectName } from './subjects.ts'
import type { Row } from './table.ts'
import type { TurnFigures } from './turns.ts'

export interface IdleFigures {
  readonly memory: Counters
  /** In the window, scaled to a minute. */
  readonly wakeUps: number
  readonly cpuMs: number
  readonly writtenBytes: number
}

export interface SizeFigures {
  readonly rawBytes: number
  /** Or why it was not measured. */
  readonly compressedBytes: number | string
}

/** All that one run of the bench has measured; `--json` prints it as it is. */
export interface Figures {
  readonly windowMs: number
  readonly request: { readonly bytes: number; readonly tools: number }
  readonly readyMs: Readonly<Record<SubjectName, number>>
  readonly idle: Readonly<Record<SubjectName, IdleFigures>>
  readonly turns: Readonly<Record<Exclude<SubjectName, 'bare'>, TurnFigures>>
  readonly sizes: Readonly<Record<Exclude<SubjectName, 'bundle'>, SizeFigures>>
}

const mebibyte = 1024 * 1024
const needsProvider = 'needs a provider: not in this version'
const needsTelegram = 'needs Telegram: not in this version'

/** The budgets of the design beside what was measured. Bounds only tighten. */
export function budgetRows(figures: Figures): readonly Row[] {
  return [...idleRows(figures), ...turnRows(figures), ...laterRows(), ...sizeRows(figures)]
}

function idleRows({ idle, readyMs, windowMs }: Figures): readonly Row[] {
  const each = (value: (figures: IdleFigures) => number): Pick<Row, 'bare' | 'bundle' | 'executable'> => ({
    bare: value(idle.bare),
    bundle: value(idle.bundle),
    executable: value(idle.executable),
  })
  const pss = each(({ memory }) => memory.pssBytes / mebibyte)
  const barePss = idle.bare.memory.pssBytes / mebibyte
  const window = `idle, over ${windowMs / 1000} s`
  return [
    { what: 'idle PSS', unit: 'MiB', bound: 1.5 * barePss, aim: 1.3 * barePss, ...pss, digits: 1 },
    {
      what: 'idle private anonymous memory',
      unit: 'MiB',
      bound: 20,
      aim: 14,
      ...each(({ memory }) => memory.privateAnonymousBytes / mebibyte),
      digits: 1,
    },
    { what: 'exec to ready', unit: 'ms', bound: readyMs.bare + 150, aim: readyMs.bare + 80, ...readyMs, digits: 0 },
    { what: `wake-ups a minute, ${window}`, unit: '', bound: 60, aim: 20, ...each((one) => one.wakeUps), digits: 0 },
    { what: `CPU a minute, ${window}`, unit: 'ms', bound: 20, aim: 12, ...each((one) => one.cpuMs), digits: 1 },
    {
      what: `flash written a minute, ${window}`,
      unit: 'bytes',
      bound: 0,
      aim: 0,
      ...each((one) => one.writtenBytes),
      digits: 0,
    },
  ]
}

function turnRows({ turns, request }: Figures): readonly Row[] {
  const each = <Value>(
    value: (figures: TurnFigures) => Value,
  ): { readonly bundle: Value; readonly executable: Value } => ({
    bundle: value(turns.bundle),
    executable: value(turns.executable),
  })
  return [
    // The design bounds the way to the model and the way back, 3 ms each; offline there is nothing between them.
    {
      what: 'plain turn, offline: message in → reply out, median',
      unit: 'ms',
      bound: 6,
      aim: 3,
      ...each((one) => one.plainMs),
      digits: 1,
    },
    { what: 'the same with one reading', unit: 'ms', bound: '', aim: '', ...each((one) => one.readingMs), digits: 1 },
    {
      what: `first request of a fresh chat, the ${request.tools} tools of this version on`,
      unit: 'KB',
      bound: 8,
      aim: 6,
      bundle: request.bytes / 1024,
      digits: 2,
    },
    {
      what: 'flash written in a plain turn, sizes',
      unit: 'KB',
      bound: 16,
      aim: 8,
      ...each((one) => one.grownBytes / 1024),
      digits: 1,
    },
    {
      what: 'flash written in a plain turn, pages',
      unit: 'KB',
      bound: '',
      aim: '',
      ...each((one) => one.writtenBytes / 1024),
      digits: 1,
    },
    { what: 'fsyncs of a plain turn', unit: '', bound: 3, aim: 2, ...each((one) => one.fsyncs), digits: 1 },
  ]
}

function laterRows(): readonly Row[] {
  const later = (what: string, bound: number | string, aim: number | string, why: string): Row => ({
    what,
    unit: '',
    bound,
    aim,
    bundle: why,
    executable: why,
    digits: 1,
  })
  return [
    later('message in → model request out, median, ms', 3, 1.5, needsProvider),
    later('model reply in → message out, median, ms', 3, 1.5, needsProvider),
    later('replies sent again after kill -9', 'only in flight', 'only in flight', needsTelegram),
    later('reply arrives after a 429', 'yes, on time', 'yes', needsTelegram),
  ]
}

function megabytes(bytes: number | string): number | string {
  return typeof bytes === 'number' ? bytes / 1e6 : bytes
}

function sizeRows({ sizes }: Figures): readonly Row[] {
  const { bare, executable } = sizes
  return [
    {
      what: 'one executable',
      unit: 'MB',
      bound: '',
      aim: '',
      bare: bare.rawBytes / 1e6,
      executable: executable.rawBytes / 1e6,
      digits: 1,
    },
    {
      what: 'one executable, compressed (zstd -19)',
      unit: 'MB',
      bound: 35,
      aim: 30,
      bare: megabytes(bare.compressedBytes),
      executable: megabytes(executable.compressedBytes),
      digits: 1,
    },
  ]
}
