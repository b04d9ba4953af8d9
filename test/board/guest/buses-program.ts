/**
 * The Linux drivers of I2C and SPI, called from outside: each line of stdin is one call, each line of stdout its answer,
 * both as v8 serializes values (what JSON cannot say, NaN and bytes, is part of what drivers are tested with).
 */
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { deserialize, serialize } from 'node:v8'
import { isHardwareError } from '../../../src/errors.ts'
import { unknownBoard } from '../../../src/hardware/board.ts'
import { createLinuxBuses } from '../../../src/hardware/linux/buses.ts'
import { loadAddon } from '../../../src/hardware/native/addon.ts'
import { nativeFile } from '../../../src/native-files.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { BusAnswer, BusCall } from '../remote-buses.ts'

/** A deadline passes when the test says so: a machine that holds the test up does not make a bus hang. */
const clock = new FakeClock()
const { i2c, spi } = createLinuxBuses({
  clock,
  board: unknownBoard(undefined),
  addon: () => loadAddon(nativeFile('pincer', '')),
  nativeFile: (name) => nativeFile(name, ''),
})

async function run(call: BusCall): Promise<unknown> {
  switch (call.does) {
    case 'i2c buses':
      return i2c.buses()
    case 'i2c transfer':
      return i2c.transfer(call.transfer)
    case 'i2c scan':
      return i2c.scan(call.bus)
    case 'spi devices':
      return spi.devices()
    case 'spi transferBytesMax':
      return spi.transferBytesMax
    case 'spi transfer':
      return spi.transfer(call.transfer)
    case 'pass':
      return clock.advance(call.durationMs)
    case 'become':
      process.setgroups?.([])
      process.setgid?.(call.id)
      return process.setuid?.(call.id)
    case 'exit':
      return process.exit(0)
    case 'open files':
      return readdirSync('/proc/self/fd').length
  }
}

async function answer(id: number, call: BusCall): Promise<void> {
  let said: BusAnswer
  try {
    said = { value: await run(call) }
  } catch (error) {
    if (!isHardwareError(error)) throw error
    said = { kernel: error.kernel, message: error.message }
  }
  process.stdout.write(`answer ${id} ${serialize(said).toString('base64')} end ${id}\n`)
}

process.on('SIGUSR2', () => undefined)

createInterface({ input: process.stdin }).on('line', (line) => {
  const [id = '', call = ''] = line.split(' ')
  void answer(Number(id), deserialize(Buffer.from(call, 'base64')))
})
