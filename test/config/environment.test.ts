import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatFault, formatNote } from '../../src/config/report.ts'
import { load } from './config-home.ts'

async function zoneOf(home: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const loaded = await load(home, environment)
  return loaded.status === 'ok' ? loaded.config.timezone : loaded.faults.map(formatFault).join('\n')
}

void t.test('a name is looked up in the environment, then in .env, then in the credentials of systemd', async (t) => {
  const home = t.testdir({
    'pincer.yaml': 'timezone: "${AREA}/${CITY}"\n',
    '.env': 'AREA=Europe\nCITY="Paris"\n',
    credentials: { AREA: 'America\n', CITY: 'Lima\n' },
  })
  const credentials = { CREDENTIALS_DIRECTORY: join(home, 'credentials') }
  t.equal(await zoneOf(home, { ...credentials, CITY: 'Rome' }), 'Europe/Rome')
  t.equal(await zoneOf(home, credentials), 'Europe/Paris')
  fs.rmSync(join(home, '.env'))
  t.equal(await zoneOf(home, credentials), 'America/Lima')
  t.equal(await zoneOf(home, { ...credentials, AREA: '' }), 'America/Lima', 'an empty value is no value')
})

void t.test('a name that is not set says where to set it, and no second fault follows from it', async (t) => {
  const home = t.testdir({ 'pincer.yaml': 'timezone: "${AREA}/${CITY}"\nunits: "${UNITS}"\n' })
  const loaded = await load(home, { CITY: 'Rome' })
  t.equal(loaded.status, 'faulty')
  if (loaded.status !== 'faulty') return
  t.strictSame(loaded.faults.map(formatFault), [
    `pincer.yaml:1 timezone: found "\${AREA}", which is not set or empty, expected a value. Add the line AREA=... to ${home}/.env, or set it in the environment.`,
    `pincer.yaml:2 units: found "\${UNITS}", which is not set or empty, expected a value. Add the line UNITS=... to ${home}/.env, or set it in the environment.`,
  ])
})

void t.test('a token that this version cannot use is said by name, once, and does not block', async (t) => {
  const home = t.testdir({ '.env': 'DISCORD_BOT_TOKEN=value-in-dot-env\n' })
  fs.chmodSync(join(home, '.env'), 0o600)
  const notesOf = async (): Promise<readonly string[]> => {
    const loaded = await load(home, {})
    t.equal(loaded.status, 'ok')
    t.ok(loaded.notes.every(({ blocks }) => !blocks))
    t.notMatch(JSON.stringify(loaded.notes), /value/)
    return loaded.notes.map(formatNote)
  }
  t.strictSame(await notesOf(), ['environment: DISCORD_BOT_TOKEN is set but not used: this version has no Discord.'])
  fs.writeFileSync(join(home, '.env'), 'DISCORD_BOT_TOKEN=\n')
  t.strictSame(await notesOf(), [], 'an empty value is no value')
})

void t.test('a key and a bot token in the environment are enough to serve Telegram with a model', async (t) => {
  const home = t.testdir({})
  const token = '123456789:AAbbccddeeffgghhiijjkkllmmnnooppqqr'
  const configOf = async (environment: Readonly<Record<string, string>>) => {
    const loaded = await load(home, environment)
    if (loaded.status !== 'ok') throw new Error(loaded.faults.map(formatFault).join('\n'))
    return loaded.config
  }
  const both = await configOf({ ANTHROPIC_API_KEY: 'key-1', TELEGRAM_BOT_TOKEN: token })
  t.match(both, {
    models: ['anthropic/claude-sonnet-5-5'],
    providers: { anthropic: { api: 'anthropic', baseUrl: 'https://api.anthropic.com', apiKey: 'key-1' } },
    channels: { telegram: { token, allow: [], guests: [], progress: true, apiRoot: 'https://api.telegram.org' } },
    board: 'simulated',
  })
  for (const name of ['OPENAI', 'GEMINI', 'OPENROUTER', 'DEEPSEEK', 'GROQ', 'MISTRAL', 'XAI']) {
    const { models, channels } = await configOf({ [`${name}_API_KEY`]: 'key-2' })
    t.match(models, [new RegExp(`^${name.toLowerCase()}/.`)])
    t.strictSame(channels, {})
  }
  t.strictSame((await configOf({ ANTHROPIC_API_KEY: '' })).models, ['offline'], 'an empty value is no value')
  fs.writeFileSync(join(home, 'pincer.yaml'), 'board: simulated\nmodel: offline\n')
  t.match(await configOf({ ANTHROPIC_API_KEY: 'key-1', TELEGRAM_BOT_TOKEN: token }), {
    models: ['offline'],
    channels: { telegram: { token } },
  })
})

void t.test(
  'a model without the key of its provider is a note that blocks, and says where the key belongs',
  async (t) => {
    const home = t.testdir({})
    for (const [text, notes] of [
      [
        'model: openai/gpt-5',
        [
          'pincer.yaml:2 model: openai answers nobody without a key. Set OPENAI_API_KEY in .env, or apiKey under providers.openai.',
        ],
      ],
      [
        'model: [offline, xai/grok-4]',
        [
          'pincer.yaml:2 model[1]: xai answers nobody without a key. Set XAI_API_KEY in .env, or apiKey under providers.xai.',
        ],
      ],
      ['model: ollama/qwen3', []],
      ['model: groq/x\nproviders: { groq: { apiKey: abc } }', []],
      ['model: openai/x\nproviders: { openai: { baseUrl: "http://127.0.0.1:9/v1" } }', []],
      ['model: lan/x\nproviders: { lan: { api: openai, baseUrl: "http://10.0.0.2/v1" } }', []],
    ] as const) {
      fs.writeFileSync(join(home, 'pincer.yaml'), `board: simulated\n${text}\n`, { mode: 0o600 })
      const loaded = await load(home, {})
      t.equal(loaded.status, 'ok', text)
      t.strictSame(loaded.notes.map(formatNote), notes)
      t.ok(loaded.notes.every(({ blocks }) => blocks))
    }
  },
)

