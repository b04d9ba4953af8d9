import t from 'tap'
import { canBeRedacted, createRedact } from '../src/secrets.ts'
import { jsonInside, writings } from './support/secret-writings.ts'

void t.test('known secrets are taken out wherever they stand, the longest first', (t) => {
  const redact = createRedact(['hunter22', 'hunter22-and-more', 'short', ''])
  t.equal(redact('a hunter22-and-more b hunter22 c hunter22'), 'a [secret] b [secret] c [secret]')
  t.equal(redact('short words stay'), 'short words stay')
  t.equal(redact('$& hunter22 $1'), '$& [secret] $1')
  t.end()
})

void t.test('what has the shape of a token is taken out though nobody named it', (t) => {
  const redact = createRedact([])
  for (const [text, clean] of [
    [
      'https://api.telegram.org/bot123456789:AAbbccddeeffgghhiijjkkllmmnnooppqqr/getMe',
      'https://api.telegram.org/bot[secret]/getMe',
    ],
    ['token 123456789:AAbbccddeeffgghhiijjkkllmmnnooppqqr.', 'token [secret].'],
    ['key sk-ant-api03-abcDEF123456_-xyz end', 'key [secret] end'],
    ['sk-proj-abc123def456ghi789', '[secret]'],
    ['xai-abcdefghijklmnopqrstuvwxyz012345', '[secret]'],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', '[secret]'],
    ['github_pat_11AAAAAAA0abcdefghijklmnop', '[secret]'],
    ['Authorization: Bearer abc.def-123456', 'Authorization: Bearer [secret]'],
    ['"authorization":"Basic dXNlcjpwYXNz"', '"authorization":"Basic [secret]"'],
    ['x-api-key: abcdefgh', 'x-api-key: [secret]'],
    ['bearer eyJhbGciOi1.abc.def', 'bearer [secret]'],
    ['https://user:pass@example.org/path', 'https://[secret]@example.org/path'],
    ['redis://:pass@10.0.0.1:6379', 'redis://[secret]@10.0.0.1:6379'],
    ['MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs', '[secret]'],
  ] as const) {
    t.equal(redact(text), clean)
    t.equal(redact(redact(text)), clean, 'a second time changes nothing')
  }
  t.end()
})

void t.test('ordinary text stays as it is', (t) => {
  const redact = createRedact([])
  for (const text of [
    'commit 3a80aa6f2b1c9d8e7f6a5b4c3d2e1f0a9b8c7d6e on main',
    '100644 blob 3a80aa6f2b1c9d8e7f6a5b4c3d2e1f0a9b8c7d6e:README.md',
    '20261121:3a80aa6f2b1c9d8e7f6a5b4c3d2e1f0a9b8c7d6e',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'room: 21.4 °C, 48.2 %, 1013.2 hPa (bme280 on I2C bus 1 at 0x76)',
    'd0 60 00 7f ff 80 00 a1 b2 c3',
    'pinctrl-bcm2711:17 is GPIO17',
    'the bearer of good news, with responsibilities',
    'sk-learn-compatible-estimators and a desk-lamp-in-the-hall',
    'http://192.168.1.10:11434/v1 and mailto:me@example.org, git@github.com:a/b.git',
    '2026-11-21T12:00:00Z 12:34:56 80351110224678912',
    '/home/pi/.pincer/workspace/notes-of-2026.md',
    '550e8400-e29b-41d4-a716-446655440000',
  ]) {
    t.equal(redact(text), text)
  }
  t.end()
})

void t.test('long hostile text is answered, not searched for ever', (t) => {
  const redact = createRedact(['known-secret'])
  for (const piece of [
    'a',
    '1',
    'sk-',
    'sk-a',
    'bearer ',
    'Bearer\t',
    'http://',
    'a:',
    'a://:',
    '1:',
    'M',
    'M.',
    'authorization:',
    'authorization: "',
    '_',
    '-',
    '.',
    '@',
  ]) {
    t.type(redact(piece.repeat(100_000)), 'string')
  }
  t.end()
})

const secrets = {
  key: 'sk-ant-api03-Zq4vT8+/x=Lm2~Pw9_-Hd7',
  password: 'pa"ss wörd\\with\'all&sorts<of>/%41?#',
  eight: 'h8Kw2xQz',
  pem: `-----BEGIN PRIVATE KEY-----\n${['MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7', 'kVWg0Zy8m3oQbT1rS5pXn2fYcD4eHjLtUuAaRiOvKwBqZxMlNsPd', 'Qm9vdHN0cmFwT25l'].join('\n')}\n-----END PRIVATE KEY-----`,
}

/** What stays of a secret: the longest piece of this writing of it that can still be read. */
function longestLeft(clean: string, written: string): number {
  for (let length = written.length; length > 0; length--) {
    for (let start = 0; start + length <= written.length; start++) {
      if (clean.includes(written.slice(start, start + length))) return length
    }
  }
  return 0
}

void t.test('a known secret is found however it is written', (t) => {
  const redact = createRedact(Object.values(secrets))
  for (const [name, secret] of Object.entries(secrets)) {
    for (const [how, write] of Object.entries(writings)) {
      const written = write(secret)
      const around = `The answer was "${written}" [8.5 °C].`
      const clean = redact(around)
      t.equal(redact(clean), clean, 'a second time changes nothing')
      t.match(clean, /^The answer was ".{0,60}\[secret\].{0,60}" \[8\.5 °C\]\.$/s, `${name}, ${how}`)
      if (how.includes('middle') || how.includes('lines')) continue
      t.ok(longestLeft(clean.slice(16, -11), written) < 8, `${name}, ${how}: ${clean}`)
    }
  }
  t.end()
})

