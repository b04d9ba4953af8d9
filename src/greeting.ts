import type { DeviceSummary } from './devices/device.ts'

/** What an interactive terminal shows first. The first start of a home explains; later ones say where one is. */
export function greetingLines(options: {
  readonly version: string
  readonly board: string
  readonly devices: readonly DeviceSummary[]
  readonly fresh: boolean
}): readonly string[] {
  const { version, board, devices, fresh } = options
  if (!fresh) return [`Pincer ${version} on a ${board}. /help lists commands; Ctrl-C twice leaves.`]
  const output = devices.find((device) => device.output)?.name
  const sensor = devices.find((device) => device.quantities.length > 1)?.name ?? devices[0]?.name
  const tries = [
    sensor === undefined ? '"status"' : `"read ${sensor}"`,
    output === undefined ? '/status' : `"turn on the ${output} for 10 minutes"`,
    '"help"',
  ]
  return [
    `Pincer ${version}: here you text your board. This terminal is the chat.`,
    `The board is a ${board}: nothing real is read or switched. /sim plays with its world.`,
    'The model is offline: a small English grammar inside Pincer; no key, no account, no network.',
    `Try: ${tries.join(', ')}. /help lists commands; Ctrl-C twice leaves.`,
  ]
}

/** What `run` says first. */
export function servedLines(options: {
  readonly version: string
  readonly home: string
  readonly board: string
  readonly model: string
  readonly devices: readonly DeviceSummary[]
}): readonly string[] {
  const { version, home, board, model, devices } = options
  const names = devices.map((device) => device.name)
  return [
    `Pincer ${version} serves ${home}: a ${board}, model ${model}.`,
    names.length === 0 ? 'No devices are configured.' : `Devices: ${names.join(', ')}.`,
    `Text it from this machine: pincer --home ${home} chat`,
  ]
}
