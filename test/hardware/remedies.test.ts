import t from 'tap'
import { isHardwareError } from '../../src/errors.ts'
import { hardwareFault, remedies, type Remedy } from '../../src/hardware/remedies.ts'

const place = { bus: 1, address: 0x76 }

/** The whole table, with facts as a driver gives them, and what a sentence must hold to be acted on. */
const rows: Readonly<Record<keyof typeof remedies, readonly (readonly [Remedy, ...RegExp[]])[]>> = {
  'no-compiler': [[remedies['no-compiler'](), /sudo apt install gcc g\+\+ make python3/, /npm run native/]],
  'no-addon': [[remedies['no-addon']('i2c-bus'), /^i2c-bus is not built/, /npm run native/]],
  'no-gpio': [
    [remedies['no-gpio'](), /\/dev\/gpiochip/, /board: simulated/],
    [remedies['no-gpio']('load gpio-mockup'), /load gpio-mockup\.$/],
  ],
  'no-line': [[remedies['no-line']('GPIO99'), /GPIO99/, /`pincer board`/]],
  'line-held': [
    [remedies['line-held']('GPIO17', 'gpio-fan'), /^Line GPIO17 is held by "gpio-fan"/, /overlay/],
    [remedies['line-held']('GPIO17', ''), /held by something else/],
  ],
  'no-i2c-bus': [
    [remedies['no-i2c-bus'](7, [0, 1]), /^There is no I2C bus 7/, /dtparam=i2c_arm=on in config\.txt/, /use 0 or 1\.$/],
    [remedies['no-i2c-bus'](7, [], 'add dtoverlay=i2c3 to uEnv.txt'), /: add dtoverlay=i2c3 to uEnv\.txt, or /],
  ],
  'no-i2c-dev': [[remedies['no-i2c-dev'](1), /\/dev\/i2c-1/, /sudo modprobe i2c-dev/, /modules-load\.d/]],
  'no-answer': [[remedies['no-answer'](place), /^Nothing answers at 0x76 on I2C bus 1: check SDA, SCL/]],
  'address-held': [
    [remedies['address-held'](place, 'bmp280'), /^A kernel driver \(bmp280\) holds 0x76/, /kernel sensor/],
    [remedies['address-held'](place, ''), /^A kernel driver holds 0x76 on I2C bus 1:/],
  ],
  'bus-timeout': [[remedies['bus-timeout'](1, 300), /^I2C bus 1 did not come free within 300 ms/, /pull-up/]],
  'broken-off': [[remedies['broken-off'](place), /stretches the clock/, /i2c_arm_baudrate=10000/]],
  'adapter-limit': [[remedies['adapter-limit'](1, 'EOPNOTSUPP'), /adapter of I2C bus 1/, /\(EOPNOTSUPP\)/]],
  'no-spi-device': [
    [remedies['no-spi-device']('0.1', ['0.0']), /^There is no SPI device 0\.1/, /dtparam=spi=on/, /use 0\.0\.$/],
  ],
  bufsiz: [
    [remedies.bufsiz('0.0', 4_097, 4_096), /4097 bytes/, /spidev\.bufsiz=8192 to the kernel command line/],
    [remedies.bufsiz('0.0', 65_536, 4_096), /spidev\.bufsiz=65536 /],
  ],
  hanging: [[remedies.hanging('I2C bus 1', 1_250), /^I2C bus 1 is stuck/, /1250 ms/, /used again as soon as/]],
  'no-right': [[remedies['no-right']('/dev/i2c-1', 'i2c'), /\/dev\/i2c-1 may not/, /sudo usermod -aG i2c USER/]],
  'no-group': [
    [remedies['no-group']('/dev/spidev0.0', 'spi'), /SUBSYSTEM=="spidev", GROUP="spi", MODE="0660"/, /udev/],
  ],
}

void t.test('every remedy is one sentence that says what is wrong, where, and what mends it', async (t) => {
  for (const [remedy, ...says] of Object.values(rows).flat()) {
    const fault = hardwareFault('EIO', remedy)
    t.ok(isHardwareError(fault))
    for (const expected of says) t.match(fault.message, expected)
    t.match(fault.message, /^[A-Z/a-z].*[^.:]: .*[^.]\.$/, 'a cause, a colon, a remedy, one full stop')
    t.notMatch(fault.message, /undefined|NaN|\n/)
  }
})
