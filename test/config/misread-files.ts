/**
 * Files as people write them who know another notation, another program, or how to break one; and every sentence that
 * is said of them. `HOME` stands for the home folder; the environment is `misreadEnvironment`.
 */
export const misreadEnvironment = { TZ: 'UTC', EMPTY: '', A: 'x', B: 'y', FIVE: '5', TRUE: 'true', TWICE: '${A}' }

export const misreadFiles: readonly (readonly [text: string, ...sentences: string[]])[] = [
  [
    'board: simulated\ndevices:\n  up: &up { kind: switch, line: GPIO17 }\n  down: *up\n',
    'pincer.yaml:3 devices.down.line: found GPIO17, which up uses too, expected a line of its own.',
  ],
  [
    'board: simulated\ndevices:\n  up: &up { kind: switch, line: GPIO17 }\n  down: { <<: *up, kind: switch, line: GPIO27 }\n',
    'pincer.yaml:4 devices.down: found the merge key <<, expected the keys themselves. YAML 1.2 has no merge: repeat the keys, or use a whole value again by *name.',
  ],
  [
    'devices: !!omap [ lamp: x ]\n',
    'pincer.yaml:1: found a tag (a word that starts with !), expected a plain value. A value that starts with ! needs quotes.',
  ],
  [
    'devices: !!set { lamp }\n',
    'pincer.yaml:1: found a tag (a word that starts with !), expected a plain value. A value that starts with ! needs quotes.',
  ],
  [
    'timezone: !!binary aGVsbG8=\n',
    'pincer.yaml:1: found a tag (a word that starts with !), expected a plain value. A value that starts with ! needs quotes.',
  ],
  [
    'timezone: !!js/function x\n',
    'pincer.yaml:1: found a tag (a word that starts with !), expected a plain value. A value that starts with ! needs quotes.',
  ],
  ['board: simulated\n...\nunits: metric\n', 'pincer.yaml:3: found a second document (`---`), expected one document.'],
  ['board: simulated\n---\n', 'pincer.yaml:2: found a second document (`---`), expected one document.'],
  ['\ufeff\ufeffboard: simulated\n', 'pincer.yaml:1 "\\u{feff}board": found an unknown key, expected board.'],
  ['\u00a0units: metric\n', 'pincer.yaml:1 "\\u{a0}units": found an unknown key, expected units.'],
  [
    'units:\u00a0metric\n',
    'pincer.yaml:1: found a single text, expected settings such as `board: simulated`, each on its line.',
  ],
  [
    'board: simulated\r\nunits: metrik\r\n',
    'pincer.yaml:2 units: found "metrik", expected metric or imperial. Did you mean metric?',
  ],
  [
    'board: simulated\runits: metric\r',
    'pincer.yaml:1: found a carriage return inside a line, expected lines that end with a line feed.',
  ],
  ['units: metric # bell \u0007\n', 'pincer.yaml:1: found the control character U+0007, expected text.'],
  [
    'units: "metric\\u0000"\n',
    'pincer.yaml:1 units: found "metric\\u0000", expected metric or imperial. Did you mean metric?',
  ],
  ['units: "metric\\u001b[2J"\n', 'pincer.yaml:1 units: found "metric\\u001b[2J", expected metric or imperial.'],
  [
    'b\u0000o\u0000a\u0000r\u0000d\u0000:\u0000',
    'pincer.yaml:1: found the control character U+0000, expected text. Save the file as UTF-8.',
  ],
  [
    'board = simulated\n',
    'pincer.yaml:1: found a single text, expected settings such as `board: simulated`, each on its line.',
  ],
  [
    '[board]\nid = "simulated"\n',
    'pincer.yaml:2: found more text behind a finished value, expected the end of the line. Quote the whole value, or end it.',
  ],
  [
    '<config/>\n',
    'pincer.yaml:1: found a single text, expected settings such as `board: simulated`, each on its line.',
  ],
  ['Units: metric\n', 'pincer.yaml:1 Units: found an unknown key, expected units.'],
  [
    '1: x\n',
    'pincer.yaml:1 1: found an unknown key, expected one of model, providers, channels, board, devices, hardware, shell, web, heartbeat, limits, timezone, units.',
  ],
  [
    '~: x\n',
    'pincer.yaml:1 "~": found an unknown key, expected one of model, providers, channels, board, devices, hardware, shell, web, heartbeat, limits, timezone, units.',
  ],
  ['"": x\n', 'pincer.yaml:1: found a key that is not a word, expected `key: value`.'],
  ['{a: b}: x\n', 'pincer.yaml:1: found a key that is not a word, expected `key: value`.'],
  ['__proto__: { board: auto }\n', 'pincer.yaml:1: found the key "__proto__", expected another name.'],
  [
    'toString: 1\n',
    'pincer.yaml:1 toString: found an unknown key, expected one of model, providers, channels, board, devices, hardware, shell, web, heartbeat, limits, timezone, units.',
  ],
  [
    'model: constructor/x\n',
    'pincer.yaml:1 model: found the provider "constructor", expected anthropic, openai, gemini, openrouter, deepseek, groq, mistral, xai, ollama or llamacpp. Describe constructor under providers.',
  ],
  [
    'providers: { constructor: { api: openai } }\n',
    'pincer.yaml:1 providers: found the key "constructor", expected another name.',
  ],
  ['board: __proto__\n', 'pincer.yaml:1 board: found "__proto__", expected auto, simulated or raspberry-pi-4.'],
  [
    'board: simulated\ndevices: { toString: { kind: switch, line: GPIO17 } }\n',
    'pincer.yaml:2 devices.toString: found this name, expected a name of 1 to 32 lower-case letters, digits, - and _ that starts with a letter. Write tostring.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: constructor } }\n',
    'pincer.yaml:2 devices.lamp.kind: found "constructor", expected switch, light, level, contact, button, counter, bme280, bmp280, sht4x, aht20, bh1750, tmp102, lm75, ads1115, ina219, mcp3008, hwmon, iio, ds18b20 or thermal.',
  ],
  [
    'board: simulated\ndevices:\n  lamp:\n  kind: switch\n  line: GPIO17\n',
    'pincer.yaml:3 devices.lamp: found nothing, expected a device such as { kind: switch, line: GPIO17 }.',
    'pincer.yaml:4 devices.kind: found "switch", expected a device such as { kind: switch, line: GPIO17 }. Indent it deeper than the name of its device.',
    'pincer.yaml:5 devices.line: found "GPIO17", expected a device such as { kind: switch, line: GPIO17 }. Indent it deeper than the name of its device.',
  ],
  [
    'board: simulated\ndevices:\n- lamp: { kind: switch, line: GPIO17 }\n',
    'pincer.yaml:2 devices: found a list, expected devices by name.',
  ],
  [
    'board: simulated\ndevices:\n  lamp: {kind:switch, line:GPIO17}\n',
    'pincer.yaml:3 devices.lamp.kind: found nothing, expected a kind: switch, light, level, contact, button, counter, bme280, bmp280, sht4x, aht20, bh1750, tmp102, lm75, ads1115, ina219, mcp3008, hwmon, iio, ds18b20, thermal. A colon needs a space behind it.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind=switch, line=GPIO17 } }\n',
    'pincer.yaml:2 devices.lamp.kind: found nothing, expected a kind: switch, light, level, contact, button, counter, bme280, bmp280, sht4x, aht20, bh1750, tmp102, lm75, ads1115, ina219, mcp3008, hwmon, iio, ds18b20, thermal. Write a colon and a space instead of =.',
  ],
  [
    'board: simulated\ndevices:\n  lamp: |\n    kind: switch\n',
    'pincer.yaml:3 devices.lamp: found "kind: switch\\n", expected a device such as { kind: switch, line: GPIO17 }.',
  ],
  [
    'limits: { iterations: "5" }\n',
    'pincer.yaml:1 limits.iterations: found "5", expected a whole number from 1 to 20. Write it without quotes.',
  ],
  [
    'limits: { iterations: 1_0 }\n',
    'pincer.yaml:1 limits.iterations: found "1_0", expected a whole number from 1 to 20.',
  ],
  [
    'limits: { iterations: .inf }\n',
    'pincer.yaml:1 limits.iterations: found .inf, expected a whole number from 1 to 20.',
  ],
  [
    'limits: { iterations: 1e999 }\n',
    'pincer.yaml:1 limits.iterations: found 1e999, expected a whole number from 1 to 20.',
  ],
  [
    'limits: { iterations: 99999999999999999999999 }\n',
    'pincer.yaml:1 limits.iterations: found 99999999999999999999999, expected a whole number from 1 to 20.',
  ],
  [
    'limits: { actsPerHour: 1,000 }\n',
    'pincer.yaml:1 limits.000: found an unknown key, expected one of iterations, tokensPerDay, actsPerHour. Inside { } a comma ends a value: write 1000, or 3.3.',
  ],
  [
    'limits: { actsPerHour: 10000.5 }\n',
    'pincer.yaml:1 limits.actsPerHour: found 10000.5, expected a whole number from 1 to 10000.',
  ],
  [
    'limits: [iterations: 5]\n',
    'pincer.yaml:1 limits: found a list, expected a mapping with iterations, tokensPerDay and actsPerHour.',
  ],
  [
    'limits: { iteration: 5, iterations: 50 }\n',
    'pincer.yaml:1 limits.iterations: found 50, expected a whole number from 1 to 20.',
    'pincer.yaml:1 limits.iteration: found an unknown key, expected iterations.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: "10" } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "10", expected a duration such as 90s, 10m, 2h or 1d. A number needs its unit.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: 0 } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found 0, expected a duration such as 90s, 10m, 2h or 1d. Leave the key out for no limit.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: off } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "off", expected a duration such as 90s, 10m, 2h or 1d. Leave the key out for no limit.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: false } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found false, expected a duration such as 90s, 10m, 2h or 1d. Leave the key out for no limit.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: 1h30m } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "1h30m", expected a duration such as 90s, 10m, 2h or 1d. Write 90m.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: 1.5 hours } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "1.5 hours", expected a duration such as 90s, 10m, 2h or 1d. Write 90m.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: 2 weeks } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "2 weeks", expected a duration such as 90s, 10m, 2h or 1d. Write 14d.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: 5 weeks } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "5 weeks", expected a duration such as 90s, 10m, 2h or 1d. The longest is 24d.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: 99999999999s } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "99999999999s", expected a duration such as 90s, 10m, 2h or 1d. The longest is 24d.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: -5s } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "-5s", expected a duration such as 90s, 10m, 2h or 1d.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: 2 months } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "2 months", expected a duration such as 90s, 10m, 2h or 1d.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: PT10M } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "PT10M", expected a duration such as 90s, 10m, 2h or 1d.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: "10:00" } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "10:00", expected a duration such as 90s, 10m, 2h or 1d.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: [10s] } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found a list, expected a duration such as 90s, 10m, 2h or 1d.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: 10H } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "10H", expected a duration such as 90s, 10m, 2h or 1d. Write 10h.',
  ],
  [
    'board: simulated\ndevices: { door: { kind: contact, line: GPIO22, debounce: 0s } }\n',
    'pincer.yaml:2 devices.door.debounce: found "0s", expected a duration such as 90s, 10m, 2h or 1d. The shortest is 1ms.',
  ],
  [
    'board: simulated\ndevices: { door: { kind: contact, line: GPIO22, debounce: 2d } }\n',
    'pincer.yaml:2 devices.door.debounce: found "2d", expected a duration from 1ms to 1m.',
  ],
  [
    'shell: { timeout: 0s }\n',
    'pincer.yaml:1 shell.timeout: found "0s", expected a duration such as 90s, 10m, 2h or 1d. The shortest is 1s.',
  ],
  [
    'heartbeat: 0s\n',
    'pincer.yaml:1 heartbeat: found "0s", expected a duration such as 90s, 10m, 2h or 1d. Write off.',
  ],
  ['heartbeat: Off\n', 'pincer.yaml:1 heartbeat: found "Off", expected off, or a duration such as 30m. Write off.'],
  ['heartbeat: on\n', 'pincer.yaml:1 heartbeat: found "on", expected off, or a duration such as 30m.'],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, invert: "true" } }\n',
    'pincer.yaml:2 devices.lamp.invert: found "true", expected true or false. Write it without quotes.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, invert: 1 } }\n',
    'pincer.yaml:2 devices.lamp.invert: found 1, expected true or false.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, invert: low } }\n',
    'pincer.yaml:2 devices.lamp.invert: found "low", expected true or false.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, safe: ON } }\n',
    'pincer.yaml:2 devices.lamp.safe: found "ON", expected on or off. Did you mean on?',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, safe: true } }\n',
    'pincer.yaml:2 devices.lamp.safe: found true, expected on or off. Write on, not true.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, confirm: ask } }\n',
    'pincer.yaml:2 devices.lamp.confirm: found "ask", expected true or false.',
  ],
  [
    'board: simulated\ndevices: { door: { kind: contact, line: GPIO22, pull: false } }\n',
    'pincer.yaml:2 devices.door.pull: found false, expected up, down or off. Write off, not false.',
  ],
  [
    'hardware: off\n',
    'pincer.yaml:1 hardware: found "off", expected a mapping with raw. For example hardware: { raw: off }',
  ],
  [
    'shell: off\n',
    'pincer.yaml:1 shell: found "off", expected a mapping with policy. For example shell: { policy: off }',
  ],
  ['hardware: { raw: on }\n', 'pincer.yaml:1 hardware.raw: found "on", expected off, ask or allow.'],
  [
    'timezone: "${EMPTY}"\n',
    'pincer.yaml:1 timezone: found "${EMPTY}", which is not set or empty, expected a value. Add the line EMPTY=... to HOME/.env, or set it in the environment.',
  ],
  ['timezone: "${A${B}}"\n', 'pincer.yaml:1 timezone: found "${" without a name and "}" behind it, expected ${NAME}.'],
  [
    'timezone: "${ZONE:-UTC}"\n',
    'pincer.yaml:1 timezone: found "${ZONE:-UTC}", expected the name of a variable, such as ${LAN_KEY}.',
  ],
  [
    '"${A}": x\n',
    'pincer.yaml:1 "${A}": found an unknown key, expected one of model, providers, channels, board, devices, hardware, shell, web, heartbeat, limits, timezone, units. A variable stands in a value, never in a key.',
  ],
  [
    'limits: { iterations: "${FIVE}" }\n',
    'pincer.yaml:1 limits.iterations: found "${FIVE}" (its value is not shown), expected a whole number from 1 to 20. A variable brings text: write the value itself here.',
  ],
  [
    'shell: { network: "${TRUE}" }\n',
    'pincer.yaml:1 shell.network: found "${TRUE}" (its value is not shown), expected true or false. A variable brings text: write the value itself here.',
  ],
  [
    'timezone: "${TWICE}"\n',
    'pincer.yaml:1 timezone: found "${TWICE}" (its value is not shown), expected a time zone such as Europe/Berlin.',
  ],
  [
    'timezone: "${__proto__}"\n',
    'pincer.yaml:1 timezone: found "${__proto__}", which is not set or empty, expected a value. Add the line __proto__=... to HOME/.env, or set it in the environment.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, maxOn: "${FIVE}" } }\n',
    'pincer.yaml:2 devices.lamp.maxOn: found "${FIVE}" (its value is not shown), expected a duration such as 90s, 10m, 2h or 1d.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: "17" } }\n',
    'pincer.yaml:2 devices.lamp.line: found "17", expected a line that this board has. Name it as the board does: GPIO17, pin 11, or chip:offset.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: "gpiochip0:17" } }\n',
    'pincer.yaml:2 devices.lamp.line: found "gpiochip0:17", expected a line that this board has. Name it as the board does: GPIO17, pin 11, or chip:offset.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: ../../dev/gpiochip0 } }\n',
    'pincer.yaml:2 devices.lamp.line: found "../../dev/gpiochip0", expected a line that this board has. Name it as the board does: GPIO17, pin 11, or chip:offset.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO 17 } }\n',
    'pincer.yaml:2 devices.lamp.line: found "GPIO 17", expected a line that this board has. Did you mean GPIO17?',
  ],
  [
    'board: simulated\ndevices:\n  lamp: { kind: switch, line: " GPIO17 " }\n  door: { kind: contact, line: "pinctrl-bcm2711:17" }\n  gate: { kind: switch, line: pin 11 }\n',
    'pincer.yaml:4 devices.door.line: found pinctrl-bcm2711:17, which lamp uses too, expected a line of its own.',
    'pincer.yaml:5 devices.gate.line: found pin 11, which lamp uses too, expected a line of its own.',
  ],
  [
    'board: auto\ndevices:\n  lamp: { kind: switch, line: "chip:1" }\n  door: { kind: contact, line: "CHIP:1 " }\n',
    'pincer.yaml:4 devices.door.line: found CHIP:1, which lamp uses too, expected a line of its own.',
  ],
  [
    'board: auto\ndevices:\n  lamp: { kind: switch, line: "x\\u001b" }\n  door: { kind: contact, line: "x\\u001b" }\n',
    'pincer.yaml:4 devices.door.line: found x\\u{1b}, which lamp uses too, expected a line of its own.',
  ],
  [
    'board: simulated\ndevices: { fan: { kind: switch, line: GPIO9 }, soil: { kind: mcp3008, channel: 0 } }\n',
    'pincer.yaml:2 devices.fan.line: found GPIO9, which the board reserves (it is MISO of SPI bus 0), expected a free line.',
  ],
  [
    'devices: { room: { kind: bme280, address: 0X76 } }\n',
    'pincer.yaml:1 devices.room.address: found "0X76", expected 0x76 or 0x77. Addresses are hexadecimal: write 0x76.',
  ],
  [
    'devices: { room: { kind: bme280, address: 76h } }\n',
    'pincer.yaml:1 devices.room.address: found "76h", expected 0x76 or 0x77. Addresses are hexadecimal: write 0x76.',
  ],
  [
    'devices: { room: { kind: bme280, address: 0x77 }, hall: { kind: bme280, address: 119 } }\n',
    'pincer.yaml:1 devices.hall.address: found 0x77 on bus 1, which room uses too, expected an address of its own.',
  ],
  [
    'devices: { room: { kind: bme280, bus: /dev/i2c-1 } }\n',
    'pincer.yaml:1 devices.room.bus: found "/dev/i2c-1", expected the number of a bus. Write 1.',
  ],
  [
    'devices: { soil: { kind: mcp3008, spi: spidev0.1, channel: 0 } }\n',
    'pincer.yaml:1 devices.soil.spi: found "spidev0.1", expected a bus and chip select such as "0.0". Write "0.1".',
  ],
  [
    'devices: { soil: { kind: mcp3008, spi: "00.0", channel: CH0 } }\n',
    'pincer.yaml:1 devices.soil.spi: found "00.0", expected a bus and chip select such as "0.0". Write "0.0".',
    'pincer.yaml:1 devices.soil.channel: found "CH0", expected a whole number from 0 to 7.',
  ],
  [
    'devices: { soil: { kind: mcp3008, channel: 0, vref: 3.3V } }\n',
    'pincer.yaml:1 devices.soil.vref: found "3.3V", expected a voltage above 0. Write 3.3.',
  ],
  [
    'devices: { soil: { kind: mcp3008, channel: 0, vref: 3,3 } }\n',
    'pincer.yaml:1 devices.soil.3: found an unknown key, expected one of kind, spi, channel, vref. Inside { } a comma ends a value: write 1000, or 3.3.',
  ],
  [
    'devices: { soil: { kind: mcp3008, channel: 0, vref: .inf } }\n',
    'pincer.yaml:1 devices.soil.vref: found .inf, expected a voltage above 0.',
  ],
  [
    'devices: { room: { kind: bme280, adress: 0x76, line: GPIO4 } }\n',
    'pincer.yaml:1 devices.room.adress: found an unknown key, expected address.',
    'pincer.yaml:1 devices.room.line: found an unknown key, expected one of kind, bus, address.',
  ],
  [
    'devices: { room: { kind: dht22 } }\n',
    'pincer.yaml:1 devices.room.kind: found "dht22", expected switch, light, level, contact, button, counter, bme280, bmp280, sht4x, aht20, bh1750, tmp102, lm75, ads1115, ina219, mcp3008, hwmon, iio, ds18b20 or thermal.',
  ],
  [
    'devices:\n  up: { kind: switch, line: GPIO17, interlock: motor }\n  down: { kind: switch, line: GPIO27, interlock: Motor }\n',
    'pincer.yaml:3 devices.down.interlock: found "Motor", expected one spelling for one group. up writes motor.',
  ],
  [
    'devices:\n  up: { kind: switch, line: GPIO17, interlock: motor_1 }\n  down: { kind: switch, line: GPIO27, interlock: "motor-1" }\n',
    'pincer.yaml:3 devices.down.interlock: found "motor-1", expected one spelling for one group. up writes motor_1.',
  ],
  [
    'board: simulated\ndevices: { lamp: { kind: switch, line: GPIO17, interlock: [mains] } }\n',
    'pincer.yaml:2 devices.lamp.interlock: found a list, expected the name of a group of switches.',
  ],
  [
    'board: simulated\ndevices: { door: { kind: contact, line: GPIO22, interlock: mains } }\n',
    'pincer.yaml:2 devices.door.interlock: found an unknown key, expected one of kind, line, pull, invert, debounce.',
  ],
  [
    'channels: telegram\n',
    'pincer.yaml:1 channels: found a value that is not shown, expected a mapping with telegram or discord.',
  ],
  [
    'channels: { slack: {} }\n',
    'pincer.yaml:1 channels.slack: found an unknown key, expected one of telegram, discord.',
  ],
  [
    'channels: { telegram: { token: "" } }\n',
    'pincer.yaml:1 channels.telegram.token: found "", expected the token that BotFather gave.',
  ],
  [
    'channels: { telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaaa", allow: "*" } }\n',
    'pincer.yaml:1 channels.telegram.allow: found "*", expected a list of numeric ids. Write it in [ ].',
  ],
  [
    'channels: { telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaaa", allow: [1.5, null, 12345678901234567890] } }\n',
    'pincer.yaml:1 channels.telegram.allow[0]: found 1.5, expected a numeric id such as 123456789.',
    'pincer.yaml:1 channels.telegram.allow[1]: found nothing, expected a numeric id such as 123456789.',
    'pincer.yaml:1 channels.telegram.allow[2]: found 12345678901234567890, expected a numeric id such as 123456789.',
  ],
  [
    'channels: { telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaaa", apiRoot: "https:///x" } }\n',
    'pincer.yaml:1 channels.telegram.apiRoot: found "https:///x", expected an address such as https://host/path.',
  ],
  [
    'channels: { telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaaa", apiRoot: "https://x.org/?a=1" } }\n',
    'pincer.yaml:1 channels.telegram.apiRoot: found "https://x.org/?a=1", expected an address without ? and #.',
  ],
  [
    'channels: { discord: { token: x, allow: ["<@80351110224678912>", 80351110224678912] } }\n',
    'pincer.yaml:1 channels.discord.allow[0]: found "<@80351110224678912>", expected an id of 17 to 20 digits in quotes. A name can change hands: only the id counts.',
    'pincer.yaml:1 channels.discord.allow[1]: found 80351110224678912, expected an id of 17 to 20 digits in quotes. Without quotes it is a number, and loses its last digits.',
  ],
  [
    'providers: { lan: { api: openai, baseurl: "https://x.org" } }\n',
    'pincer.yaml:1 providers.lan.baseurl: found an unknown key, expected baseUrl.',
  ],
  [
    'providers: { lan: { api: openai, baseUrl: "http://nas.local/v1" } }\n',
    'pincer.yaml:1 providers.lan.baseUrl: found "http://nas.local/v1", expected an address that starts with https://. Plain http is taken for loopback and private addresses alone.',
  ],
  [
    'providers: { offline: { api: openai, baseUrl: "https://x.org" } }\n',
    'pincer.yaml:1 providers.offline: found this name, expected a name of lower-case letters, digits, - and _ that starts with a letter, and is not offline.',
  ],
  [
    'model: Offline\n',
    'pincer.yaml:1 model: found "Offline", expected offline, or provider/model such as anthropic/claude-sonnet-5-5. Write offline.',
  ],
  [
    'model: offline/x\n',
    'pincer.yaml:1 model: found "offline/x", expected offline, or provider/model such as anthropic/claude-sonnet-5-5. Write offline.',
  ],
  [
    'model: { name: gpt }\n',
    'pincer.yaml:1 model: found a mapping, expected offline, or provider/model such as anthropic/claude-sonnet-5-5.',
  ],
  [
    'timezone: utc\n',
    'pincer.yaml:1 timezone: found "utc", expected a time zone such as Europe/Berlin. Did you mean UTC?',
  ],
  [
    'timezone: America/Argentina\n',
    'pincer.yaml:1 timezone: found "America/Argentina", expected a time zone such as Europe/Berlin. Did you mean America/Araguaina?',
  ],
  [
    'timezone: ../../etc/passwd\n',
    'pincer.yaml:1 timezone: found "../../etc/passwd", expected a time zone such as Europe/Berlin.',
  ],
  [
    'web: { allowPrivate: ["*", 192.168.1, "10.0.0.0/33"] }\n',
    'pincer.yaml:1 web.allowPrivate[0]: found "*", expected an IP address, a network such as 192.168.1.0/24, or a host name. Leave out http:// and the path.',
    'pincer.yaml:1 web.allowPrivate[1]: found "192.168.1", expected an IP address, a network such as 192.168.1.0/24, or a host name. Leave out http:// and the path.',
    'pincer.yaml:1 web.allowPrivate[2]: found "10.0.0.0/33", expected an IP address, a network such as 192.168.1.0/24, or a host name. Leave out http:// and the path.',
  ],
]
