import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatFault } from '../../src/config/report.ts'
import { limits } from '../../src/limits.ts'
import { exampleEnvironment, exampleFile, load } from './config-home.ts'

async function faultsOf(home: string): Promise<readonly string[]> {
  const loaded = await load(home)
  return loaded.status === 'faulty' ? loaded.faults.map(formatFault) : []
}

void t.test('bytes that are not UTF-8 are said with their line', async (t) => {
  const home = t.testdir({})
  fs.writeFileSync(join(home, 'pincer.yaml'), Buffer.from('units: metric\n# caf\xe9\n', 'latin1'))
  t.strictSame(await faultsOf(home), [
    'pincer.yaml:2: found bytes that are not UTF-8, expected text. Save the file as UTF-8.',
  ])
})

void t.test('a huge file is refused without reading it', async (t) => {
  const home = t.testdir({})
  fs.writeFileSync(join(home, 'pincer.yaml'), '')
  fs.truncateSync(join(home, 'pincer.yaml'), 4 * 1024 ** 3)
  t.strictSame(await faultsOf(home), ['pincer.yaml: found a file of 4194304 KB, expected at most 256 KB.'])
})

void t.test('folders, pipes and files of a wrong name are said', async (t) => {
  t.strictSame(await faultsOf(t.testdir({ 'pincer.yaml': {}, '.env': {} })), [
    'pincer.yaml: found a folder, expected a text file.',
    '.env: found a folder, expected a text file.',
  ])
  const home = t.testdir({ 'pincer.yml': 'units: metric\n' })
  t.strictSame(await faultsOf(home), [
    `pincer.yml: found a file with this name, expected pincer.yaml. Rename it: mv ${home}/pincer.yml ${home}/pincer.yaml`,
  ])
  fs.rmSync(join(home, 'pincer.yml'))
  execFileSync('mkfifo', [join(home, 'pincer.yaml')])
  t.strictSame(await faultsOf(home), ['pincer.yaml: found no plain file, expected a text file.'])
})

void t.test('a link is read through, and one that leads nowhere is no missing file', async (t) => {
  const home = t.testdir({ elsewhere: 'units: metrik\n' })
  const path = join(home, 'pincer.yaml')
  const faultsBehind = async (target: string): Promise<readonly string[]> => {
    fs.rmSync(path, { force: true })
    fs.symlinkSync(target, path)
    return faultsOf(home)
  }
  t.strictSame(await faultsBehind('elsewhere'), [
    'pincer.yaml:1 units: found "metrik", expected metric or imperial. Did you mean metric?',
  ])
  t.strictSame(await faultsBehind('none'), [
    `pincer.yaml: found a link that leads nowhere, expected a text file. See ls -l ${path}`,
  ])
  t.strictSame(await faultsBehind('pincer.yaml'), [
    'pincer.yaml: found a link that leads to itself, expected a text file.',
  ])
  t.strictSame(await faultsBehind('/dev/zero'), ['pincer.yaml: found no plain file, expected a text file.'])
})

void t.test('ten thousand aliases and deep nesting end in one sentence', async (t) => {
  const home = t.testdir({})
  for (const text of [
    `a: &a [x]\nb: [${'*a,'.repeat(60_000)}]\n`,
    '['.repeat(100_000),
    '{a: '.repeat(50_000),
    '- '.repeat(100_000),
    'a:\n'.repeat(60_000),
    `a: "${'${A}'.repeat(50_000)}"`,
    `a: "${'${'.repeat(100_000)}"`,
    `${'x'.repeat(200_000)}: 1`,
  ]) {
    fs.writeFileSync(join(home, 'pincer.yaml'), text)
    const faults = await faultsOf(home)
    t.ok(faults.length > 0 && faults.length <= limits.configValuesMax, text.slice(0, 20))
  }
})

void t.test('whatever is done to the example file, it is answered and never thrown', async (t) => {
  const home = t.testdir({})
  // A fixed seed: a failure can be run again.
  let seed = 20_261_121
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return Math.floor((seed / 0x80000000) * below)
  }
  const scraps = [
    '\t',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    '"',
    "'",
    '*a',
    '&a ',
    '!x ',
    '${',
    '${X}',
    '- ',
    '|',
    '>',
    '%',
    '#',
    '~',
    'null',
    '0x',
    '\0',
    '\r',
    '---\n',
    '__proto__: 1\n',
    'é',
    '-1',
    '1e999',
  ]
  let valid = 0
  for (let round = 0; round < 300; round++) {
    let text = exampleFile
    for (let change = 0; change <= random(4); change++) {
      const at = random(text.length)
      const cut = random(3) === 0 ? random(40) : 0
      text = text.slice(0, at) + (scraps[random(scraps.length)] ?? '') + text.slice(at + cut)
    }
    fs.writeFileSync(join(home, 'pincer.yaml'), text)
    try {
      const loaded = await load(home, exampleEnvironment)
      if (loaded.status === 'ok') valid++
      else {
        const lines = text.split('\n').length
        const good = loaded.faults.length > 0 && loaded.faults.every(({ line }) => line >= 0 && line <= lines)
        if (!good) t.fail(JSON.stringify(text))
        for (const secret of [exampleEnvironment.TELEGRAM_BOT_TOKEN, exampleEnvironment.LAN_KEY]) {
          if (JSON.stringify(loaded).includes(secret)) t.fail(`shown: ${JSON.stringify(text)}`)
        }
      }
    } catch (error) {
      t.fail(`${String(error)}: ${JSON.stringify(text)}`)
    }
  }
  // Both kinds occur: the changes are neither harmless nor all deadly.
  t.ok(valid > 20 && valid < 280, `${valid} of 300 valid`)
})
