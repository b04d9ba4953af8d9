import t from 'tap'
import { mcp3008Request, mcp3008Volts, parseMcp3008, readMcp3008 } from '../../../src/devices/chips/mcp3008.ts'
import { HardwareError } from '../../../src/errors.ts'
import type { SpiPort, SpiTransfer } from '../../../src/hardware/ports.ts'

const spiThat = (transfer: (transfer: SpiTransfer) => Promise<Uint8Array>): SpiPort => ({
  devices: async () => ['0.0'],
  transferBytesMax: 4_096,
  transfer,
})
const options = { device: '0.0', channel: 5, vref: 3.3 }

void t.test('the request is start bit, single-ended and the channel', async (t) => {
  t.strictSame([...mcp3008Request(0)], [0x01, 0x80, 0x00])
  t.strictSame([...mcp3008Request(7)], [0x01, 0xf0, 0x00])
  for (const channel of [-1, 8, 1.5, Number.NaN]) t.throws(() => mcp3008Request(channel), RangeError)
})

void t.test('the answer is ten bits behind the null bit; what stands before it means nothing', async (t) => {
  t.equal(parseMcp3008(Uint8Array.of(0x00, 0x00, 0x00)), 0)
  t.equal(parseMcp3008(Uint8Array.of(0xff, 0xfb, 0xff)), 1_023)
  t.equal(parseMcp3008(Uint8Array.of(0x00, 0x02, 0x01)), 513)
})

void t.test('an answer without the null bit, or of another length, is no answer', async (t) => {
  t.equal(parseMcp3008(Uint8Array.of(0xff, 0xff, 0xff)), undefined)
  t.equal(parseMcp3008(Uint8Array.of(0x00, 0x00)), undefined)
})

void t.test('volts are 1024 steps of the reference', async (t) => {
  t.equal(mcp3008Volts(0, 3.3), 0)
  t.equal(mcp3008Volts(512, 3.3), 1.65)
  t.equal(mcp3008Volts(1_023, 5), 4.9951171875)
})

void t.test('it asks in mode 0 and never faster than the chip can at 2.7 V', async (t) => {
  let asked: SpiTransfer | undefined
  const spi = spiThat(async (transfer) => {
    asked = transfer
    return Uint8Array.of(0, 0x02, 0)
  })
  t.equal(await readMcp3008(spi, options), 1.65)
  t.equal(asked?.mode, 0)
  t.ok((asked?.speedHz ?? Infinity) <= 1_350_000)
  t.strictSame([...(asked?.write ?? [])], [0x01, 0xd0, 0x00])
})

void t.test('failures name the likely cause', async (t) => {
  await t.rejects(
    readMcp3008(
      spiThat(async () => Uint8Array.of(0xff, 0xff, 0xff)),
      options,
    ),
    { code: 'hardware', message: /^No MCP3008 answers on SPI device 0\.0: check MISO/ },
  )
  await t.rejects(
    readMcp3008(
      spiThat(async () => {
        throw new HardwareError('ENODEV', 'There is no SPI device 0.0.')
      }),
      options,
    ),
    { code: 'hardware', message: 'There is no SPI device 0.0.' },
  )
})
