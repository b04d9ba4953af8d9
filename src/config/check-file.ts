import * as v from 'valibot'
import { PincerError } from '../errors.ts'
import { createRedact } from '../secrets.ts'
import type { Config, DeviceConfig } from './config.ts'
import { checkChannels, checkGroups, checkIndentation, checkProviders, checkSwitches } from './contradictions.ts'
import { deviceNameSchema, deviceSchema } from './device-schema.ts'
import { secretsByName } from './environment.ts'
import type { Lookup } from './environment.ts'
import { expandVariables } from './expansion.ts'
import { faultsOf, isSecretPath, problemOf } from './faults.ts'
import type { Fault, Note } from './faults.ts'
import { idleHeartbeatNotes } from './idle-heartbeat.ts'
import { missingKeyNotes } from './missing-keys.ts'
import { configSchema } from './schema.ts'
import { isShortSecret, shortSentence } from './short-secrets.ts'
import { formatPath, isMapping, lineOf, valueAt } from './source.ts'
import type { Problem, SourceFile, SourcePath, SourceValue } from './source.ts'
import { mapOf } from './values.ts'
import { versionNotes } from './version-notes.ts'
import { checkChips, checkKernelOutputs, checkLines } from './wiring-checks.ts'
import type { LineAnswer, LineResolver } from './wiring-checks.ts'

export interface CheckContext {
  readonly home: string
  readonly fileName: string
  readonly lookup: Lookup
  /** Secrets known before the file is read. */
  readonly secrets: readonly string[]
  readonly boards: readonly string[]
  readonly defaultDevices: (boardId: string) => Promise<Record<string, unknown>>
  readonly lineResolver?: LineResolver
  readonly hostTimezone: () => string
}

export interface CheckedFile {
  /** What the file says of the board, whatever else is wrong with it; `auto` where it names none that there is. */
  readonly board: string
  /** `undefined` when there are faults. */
  readonly config: Config | undefined
  readonly faults: readonly Fault[]
  readonly notes: readonly Note[]
  readonly secrets: readonly string[]
  /** Whether secrets stand in the file itself. */
  readonly holdsSecrets: boolean
}

/** Checks a parsed pincer.yaml against everything that is known, and fills in what it leaves out. */
export async function checkFile(written: SourceFile, context: CheckContext): Promise<CheckedFile> {
  const { root, problems: unset, values } = expandVariables(written.root, context.lookup, context.home)
  const literals = literalSecrets(written.root)
  const secrets = [
    ...context.secrets,
    ...literals.map(({ value }) => value),
    ...values.flatMap(({ path, name, value }) => (isSecretPath(path) ? [value] : secretsByName({ [name]: value }))),
  ]

  const parsed = v.safeParse(schemaFor(context, 'auto'), root ?? {})
  const namedBoard = context.boards.find((id) => id === valueAt(root, ['board']))
  const board = namedBoard ?? 'auto'
  // Without a board that there is, which is a fault of its own, no line can be judged.
  const isJudged = namedBoard !== undefined || (valueAt(root, ['board']) ?? 'auto') === 'auto'
  const resolve = isJudged ? await context.lineResolver?.(board) : undefined
  const problems = [
    ...checkIndentation(root),
    ...(parsed.issues ?? []).map(problemOf),
    ...checkProviders(root),
    ...checkChannels(root, context.lookup),
    ...checkSwitches(root),
    ...checkGroups(root),
    ...checkWiring(root, resolve),
  ]
  // The first fault of a value counts: a variable that is not set goes before what the schema says of its name.
  const found = [...unset, ...problems]
  const faults = faultsOf(written, context.fileName, found, createRedact(secrets))
  const file = { root, marks: written.marks }
  const notes = [
    ...versionNotes(file, context.fileName),
    ...missingKeyNotes(file, context.fileName, context.lookup),
    ...(parsed.success ? idleHeartbeatNotes(file, context.fileName, parsed.output) : []),
    ...literals.flatMap(({ path, value }): readonly Note[] => {
      if (!isShortSecret(value)) return []
      const place = { file: context.fileName, line: lineOf(file, path), path: formatPath(path) }
      return [{ ...place, sentence: shortSentence('This'), blocks: false }]
    }),
  ].filter((note) => !faults.some(({ path }) => note.path === path || note.path.startsWith(`${path}.`)))
  const noDevices = (valueAt(root, ['devices']) ?? null) === null
  const config = parsed.success && faults.length === 0 ? await completed(parsed.output, context, noDevices) : undefined
  return { config, board, faults, notes, secrets, holdsSecrets: literals.length > 0 }
}

/** Without any file: the simulated board, the offline model, no channel but the terminal. */
export function configWithoutFile(context: CheckContext): Promise<Config> {
  return completed(v.parse(schemaFor(context, 'simulated'), {}), context, true)
}

function schemaFor(context: CheckContext, board: string): v.GenericSchema<unknown, Config> {
  const { boards, lookup, hostTimezone } = context
  return configSchema({ boards, lookup, defaults: { board, timezone: hostTimezone } })
}

async function completed(config: Config, context: CheckContext, noDevices: boolean): Promise<Config> {
  const isDemonstration = config.board === 'simulated' && noDevices
  const devices = isDemonstration ? await defaultDevices(config.board, context) : config.devices
  const resolve = await context.lineResolver?.(config.board)
  const named = Object.entries(devices).map(([name, device]) => {
    if (!('line' in device) || typeof device.line !== 'string') return [name, device] as const
    const answer = resolve?.(device.line)
    return [name, answer?.status === 'usable' ? { ...device, line: answer.name } : device] as const
  })
  return deepFreeze({ ...config, devices: Object.fromEntries(named) })
}

/** A board file whose own devices cannot be read is a fault of that file. */
async function defaultDevices(board: string, context: CheckContext): Promise<Readonly<Record<string, DeviceConfig>>> {
  const schema = mapOf(deviceNameSchema(), deviceSchema(), 'devices by name')
  const parsed = v.safeParse(schema, await context.defaultDevices(board))
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const [expected = ''] = issue.message.split('\n')
  const where = `at devices.${v.getDotPath(issue) ?? ''}`
  throw new PincerError('config', `The board file of ${board} cannot be used: ${where}: expected ${expected}.`)
}

function checkWiring(root: SourceValue, resolve: ((line: string) => LineAnswer) | undefined): readonly Problem[] {
  const devices = valueAt(root, ['devices'])
  if (!isMapping(devices)) return []
  return [...checkLines(devices, resolve), ...checkChips(devices), ...checkKernelOutputs(devices)]
}

interface LiteralSecret {
  readonly path: SourcePath
  readonly value: string
}

function literalSecrets(root: SourceValue): readonly LiteralSecret[] {
  const collect = (value: unknown, path: SourcePath): readonly LiteralSecret[] => {
    if (isMapping(value)) return Object.entries(value).flatMap(([key, item]) => collect(item, [...path, key]))
    if (typeof value !== 'string' || !isSecretPath(path) || value.includes('${')) return []
    // `channels: telegram` is a mistake and no secret: hidden, it would take the word out of every sentence.
    return path.length <= 2 && /^[a-z-]{1,16}$/i.test(value) ? [] : [{ path, value }]
  }
  return collect(root, [])
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const item of Object.values(value)) deepFreeze(item)
  return Object.freeze(value)
}
