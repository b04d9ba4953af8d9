import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatNote } from '../../src/config/report.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { LoadedConfig } from '../../src/config/load.ts'
import { exampleEnvironment, exampleFile, load, simulatedBoard } from './config-home.ts'

function valid(loaded: LoadedConfig): Extract<LoadedConfig, { status: 'ok' }> {
  if (loaded.status !== 'ok') throw new Error(JSON.stringify(loaded.faults))
  return loaded
}

void t.test('without any file the simulated board with its devices and the offline model apply', async (t) => {
  const home = t.testdir({})
  const { config, file, notes } = valid(await load(home))
  t.same(file, { path: join(home, 'pincer.yaml'), isThere: false })
  t.strictSame(notes, [])
  t.equal(config.board, 'simulated')
  t.strictSame(config.models, ['offline'])
  t.strictSame(config.channels, {})
  t.strictSame(Object.keys(config.devices), Object.keys(simulatedBoard.devices))
  t.equal(config.timezone, 'UTC')
  t.match(config.shell, { policy: 'ask', isAskedFor: false })
})

void t.test('a home that does not exist is a home without a file', async (t) => {
  t.equal(valid(await load(join(t.testdir({}), 'nowhere'))).file.isThere, false)
})

void t.test(
  'the example of the design is valid, and each part that this version lacks is a note that blocks',
  async (t) => {
    const home = t.testdir({ 'pincer.yaml': exampleFile })
    const { config, file, notes, secrets } = valid(await load(home, exampleEnvironment))
    t.same(file, { path: join(home, 'pincer.yaml'), isThere: true })
    t.strictSame(config, {
      models: ['anthropic/claude-sonnet-5-5'],
      providers: {
        anthropic: { api: 'anthropic', baseUrl: 'https://api.anthropic.com' },
        lan: { api: 'openai', baseUrl: 'http://192.168.1.10:11434/v1', apiKey: exampleEnvironment.LAN_KEY },
      },
      channels: {
        telegram: {
          token: exampleEnvironment.TELEGRAM_BOT_TOKEN,
          allow: [123456789],
          guests: [],
          progress: true,
          apiRoot: 'https://api.telegram.org',
        },
        discord: { token: exampleEnvironment.DISCORD_BOT_TOKEN, allow: ['80351110224678912'], guests: [] },
      },
      board: 'auto',
      devices: {
        lamp: {
          kind: 'switch',
          scale: undefined,
          line: 'GPIO17',
          invert: true,
          safe: 'off',
          start: 'safe',
          maxOnMs: 7_200_000,
          minOnMs: 1_000,
          minOffMs: 5_000,
          perMinute: 6,
          interlock: 'mains',
          deadTimeMs: undefined,
          confirm: false,
        },
        gate: {
          kind: 'switch',
          scale: undefined,
          line: 'GPIO27',
          invert: false,
          safe: 'off',
          start: 'safe',
          maxOnMs: 1_000,
          minOnMs: undefined,
          minOffMs: undefined,
          perMinute: undefined,
          interlock: undefined,
          deadTimeMs: undefined,
          confirm: true,
        },
        door: { kind: 'contact', line: 'GPIO22', pull: 'up', invert: false, debounceMs: 20 },
        room: { kind: 'bme280', bus: 1, address: 0x76 },
        soil: { kind: 'mcp3008', spi: '0.0', channel: 0, vref: 3.3 },
      },
      hardware: { raw: 'ask' },
      shell: {
        policy: 'ask',
        isAskedFor: true,
        allow: ['uptime', 'df -h'],
        deny: [],
        network: false,
        timeoutMs: 60_000,
      },
      web: { allowPrivate: [], search: 'off' },
      heartbeatMs: undefined,
      limits: { iterations: 20, tokensPerDay: 500_000, actsPerHour: 120 },
      timezone: 'Europe/Berlin',
      units: 'metric',
    })
    t.strictSame(notes.map(formatNote), [
      'pincer.yaml:1 model: anthropic answers nobody without a key. Set ANTHROPIC_API_KEY in .env, or apiKey under providers.anthropic.',
      'pincer.yaml:6 channels.discord: This version has no Discord. Remove it and use the terminal.',
    ])
    t.ok(notes.every(({ blocks }) => blocks))
    for (const name of ['LAN_KEY', 'TELEGRAM_BOT_TOKEN', 'DISCORD_BOT_TOKEN'] as const) {
      t.ok(secrets.includes(exampleEnvironment[name]), name)
    }
  },
)

