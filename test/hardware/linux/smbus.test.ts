import t from 'tap'
import { smbusTransfer, type SmbusCommands } from '../../../src/hardware/linux/smbus.ts'

/** Notes each command with what it carries, and answers 1, 2, 3 and so on. */
function commands(): { readonly asked: string[]; readonly bus: SmbusCommands } {
  const asked: string[] = []
  const note = (...what: readonly unknown[]) => void asked.push(what.join(' '))
  const counted = (buffer: Buffer) => {
    for (const index of buffer.keys()) buffer[index] = index + 1
    return buffer
  }
  return {
    asked,
    bus: {
      writeQuick: async (address, command, bit) => note('quick', address, command, bit),
      receiveByte: async (address) => (note('receive', address), 1),
      readByte: async (address, command) => (note('read', address, command), 1),
      readI2cBlock: async (address, command, length, buffer) => {
        note('read block', address, command, length)
        return { bytesRead: length, buffer: counted(buffer) }
      },
      sendByte: async (address, byte) => note('send', address, byte),
      writeByte: async (address, command, byte) => note('write', address, command, byte),
      writeI2cBlock: async (address, command, length, buffer) => {
        note('write block', address, command, length, ...buffer)
        return { bytesWritten: length, buffer }
      },
    },
  }
}

const rows: readonly (readonly [string, readonly number[] | undefined, number, string, readonly number[]])[] = [
  ['a write of the address alone', [], 0, 'quick 118 0 0', []],
  ['a read of one byte', undefined, 1, 'receive 118', [1]],
  ['one register', [0xd0], 1, 'read 118 208', [1]],
  ['several registers', [0xf7], 8, 'read block 118 247 8', [1, 2, 3, 4, 5, 6, 7, 8]],
  ['as many as a block holds', [0], 32, 'read block 118 0 32', Array.from({ length: 32 }, (_, index) => index + 1)],
  ['a write of one byte', [0x10], 0, 'send 118 16', []],
  ['a write of a register', [0xf4, 0x25], 0, 'write 118 244 37', []],
  ['a write of several', [1, 2, 3, 4], 0, 'write block 118 1 3 2 3 4', []],
]
for (const [what, write, readBytes, asked, answer] of rows) {
  void t.test(`an adapter for SMBus alone is given its own command for ${what}`, async (t) => {
    const fake = commands()
    const outcome = await smbusTransfer(fake.bus, 118, write && Uint8Array.from(write), readBytes)
    t.same(fake.asked, [asked])
    t.same(Array.from(outcome.bytes), answer)
    t.equal(outcome.messagesDone, (write === undefined ? 0 : 1) + (readBytes > 0 ? 1 : 0))
  })
}

void t.test('what SMBus has no command for is refused before anything is sent', async (t) => {
  for (const [write, readBytes] of [
    [undefined, 2],
    [[0, 1], 1],
    [[0], 33],
    [Array.from({ length: 34 }, () => 0), 0],
  ] as const) {
    const fake = commands()
    const refused = smbusTransfer(fake.bus, 118, write && Uint8Array.from(write), readBytes)
    await t.rejects(refused, { code: 'EOPNOTSUPP' })
    t.same(fake.asked, [])
  }
})
