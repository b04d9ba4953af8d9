import t from 'tap'
import { createRedact } from '../src/secrets.ts'

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