void t.test('the configuration is frozen through and through', async (t) => {
  const { config } = valid(await load(t.testdir({ 'pincer.yaml': exampleFile }), exampleEnvironment))
  const thaw = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && (!Object.isFrozen(value) || Object.values(value).some(thaw))
  t.notOk(thaw(config))
})

void t.test('an empty file is valid, and its board is auto: never the simulated one', async (t) => {
  for (const text of ['', '# nothing yet\n', '---\n', '\uFEFF', 'devices:\nchannels:\nmodel:\n']) {
    const { config, notes } = valid(await load(t.testdir({ 'pincer.yaml': text })))
    t.equal(config.board, 'auto')
    t.strictSame(config.devices, {})
    t.strictSame(notes, [])
  }
})

void t.test('on the simulated board its own devices apply unless the file names devices', async (t) => {
  const home = t.testdir({})
  const devicesOf = async (text: string): Promise<readonly string[]> => {
    fs.writeFileSync(join(home, 'pincer.yaml'), text)
    const { config, notes } = valid(await load(home))
    t.strictSame(notes, [], text)
    return Object.keys(config.devices)
  }
  t.strictSame(await devicesOf('board: simulated\n'), Object.keys(simulatedBoard.devices))
  t.strictSame(await devicesOf('board: simulated\ndevices:\n'), Object.keys(simulatedBoard.devices))
  t.strictSame(await devicesOf('board: simulated\ndevices: {}\n'), [])
  t.strictSame(await devicesOf('board: simulated\ndevices: { bulb: { kind: switch, line: GPIO17 } }\n'), ['bulb'])
})

void t.test(
  'whatever way a line is spelt, the configuration goes on with the name that the kernel knows',
  async (t) => {
    for (const line of ['GPIO17', 'gpio17', 'pin 11', '"pinctrl-bcm2711:17"']) {
      const text = `board: simulated\ndevices: { bulb: { kind: switch, line: ${line} } }\n`
      const { config } = valid(await load(t.testdir({ 'pincer.yaml': text })))
      t.match(config.devices['bulb'], { line: 'GPIO17' }, line)
    }
  },
)

void t.test('several channels of one converter are several devices', async (t) => {
  const text = `board: simulated
devices:
  soil: { kind: mcp3008, channel: 0 }
  light: { kind: mcp3008, channel: 1 }
  far: { kind: mcp3008, spi: "0.1", channel: 0 }
  volts: { kind: ads1115, channel: 0, gain: 2/3 }
  amps: { kind: ads1115, channel: 1 }
  other: { kind: ads1115, channel: 1, address: 0x49 }
  power: { kind: ina219 }
  bell: { kind: button, line: GPIO22, debounce: 5ms }
  rain: { kind: counter, line: GPIO23 }
`
  const { config, notes } = valid(await load(t.testdir({ 'pincer.yaml': text })))
  t.strictSame(config.devices['power'], { kind: 'ina219', bus: 1, address: 0x40, shuntOhms: 0.1 })
  t.match(config.devices['bell'], { kind: 'button', line: 'GPIO22', debounceMs: 5 })
  t.strictSame(notes, [])
})

