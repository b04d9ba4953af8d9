import { isHardwareError, sentenceOf } from '../errors.ts'
import type { GpioPort } from '../hardware/ports.ts'

/** Why a GPIO line cannot be used, as one sentence that names who holds it or what to check. */
export async function describeLineFault(gpio: GpioPort, line: string, error: unknown): Promise<string> {
  if (!isHardwareError(error)) return sentenceOf(error)
  switch (error.kernel) {
    case 'EBUSY': {
      const holder = await holderOf(gpio, line)
      const who = holder === '' ? 'something else' : `"${holder}"`
      return `Line ${line} is held by ${who}: stop what uses it (a program, or an overlay in config.txt), or choose another line.`
    }
    case 'ENODEV':
      return `There is no line ${line} on this board: \`pincer board\` shows the lines that it has.`
    case 'EPERM':
      return `Line ${line} may not be used by this user: add the user to the group gpio, or run the service.`
    case 'EINVAL':
    case 'EIO':
    case 'ENXIO':
    case 'EREMOTEIO':
    case 'ETIMEDOUT':
    case 'EMSGSIZE':
      return `Line ${line} does not work: ${error.message}`
  }
}

async function holderOf(gpio: GpioPort, line: string): Promise<string> {
  try {
    const lines = await gpio.lines()
    return lines.find((info) => info.name === line || info.address === line)?.consumer ?? ''
  } catch {
    return ''
  }
}

/** What other programs see as the holder of our lines; the kernel keeps 31 bytes. */
export function consumerOf(device: string): string {
  return `pincer:${device}`.slice(0, 31)
}
