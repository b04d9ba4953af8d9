import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatFault } from '../../src/config/report.ts'
import { brokenFiles, brokenNotation } from './broken-files.ts'
import { misreadEnvironment, misreadFiles } from './misread-files.ts'
import { exampleEnvironment, exampleFile, load } from './config-home.ts'

const plain = { TZ: 'UTC' }

for (const [title, table, environment] of [
  [
    'every broken value is said in one sentence with line, path, what stands there and what is expected',
    brokenFiles,
    plain,
  ],
  ['every file that is not YAML is said in one sentence with its line', brokenNotation, plain],
  ['every habit of another notation, and every trick, is answered as plainly', misreadFiles, misreadEnvironment],
] as const) {
  void t.test(title, async (t) => {
    const home = t.testdir({})
    for (const [text, ...sentences] of table) {
      fs.writeFileSync(join(home, 'pincer.yaml'), text)
      const loaded = await load(home, environment)
      const said = loaded.status === 'faulty' ? loaded.faults.map(formatFault) : ['no fault']
      t.strictSame(
        said.map((sentence) => sentence.replaceAll(home, 'HOME')),
        sentences,
        JSON.stringify(text.slice(0, 200)),
      )
    }
  })
}

void t.test('all faults of a file are said at once, in the order of their lines', async (t) => {
  const text = exampleFile
    .replace('units: metric', 'units: metrical')
    .replace('maxOn: 2h', 'maxOn: two hours')
    .replace('address: 0x76', 'address: 0x50')
    .replace('model: anthropic/', 'model: antropic/')
    .replace('progress: true', 'progres: true')
  const home = t.testdir({ 'pincer.yaml': text })
  const loaded = await load(home, exampleEnvironment)
  t.equal(loaded.status, 'faulty')
  if (loaded.status !== 'faulty') return
  t.strictSame(
    loaded.faults.map(({ line, path }) => [line, path]),
    [
      [1, 'model'],
      [5, 'channels.telegram.progres'],
      [9, 'devices.lamp.maxOn'],
      [12, 'devices.room.address'],
      [20, 'units'],
    ],
  )
})

void t.test('a fault never shows a token, a key or the value of a variable', async (t) => {
  const secret = 'hunter2-hunter2-hunter2'
  const files = [
    `channels: { telegram: { token: "${secret}" } }`,
    `channels: { telegram: "${secret}" }`,
    `channels: { discord: { token: "${secret} x" } }`,
    `channels: "${secret}"`,
    `providers: { lan: { api: openai, baseUrl: "http://u:${secret}@10.0.0.1", apiKey: "${secret} x" } }`,
    `providers: { lan: { api: openai, baseUrl: "http://\${MY_SECRET}.example.org" } }`,
    `model: "\${MY_SECRET}"`,
    `timezone: "\${MY_SECRET}"`,
    `devices: { lamp: { kind: switch, line: GPIO17, maxOn: "\${MY_SECRET}" } }`,
    `web: { search: "https://u:${secret}@example.org" }`,
    `channels: { telegram: { token: "1:${secret}", allow: ["\${MY_SECRET}"] } }`,
    `token:${secret}`,
  ]
  const home = t.testdir({})
  for (const text of files) {
    fs.writeFileSync(join(home, 'pincer.yaml'), text)
    const loaded = await load(home, { MY_SECRET: secret })
    t.equal(loaded.status, 'faulty', text)
    t.notMatch(JSON.stringify(loaded), secret, text)
  }
})
