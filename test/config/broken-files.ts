/** Files with wrong values, and every sentence that is said of them; `HOME` stands for the home folder. */
export const brokenFiles: readonly (readonly [text: string, ...sentences: string[]])[] = [
  ['modle: offline\n', 'pincer.yaml:1 modle: found an unknown key, expected model.'],
  [
    'frobnicate: 1\n',
    'pincer.yaml:1 frobnicate: found an unknown key, expected one of model, providers, channels, board, devices, hardware, shell, web, heartbeat, limits, timezone, units.',
  ],
  [
    'board: simulatd\n',
    'pincer.yaml:1 board: found "simulatd", expected auto, simulated or raspberry-pi-4. Did you mean simulated?',
  ],
  ['board: false\n', 'pincer.yaml:1 board: found false, expected auto, simulated or raspberry-pi-4.'],
  [
    'board: raspberry-pi-5\n',
    'pincer.yaml:1 board: found "raspberry-pi-5", expected auto, simulated or raspberry-pi-4. Did you mean raspberry-pi-4?',
  ],
  ['- board\n', 'pincer.yaml:1: found a list, expected settings such as `board: simulated`, each on its line.'],
  [
    'board:simulated\n',
    'pincer.yaml:1: found a single text, expected settings such as `board: simulated`, each on its line.',
  ],
  ['42\n', 'pincer.yaml:1: found a single text, expected settings such as `board: simulated`, each on its line.'],
  [
    'model: [offline, 7]\n',
    'pincer.yaml:1 model[1]: found 7, expected offline, or provider/model such as anthropic/claude-sonnet-5-5.',
  ],
  ['model: []\n', 'pincer.yaml:1 model: found a list, expected at least one model, or offline.'],
  [
    'model: gpt-4\n',
    'pincer.yaml:1 model: found "gpt-4", expected offline, or provider/model such as anthropic/claude-sonnet-5-5.',
  ],
  [
    'model: antropic/claude\n',
    'pincer.yaml:1 model: found the provider "antropic", expected anthropic, openai, gemini, openrouter, deepseek, groq, mistral, xai, ollama or llamacpp. Did you mean anthropic?',
  ],
  [
    'model: [offline, lann/x]\nproviders:\n  lan: { api: openai, baseUrl: "http://10.0.0.2" }\n',
    'pincer.yaml:1 model[1]: found the provider "lann", expected anthropic, openai, gemini, openrouter, deepseek, groq, mistral, xai, ollama, llamacpp or lan. Did you mean lan?',
  ],
  [
    'providers: { lan: { api: openai } }\n',
    'pincer.yaml:1 providers.lan.baseUrl: found nothing, expected the address of the provider, such as http://192.168.1.10:11434/v1.',
  ],
  [
    'providers: { lan: {} }\n',
    'pincer.yaml:1 providers.lan.api: found nothing, expected openai or anthropic.',
    'pincer.yaml:1 providers.lan.baseUrl: found nothing, expected the address of the provider, such as http://192.168.1.10:11434/v1.',
  ],
  [
    'providers: { lan: { api: openia, baseUrl: "https://x.org" } }\n',
    'pincer.yaml:1 providers.lan.api: found "openia", expected openai or anthropic. Did you mean openai?',
  ],
  [
    'providers: { lan: { api: openai, baseUrl: "http://example.org/v1" } }\n',
    'pincer.yaml:1 providers.lan.baseUrl: found "http://example.org/v1", expected an address that starts with https://. Plain http is taken for loopback and private addresses alone.',
  ],
  [
    'providers: { lan: { api: openai, baseUrl: "ftp://10.0.0.1" } }\n',
    'pincer.yaml:1 providers.lan.baseUrl: found "ftp://10.0.0.1", expected an address such as https://host/path.',
  ],
  [
    'providers: { Lan: { api: openai, baseUrl: "https://x.org" } }\n',
    'pincer.yaml:1 providers.Lan: found this name, expected a name of lower-case letters, digits, - and _ that starts with a letter, and is not offline.',
  ],
  ['providers: [lan]\n', 'pincer.yaml:1 providers: found a list, expected providers by name.'],
  [
    'channels: { telegram: { allow: [1] } }\n',
    'pincer.yaml:1 channels.telegram.token: found nothing, expected the token of the bot. Write token: "${TELEGRAM_BOT_TOKEN}" and set TELEGRAM_BOT_TOKEN in .env.',
  ],
  [
    'channels: { telegram: { token: abc } }\n',
    'pincer.yaml:1 channels.telegram.token: found a value that is not shown, expected the token that BotFather gave.',
  ],
  [
    'channels: { telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaaa", allow: ["@alice"] } }\n',
    'pincer.yaml:1 channels.telegram.allow[0]: found "@alice", expected a numeric id such as 123456789. A name can change hands: only the number counts.',
  ],
  [
    'channels: { telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaaa", allow: [-100123] } }\n',
    'pincer.yaml:1 channels.telegram.allow[0]: found -100123, expected a numeric id such as 123456789. A negative id is a group; name the people in it.',
  ],
  [
    'channels: { telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaaa", allow: 5 } }\n',
    'pincer.yaml:1 channels.telegram.allow: found 5, expected a list of numeric ids. Write it in [ ].',
  ],
  [
    'channels: { telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaaa", allow: [5], guests: [5] } }\n',
    'pincer.yaml:1 channels.telegram.guests[0]: found 5, who is in allow too, expected each person in one of the two.',
  ],
  [
    'channels: { telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaaa", progress: yes } }\n',
    'pincer.yaml:1 channels.telegram.progress: found "yes", expected true or false. Write true.',
  ],
  [
    'channels: { telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaaa", apiRoot: "http://api.example.org" } }\n',
    'pincer.yaml:1 channels.telegram.apiRoot: found "http://api.example.org", expected an address that starts with https://. Plain http is taken for loopback and private addresses alone.',
  ],
  [
    'channels: { discord: { token: x, allow: [80351110224678912] } }\n',
    'pincer.yaml:1 channels.discord.allow[0]: found 80351110224678912, expected an id of 17 to 20 digits in quotes. Without quotes it is a number, and loses its last digits.',
  ],
  [
    'channels: { discord: { token: x, allow: ["alice"] } }\n',
    'pincer.yaml:1 channels.discord.allow[0]: found "alice", expected an id of 17 to 20 digits in quotes. A name can change hands: only the id counts.',
  ],
  ['channels: { telegramm: { } }\n', 'pincer.yaml:1 channels.telegramm: found an unknown key, expected telegram.'],
  [
    'channels: { telegram: { token: "${TELEGRAM_BOT_TOKEN}" } }\n',
    'pincer.yaml:1 channels.telegram.token: found "${TELEGRAM_BOT_TOKEN}", which is not set or empty, expected a value. Add the line TELEGRAM_BOT_TOKEN=... to HOME/.env, or set it in the environment.',
  ],
  [
    'timezone: "${MY-ZONE}"\n',
    'pincer.yaml:1 timezone: found "${MY-ZONE}", expected the name of a variable, such as ${LAN_KEY}.',
  ],
  ['timezone: "${ZONE"\n', 'pincer.yaml:1 timezone: found "${" without a name and "}" behind it, expected ${NAME}.'],
  ['devices: [lamp]\n', 'pincer.yaml:1 devices: found a list, expected devices by name.'],
  [
    'devices:\n  lamp:\n',
    'pincer.yaml:2 devices.lamp: found nothing, expected a device such as { kind: switch, line: GPIO17 }.',
  ],
  [
    'devices: { lamp: { line: GPIO17 } }\n',
    'pincer.yaml:1 devices.lamp.kind: found nothing, expected a kind: switch, light, level, contact, button, counter, bme280, bmp280, sht4x, aht20, bh1750, tmp102, lm75, ads1115, ina219, mcp3008, hwmon, iio, ds18b20, thermal.',
  ],
  [
    'devices: { lamp: { kind: swich, line: GPIO17 } }\n',
    'pincer.yaml:1 devices.lamp.kind: found "swich", expected switch, light, level, contact, button, counter, bme280, bmp280, sht4x, aht20, bh1750, tmp102, lm75, ads1115, ina219, mcp3008, hwmon, iio, ds18b20 or thermal. Did you mean switch?',
  ],
  [
    'devices: { lamp: { kind: relay, line: GPIO17 } }\n',
    'pincer.yaml:1 devices.lamp.kind: found "relay", expected switch, light, level, contact, button, counter, bme280, bmp280, sht4x, aht20, bh1750, tmp102, lm75, ads1115, ina219, mcp3008, hwmon, iio, ds18b20 or thermal.',
  ],
  [
    'devices: { lamp: { kind: switch } }\n',
    'pincer.yaml:1 devices.lamp.line: found nothing, expected a GPIO line such as GPIO17. Name it as the board does: GPIO17, pin 11, or chip:offset.',
  ],
  [
    'devices: { lamp: { kind: switch, line: 17 } }\n',
    'pincer.yaml:1 devices.lamp.line: found 17, expected a GPIO line such as GPIO17. Name it as the board does: GPIO17, pin 11, or chip:offset.',
  ],
  [
    'devices: { Lamp: { kind: switch, line: GPIO17 } }\n',
    'pincer.yaml:1 devices.Lamp: found this name, expected a name of 1 to 32 lower-case letters, digits, - and _ that starts with a letter. Write lamp.',
  ],
  [
    'devices: { all: { kind: switch, line: GPIO17 } }\n',
    'pincer.yaml:1 devices.all: found this name, expected a name that is not a word of the chat commands. Describe the thing, for example desk-lamp.',
  ],
  [
    'devices: { a-name-that-is-longer-than-32-letters: { kind: switch, line: GPIO17 } }\n',
    'pincer.yaml:1 devices.a-name-that-is-longer-than-32-letters: found this name, expected a name of 1 to 32 lower-case letters, digits, - and _ that starts with a letter.',
  ],
  [
    'devices: { constructor: { kind: switch, line: GPIO17 } }\n',
    'pincer.yaml:1 devices: found the key "constructor", expected another name.',
  ],
  [
    'devices:\n  lamp:\n    kind: switch\n    line: GPIO17\n    maxon: 2h\n    minOn: 5\n    minOff: 1.5 hours\n    perMinute: 0\n    invert: on\n    safe: false\n    start: of\n',
    'pincer.yaml:5 devices.lamp.maxon: found an unknown key, expected maxOn.',
    'pincer.yaml:6 devices.lamp.minOn: found 5, expected a duration such as 90s, 10m, 2h or 1d. A number needs its unit.',
    'pincer.yaml:7 devices.lamp.minOff: found "1.5 hours", expected a duration such as 90s, 10m, 2h or 1d. Write 90m.',
    'pincer.yaml:8 devices.lamp.perMinute: found 0, expected a whole number from 1 to 600.',
    'pincer.yaml:9 devices.lamp.invert: found "on", expected true or false. Write true.',
    'pincer.yaml:10 devices.lamp.safe: found false, expected on or off. Write off, not false.',
    'pincer.yaml:11 devices.lamp.start: found "of", expected safe or last.',
  ],
  [
    'devices: { lamp: { kind: switch, line: GPIO17, maxOn: 90 days } }\n',
    'pincer.yaml:1 devices.lamp.maxOn: found "90 days", expected a duration such as 90s, 10m, 2h or 1d. The longest is 24d.',
  ],
  [
    'devices: { lamp: { kind: switch, line: GPIO17, maxOn: 0s } }\n',
    'pincer.yaml:1 devices.lamp.maxOn: found "0s", expected a duration such as 90s, 10m, 2h or 1d. Leave the key out for no limit.',
  ],
  [
    'devices: { lamp: { kind: switch, line: GPIO17, perMinute: "6" } }\n',
    'pincer.yaml:1 devices.lamp.perMinute: found "6", expected a whole number from 1 to 600. Write it without quotes.',
  ],
  [
    'devices: { lamp: { kind: switch, line: GPIO17, perMinute: 1.5 } }\n',
    'pincer.yaml:1 devices.lamp.perMinute: found 1.5, expected a whole number from 1 to 600.',
  ],
  [
    'devices: { lamp: { kind: switch, line: GPIO17, minOn: 2m, maxOn: 1m } }\n',
    'pincer.yaml:1 devices.lamp.minOn: found "2m", expected at most maxOn, which is 1m.',
  ],
  [
    'devices: { lamp: { kind: switch, line: GPIO17, safe: on, maxOn: 1m } }\n',
    'pincer.yaml:1 devices.lamp.maxOn: found a maxOn beside safe: on, expected one of the two: a switch that must not stay on is not safe when on.',
  ],
  [
    'devices:\n  led: { kind: light, led: a/b }\n  bulb: { kind: light, led: ACT, line: GPIO5 }\n  gone: { kind: light }\n',
    'pincer.yaml:2 devices.led.led: found "a/b", expected the name of an LED in /sys/class/leds.',
    'pincer.yaml:3 devices.bulb.line: found an unknown key, expected one of kind, start, maxOn, led.',
    'pincer.yaml:4 devices.gone.line: found nothing, expected a GPIO line such as GPIO17, or led: NAME instead. Name it as the board does: GPIO17, pin 11, or chip:offset.',
  ],
  [
    'devices:\n  dim: { kind: level }\n  b: { kind: level, chip: x.pwm, range: [80, 10], safe: 101, frequency: 0 }\n  c: { kind: level, chip: .., range: [1] }\n',
    'pincer.yaml:2 devices.dim.chip: found nothing, expected the device of a PWM chip, as `readlink /sys/class/pwm/pwmchip*/device` ends.',
    'pincer.yaml:3 devices.b.frequency: found 0, expected a whole number from 1 to 1000000.',
    'pincer.yaml:3 devices.b.range: found a list, expected the lower percentage first, such as [10, 80].',
    'pincer.yaml:3 devices.b.safe: found 101, expected a percentage from 0 to 100.',
    'pincer.yaml:4 devices.c.chip: found "..", expected the device of a PWM chip, as `readlink /sys/class/pwm/pwmchip*/device` ends.',
    'pincer.yaml:4 devices.c.range[1]: found nothing, expected a percentage from 0 to 100.',
  ],
  [
    'devices:\n  one: { kind: light, led: ACT }\n  two: { kind: light, led: ACT }\n  b: { kind: level, chip: x.pwm }\n  c: { kind: level, chip: x.pwm, channel: 0, frequency: 50 }\n  d: { kind: level, chip: x.pwm, channel: 1 }\n',
    'pincer.yaml:3 devices.two.led: found ACT, which one uses too, expected an output of its own.',
    'pincer.yaml:5 devices.c.channel: found channel 0, which b uses too, expected an output of its own.',
  ],
  [
    'devices: { up: { kind: switch, line: GPIO17, deadTime: 2s } }\n',
    'pincer.yaml:1 devices.up.deadTime: found a deadTime without an interlock, expected both: it is the pause between two switches of one interlock group.',
  ],
  [
    'devices:\n  up: { kind: switch, line: GPIO17, interlock: motor }\n  down: { kind: switch, line: GPIO27, safe: on, interlock: motor }\n',
    'pincer.yaml:3 devices.down.interlock: found an interlock beside safe: on, expected one of the two: going safe would switch it on beside another of its group.',
  ],
  [
    'devices: { lamp: { kind: switch, line: GPIO17, interlock: "" } }\n',
    'pincer.yaml:1 devices.lamp.interlock: found "", expected the name of a group of switches.',
  ],
  [
    'devices:\n  lamp: { kind: switch, line: GPIO17 }\n  door: { kind: contact, line: gpio17 }\n',
    'pincer.yaml:3 devices.door.line: found gpio17, which lamp uses too, expected a line of its own.',
  ],
  [
    'board: simulated\ndevices:\n  lamp: { kind: switch, line: GPIO17 }\n  door: { kind: contact, line: pin 11 }\n',
    'pincer.yaml:4 devices.door.line: found pin 11, which lamp uses too, expected a line of its own.',
  ],
  [
    'board: simulated\ndevices:\n  lamp: { kind: switch, line: GPIO17 }\n  door: { kind: button, line: "pinctrl-bcm2711:17" }\n',
    'pincer.yaml:4 devices.door.line: found pinctrl-bcm2711:17, which lamp uses too, expected a line of its own.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO2 } }\n',
    'pincer.yaml:2 devices.lamp.line: found GPIO2, which the board reserves (it is SDA of I2C bus 1), expected a free line.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPOI17 } }\n',
    'pincer.yaml:2 devices.lamp.line: found "GPOI17", expected a line that this board has. Did you mean GPIO17?',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: pin 1 } }\n',
    'pincer.yaml:2 devices.lamp.line: found "pin 1", expected a line that this board has. Name it as the board does: GPIO17, pin 11, or chip:offset.',
  ],
  [
    'devices: { door: { kind: contact, line: GPIO22, pull: upp } }\n',
    'pincer.yaml:1 devices.door.pull: found "upp", expected up, down or off. Did you mean up?',
  ],
  [
    'devices: { door: { kind: contact, line: GPIO22, debounce: 20 } }\n',
    'pincer.yaml:1 devices.door.debounce: found 20, expected a duration such as 90s, 10m, 2h or 1d. A number needs its unit.',
  ],
  [
    'devices: { room: { kind: bme280, address: 0x50 } }\n',
    'pincer.yaml:1 devices.room.address: found 0x50, expected 0x76 or 0x77.',
  ],
  [
    'devices: { room: { kind: bme280, address: 76 } }\n',
    'pincer.yaml:1 devices.room.address: found 76, expected 0x76 or 0x77. Addresses are hexadecimal: write 0x76.',
  ],
  [
    'devices: { room: { kind: bme280, address: "0x76" } }\n',
    'pincer.yaml:1 devices.room.address: found "0x76", expected 0x76 or 0x77. Write it without quotes.',
  ],
  [
    'devices: { room: { kind: bme280, bus: one } }\n',
    'pincer.yaml:1 devices.room.bus: found "one", expected a whole number from 0 to 255.',
  ],
  [
    'devices:\n  room: { kind: bme280 }\n  hall: { kind: bme280, address: 0x76 }\n',
    'pincer.yaml:3 devices.hall.address: found 0x76 on bus 1, which room uses too, expected an address of its own.',
  ],
  [
    'devices:\n  power: { kind: ina219, address: 0x48 }\n  volts: { kind: ads1115, channel: 0 }\n',
    'pincer.yaml:3 devices.volts.address: found 0x48 on bus 1, which power uses too, expected an address of its own.',
  ],
  [
    'devices:\n  volts: { kind: ads1115, channel: 1 }\n  amps: { kind: ads1115, channel: 1 }\n',
    'pincer.yaml:3 devices.amps.channel: found 1, which volts reads too, expected a channel of its own.',
  ],
  [
    'devices: { volts: { kind: ads1115, address: 0x4c, channel: 4, gain: 3 } }\n',
    'pincer.yaml:1 devices.volts.address: found 0x4c, expected 0x48 to 0x4b.',
    'pincer.yaml:1 devices.volts.channel: found 4, expected a whole number from 0 to 3.',
    'pincer.yaml:1 devices.volts.gain: found 3, expected 2/3, 1, 2, 4, 8 or 16.',
  ],
  [
    'devices: { power: { kind: ina219, address: 0x50, shuntOhms: 0 } }\n',
    'pincer.yaml:1 devices.power.address: found 0x50, expected 0x40 to 0x4f.',
    'pincer.yaml:1 devices.power.shuntOhms: found 0, expected a resistance above 0, in ohms.',
  ],
  [
    'devices: { lux: { kind: bh1750, address: 0x24 }, air: { kind: aht20, address: 0x39 } }\n',
    'pincer.yaml:1 devices.lux.address: found 0x24, expected 0x23 or 0x5c.',
    'pincer.yaml:1 devices.air.address: found 0x39, expected 0x38.',
  ],
  [
    'devices: { air: { kind: sht4x, address: 44 }, hot: { kind: tmp102, address: 0x4c }, old: { kind: lm75, address: 4f } }\n',
    'pincer.yaml:1 devices.air.address: found 44, expected 0x44 to 0x46. Addresses are hexadecimal: write 0x44.',
    'pincer.yaml:1 devices.hot.address: found 0x4c, expected 0x48 to 0x4b.',
    'pincer.yaml:1 devices.old.address: found "4f", expected 0x48 to 0x4f. Addresses are hexadecimal: write 0x4f.',
  ],
  [
    'devices:\n  hot: { kind: tmp102 }\n  volts: { kind: ads1115, channel: 0 }\n  hall: { kind: bmp280 }\n  room: { kind: bme280 }\n',
    'pincer.yaml:3 devices.volts.address: found 0x48 on bus 1, which hot uses too, expected an address of its own.',
    'pincer.yaml:5 devices.room.address: found 0x76 on bus 1, which hall uses too, expected an address of its own.',
  ],
  [
    'devices: { pool: { kind: ds18b20 }, tub: { kind: ds18b20, id: 28.0316A279D4FF } }\n',
    'pincer.yaml:1 devices.pool.id: found nothing, expected the id of a DS18B20 such as 28-0316a279d4ff.',
    'pincer.yaml:1 devices.tub.id: found "28.0316A279D4FF", expected the id of a DS18B20 such as 28-0316a279d4ff. It is the name of its folder in /sys/bus/w1/devices.',
  ],
  [
    'devices: { air: { kind: hwmon, value: temp }, up: { kind: hwmon, name: sht4x, value: temp1_input, device: ../x } }\n',
    'pincer.yaml:1 devices.air.name: found nothing, expected the name of a chip, as its hwmon driver gives it.',
    'pincer.yaml:1 devices.air.value: found "temp", expected temp1, humidity1, in0, curr1, power1 or fan1.',
    'pincer.yaml:1 devices.up.value: found "temp1_input", expected temp1, humidity1, in0, curr1, power1 or fan1. Write temp1.',
    'pincer.yaml:1 devices.up.device: found "../x", expected the kernel\'s name of its place, such as 1-0045.',
  ],
  [
    'devices: { air: { kind: iio, name: bme280, value: in_temp_input }, odd: { kind: iio, name: x, value: ../../x } }\n',
    'pincer.yaml:1 devices.air.value: found "in_temp_input", expected temp, humidityrelative, pressure, illuminance, voltage0 or the like. Write temp.',
    'pincer.yaml:1 devices.odd.value: found "../../x", expected temp, humidityrelative, pressure, illuminance, voltage0 or the like.',
  ],
  [
    'devices: { cpu: { kind: thermal }, bell: { kind: button, debounce: 2h }, rain: { kind: counter, line: GPIO6, safe: off } }\n',
    'pincer.yaml:1 devices.cpu.zone: found nothing, expected the type of a thermal zone such as cpu-thermal.',
    'pincer.yaml:1 devices.bell.line: found nothing, expected a GPIO line such as GPIO17. Name it as the board does: GPIO17, pin 11, or chip:offset.',
    'pincer.yaml:1 devices.bell.debounce: found "2h", expected a duration from 1ms to 1m.',
    'pincer.yaml:1 devices.rain.safe: found an unknown key, expected one of kind, line, pull, invert, debounce.',
  ],
  [
    'devices: { soil: { kind: mcp3008, spi: 0.0, channel: 8, vref: 0 } }\n',
    'pincer.yaml:1 devices.soil.spi: found 0.0, expected a bus and chip select such as "0.0". Write it in quotes.',
    'pincer.yaml:1 devices.soil.channel: found 8, expected a whole number from 0 to 7.',
    'pincer.yaml:1 devices.soil.vref: found 0, expected a voltage above 0.',
  ],
  [
    'devices: { soil: { kind: mcp3008 } }\n',
    'pincer.yaml:1 devices.soil.channel: found nothing, expected a whole number from 0 to 7.',
  ],
  [
    'devices: { soil: { kind: mcp3008, spi: "0/0", channel: 0 } }\n',
    'pincer.yaml:1 devices.soil.spi: found "0/0", expected a bus and chip select such as "0.0". Write "0.0".',
  ],
  [
    'devices:\n  soil: { kind: mcp3008, channel: 0 }\n  light: { kind: mcp3008, spi: "0.0", channel: 0 }\n',
    'pincer.yaml:3 devices.light.channel: found 0, which soil reads too, expected a channel of its own.',
  ],
  ['hardware: { raw: never }\n', 'pincer.yaml:1 hardware.raw: found "never", expected off, ask or allow.'],
  [
    'hardware: off\n',
    'pincer.yaml:1 hardware: found "off", expected a mapping with raw. For example hardware: { raw: off }',
  ],
  ['shell: { policy: on }\n', 'pincer.yaml:1 shell.policy: found "on", expected off, ask or allow.'],
  ['shell: { timeout: 2d }\n', 'pincer.yaml:1 shell.timeout: found "2d", expected a duration from 1s to 1h.'],
  [
    'shell: { allow: uptime }\n',
    'pincer.yaml:1 shell.allow: found "uptime", expected a list of commands. Write it in [ ].',
  ],
  ['shell: { allow: [1] }\n', 'pincer.yaml:1 shell.allow[0]: found 1, expected a command or pattern in quotes.'],
  ['shell: { network: off }\n', 'pincer.yaml:1 shell.network: found "off", expected true or false. Write false.'],
  [
    'web: { allowPrivate: ["http://10.0.0.1/x"] }\n',
    'pincer.yaml:1 web.allowPrivate[0]: found "http://10.0.0.1/x", expected an IP address, a network such as 192.168.1.0/24, or a host name. Leave out http:// and the path.',
  ],
  [
    'web: { search: google }\n',
    'pincer.yaml:1 web.search: found "google", expected off, brave, tavily or the address of a SearXNG.',
  ],
  [
    'web: { search: "http://searx.example.org" }\n',
    'pincer.yaml:1 web.search: found "http://searx.example.org", expected an address that starts with https://. Plain http is taken for loopback and private addresses alone.',
  ],
  [
    'heartbeat: false\n',
    'pincer.yaml:1 heartbeat: found false, expected off, or a duration such as 30m. Write off, not false.',
  ],
  ['heartbeat: often\n', 'pincer.yaml:1 heartbeat: found "often", expected off, or a duration such as 30m.'],
  ['heartbeat: 5s\n', 'pincer.yaml:1 heartbeat: found "5s", expected a duration from 1m to 24d.'],
  ['heartbeat: 30\n', 'pincer.yaml:1 heartbeat: found 30, expected off, or a duration such as 30m.'],
  ['limits: { iterations: 21 }\n', 'pincer.yaml:1 limits.iterations: found 21, expected a whole number from 1 to 20.'],
  [
    'limits: { iterations: 0, tokensPerDay: -5, actsPerHour: many }\n',
    'pincer.yaml:1 limits.iterations: found 0, expected a whole number from 1 to 20.',
    'pincer.yaml:1 limits.tokensPerDay: found -5, expected a whole number from 1 to 1000000000.',
    'pincer.yaml:1 limits.actsPerHour: found "many", expected a whole number from 1 to 10000.',
  ],
  [
    'timezone: Europe/Berlim\n',
    'pincer.yaml:1 timezone: found "Europe/Berlim", expected a time zone such as Europe/Berlin. Did you mean Europe/Berlin?',
  ],
  [
    'timezone: berlin\n',
    'pincer.yaml:1 timezone: found "berlin", expected a time zone such as Europe/Berlin. Did you mean Europe/Berlin?',
  ],
  [
    'timezone: Nowhere/City\n',
    'pincer.yaml:1 timezone: found "Nowhere/City", expected a time zone such as Europe/Berlin.',
  ],
  ['units: imperal\n', 'pincer.yaml:1 units: found "imperal", expected metric or imperial. Did you mean imperial?'],
  ['units: true\n', 'pincer.yaml:1 units: found true, expected metric or imperial.'],
  [
    'devices: { lamp: { kind: switch, line: GPIO17, spi: "0.0", lines: GPIO27 } }\n',
    'pincer.yaml:1 devices.lamp.spi: found an unknown key, expected one of kind, line, invert, safe, start, maxOn, minOn, minOff, perMinute, interlock, deadTime, confirm.',
    'pincer.yaml:1 devices.lamp.lines: found an unknown key, expected line.',
  ],
  [
    'limits: { iterations: 0x }\n',
    'pincer.yaml:1 limits.iterations: found "0x", expected a whole number from 1 to 20.',
  ],
  [
    'hardware: { raw:ask }\n',
    'pincer.yaml:1 hardware."raw:ask": found an unknown key, expected raw. A colon needs a space behind it.',
  ],
]

