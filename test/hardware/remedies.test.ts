import t from 'tap'
import { isHardwareError } from '../../src/errors.ts'
import { hardwareFault, remedies, type Remedy } from '../../src/hardware/remedies.ts'

const place = { bus: 1, address: 0x76 }

/** The whole table, with facts as a driver gives them, and what a sentence must hold to be acted on. */
const rows: Readonly<Record<keyof typeof remedies, readonly (readonly [Remedy, ...RegExp[]])[]>> = {
  'no-compiler': [[remedies['no-compiler'](['cc', 'make']), /cc, make are missing here/, /npm run native/]],
  'no-gpio': [[remedies['no-gpio'](), /\/dev\/gpiochip/, /board: simulated/]],
  'no-line': [[remedies['no-line']('GPIO99'), /GPIO99/, /`pincer board`/]],
  'line-held': [
    [remedies['line-held']('GPIO17', 'gpio-fan'), /^Line GPIO17 is held by "gpio-fan"/, /overlay/],
    [remedies['line-held']('GPIO17', ''), /held by something else/],
  ],
  'line-twice': [
    [remedies['line-twice']('SDA', ['a:1', 'b:7']), /^SDA could be more than one line \(a:1 and b:7\)/, /one of those/],
    [remedies['line-twice']('exp:3', ['exp@1-0020:3']), /a name that only one line has\.$/],
  ],
  'line-gone': [[remedies['line-gone']('GPIO17'), /^The chip of line GPIO17 is gone: connect it again/]],
  'line-settings': [[remedies['line-settings']('GPIO17'), /line GPIO17 does not take/, /`pull: off`/]],
  'no-edges': [[remedies['no-edges']('P3'), /line P3 cannot tell when it changes/, /interrupt pin/]],
  'line-silent': [[remedies['line-silent']('P3'), /line P3 does not answer: check the chip's wiring/]],
  'no-i2c-bus': [
    [remedies['no-i2c-bus'](7, [0, 1]), /^There is no I2C bus 7/, /dtparam=i2c_arm=on in config\.txt/, /use 0 or 1\.$/],
    [remedies['no-i2c-bus'](7, [], 'add dtoverlay=i2c3 to uEnv.txt'), /: add dtoverlay=i2c3 to uEnv\.txt\.$/],
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
  'spi-settings': [[remedies['spi-settings']('0.0', 3, 9), /^The driver of SPI device 0\.0 .* mode 3 at 9 Hz/]],
  'spi-failed': [[remedies['spi-failed']('0.0'), /^The transfer with SPI device 0\.0 failed/, /dmesg/]],
  bufsiz: [
    [remedies.bufsiz('0.0', 4_097, 4_096), /4097 bytes/, /spidev\.bufsiz=8192 to the kernel command line/],
    [remedies.bufsiz('0.0', 65_536, 4_096), /spidev\.bufsiz=65536 /],
  ],
  'no-led': [
    [
      remedies['no-led']('ACT', ['led0', 'led1']),
      /^The kernel has no LED ACT \(\/sys\/class\/leds\): use led0 or led1\.$/,
    ],
    [remedies['no-led']('ACT', []), /use a `line` instead/],
  ],
  'no-pwm-chip': [
    [
      remedies['no-pwm-chip']('1f0.pwm', []),
      /no PWM chip 1f0\.pwm/,
      /dtoverlay=pwm-2chan in config\.txt, and reboot\)\.$/,
    ],
    [remedies['no-pwm-chip']('1f0.pwm', ['2.pwm']), /or use one that is there: 2\.pwm\.$/],
  ],
  'no-pwm-channel': [
    [remedies['no-pwm-channel']('PWM channel 9 of x'), /^There is no PWM channel 9 of x: use a lower/],
  ],
  'output-denied': [
    [remedies['output-denied']('LED ACT', '/sys/x'), /may not write \/sys\/x of the LED ACT: let a rule of udev/],
  ],
  'output-unanswered': [
    [remedies['output-unanswered']('LED ACT', 'EIO'), /driver of the LED ACT does not .* \(EIO\): .*dmesg/],
  ],
  'no-driver': [
    [
      remedies['no-driver']('hwmon', 'sht4x', []),
      /^No hwmon driver names its sensor sht4x/,
      /config\.txt, and reboot\)\.$/,
    ],
    [remedies['no-driver']('iio', 'bme280', ['bmp280']), /or use one that is there: bmp280\.$/],
  ],
  'two-sensors': [
    [
      remedies['two-sensors']('hwmon', 'sht4x', ['1-0044', '1-0045']),
      /^More than one hwmon sensor/,
      /device: 1-0044 or 1-0045\.$/,
    ],
  ],
  'no-value': [
    [remedies['no-value']('hwmon sht4x', 'temp2', ['humidity1', 'temp1']), /has no temp2: use humidity1 or temp1\.$/],
    [remedies['no-value']('hwmon sht4x', 'temp2', []), /choose another sensor/],
  ],
  'no-one-wire': [
    [remedies['no-one-wire']('28-0', []), /dtoverlay=w1-gpio in config\.txt/, /4\.7 kΩ\.$/],
    [remedies['no-one-wire']('28-0', ['28-1']), /there: 28-1\.$/],
  ],
  'one-wire-undriven': [[remedies['one-wire-undriven']('28-0'), /sees the 28-0 but/, /modprobe w1_therm/]],
  'no-zone': [
    [remedies['no-zone']('gpu', ['cpu-thermal']), /^The kernel has no thermal zone gpu: use cpu-thermal\.$/],
    [remedies['no-zone']('gpu', []), /remove the device/],
  ],
  'two-zones': [[remedies['two-zones']('gpu'), /named gpu: choose another sensor/]],
  'sensor-unread': [[remedies['sensor-unread']('hwmon sht4x temp1', 'EIO'), /sht4x temp1 cannot read it \(EIO\)/]],
  'sensor-slow': [[remedies['sensor-slow']('ds18b20 28-0', 10_000), /within 10 s/, /read again as soon as/]],
  'sensors-stuck': [
    [remedies['sensors-stuck']('hwmon lm75', ['ds18b20 28-0', 'iio x']), /not come back from ds18b20 28-0 and iio x:/],
  ],
  hanging: [[remedies.hanging('I2C bus 1', 1_250), /^I2C bus 1 is stuck/, /1250 ms/, /used again as soon as/]],
  unexpected: [[remedies.unexpected('I2C bus 1', 'ENOSPC'), /^I2C bus 1 failed with ENOSPC/, /dmesg/]],
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
