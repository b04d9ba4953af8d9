import type { DeviceConfig, SwitchConfig } from '../config/config.ts'
import { isPincerError, PincerError, sentenceOf } from '../errors.ts'
import { limits } from '../limits.ts'
import { nearest } from '../nearest.ts'
import { busDevicesOf } from './bus-devices.ts'
import type { Devices, DeviceSummary, ReadOutcome } from './device.ts'
import { LineNames } from './line-names.ts'
import type { DevicesOptions } from './devices-options.ts'
import { describeConfirmation, formatLimits } from './output-text.ts'
import type { Output } from './output.ts'
import { Outputs } from './outputs.ts'
import { untilAborted } from './reader.ts'
import type { Reader } from './reader.ts'
import { createReaders } from './readers.ts'
import { followStuckLoop } from './stuck-loop.ts'

/** Touches nothing before `start`. Fails with PincerError `config` for limits that contradict each other. */
export function createDevices(options: DevicesOptions): Devices {
  const { configs, hardware, log } = options
  const entries = Object.entries(configs)
  const switches = new Map(entries.flatMap(([name, config]) => ('safe' in config ? [[name, config]] : [])))
  checkSwitches(switches)
  const { gpio, simulated } = hardware
  const usedLines = new Set(entries.flatMap(([, config]) => ('line' in config ? [config.line] : [])))
  const outputs = new Outputs({ ...options, configs: switches, usedLines, ports: hardware, simulated })
  const readers = createReaders(options, outputs)
  const lineNames = new LineNames(gpio)

  const readOne = async (device: string, reader: Reader, signal: AbortSignal): Promise<ReadOutcome> => {
    try {
      return { device, status: 'ok', readings: await untilAborted(reader.read(), signal) }
    } catch (error) {
      if (!isPincerError(error) || error.code === 'stopped') throw error
      return { device, status: 'failed', reason: error.message }
    }
  }
  const outputOf = (name: string): Output => {
    const output = outputs.get(name)
    if (output !== undefined) return output
    const config = configOf(configs, name)
    if (config === undefined) throw unknownDevice(name, Object.keys(configs))
    const choice =
      switches.size === 0 ? 'No device here can be.' : `Those that can: ${[...switches.keys()].join(', ')}.`
    throw new PincerError('unknown_device', `${name} is a ${config.kind} and cannot be switched. ${choice}`)
  }
  const list = entries.map(([name, config]): DeviceSummary => {
    const quantities = readers.get(name)?.quantities ?? []
    const isFahrenheit = options.units === 'imperial' && quantities.includes('temperature')
    return { ...summaryOf(name, config, quantities), ...(isFahrenheit && { isFahrenheit }) }
  })

  return {
    async start() {
      await outputs.start()
      followStuckLoop({ hardware, outputs, log, tell: options.tell })
      for (const [name, reader] of readers) {
        await reader
          .open?.()
          .catch((error: unknown) => log.error('devices', `${name} cannot be read. ${sentenceOf(error)}`))
      }
      await lineNames.load()
    },
    async stop() {
      await outputs.stop()
      await Promise.all([...readers.values()].map(async (reader) => reader.close?.()))
    },
    list: () => list,
    async read(name, signal) {
      const wanted = name === undefined ? [...readers] : [...readers].filter(([each]) => each === name)
      if (name !== undefined && wanted.length === 0) throw unknownDevice(name, Object.keys(configs))
      return Promise.all(wanted.map(([device, reader]) => readOne(device, reader, signal)))
    },
    known: () => [...readers.values()].flatMap((reader) => reader.known()),
    watch(name, listener) {
      const reader = readers.get(name)
      if (reader === undefined) throw unknownDevice(name, Object.keys(configs))
      return reader.watch?.(listener) ?? (() => undefined)
    },
    set: async (request) => outputs.set(outputOf(request.name), request),
    confirmation(request) {
      const output = outputs.get(request.name)
      return output === undefined ? undefined : describeConfirmation(output.config, request)
    },
    driveSafe: (how) => outputs.driveSafe(how),
    unlatch: () => outputs.unlatch(),
    latched: () => outputs.latched(),
    ownerOfLine(line) {
      const owner = entries.find(([, config]) => 'line' in config && lineNames.isSame(config.line, line))
      return owner?.[0]
    },
    onBuses: busDevicesOf(configs),
  }
}

/** Limits that no code could keep: they are refused before any line is touched. */
function checkSwitches(switches: ReadonlyMap<string, SwitchConfig>): void {
  for (const [name, { safe, maxOnMs, interlock }] of switches) {
    if (safe === 'off') continue
    if (maxOnMs !== undefined) {
      const sentence = `devices.${name} has \`safe: on\` and \`maxOn\`: what may not stay on is not safe when on. Remove one of the two.`
      throw new PincerError('config', sentence)
    }
    if (interlock !== undefined) {
      const sentence = `devices.${name} has \`safe: on\` and \`interlock\`: driving it safe could put two of the group on. Remove one of the two.`
      throw new PincerError('config', sentence)
    }
  }
}

function summaryOf(name: string, config: DeviceConfig, quantities: readonly string[]): DeviceSummary {
  const common = { name, kind: config.kind, quantities }
  return 'safe' in config
    ? {
        ...common,
        output: true,
        ...(config.scale && { hasLevel: true }),
        safe: config.safe,
        ...(config.maxOnMs === undefined ? {} : { maxOnMs: config.maxOnMs }),
        limits: formatLimits(config),
      }
    : { ...common, output: false, limits: '' }
}

function configOf(configs: DevicesOptions['configs'], name: string): DeviceConfig | undefined {
  return Object.hasOwn(configs, name) ? configs[name] : undefined
}

function unknownDevice(name: string, names: readonly string[]): PincerError {
  if (names.length === 0) return new PincerError('unknown_device', 'No devices are configured: add one to pincer.yaml.')
  const near = nearest(name, names)
  const hint = near === undefined ? '' : ` Did you mean ${near}?`
  // A name comes from a person or a model: shown cut, as nobody knows what it holds.
  const shown = JSON.stringify(name.slice(0, limits.configNameCharsMax))
  return new PincerError('unknown_device', `There is no device ${shown}.${hint} Devices: ${names.join(', ')}.`)
}
