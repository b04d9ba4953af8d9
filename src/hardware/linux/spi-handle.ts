import { closeSync, readdirSync, readlinkSync } from 'node:fs'
import type { SpiTransfer } from '../ports.ts'
import { bindings, loadBinding } from './bindings.ts'

/** One open device. What fails, fails with an Error that kernelName understands. */
export interface SpiHandle {
  /** Full duplex, in one message: chip select is held from the first bit to the last. */
  exchange(write: Uint8Array, speedHz: number): Promise<Uint8Array>
  close(): void
}

/** Opens /dev/spidevBUS.SELECT in a mode, with words of 8 bits. */
export type OpenSpi = (bus: number, select: number, mode: SpiTransfer['mode']) => Promise<SpiHandle>

/** spi-device, whose compiled half is in `file`. */
export async function loadSpiHandles(file: string): Promise<OpenSpi> {
  bindings.set('spi.node', () => loadBinding(file))
  const { default: spi } = await import('spi-device')
  return async (bus, select, mode) => {
    const device = await called((done) => spi.open(bus, select, done)).catch((error: unknown) => {
      closeNode(`/dev/spidev${bus}.${select}`)
      throw error
    })
    const handle: SpiHandle = {
      async exchange(write, speedHz) {
        const sendBuffer = Buffer.from(write)
        const receiveBuffer = Buffer.alloc(write.length)
        const message = [{ byteLength: write.length, sendBuffer, receiveBuffer, speedHz }]
        await called((done) => device.transfer(message, done))
        return Uint8Array.from(receiveBuffer)
      },
      close: () => device.closeSync(),
    }
    try {
      // Not with `open`: a mode that the driver refuses would leave the node open for ever.
      if (mode !== 0) await called((done) => device.setOptions({ mode }, done))
    } catch (error) {
      handle.close()
      throw error
    }
    return handle
  }
}

/**
 * spi-device sets mode 0 when it opens a node, and leaves the node open where the driver refuses that. Nobody else here
 * has it open: there is one transfer at a time on a bus.
 */
function closeNode(node: string): void {
  for (const fd of readdirSync('/proc/self/fd')) {
    let path = ''
    try {
      path = readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      // The one that read this list.
    }
    if (path === node) closeSync(Number(fd))
  }
}

/** Waits for the call back and answers what the call itself gave: the device, for `open`. */
function called<Result>(call: (done: (error: Error | null | undefined) => void) => Result): Promise<Result> {
  return new Promise((resolve, reject) => {
    const result = call((error) => {
      if (error === null || error === undefined) resolve(result)
      else reject(error)
    })
  })
}
