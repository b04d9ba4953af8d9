import { closeSync, openSync } from 'node:fs'
import type { Addon, I2cOutcome } from '../native/addon.ts'
import { limits } from '../../limits.ts'
import { bindings, loadBinding } from './bindings.ts'
import { kernelName } from './kernel-errors.ts'
import { smbusTransfer } from './smbus.ts'

/**
 * One open adapter. Every call is one of the kernel's and fails with an Error that kernelName understands. `claim` and
 * `limitTo` do not reach the bus and come back at once.
 */
export interface I2cAdapter {
  /** Takes the address: EBUSY where a kernel driver has it. */
  claim(address: number): void
  /** How long the adapter waits by itself; of the adapter, for everybody who uses it. */
  limitTo(timeoutMs: number): void
  /** One transaction; fewer messages done than asked for mean that nothing answered. */
  transfer(address: number, write: Uint8Array | undefined, readBytes: number): Promise<I2cOutcome>
  /** Whether anything answers, by a read of one byte or, where the adapter can, by a write of none; fails if not. */
  probe(address: number, how: 'read' | 'quick'): Promise<void>
  close(): void
}

export type OpenI2cAdapter = (bus: number) => I2cAdapter

/**
 * i2c-bus, whose compiled half is in `file`, and the addon for what it has not: combined transfers, time-outs, and a thread
 * that takes no signals. Some adapters give up a transfer that a signal meets, and its late answer is taken for the next
 * one's: a scan then finds a chip at its neighbour's address.
 */
export async function loadI2cAdapters(addon: Addon, file: string): Promise<OpenI2cAdapter> {
  bindings.set('i2c.node', () => loadBinding(file))
  const { default: i2cBus } = await import('i2c-bus')
  return (number) => {
    const bus = i2cBus.openSync(number)
    const smbus = bus.promisifiedBus()
    // i2c-bus opens the node once for each address, and keeps those to itself.
    const fd = openSync(`/dev/i2c-${number}`, 'r+')
    const transfer: I2cAdapter['transfer'] = async (address, write, readBytes) => {
      try {
        return await addon.i2cTransfer(fd, address, write ?? null, readBytes)
      } catch (error) {
        if (!isUnsupported(error) || bus.i2cFuncsSync().i2c) throw error
        return smbusTransfer(smbus, address, write, readBytes)
      }
    }
    const quick = async (address: number): Promise<I2cOutcome> => {
      try {
        return await transfer(address, new Uint8Array(), 0)
      } catch (error) {
        // Some adapters cannot send an empty message.
        if (isUnsupported(error)) return transfer(address, undefined, 1)
        throw error
      }
    }
    return {
      // Its first call to an address opens the node and sends I2C_SLAVE; a read of no bytes ends there.
      claim: (address) => void bus.i2cReadSync(address, 0, Buffer.alloc(0)),
      limitTo: (timeoutMs) => addon.i2cSetTimeout(fd, Math.ceil(timeoutMs), limits.i2cRetriesMax),
      transfer,
      async probe(address, how) {
        const { messagesDone } = how === 'quick' ? await quick(address) : await transfer(address, undefined, 1)
        if (messagesDone === 0) throw Object.assign(new Error('ENXIO: no message was sent'), { code: 'ENXIO' })
      },
      close() {
        bus.closeSync()
        closeSync(fd)
      },
    }
  }
}

function isUnsupported(error: unknown): boolean {
  const name = kernelName(error)
  return name === 'EOPNOTSUPP' || name === 'ENOTSUP'
}
