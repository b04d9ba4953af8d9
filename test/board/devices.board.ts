import t from 'tap'
import { attachChip } from './attached-chip.ts'
import { Ads1115 } from './chips/ads1115.ts'
import { Lm75 } from './chips/lm75.ts'
import { Sht4x } from './chips/sht4x.ts'
import { serveBoard } from './served-board.ts'

const config = [
  'model: offline',
  'devices:',
  '  room: { kind: sht4x }',
  '  solar: { kind: ads1115, channel: 2 }',
  '  rack: { kind: hwmon, name: lm75, value: temp1 }',
  '  hall: { kind: bme280 }',
  '  bell: { kind: button, line: GPIO22, debounce: 1ms }',
  '  rain: { kind: counter, line: GPIO23, debounce: 1ms }',
]

void t.test('sensors, a button and a counter of a real kernel are read from a Telegram outside', async (t) => {
  const { board, ask, readUntil, readChip, startDaemon } = await serveBoard(t, config)
  const [air, volts] = [new Sht4x({ temperatureC: 21.5, humidityPercent: 45 }), new Ads1115()]
  volts.volts[2] = 1.25
  board.i2c.plug(0x44, air)
  board.i2c.plug(0x48, volts)
  board.i2c.plug(0x4a, new Lm75({ temperatureC: 40.5 }))
  await attachChip(board, 'lm75', 0x4a)
  // High: nobody presses the button, whose other end is at ground.
  board.gpio.drive('GPIO22', 1)
  await startDaemon()
  t.match(
    await readChip('room'),
    /^room: temperature 21\.5 °C, humidity 45 % \(sht4x on I2C bus 1 at 0x44; (just now|\d+s ago)\)/,
  )
  t.match(await readChip('solar'), /^solar: voltage 1\.250 V \(ads1115 channel 2 on I2C bus 1 at 0x48;/)
  t.match(await readChip('rack'), /^rack: temperature 40\.5 °C \(hwmon lm75 temp1; (just now|\d+s ago)\)/)
  t.match(await readChip('hall'), /^hall: cannot be read: Nothing answers at 0x76 .* also be at 0x77/)
  t.match(await ask('/read bell', 'bell:'), /^bell: released, presses 0 \(button on GPIO22; just now\)/)
  board.gpio.drive('GPIO22', 0)
  for (let pulse = 1; pulse <= 3; pulse++) {
    board.gpio.drive('GPIO23', 1)
    await readUntil('rain', new RegExp(`^rain: count ${pulse}\\b`))
    board.gpio.drive('GPIO23', 0)
    // A pause as between two drops: a shorter one is bouncing, and is not counted.
    await board.gpio.seen('GPIO23')
  }
  t.match(await readUntil('bell', / presses [1-9]/), /^bell: pressed( for \S+)?, presses 1 \[last .* ago\]/)
  t.strictSame([air.misuses, volts.misuses], [[], []])
})