void t.test('a line of a private key is a secret too, and so is a key that nobody named', (t) => {
  const [, first = '', second = ''] = secrets.pem.split('\n')
  t.equal(createRedact([secrets.pem])(`> ${first}\n> ${second}`), '> [secret]\n> [secret]')
  const other = secrets.pem.replaceAll('VWg0', 'abcd')
  for (const text of [other, jsonInside(other)]) {
    const clean = createRedact([])(text)
    t.match(clean, /^-----BEGIN PRIVATE KEY-----\[secret\](\\n|\n)-----END PRIVATE KEY-----$/)
  }
  t.end()
})

void t.test(
  'a piece of a stream that ends or begins inside of a secret shows less than eight characters of it',
  (t) => {
    const redact = createRedact([secrets.key])
    for (let cut = 1; cut < secrets.key.length; cut++) {
      const [before, behind] = [`it is ${secrets.key.slice(0, cut)}`, `${secrets.key.slice(cut)} it was`]
      const shown = [redact(before), redact(behind)]
      t.ok(longestLeft(shown.join('\0'), secrets.key) < 8, shown.join('|'))
    }
    t.end()
  },
)

void t.test('a secret in base64 twice over is found wherever it stands, also where the text was cut', (t) => {
  const redact = createRedact([secrets.key])
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  for (let before = 0; before < 12; before++) {
    const inner = base64(`${'.'.repeat(before)}${secrets.key} and more`).replaceAll(/.{17}/g, '$&\n')
    for (let offset = 0; offset < 3; offset++) {
      const written = base64(`${'-'.repeat(offset)} ${inner}`)
      for (const cut of [0, 1, 2, 3]) {
        const clean = redact(`${written.slice(cut)}!`)
        t.match(clean, '[secret]', `${before} ${offset} ${cut}`)
        t.equal(redact(clean), clean, 'a second time changes nothing')
      }
      // The first characters tell too little; behind them each further one is hidden, up to the end of the secret.
      const end = redact(`x ${written}`).indexOf('[secret]') + 26
      for (let cut = end; cut < written.length; cut++)
        t.match(redact(`x ${written.slice(0, cut)}`), '[secret]', `cut at ${cut}`)
    }
  }
  t.end()
})

void t.test('what is in base64 and no secret stays as it is, also twice over', (t) => {
  const redact = createRedact(Object.values(secrets))
  const inner = Buffer.from('The lamp is on, and the room has 21.5 °C. '.repeat(20)).toString('base64')
  for (const text of [
    inner,
    Buffer.from(inner).toString('base64'),
    'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo',
    'A'.repeat(99),
  ])
    t.equal(redact(text), text)
  t.end()
})

void t.test('what is redacted as JSON stays JSON with the same shape', (t) => {
  const redact = createRedact(Object.values(secrets))
  const texts = [
    ...Object.values(secrets),
    ...Object.values(secrets).flatMap((secret) => Object.values(writings).map((write) => write(secret))),
    'authorization: abcdefghijk\\',
    'authorization: Bearer abc12345"\\"',
    'http://host:8080',
    'me@example.org',
    'redis://:pass"\\@10.0.0.1',
    secrets.pem.replaceAll('VWg0', 'abcd'),
  ]
  for (const [index, text] of texts.entries()) {
    const value = { path: text, nested: { deep: `a ${text} b`, list: [text, texts[(index + 1) % texts.length]] }, n: 1 }
    for (const json of [JSON.stringify(value), JSON.stringify({ args: JSON.stringify(value) })]) {
      t.doesNotThrow(() => void JSON.parse(redact(json)), json)
      t.strictSame(Object.keys(JSON.parse(redact(json)) as object), Object.keys(JSON.parse(json) as object))
    }
  }
  t.end()
})

void t.test('each of five hundred secrets is found, and their common beginning alone is not', (t) => {
  const many = Array.from({ length: 500 }, (_, index) => `sk-ant-api03-${'x'.repeat(20)}${index * 7919}-end`)
  const redact = createRedact(many)
  t.equal(redact(many.join(' ')), many.map(() => '[secret]').join(' '))
  t.equal(redact(`keys begin with ${'x'.repeat(20)} here`), `keys begin with ${'x'.repeat(20)} here`)
  t.end()
})

void t.test('a secret below eight characters is left, and that is known', (t) => {
  t.equal(canBeRedacted('hunter2'), false)
  t.equal(canBeRedacted(' h u n t e r '), false)
  t.equal(canBeRedacted('hunter22'), true)
  t.equal(createRedact(['hunter2'])('hunter2 is short'), 'hunter2 is short')
  t.end()
})

void t.test('hostile escapes and pieces of secrets are answered, not searched for ever', (t) => {
  const redact = createRedact(Object.values(secrets))
  for (const piece of [
    '%',
    '%4',
    '%41',
    '%C3',
    '\\',
    '\\u',
    '\\u00',
    '&',
    '&#',
    '&amp;',
    '&#38',
    secrets.key.slice(1),
    secrets.key.slice(0, -1),
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n',
  ]) {
    t.type(redact(piece.repeat(100_000 / piece.length)), 'string')
  }
  t.end()
})
