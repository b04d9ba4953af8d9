import type { DeviceSummary } from './devices/device.ts'
import type { BuiltAs } from './runtime.ts'

/** What an interactive terminal shows first. The first start of a home explains; later ones say where one is. */
export function greetingLines(options: {
  readonly version: string
  readonly board: string
  /** What the model understands, to be typed as it stands: so without quotation marks. */
  readonly tries: readonly string[]
  readonly fresh: boolean
}): readonly string[] {
  const { version, board, tries, fresh } = options
  if (!fresh) return [`Pincer ${version} on a ${board}. /help lists commands; Ctrl-D leaves.`]
  return [
    `Pincer ${version}: this terminal is your chat with the board. Ctrl-D leaves.`,
    `The board is a ${board}, nothing real. /sim plays with its world.`,
    'The model is offline, a small English grammar: no key, no account, no network.',
    `Try: ${tries.join(' · ')} (commands: /help)`,
  ]
}

/** What `run` says first. */
export function servedLines(options: {
  readonly version: string
  readonly home: string
  readonly board: string
  readonly model: string
  readonly devices: readonly Pick<DeviceSummary, 'name'>[]
  readonly builtAs: BuiltAs
}): readonly string[] {
  const { version, home, board, model, devices, builtAs } = options
  const names = devices.map((device) => device.name)
  return [
    `Pincer ${version} serves ${home}: a ${board}, model ${model}.`,
    names.length === 0 ? 'No devices are configured.' : `Devices: ${names.join(', ')}.`,
    `Text it from another terminal: ${builtAs === 'source' ? 'npm start --' : 'pincer'} --home ${shellWord(home)} chat`,
  ]
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
