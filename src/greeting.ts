import type { DeviceSummary } from './devices/device.ts'
import type { BuiltAs } from './runtime.ts'

/** How real the board is, and whether Pincer has a file for it. */
export type BoardKind = 'simulated' | 'known' | 'unknown'

/** What an interactive terminal shows first. The first start of a home explains; later ones say where one is. */
export function greetingLines(options: {
  readonly version: string
  readonly board: string
  readonly boardKind: BoardKind
  readonly model: string
  /** What the model understands, to be typed as it stands: so without quotation marks. */
  readonly tries: readonly string[]
  readonly fresh: boolean
}): readonly string[] {
  const { version, board, boardKind, model, tries, fresh } = options
  const unknown = boardKind === 'unknown' ? [unknownLine] : []
  if (!fresh) return [`Pincer ${version} on a ${board}. /help lists commands; Ctrl-D leaves.`, ...unknown]
  return [
    `Pincer ${version}: this terminal is your chat with the board. Ctrl-D leaves.`,
    boardKind === 'simulated'
      ? `The board is a ${board}, nothing real. /sim plays with its world.`
      : `The board is a ${board}. What you switch is real.`,
    ...unknown,
    model === 'offline'
      ? 'The model is offline, a small English grammar: no key, no account, no network.'
      : `The model is ${model}. What you write here goes to it.`,
    `Try: ${tries.join(' · ')} (commands: /help)`,
  ]
}

/** What `run` says first. */
export function servedLines(options: {
  readonly version: string
  readonly home: string
  readonly board: string
  readonly boardKind: BoardKind
  readonly model: string
  readonly devices: readonly Pick<DeviceSummary, 'name'>[]
  readonly builtAs: BuiltAs
  /** The people who may text it on Telegram by the configuration; absent when Telegram is not served. */
  readonly telegram?: readonly number[]
}): readonly string[] {
  const { version, home, board, boardKind, model, devices, builtAs, telegram } = options
  const names = devices.map((device) => device.name)
  const pincer = `${builtAs === 'source' ? 'npm start --' : 'pincer'} --home ${shellWord(home)}`
  return [
    `Pincer ${version} serves ${home}: a ${board}, model ${model}.`,
    ...(boardKind === 'unknown' ? [unknownLine] : []),
    names.length === 0 ? 'No devices are configured.' : `Devices: ${names.join(', ')}.`,
    ...(telegram === undefined ? [] : [telegramLine(telegram, pincer)]),
    `Text it from another terminal: ${pincer} chat`,
  ]
}

const unknownLine = "Its lines go by the kernel's names or as chip:line: `pincer board` lists them."

function telegramLine(allow: readonly number[], pincer: string): string {
  if (allow.length > 0) return `Telegram: text your bot. It answers ${allow.join(', ')} and whoever is paired.`
  return `Telegram: text your bot. It answers a stranger with a code; here, ${pincer} pair CODE lets you in.`
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
