import { chipAddresses } from './chip-addresses.ts'
import { isMapping } from './source.ts'
import type { Problem, SourcePath } from './source.ts'

/** What a board knows of a line, however it is spelt. */
export type LineAnswer =
  | {
      readonly status: 'usable'
      /** The kernel's name, for example `GPIO17`; the configuration goes on with this one. */
      readonly name: string
      /** The same for every spelling of one line, for example `pinctrl-bcm2711:17`. */
      readonly address: string
    }
  | { readonly status: 'reserved'; readonly reason: string }
  | { readonly status: 'unknown'; readonly nearest?: string | undefined }

/** Answers for the lines of one board; `undefined` for a board that has no file. */
export type LineResolver = (boardId: string) => Promise<((line: string) => LineAnswer) | undefined>

/** How to name a line, for everybody who did not. */
export const lineFix = 'Name it as the board does: GPIO17, pin 11, or chip:offset.'

interface Place {
  readonly path: SourcePath
  readonly device: string
}

type Devices = { readonly [name: string]: unknown }

/** Lines that the board has not, keeps for itself, or that two devices want. */
export function checkLines(devices: Devices, resolve?: (line: string) => LineAnswer): readonly Problem[] {
  const problems: Problem[] = []
  const users = new Map<string, string>()
  for (const [device, settings] of Object.entries(devices)) {
    const written = isMapping(settings) ? settings['line'] : undefined
    const line = typeof written === 'string' ? written.trim() : ''
    if (line === '') continue
    const path = ['devices', device, 'line']
    const answer = resolve?.(line)
    if (answer?.status === 'unknown') {
      const fix = answer.nearest === undefined ? lineFix : `Did you mean ${answer.nearest}?`
      problems.push({ path, expected: 'a line that this board has', fix })
      continue
    }
    if (answer?.status === 'reserved') {
      const found = `${line}, which the board reserves (${answer.reason})`
      problems.push({ path, found, expected: 'a free line' })
      continue
    }
    const address = answer?.address ?? line.toLowerCase()
    const other = users.get(address)
    if (other === undefined) users.set(address, device)
    else problems.push({ path, found: `${line}, which ${other} uses too`, expected: 'a line of its own' })
  }
  return problems
}

const addresses: Readonly<Record<string, readonly number[]>> = chipAddresses

/** LEDs and PWM channels that two devices want. */
export function checkKernelOutputs(devices: Devices): readonly Problem[] {
  const users = new Map<string, string>()
  return Object.entries(devices).flatMap(([device, settings]): readonly Problem[] => {
    if (!isMapping(settings)) return []
    const { kind, led, chip } = settings
    const channel = settings['channel'] ?? 0
    const isLed = kind === 'light' && typeof led === 'string'
    const isChannel = kind === 'level' && typeof chip === 'string' && typeof channel === 'number'
    if (!isLed && !isChannel) return []
    const key = isLed ? 'led' : 'channel'
    const output = `${key} ${JSON.stringify([led, chip, channel])}`
    const shown = isLed ? led : `channel ${JSON.stringify(channel)}`
    const other = users.get(output)
    if (other === undefined) users.set(output, device)
    if (other === undefined) return []
    return [
      { path: ['devices', device, key], found: `${shown}, which ${other} uses too`, expected: 'an output of its own' },
    ]
  })
}

/** Chips that cannot be told apart on their bus. Converters may share a chip when their channels differ. */
export function checkChips(devices: Devices): readonly Problem[] {
  const problems: Problem[] = []
  const chips = new Map<string, { readonly kind: string; readonly device: string }>()
  const channels = new Map<string, string>()
  const claimChannel = (chip: string, channel: unknown, { device, path }: Place): void => {
    if (typeof channel !== 'number') return
    const other = channels.get(`${chip} ${channel}`)
    if (other === undefined) channels.set(`${chip} ${channel}`, device)
    else problems.push({ path, found: `${channel}, which ${other} reads too`, expected: 'a channel of its own' })
  }
  for (const [device, settings] of Object.entries(devices)) {
    const kind = isMapping(settings) ? settings['kind'] : undefined
    if (!isMapping(settings) || typeof kind !== 'string') continue
    const channelPlace = { device, path: ['devices', device, 'channel'] }
    if (kind === 'mcp3008') {
      const spi = settings['spi'] ?? '0.0'
      if (typeof spi === 'string') claimChannel(`spi ${spi}`, settings['channel'], channelPlace)
      continue
    }
    if (!Object.hasOwn(addresses, kind)) continue
    const bus = settings['bus'] ?? 1
    const address = settings['address'] ?? addresses[kind]?.[0]
    if (typeof bus !== 'number' || typeof address !== 'number') continue
    const chip = `i2c ${bus} ${address}`
    const other = chips.get(chip)
    if (other === undefined) {
      chips.set(chip, { kind, device })
    } else if (kind !== 'ads1115' || other.kind !== 'ads1115') {
      const found = `0x${address.toString(16)} on bus ${bus}, which ${other.device} uses too`
      problems.push({ path: ['devices', device, 'address'], found, expected: 'an address of its own' })
      continue
    }
    if (kind === 'ads1115') claimChannel(chip, settings['channel'], channelPlace)
  }
  return problems
}
