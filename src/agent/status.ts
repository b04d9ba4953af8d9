import type { Devices } from '../devices/device.ts'
import { formatShortly } from '../devices/reading-text.ts'
import { formatDuration } from '../duration.ts'

/** The answer to /status: what runs, on what, and what is open. */
export function statusText(options: {
  readonly version: string
  readonly upMs: number
  readonly memoryBytes: number
  readonly board: string
  readonly model: string
  readonly devices: Devices
  /** Accepted messages without an answer, the /status itself among them. */
  readonly openMessages: number
  readonly undelivered: number
  readonly runningTurns: number
}): string {
  const { version, upMs, memoryBytes, board, model, devices, openMessages, undelivered, runningTurns } = options
  return [
    `Pincer ${version}, up ${formatDuration(upMs)}, ${Math.round(memoryBytes / 1024 / 1024)} MB of memory.`,
    `Board: ${board}. Model: ${model}.`,
    outputsLine(devices),
    `Waiting: ${counted(openMessages - 1, 'message', 'messages')}, ${counted(undelivered, 'reply', 'replies')}. Turns running: ${runningTurns}.`,
  ].join('\n')
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

function outputsLine(devices: Devices): string {
  const states = devices
    .known()
    .filter(({ value }) => value === 'on' || value === 'off' || value === 'unknown')
    .map(formatShortly)
  const outputs = states.length === 0 ? 'none' : states.join(', ')
  const latched = devices.latched()
  return latched === undefined
    ? `Outputs: ${outputs}.`
    : `Outputs: ${outputs}; latched safe (${latched}) until /resume.`
}