void t.test('every kind of sensor is taken, with the usual address and settings where none are written', async (t) => {
  const text = `board: simulated
devices:
  climate: { kind: bme280 }
  weather: { kind: bmp280, address: 0x77 }
  air: { kind: sht4x }
  cellar: { kind: aht20 }
  lux: { kind: bh1750, address: 0x5c }
  rack: { kind: tmp102, bus: 0 }
  old: { kind: lm75, address: 0x4f }
  volts: { kind: ads1115, channel: 3 }
  pool: { kind: ds18b20, id: 28-0316a279d4ff }
  attic: { kind: hwmon, name: sht4x, value: humidity1, device: 1-0045 }
  barn: { kind: iio, name: bme280, value: pressure }
  cpu: { kind: thermal, zone: cpu-thermal }
  bell: { kind: button, line: GPIO22, pull: up }
  rain: { kind: counter, line: GPIO23, invert: true, debounce: 2ms }
`
  const { config, notes } = valid(await load(t.testdir({ 'pincer.yaml': text })))
  t.strictSame(notes, [])
  t.strictSame(config.devices, {
    climate: { kind: 'bme280', bus: 1, address: 0x76 },
    weather: { kind: 'bmp280', bus: 1, address: 0x77 },
    air: { kind: 'sht4x', bus: 1, address: 0x44 },
    cellar: { kind: 'aht20', bus: 1, address: 0x38 },
    lux: { kind: 'bh1750', bus: 1, address: 0x5c },
    rack: { kind: 'tmp102', bus: 0, address: 0x48 },
    old: { kind: 'lm75', bus: 1, address: 0x4f },
    volts: { kind: 'ads1115', bus: 1, address: 0x48, channel: 3, gain: 1 },
    pool: { kind: 'ds18b20', id: '28-0316a279d4ff' },
    attic: { kind: 'hwmon', name: 'sht4x', value: 'humidity1', device: '1-0045' },
    barn: { kind: 'iio', name: 'bme280', value: 'pressure', device: undefined },
    cpu: { kind: 'thermal', zone: 'cpu-thermal' },
    bell: { kind: 'button', line: 'GPIO22', pull: 'up', invert: false, debounceMs: 20 },
    rain: { kind: 'counter', line: 'GPIO23', pull: 'off', invert: true, debounceMs: 2 },
  })
})

void t.test('values that stand for off, or that this version has, make no note', async (t) => {
  const text = `board: simulated
model: [ollama/qwen3, offline]
channels: {}
shell: { policy: off, timeout: 10s }
web: { search: off, allowPrivate: [] }
heartbeat: 30m
limits: { iterations: 5, actsPerHour: 10 }
`
  const { config, notes } = valid(await load(t.testdir({ 'pincer.yaml': text })))
  t.strictSame(notes, [])
  t.match(config, {
    heartbeatMs: 30 * 60_000,
    shell: { policy: 'off', timeoutMs: 10_000 },
    limits: { iterations: 5, actsPerHour: 10 },
  })
})

void t.test('every part that this version lacks blocks when it is asked for', async (t) => {
  const home = t.testdir({})
  for (const [text, path] of [
    ['channels: { discord: { token: some-token } }', 'channels.discord'],
    ['channels: { discord: { token: "${TOKEN}" } }', 'channels.discord'],
  ] as const) {
    fs.writeFileSync(join(home, 'pincer.yaml'), `board: simulated\n${text}\n`, { mode: 0o600 })
    fs.chmodSync(join(home, 'pincer.yaml'), 0o600)
    const { notes } = valid(await load(home, { TOKEN: 'some-token' }))
    t.match(notes, [{ path, blocks: true, line: 2 }], text)
    t.equal(notes.length, 1, text)
  }
})