/** Files that are not YAML as pincer.yaml needs it. */
export const brokenNotation: readonly (readonly [text: string, ...sentences: string[]])[] = [
  [
    'board: simulated\nboard: auto\n',
    'pincer.yaml:2 board: found a second "board" (the first is on line 1), expected each key once.',
  ],
  [
    'devices:\n  lamp: { kind: switch, line: GPIO17 }\n  lamp: { kind: switch, line: GPIO27 }\n',
    'pincer.yaml:3 devices.lamp: found a second "lamp" (the first is on line 2), expected each key once.',
  ],
  ['devices:\n\tlamp: x\n', 'pincer.yaml:2: found a tab in the indentation, expected spaces.'],
  [
    'devices:\n  lamp:\n      kind: switch\n    line: GPIO17\n',
    'pincer.yaml:4: found an indentation that fits no line above, expected the same number of spaces before all keys of one mapping.',
  ],
  [
    'board: "simulated\nunits: metric\n',
    'pincer.yaml:1: found a quote that is not closed, expected the closing quote.',
  ],
  [
    'limits: { iterations: 3\nunits: metric\n',
    'pincer.yaml:1: found a { or [ that is not closed, expected the closing bracket, indented at least as far as its key.',
  ],
  [
    'web: { allowPrivate: [10.0.0.1\n',
    'pincer.yaml:1: found a { or [ that is not closed, expected the closing bracket, indented at least as far as its key.',
  ],
  ['units: metric\n---\nunits: metric\n', 'pincer.yaml:2: found a second document (`---`), expected one document.'],
  [
    'units: metric: x\n',
    'pincer.yaml:1: found a mapping or list inside a value, expected one `key: value` on a line. Check the indentation of the next line; a value with `: ` in it needs quotes.',
  ],
  ['units: @metric\n', 'pincer.yaml:1: found a value that starts with @, expected quotes around it.'],
  [
    'units: *metric\n',
    'pincer.yaml:1 units: found the alias *metric, expected the anchor &metric on an earlier line. A value that starts with * needs quotes.',
  ],
  [
    'devices:\n  lamp: *lamp\n',
    'pincer.yaml:2 devices.lamp: found the alias *lamp, expected the anchor &lamp on an earlier line. A value that starts with * needs quotes.',
  ],
  [
    'units: !metric x\n',
    'pincer.yaml:1: found a tag (a word that starts with !), expected a plain value. A value that starts with ! needs quotes.',
  ],
  [
    'units: "\\q"\n',
    "pincer.yaml:1: found a backslash that YAML does not know in double quotes, expected a known escape. Use 'single quotes' for text with backslashes.",
  ],
  [
    'units\nboard: auto\n',
    'pincer.yaml:1: found a line without a key, expected `key: value`. Is the colon there, with a space behind it?',
  ],
  [
    'limits: { iterations: 3 tokensPerDay: 4 }\n',
    'pincer.yaml:1: found a mapping or list inside a value, expected one `key: value` on a line. Check the indentation of the next line; a value with `: ` in it needs quotes.',
  ],
  [
    'units: "metric" x\n',
    'pincer.yaml:1: found more text behind a finished value, expected the end of the line. Quote the whole value, or end it.',
  ],
  [
    'channels: { telegram: { token: ${TOKEN} } }\n',
    'pincer.yaml:1: found more text behind a finished value, expected the end of the line. Inside [ ] and { } a `${NAME}` needs quotes.',
  ],
  ['? [a]\n: b\n', 'pincer.yaml:1: found a key that is not a word, expected `key: value`.'],
  [
    `a: &a [x, x, x, x, x]\nb: &b [${'*a, '.repeat(20)}]\nc: &c [${'*b, '.repeat(20)}]\nd: [${'*c, '.repeat(20)}]\n`,
    'pincer.yaml:4: found more than 10000 values (aliases count each time), expected a shorter file.',
  ],
  [
    'a: &a [*a]\n',
    'pincer.yaml:1: found more than 16 levels of lists and mappings inside each other, expected at most the four levels that pincer.yaml needs.',
  ],
  [
    '[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n',
    'pincer.yaml:1: found more than 16 levels of lists and mappings inside each other, expected at most the four levels that pincer.yaml needs.',
  ],
  [
    'units: metric\u0000\n',
    'pincer.yaml:1: found the control character U+0000, expected text. Save the file as UTF-8.',
  ],
  ['%FOO\n---\nunits: metric\n', 'pincer.yaml:1: found a directive (a line that starts with %), expected none.'],
  ['units: metric\n}\n', 'pincer.yaml:2: found "}" where YAML does not take it, expected `key: value`.'],
  [
    'units: metric\n  board: auto\n',
    'pincer.yaml:1: found a mapping or list inside a value, expected one `key: value` on a line. Check the indentation of the next line; a value with `: ` in it needs quotes.',
  ],
]
