import { givenBack } from '../line-checks.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import { noRight } from './device-nodes.ts'
import { allLines, type FoundLine, type GpioPlace } from './gpio-lines.ts'
import { kernelName, unexpected } from './kernel-errors.ts'

/** What the kernel's answers mean for a line. What is a sentence already, or a bug, stays as it is. */
export function lineFault(error: unknown, line: FoundLine, place: GpioPlace): unknown {
  const name = nameOf(line)
  const kernel = kernelName(error) ?? ''
  switch (kernel) {
    case 'EBUSY':
      return hardwareFault(kernel, remedies['line-held'](name, holderOf(line, place)), error)
    case 'ENOENT':
    case 'ENODEV':
      return hardwareFault('ENODEV', remedies['line-gone'](name), error)
    case 'EBADF':
      return givenBack(`Line ${name}`)
    case 'EACCES':
    case 'EPERM':
      return noRight(place.root, line.path.slice(place.root.length - 1), 'gpio', error)
    case 'EINVAL':
    case 'ENOTSUP':
    case 'EOPNOTSUPP':
      return hardwareFault('EINVAL', remedies['line-settings'](name), error)
    // Behind the chips that are no part of the processor is a bus, with all that can go wrong on it.
    case 'EIO':
    case 'ENXIO':
    case 'EREMOTEIO':
    case 'ETIMEDOUT':
      return hardwareFault(kernel, remedies['line-silent'](name), error)
    default:
      return unexpected(error, `Line ${name}`)
  }
}

/** As `lineFault`, of a request that needs the chip to tell of changes. */
export function edgeFault(error: unknown, line: FoundLine, place: GpioPlace): unknown {
  return kernelName(error) === 'ENXIO'
    ? hardwareFault('EINVAL', remedies['no-edges'](nameOf(line)), error)
    : lineFault(error, line, place)
}

/** The name that people know the line by. */
export function nameOf({ info, address }: FoundLine): string {
  return info.name === '' ? address : info.name
}

/** Who holds it now: nobody did when it was found. */
function holderOf({ address }: FoundLine, place: GpioPlace): string {
  try {
    return allLines(place).find((line) => line.address === address)?.info.consumer ?? ''
  } catch {
    return ''
  }
}
