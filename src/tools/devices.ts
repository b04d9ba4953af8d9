import * as v from 'valibot'
import type { Devices, DeviceSummary, SetRequest, SwitchState } from '../devices/device.ts'
import { formatReadings } from '../devices/reading-text.ts'
import { durationForm, formatExactly, parseDuration } from '../duration.ts'
import { PincerError } from '../errors.ts'
import { limits } from '../limits.ts'
import { defineTool } from './tool.ts'
import type { Tool } from './tool.ts'

/** `device_read` and `device_set`: what a model, a command or a job does with devices, by their names alone. */
export function createDeviceTools(devices: Devices): readonly Tool[] {
  return [deviceRead(devices), deviceSet(devices)]
}

function deviceRead(devices: Devices): Tool {
  return defineTool({
    name: 'device_read',
    description: 'Read a device, or all',
    arguments: v.strictObject({ name: v.optional(v.string()) }),
    access: 'read',
    acts: () => false,
    timeoutMs: limits.toolTimeoutMs,
    async run({ name }, { signal, isPlanned }) {
      const outcomes = await devices.read(name, signal)
      const isLost = outcomes.length > 0 && outcomes.every(({ status }) => status === 'failed')
      // A person reads why; a job that reads nothing has failed, or it would say so again each time.
      if (isPlanned && isLost) throw new PincerError('hardware', formatReadings(outcomes))
      return outcomes.length === 0 ? 'No devices are configured: add one to pincer.yaml.' : formatReadings(outcomes)
    },
  })
}

function deviceSet(devices: Devices): Tool {
  // Said only where there is one: every byte is sent with every request.
  const hasLevels = devices.list().some((device) => device.hasLevel === true)
  return defineTool({
    name: 'device_set',
    description: 'Switch an output; for: then back, e.g. 10m',
    arguments: v.strictObject({
      name: v.string(),
      value: hasLevels
        ? v.union([v.picklist(['on', 'off']), v.pipe(v.number(), v.description('%'))])
        : v.picklist(['on', 'off']),
      for: v.optional(v.string()),
    }),
    access: 'change',
    acts: () => true,
    // Going safe for good is never refused for having acted too often.
    counts: (args) => args.for !== undefined || args.value !== safeStateOf(devices, args.name),
    timeoutMs: limits.toolTimeoutMs,
    needsHuman(args) {
      // Nobody is asked for what cannot be run: `run` refuses it with the reason.
      if (args.for !== undefined && parseDuration(args.for) === undefined) return undefined
      const action = devices.confirmation(requestOf(args))
      return action === undefined ? undefined : { action, reason: `${args.name} is marked confirm`, standing: false }
    },
    inWords: (args) => settingWords(args, devices.list()),
    async run(args, { approved, channel, chat, person }) {
      const request = { ...requestOf(args), asker: { channel, chat, person: person.id } }
      const outcome = await devices.set(approved === undefined ? request : { ...request, approved })
      return outcome.sentence
    },
  })
}

function safeStateOf(devices: Devices, name: string): SwitchState | undefined {
  return devices.list().find((device) => device.name === name)?.safe
}

interface SetArguments {
  readonly name: string
  readonly value: 'on' | 'off' | number
  readonly for?: string | undefined
}

/** `switch lamp on for 10m, then off again`; none for what `run` refuses. */
function settingWords(args: SetArguments, devices: readonly DeviceSummary[]): string | undefined {
  const { name, value } = args
  const device = devices.find((each) => each.name === name)
  const forMs = args.for === undefined ? undefined : parseDuration(args.for)
  if (device?.output !== true || (args.for !== undefined && forMs === undefined)) return undefined
  const setting = typeof value === 'number' ? `set ${name} to ${value} %` : `switch ${name} ${value}`
  const mostMs = value === 'off' || value === 0 ? undefined : device.maxOnMs
  const isCut = mostMs !== undefined && (forMs ?? Infinity) > mostMs
  const lengths = [
    ...(forMs === undefined ? [] : [formatExactly(forMs)]),
    ...(isCut ? [`at most ${formatExactly(mostMs)} (maxOn)`] : []),
  ]
  return lengths.length === 0
    ? setting
    : `${setting} for ${lengths.join(', ')}, then ${value === 'off' ? 'on' : 'off'} again`
}

function requestOf(args: SetArguments): SetRequest {
  const { name } = args
  const level = typeof args.value === 'number' ? { value: 'on' as const, percent: args.value } : { value: args.value }
  if (args.for === undefined) return { name, ...level }
  const forMs = parseDuration(args.for)
  if (forMs === undefined) {
    const shown = JSON.stringify(args.for.slice(0, 40))
    const sentence = `for is ${shown}; expected ${durationForm}.`
    throw new PincerError('bad_call', sentence)
  }
  return { name, ...level, forMs }
}
