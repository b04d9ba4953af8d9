import { formatAge } from '../bus/message.ts'
import type { Devices } from '../devices/device.ts'
import { limits } from '../limits.ts'
import type { CallOrigin, Registry } from '../tools/registry.ts'
import { type Command, type CommandReply, failure } from './command.ts'

export interface DeviceCommandParts {
  readonly registry: Registry
  readonly devices: Devices
}

/**
 * Reading and switching without a model: through the registry, so that every limit and question holds here too. Names
 * are lower case, and telephones type capitals.
 */
export function deviceCommands({ registry, devices }: DeviceCommandParts): Record<string, Command> {
  const call = async (name: string, args: object, origin: CallOrigin): Promise<Partial<CommandReply>> => {
    return registry.run({ id: 'command', name, arguments: JSON.stringify(args) }, origin)
  }
  const set = (words: string, origin: CallOrigin, usage: string): Promise<Partial<CommandReply>> => {
    const [, name, value, duration] = /^(\S+)\s+(on|off|\d{1,3} ?%)(?:\s+for\s+(.+))?$/i.exec(words) ?? []
    if (name === undefined || value === undefined) return Promise.resolve(failure(`Write it as ${usage}.`))
    const device = name.toLowerCase()
    const dimmable = devices.list().flatMap((each) => (each.hasLevel === true ? [each.name] : []))
    if (value.endsWith('%') && !dimmable.includes(device)) {
      const which = dimmable.length === 0 ? 'No device here' : `Of the devices here only ${dimmable.join(', ')}`
      return Promise.resolve(failure(`${which} can be set in percent. Write it as ${usage}.`))
    }
    const args = {
      name: device,
      value: value.endsWith('%') ? Number(value.slice(0, -1)) : value.toLowerCase(),
      ...(duration === undefined ? {} : { for: duration.toLowerCase() }),
    }
    return call('device_set', args, origin)
  }
  return {
    read: {
      usage: '/read [device]',
      help: 'read one device, or all',
      guests: '/read [device]',
      // No device can be called all.
      run: (words, _message, origin) =>
        call('device_read', /^(all)?$/i.test(words) ? {} : { name: words.toLowerCase() }, origin),
    },
    set: {
      usage: '/set device on|off|50% [for 10m]',
      help: 'switch an output',
      run: (words, _message, origin) => set(words, origin, '/set lamp on, or /set lamp off, or /set lamp on for 10m'),
    },
    on: {
      usage: '/on device [for 10m]',
      help: 'switch an output on',
      run: (words, _message, origin) => set(words.replace(/^(\S+)/, '$1 on'), origin, '/on lamp, or /on lamp for 10m'),
    },
    off: {
      usage: '/off device [for 10m]',
      help: 'switch an output off',
      run: (words, _message, origin) =>
        set(words.replace(/^(\S+)/, '$1 off'), origin, '/off lamp, or /off lamp for 10m'),
    },
    resume: {
      usage: '/resume',
      help: 'let outputs be switched again after /stop all',
      recorded: () => true,
      run: async (_words, _message, { messageAgeMs }) => {
        if (devices.latched() === undefined) return 'Nothing is latched: outputs can be switched.'
        // A late one may have been sent before the /stop all that it would undo.
        if (messageAgeMs > limits.actingMessageAgeMaxMs)
          return failure(`This /resume ${formatAge(messageAgeMs)}. Send it again if you still mean it.`)
        await devices.unlatch()
        return 'Outputs can be switched again. This switched none of them.'
      },
    },
  }
}
