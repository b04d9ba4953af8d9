import type { PromisifiedBus } from 'i2c-bus'
import type { I2cOutcome } from '../native/addon.ts'

/** The longest block of the SMBus specification. */
const blockBytesMax = 32

/** What of i2c-bus this needs. */
export type SmbusCommands = Pick<
  PromisifiedBus,
  'writeQuick' | 'receiveByte' | 'readByte' | 'readI2cBlock' | 'sendByte' | 'writeByte' | 'writeI2cBlock'
>

/**
 * A transaction on an adapter that can only do SMBus, as those of PCs: where one of its commands puts the same bits on the
 * wire, that one is sent. Fails with EOPNOTSUPP where there is none.
 */
export async function smbusTransfer(
  bus: SmbusCommands,
  address: number,
  write: Uint8Array | undefined,
  readBytes: number,
): Promise<I2cOutcome> {
  if (write?.length === 0 && readBytes === 0) {
    // It takes address and bit; what its types call a command is the bit.
    await bus.writeQuick(address, 0, 0)
    return read(1, [])
  }
  const [command, ...data] = write ?? []
  if (command === undefined && readBytes === 1) return read(1, [await bus.receiveByte(address)])
  if (command === undefined || data.length > (readBytes > 0 ? 0 : blockBytesMax) || readBytes > blockBytesMax)
    throw Object.assign(new Error('EOPNOTSUPP: SMBus has no such transaction'), { code: 'EOPNOTSUPP' })
  if (readBytes === 1) return read(2, [await bus.readByte(address, command)])
  if (readBytes > 0) {
    const { bytesRead, buffer } = await bus.readI2cBlock(address, command, readBytes, Buffer.alloc(readBytes))
    return read(2, buffer.subarray(0, bytesRead))
  }
  const [value, ...more] = data
  if (value === undefined) await bus.sendByte(address, command)
  else if (more.length === 0) await bus.writeByte(address, command, value)
  else await bus.writeI2cBlock(address, command, data.length, Buffer.from(data))
  return read(1, [])
}

function read(messagesDone: number, bytes: Iterable<number>): I2cOutcome {
  return { messagesDone, bytes: Uint8Array.from(bytes) }
}
