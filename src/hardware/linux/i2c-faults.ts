import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { I2cTransfer } from '../ports.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import { deviceNodes, holderOf, noRight } from './device-nodes.ts'
import { kernelName, unexpected } from './kernel-errors.ts'

/** What the kernel's answers mean on an I2C bus. What is a sentence already, or a bug, stays as it is. */
export class I2cFaults {
  readonly #root: string
  readonly #setup: (bus: number) => string | undefined

  constructor(root: string, setup: (bus: number) => string | undefined) {
    this.#root = root
    this.#setup = setup
  }

  buses(): readonly number[] {
    return deviceNodes(this.#root, /^i2c-(\d+)$/).flat()
  }

  /** Cheaper than to list them all, for it is asked before each transfer. */
  hasBus(bus: number): boolean {
    return Number.isInteger(bus) && existsSync(join(this.#root, `dev/i2c-${bus}`))
  }

  /** No such bus: whether the kernel knows the adapter without a node decides what mends it. */
  noBus(bus: number, reason?: unknown): Error {
    const isKnown = existsSync(join(this.#root, `sys/bus/i2c/devices/i2c-${bus}`))
    const remedy =
      isKnown && !this.hasBus(bus)
        ? remedies['no-i2c-dev'](bus)
        : remedies['no-i2c-bus'](bus, this.buses(), this.#setup(bus))
    return hardwareFault('ENODEV', remedy, reason)
  }

  /** The adapter could not be opened. */
  open(bus: number, error: unknown): unknown {
    switch (kernelName(error) ?? '') {
      case 'ENOENT':
      case 'ENODEV':
      case 'ENXIO':
        return this.noBus(bus, error)
      case 'EACCES':
      case 'EPERM':
        return noRight(this.#root, `/dev/i2c-${bus}`, 'i2c', error)
      default:
        return unexpected(error, `I2C bus ${bus}`)
    }
  }

  /** A kernel driver has the address. */
  held(bus: number, address: number): Error {
    return hardwareFault('EBUSY', remedies['address-held']({ bus, address }, holderOf(this.#root, bus, address)))
  }

  /** Adapters tell of a chip that does not answer in different words, and of a line that is held low too. */
  transfer(place: Pick<I2cTransfer, 'bus' | 'address' | 'timeoutMs'>, error: unknown): unknown {
    const { bus, timeoutMs } = place
    const name = kernelName(error) ?? ''
    switch (name) {
      case 'EREMOTEIO':
      case 'ENXIO':
        return hardwareFault(name, remedies['no-answer'](place), error)
      case 'ENODEV':
      case 'ESHUTDOWN':
        return this.noBus(bus, error)
      case 'ETIMEDOUT':
      case 'EBUSY':
        return hardwareFault('ETIMEDOUT', remedies['bus-timeout'](bus, timeoutMs), error)
      case 'EOPNOTSUPP':
      case 'ENOTSUP':
      case 'EINVAL':
      case 'EMSGSIZE':
        return hardwareFault('EINVAL', remedies['adapter-limit'](bus, name), error)
      case 'EIO':
      case 'EAGAIN':
      case 'EPROTO':
      case 'EBADMSG':
      case 'EILSEQ':
        return hardwareFault('EIO', remedies['broken-off'](place), error)
      default:
        return unexpected(error, `I2C bus ${bus}`)
    }
  }
}
