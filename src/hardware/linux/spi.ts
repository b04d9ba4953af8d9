import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { limits } from '../../limits.ts'
import type { SpiPort, SpiTransfer } from '../ports.ts'
import { hardwareFault, remedies } from '../remedies.ts'
import { checkSpiTransfer } from '../transfer-checks.ts'
import { BusQueue } from './bus-queue.ts'
import { deviceNodes, noRight } from './device-nodes.ts'
import { kernelName, unexpected } from './kernel-errors.ts'
import type { OpenSpi } from './spi-handle.ts'

export interface LinuxSpiOptions {
  readonly clock: Clock
  /** Where /dev and /sys are: `/`. */
  readonly root: string
  /** Loads what speaks to the kernel; called for each transfer. Fails where it is not built. */
  readonly load: () => Promise<OpenSpi>
  /** What the board's file says about switching a device on. */
  readonly setup: (device: string) => string | undefined
}

/**
 * The kernel's spidev. A device is opened for each transfer, as an adapter is for I2C: its mode may have been changed by
 * another program, and one that was unplugged works as soon as it is back. All devices of a bus share one queue.
 */
export class LinuxSpi implements SpiPort {
  readonly transferBytesMax: number
  readonly #options: LinuxSpiOptions
  readonly #queues = new Map<number, BusQueue>()

  constructor(options: LinuxSpiOptions) {
    this.#options = options
    this.transferBytesMax = bufferBytes(options.root)
  }

  async devices(): Promise<readonly string[]> {
    return this.#devices()
  }

  async transfer(transfer: SpiTransfer): Promise<Uint8Array> {
    const { device, write, speedHz, mode } = transfer
    if (!this.#hasDevice(device)) throw this.#noDevice(device)
    checkSpiTransfer(transfer, this.transferBytesMax)
    const [bus = 0, select = 0] = device.split('.').map(Number)
    const bytes = Uint8Array.from(write)
    const open = await this.#options.load()
    let queue = this.#queues.get(bus)
    if (queue === undefined) this.#queues.set(bus, (queue = new BusQueue(`SPI bus ${bus}`, this.#options.clock)))
    const sendingMs = Math.ceil((bytes.length * 8 * 1_000) / speedHz)
    try {
      return await queue.run(sendingMs + limits.spiTimeoutMs, async () => {
        const handle = await open(bus, select, mode)
        try {
          return await handle.exchange(bytes, speedHz)
        } finally {
          handle.close()
        }
      })
    } catch (error) {
      throw this.#fault(transfer, error)
    }
  }

  #devices(): readonly string[] {
    return deviceNodes(this.#options.root, /^spidev(\d+)\.(\d+)$/).map((numbers) => numbers.join('.'))
  }

  /** Cheaper than to list them all, for it is asked before each transfer. */
  #hasDevice(device: string): boolean {
    return /^\d+\.\d+$/.test(device) && existsSync(join(this.#options.root, `dev/spidev${device}`))
  }

  #noDevice(device: string, reason?: unknown): Error {
    return hardwareFault(
      'ENODEV',
      remedies['no-spi-device'](device, this.#devices(), this.#options.setup(device)),
      reason,
    )
  }

  #fault({ device, write, speedHz, mode }: SpiTransfer, error: unknown): unknown {
    switch (kernelName(error) ?? '') {
      case 'ENOENT':
      case 'ENODEV':
      case 'ENXIO':
      case 'ESHUTDOWN':
        return this.#noDevice(device, error)
      case 'EACCES':
      case 'EPERM':
        return noRight(this.#options.root, `/dev/spidev${device}`, 'spi', error)
      case 'EMSGSIZE':
        return hardwareFault('EMSGSIZE', remedies.bufsiz(device, write.length, this.transferBytesMax), error)
      case 'EINVAL':
        return hardwareFault('EINVAL', remedies['spi-settings'](device, mode, speedHz), error)
      case 'ETIMEDOUT':
        return hardwareFault('ETIMEDOUT', remedies['spi-failed'](device), error)
      case 'EIO':
        return hardwareFault('EIO', remedies['spi-failed'](device), error)
      default:
        return unexpected(error, `SPI device ${device}`)
    }
  }
}

/** The buffer of spidev, of which a transfer can be no longer; 4096 where the driver is not loaded yet. */
function bufferBytes(root: string): number {
  try {
    const sizeBytes = Number(readFileSync(join(root, 'sys/module/spidev/parameters/bufsiz'), 'utf8'))
    if (Number.isSafeInteger(sizeBytes) && sizeBytes > 0) return sizeBytes
  } catch {
    // Not loaded, or no /sys: the default counts.
  }
  return limits.spiTransferBytesMax
}