void t.test('a credential cannot be asked for by a path', async (t) => {
  const home = t.testdir({ 'pincer.yaml': 'timezone: "${../ZONE}"\n', ZONE: 'Europe/Rome', credentials: {} })
  t.match(await zoneOf(home, { CREDENTIALS_DIRECTORY: join(home, 'credentials') }), /expected the name of a variable/)
})

void t.test(
  'a .env is read as people write it, and a line that sets nothing is said by its number alone',
  async (t) => {
    const home = t.testdir({ 'pincer.yaml': 'board: simulated\ntimezone: "${ZONE}"\n' })
    const zoneAndNotes = async (text: string | Buffer): Promise<readonly string[]> => {
      fs.writeFileSync(join(home, '.env'), text, { mode: 0o600 })
      const loaded = await load(home, {})
      const said = loaded.status === 'ok' ? [loaded.config.timezone] : loaded.faults.map(formatFault)
      return [...said, ...loaded.notes.map(formatNote)].map((each) => each.replaceAll(home, 'HOME'))
    }
    for (const text of [
      'ZONE=UTC',
      'ZONE=UTC\r\n',
      ' export ZONE = "UTC" # why\n',
      '\uFEFFZONE=UTC\n',
      '# ZONE=x\n\nZONE=UTC\n',
      'A="one\ntwo words\n"\nZONE=UTC\n',
      "A='don't\nZONE=UTC\n",
    ]) {
      t.strictSame(await zoneAndNotes(text), ['UTC'], JSON.stringify(text))
    }
    const unset = 'found "${ZONE}", which is not set or empty, expected a value.'
    const missing = `pincer.yaml:2 timezone: ${unset} Add the line ZONE=... to HOME/.env, or set it in the environment.`
    const stray = 'This line is not NAME=value, so it sets nothing.'
    t.strictSame(await zoneAndNotes('ZONE: UTC\n'), [missing, `.env:1: ${stray}`])
    t.strictSame(await zoneAndNotes('[x]\nZONE=UTC\nsecret\n'), ['UTC', `.env:1: ${stray} And 1 more like it.`])
    t.strictSame(await zoneAndNotes(Buffer.from('A=1\nB=caf\xe9\n', 'latin1')), [
      '.env:2: found bytes that are not UTF-8, expected text. Save the file as UTF-8.',
    ])
    t.strictSame(await zoneAndNotes(Buffer.from('ZONE=UTC', 'utf16le')), [
      '.env:1: found the control character U+0000, expected text. Save the file as UTF-8.',
    ])
  },
)

void t.test('a .env that others can reach is noted, and it does not block', async (t) => {
  const home = t.testdir({ '.env': 'A=b\n' })
  const notesAt = async (mode: number): Promise<readonly string[]> => {
    fs.chmodSync(join(home, '.env'), mode)
    const { notes } = await load(home)
    t.ok(notes.every(({ blocks }) => !blocks))
    return notes.map(formatNote)
  }
  t.strictSame(await notesAt(0o600), [])
  t.strictSame(await notesAt(0o400), [])
  t.strictSame(await notesAt(0o644), [
    `.env: Others on this host can reach the secrets in it (mode 0644); they are used all the same. Run chmod 600 ${home}/.env`,
  ])
})

void t.test('a pincer.yaml with a secret in it that others can read is noted', async (t) => {
  const home = t.testdir({})
  const path = join(home, 'pincer.yaml')
  const notesOf = async (key: string, mode: number): Promise<readonly string[]> => {
    fs.writeFileSync(path, `board: simulated\nproviders: { openai: { apiKey: "${key}" } }\n`)
    fs.chmodSync(path, mode)
    const { notes } = await load(home, { SOME_KEY: 'key-in-environment' })
    return notes.filter(({ blocks }) => !blocks).map(formatNote)
  }
  const expected = `pincer.yaml: Others on this host can reach the secrets in it (mode 0640); they are used all the same. Run chmod 600 ${path}`
  t.strictSame(await notesOf('key-in-the-file', 0o640), [expected])
  t.strictSame(await notesOf('key-in-the-file', 0o600), [])
  t.strictSame(await notesOf('${SOME_KEY}', 0o640), [])
})

void t.test('what is secret is known for redaction, what is merely configured is not', async (t) => {
  const home = t.testdir({
    'pincer.yaml':
      'board: simulated\ntimezone: "${ZONE}"\nproviders: { openai: { apiKey: written-in-the-file }, groq: { apiKey: "${ODD}" } }\n',
    '.env': 'ZONE=Europe/Rome\nODD=odd-name-for-a-key\nWIFI_PASSWORD=of-the-house\n',
  })
  const loaded = await load(home, { SSH_AUTH_SOCK: '/tmp/agent', GITHUB_TOKEN: 'from-the-environment' })
  t.equal(loaded.status, 'ok')
  if (loaded.status !== 'ok') return
  t.strictSame(
    [...loaded.secrets].sort(),
    ['from-the-environment', 'odd-name-for-a-key', 'of-the-house', 'written-in-the-file'].sort(),
  )
})