void t.test('a search takes its key from the environment, and one without its key blocks', async (t) => {
  const home = t.testdir({})
  const loaded = async (search: string, environment: Readonly<Record<string, string>>) => {
    const path = join(home, 'pincer.yaml')
    fs.writeFileSync(path, `board: simulated\nweb: { search: ${search}, allowPrivate: [10.0.0.1] }\n`, { mode: 0o600 })
    return valid(await load(home, environment))
  }
  for (const [search, name] of [
    ['brave', 'BRAVE_API_KEY'],
    ['tavily', 'TAVILY_API_KEY'],
  ] as const) {
    const sentence = `${search} answers nobody without a key. Set ${name} in .env, or search: off.`
    t.match((await loaded(search, {})).notes, [{ path: 'web.search', blocks: true, line: 2, sentence }])
    const ready = await loaded(search, { [name]: 'key-of-the-search' })
    t.same(
      [ready.notes, ready.config.web],
      [[], { allowPrivate: ['10.0.0.1'], search, searchKey: 'key-of-the-search' }],
    )
    t.ok(ready.secrets.includes('key-of-the-search'))
  }
  const own = await loaded('http://192.168.1.9:8888', { BRAVE_API_KEY: 'x' })
  t.same([own.notes, own.config.web], [[], { allowPrivate: ['10.0.0.1'], search: 'http://192.168.1.9:8888' }])
})

void t.test('well-known providers need only their key in the environment', async (t) => {
  const text = 'model: openai/gpt-5\nproviders: { openai: {}, anthropic: { baseUrl: "https://gate.example.org" } }\n'
  const { config } = valid(await load(t.testdir({ 'pincer.yaml': text }), { OPENAI_API_KEY: 'key-from-environment' }))
  t.strictSame(config.providers, {
    openai: { api: 'openai', baseUrl: 'https://api.openai.com/v1', apiKey: 'key-from-environment' },
    anthropic: { api: 'anthropic', baseUrl: 'https://gate.example.org' },
  })
})

void t.test('addresses on the local network may be plain http, others not', async (t) => {
  const home = t.testdir({})
  const accepted = async (address: string): Promise<boolean> => {
    fs.writeFileSync(join(home, 'pincer.yaml'), `providers: { lan: { api: openai, baseUrl: "${address}" } }\n`)
    return (await load(home)).status === 'ok'
  }
  for (const host of [
    'localhost',
    '127.0.0.1',
    '127.9.9.9',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.0.7',
    '[::1]',
    '[fd00::1]',
    '[fe80::1]',
  ]) {
    t.ok(await accepted(`http://${host}:8080/v1`), host)
  }
  for (const host of [
    'example.org',
    '172.32.0.1',
    '172.15.0.1',
    '11.0.0.1',
    '192.169.0.1',
    '169.254.169.254',
    '8.8.8.8',
    '[2001:db8::1]',
    'localhost.example.org',
    '10.0.0.1.example.org',
    '0.0.0.0',
  ]) {
    t.notOk(await accepted(`http://${host}/v1`), host)
    t.ok(await accepted(`https://${host}/v1`), host)
  }
})

void t.test('a byte order mark in front of the file changes nothing', async (t) => {
  const { config } = valid(await load(t.testdir({ 'pincer.yaml': '\uFEFFboard: simulated\nunits: imperial\n' })))
  t.match(config, { board: 'simulated', units: 'imperial' })
})

void t.test('a faulty file has its notes too, but none about a value that is a fault', async (t) => {
  const text =
    'board: simulatd\nchannels: { discord: { token: some-token } }\ndevices: { bell: { kind: buton, line: GPIO17 } }\n'
  const home = t.testdir({ 'pincer.yaml': text })
  fs.chmodSync(join(home, 'pincer.yaml'), 0o600)
  const loaded = await load(home)
  t.equal(loaded.status, 'faulty')
  t.strictSame(
    loaded.notes.map(({ path }) => path),
    ['channels.discord'],
  )
})

void t.test('default devices that nobody can read are a fault of the board file', async (t) => {
  const home = t.testdir({})
  const options = {
    home,
    environment: { TZ: 'UTC' },
    readYaml: () => Promise.reject(new Error('There is no file to read.')),
    boards: [],
    defaultDevices: () => Promise.resolve({ lamp: { kind: 'swich' } }),
  }
  await t.rejects(loadConfig(options), {
    code: 'config',
    message:
      /^The board file of simulated cannot be used: at devices\.lamp\.kind: expected switch, light, level, contact/,
  })
})
