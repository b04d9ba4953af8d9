import { join } from 'node:path'
import type { Redact } from '../log.ts'
import { createRedact } from '../secrets.ts'
import { checkFile, configWithoutFile } from './check-file.ts'
import type { CheckContext } from './check-file.ts'
import type { Config } from './config.ts'
import { createLookup, isSecretName, secretsByName, secretsOfCredentials, secretsOfDotEnv } from './environment.ts'
import type { Variables } from './environment.ts'
import type { Fault, Note } from './faults.ts'
import { isShortSecret, shortSentence } from './short-secrets.ts'
import { configFileName, dotEnvName, readConfigText, readDotEnv } from './home-files.ts'
import { formatPath } from './source.ts'
import type { TextFault } from './source.ts'
import { hostTimezone } from './timezone.ts'
import { unusedNotes } from './unused-variables.ts'
import type { LineResolver } from './wiring-checks.ts'
import type { YamlOutcome } from './yaml-file.ts'

export interface LoadOptions {
  readonly home: string
  readonly environment: Variables
  /** As readYaml of yaml-file.ts; asked only when there is a file, so that the parser is loaded only then. */
  readonly readYaml: (text: string) => Promise<YamlOutcome>
  /** Ids of the files in boards/. */
  readonly boards: readonly string[]
  /** Devices that a board has by itself, in the form of pincer.yaml. */
  readonly defaultDevices: (boardId: string) => Promise<Record<string, unknown>>
  /** Without it lines are compared as they are spelt. */
  readonly lineResolver?: LineResolver
}

/** The pincer.yaml that was looked for. Without it the defaults apply. */
export interface ConfigFile {
  readonly path: string
  readonly isThere: boolean
}

export type LoadedConfig =
  | {
      readonly status: 'ok'
      /** Deeply frozen. */
      readonly config: Config
      readonly file: ConfigFile
      readonly notes: readonly Note[]
      /** Values to keep out of every log and message. */
      readonly secrets: readonly string[]
    }
  | {
      readonly status: 'faulty'
      readonly faults: readonly Fault[]
      readonly notes: readonly Note[]
      /** The board that the file names all the same, or `auto`. */
      readonly board: string
    }

/** Reads pincer.yaml and .env of a home. Whatever they hold, it answers: all faults at once, in the order of lines. */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const { home, environment } = options
  const [configText, dotEnv] = await Promise.all([readConfigText(home), readDotEnv(home)])
  const notes: Note[] = []
  if (dotEnv.status === 'read') {
    if (isOpen(dotEnv.mode)) notes.push(modeNote(home, dotEnvName, dotEnv.mode))
    notes.push(...strayNotes(dotEnv.content.strayLines))
  }
  const variables = dotEnv.status === 'read' ? dotEnv.content.variables : {}
  notes.push(...shortNotes(variables))
  if (configText.status === 'faulty' || dotEnv.status === 'faulty') {
    const faults = [configText, dotEnv].flatMap((file) => (file.status === 'faulty' ? [file.fault] : []))
    return { status: 'faulty', faults, notes, board: 'auto' }
  }

  const known = [...secretsByName(environment), ...secretsOfDotEnv(variables), ...secretsOfCredentials(environment)]
  const context: CheckContext = {
    ...options,
    fileName: configFileName,
    lookup: createLookup(environment, variables),
    secrets: known,
    hostTimezone: () => hostTimezone(environment['TZ'], '/etc'),
  }
  if (configText.status === 'none') {
    notes.push(...unusedNotes(context.lookup))
    const file = { path: join(home, configFileName), isThere: false }
    return { status: 'ok', config: await configWithoutFile(context), file, notes, secrets: context.secrets }
  }

  const yaml = await options.readYaml(configText.content)
  const redact = createRedact(context.secrets)
  const textFaults = yaml.faults.map((fault) => faultOfText(fault, redact))
  if (yaml.status === 'broken') return { status: 'faulty', faults: textFaults, notes, board: 'auto' }
  const checked = await checkFile(yaml.file, context)
  notes.push(...checked.notes.toSorted((a, b) => a.line - b.line))
  if (checked.holdsSecrets && isOpen(configText.mode)) notes.push(modeNote(home, configFileName, configText.mode))
  // A value that the notation spoilt is not judged a second time.
  const valueFaults = checked.faults.filter(({ path }) => !textFaults.some((fault) => fault.path === path))
  const faults = [...textFaults, ...valueFaults].toSorted((a, b) => a.line - b.line)
  const { config, board } = checked
  if (config === undefined || faults.length > 0) return { status: 'faulty', faults, notes, board }
  const file = { path: join(home, configFileName), isThere: true }
  return { status: 'ok', config, file, notes, secrets: checked.secrets }
}

function isOpen(mode: number): boolean {
  return (mode & 0o077) !== 0
}

function modeNote(home: string, file: string, mode: number): Note {
  const sentence = `Others on this host can reach the secrets in it (mode 0${mode.toString(8)}); they are used all the same. Run chmod 600 ${join(home, file)}`
  return { file, line: 0, path: '', sentence, blocks: false }
}

function shortNotes(variables: Variables): readonly Note[] {
  return Object.entries(variables).flatMap(([name, value = '']): readonly Note[] => {
    if (!isSecretName(name) || !isShortSecret(value)) return []
    return [{ file: dotEnvName, line: 0, path: '', sentence: shortSentence(name), blocks: false }]
  })
}

function strayNotes([line, ...others]: readonly number[]): readonly Note[] {
  if (line === undefined) return []
  const more = others.length === 0 ? '' : ` And ${others.length} more like it.`
  const sentence = `This line is not NAME=value, so it sets nothing.${more}`
  return [{ file: dotEnvName, line, path: '', sentence, blocks: false }]
}

function faultOfText({ line, path, found, expected, fix }: TextFault, redact: Redact): Fault {
  const fault = {
    file: configFileName,
    line,
    path: redact(formatPath(path)),
    found: redact(found),
    expected: redact(expected),
  }
  return fix === undefined ? fault : { ...fault, fix }
}
