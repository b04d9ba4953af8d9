import t from 'tap'
import { attachChip } from './attached-chip.ts'
import { bootBoard } from './board.ts'
import { Ds18b20 } from './chips/ds18b20.ts'
import { Ds2482 } from './chips/ds2482.ts'
import { startDevices } from './read-devices.ts'

const gone = (name: string, id: string) =>
  `${name}: cannot be read: The kernel's driver of the ds18b20 ${id} cannot read it (no temperature): check its wiring and supply.`

void t.test('DS18B20s on one wire are read by their ids, below zero too, and said when they are gone', async (t) => {
  const board = await bootBoard(t)
  const pool = new Ds18b20({ serial: '0316a279d4ff', temperatureC: 25.0625 })
  const frost = new Ds18b20({ serial: '00000a1b2c3d', temperatureC: -10.125 })
  const wire = [pool, frost]
  const bridge = new Ds2482(wire)
  board.i2c.plug(0x18, bridge)
  await attachChip(board, 'ds2482', 0x18)
  const { read } = startDevices(board, {
    pool: { kind: 'ds18b20', id: '28-0316a279d4ff' },
    frost: { kind: 'ds18b20', id: '28-00000a1b2c3d' },
  })
  // The kernel looks for them in its own time, and shows each a while before its driver has taken it.
  const shown = (id: string) => `[ -e /sys/bus/w1/devices/${id}/w1_slave ]`
  const found = `${shown('28-0316a279d4ff')} && ${shown('28-00000a1b2c3d')}`
  await board.run(['/bin/sh', '-c', `until ${found}; do sleep 0.05; done`])
  t.equal(await read('pool'), 'pool: temperature 25.1 °C (ds18b20 28-0316a279d4ff; just now)')
  t.equal(await read('frost'), 'frost: temperature -10.1 °C (ds18b20 28-00000a1b2c3d; just now)')
  pool.temperatureC = 125
  frost.temperatureC = -55
  t.equal(await read('pool'), 'pool: temperature 125.0 °C (ds18b20 28-0316a279d4ff; just now)')
  t.equal(await read('frost'), 'frost: temperature -55.0 °C (ds18b20 28-00000a1b2c3d; just now)')
  wire.splice(1)
  t.equal(await read('frost'), gone('frost', '28-00000a1b2c3d'))
  t.equal(await read('pool'), 'pool: temperature 125.0 °C (ds18b20 28-0316a279d4ff; just now)')
  board.i2c.unplug(0x18)
  t.equal(await read('pool'), gone('pool', '28-0316a279d4ff'))
  board.i2c.plug(0x18, bridge)
  t.equal(await read('pool'), 'pool: temperature 125.0 °C (ds18b20 28-0316a279d4ff; just now)')
})
