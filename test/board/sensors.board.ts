import t from 'tap'
import type { KernelSensor } from '../../src/hardware/ports.ts'
import { attachChip } from './attached-chip.ts'
import { type Board, bootBoard } from './board.ts'
import type { VirtualI2cChip } from './chips/chip.ts'
import { RegisterChip } from './chips/register-chip.ts'

const root = new URL('../..', import.meta.url).pathname

/** What our port says of a sensor, in the guest. */
async function read(board: Board, sensor: KernelSensor): Promise<string> {
  const program = `${root}test/board/guest/kernel-sensor-program.ts`
  const command = ['/bin/sh', `${root}build/node`, program, JSON.stringify(sensor)]
  const { stdout, stderr } = await board.run(command, { cwd: root })
  return stdout.trim() || stderr
}

const lm75 = (device?: string): KernelSensor => ({ kind: 'hwmon', name: 'lm75', value: 'temp1', device })

void t.test('an LM75 that the kernel drives is read by its name, below zero too, and told from its twin', async (t) => {
  const board = await bootBoard(t)
  // SNOS808: 25 °C is 0x1900, -25 °C is 0xE700.
  board.i2c.plug(0x48, new RegisterChip({ 0: 0x19, 1: 0x00 }))
  t.match(await read(board, lm75()), /^ENODEV: No hwmon driver names its sensor lm75: load the driver/)
  await attachChip(board, 'lm75', 0x48)
  t.equal(await read(board, lm75()), '25000')
  board.i2c.plug(0x4f, new RegisterChip({ 0: 0xe7, 1: 0x00 }))
  await attachChip(board, 'lm75', 0x4f)
  t.equal(await read(board, lm75('1-004f')), '-25000')
  t.equal(await read(board, lm75('1-0048')), '25000')
  t.match(await read(board, lm75()), /^EINVAL: More than one .* device: 1-0048 or 1-004f\.$/)
  t.match(
    await read(board, { kind: 'hwmon', name: 'lm75', value: 'humidity1', device: '1-0048' }),
    /^ENODEV: The hwmon lm75 has no humidity1: use temp1\.$/,
  )
  board.i2c.unplug(0x48)
  t.match(await read(board, lm75('1-0048')), /^E[A-Z]+: The kernel's driver of the hwmon lm75 .*check its wiring/)
})

void t.test('a BH1750 that the kernel drives has the lux of its data sheet', async (t) => {
  const board = await bootBoard(t)
  // Its example of a measurement: 0x8390 is 28067 lx.
  const chip: VirtualI2cChip = { write: () => true, read: (count) => Uint8Array.of(0x83, 0x90).subarray(0, count) }
  board.i2c.plug(0x23, chip)
  await attachChip(board, 'bh1750', 0x23)
  const lux = Number(await read(board, { kind: 'iio', name: 'bh1750', value: 'illuminance' }))
  t.ok(Math.abs(lux - 28_067) < 1, String(lux))
})

void t.test('what this kernel has not is said, with what mends it', async (t) => {
  const board = await bootBoard(t)
  t.match(await read(board, { kind: 'thermal', zone: 'cpu-thermal' }), /^ENODEV: .*remove the device\.$/)
  t.match(await read(board, { kind: 'ds18b20', id: '28-0316a279d4ff' }), /^ENODEV: .*dtoverlay=w1-gpio/)
})
