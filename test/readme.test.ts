import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from './support/terminal-rig.ts'
import { VirtualScreen } from './support/virtual-screen.ts'

const main = join(import.meta.dirname, '../src/main.ts')
const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
const blocks = Array.from(readme.matchAll(/^```(\w*)\n([^]*?)\n```$/gm), ([, language, text]) => ({
  language: language ?? '',
  text: text ?? '',
}))
const blockWith = (start: string): string => blocks.find(({ text }) => text.startsWith(start))?.text ?? ''
const environment = { PATH: process.env['PATH'] ?? '', TERM: 'xterm', NO_COLOR: '1', SHELL: '/bin/sh' }
// util-linux brings it; Debian always has it.
const skip = existsSync('/usr/bin/script') ? false : 'no script(1) here'

/** What passes between two messages differs by a second from one time to the next. */
function withoutSeconds(text: string): string {
  return text.replaceAll(/\b(?:10m|9m 5\ds)(?=[ ,)].*just now)/g, 'about 10m')
}

void t.test('the first minute in the README is word for word what a terminal shows', { skip }, async (t) => {
  const expected = blockWith('Pincer ')
  const typed = expected.split('\n').flatMap((line) => (line.startsWith('you> ') ? [line.slice('you> '.length)] : []))
  t.ok(typed.length >= 5)
  const command = `stty cols 120; exec '${process.execPath}' '${main}' --home '${join(t.testdir(), 'home')}'`
  const terminal = spawn('/usr/bin/script', ['-qfec', command, '/dev/null'], { env: environment })
  let text = ''
  terminal.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const screen = (): string => {
    const virtual = new VirtualScreen(120)
    virtual.write(text)
    return virtual.text
  }
  const replies = expected.split(/^you> .*$/m)
  let shown = ''
  for (const [index, reply] of replies.entries()) {
    shown += `${index === 0 ? '' : `you> ${typed[index - 1] ?? ''}`}${reply}`
    const lines = shown.trimEnd().split('\n').length + 1
    await until(() => screen().split('\n').length >= lines && screen().endsWith('\nyou>'), `the reply ${reply}`)
    terminal.stdin.write(index < typed.length ? `${typed[index] ?? ''}\r` : '\x04')
  }
  await once(terminal, 'close')
  t.equal(withoutSeconds(screen().replace(/\nyou>$/, '')), withoutSeconds(expected))
})

/** When is not the same on two days, nor who runs this. */
function withoutMoments(text: string): string {
  const moments = /(?:today|tomorrow|\w+day \d{4}-\d\d-\d\d) \d\d:\d\d(?::\d\d)?/g
  return text.replaceAll(moments, 'MOMENT').replaceAll(/paused: by \w+/g, 'paused: by SOMEBODY')
}

void t.test('what the README plans ahead is answered so', async (t) => {
  const expected = blockWith('you> turn the lamp off in 10 minutes')
  const typed = expected.split('\n').flatMap((line) => (line.startsWith('you> ') ? [line.slice('you> '.length)] : []))
  t.ok(typed.length >= 5)
  const home = t.testdir()
  const child = spawn(process.execPath, [main, '--home', home], { env: { ...environment, TZ: 'Etc/UTC' } })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stdin.end(`${typed.join('\n')}\n`)
  await once(child, 'close')
  const replies = expected.split('\n').filter((line) => !line.startsWith('you> '))
  t.equal(withoutMoments(text.trimEnd()), withoutMoments(replies.join('\n')))
})

void t.test('what the README says that offline understands is what help says', async (t) => {
  const child = spawn(process.execPath, [main, '--home', t.testdir(), 'chat', '-m', 'help'], { env: environment })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(child, 'close')
  t.equal(text.trimEnd(), blockWith("I am Pincer's offline mode"))
})

void t.test('the configuration in the README is one that Pincer starts with', async (t) => {
  const home = t.testdir()
  writeFileSync(join(home, 'pincer.yaml'), blocks.find(({ language }) => language === 'yaml')?.text ?? 'no: block')
  const child = spawn(process.execPath, [main, '--home', home, 'chat', '-m', 'read pump'], { env: environment })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const [exitCode] = await once(child, 'close')
  t.equal(exitCode, 0)
  t.equal(text, 'pump: off (simulated; switch on GPIO5; just now)\n')
})

void t.test('the relay in the README is configured at the pins that it is wired to', async (t) => {
  const [, entry = ''] = /^ +devices:\n +(pump: .*GPIO5.*)$/m.exec(readme) ?? []
  const home = t.testdir({ 'pincer.yaml': `board: raspberry-pi-4\ndevices:\n  ${entry}\n` })
  const child = spawn(process.execPath, [main, '--home', home, 'board'], { env: environment })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const [exitCode] = await once(child, 'close')
  t.equal(exitCode, 0)
  t.match(text, /pump \(switch\) +GPIO5 29 \| 30 GND$/m)
  t.match(text, / 1 \| 2 {2}5V$/m)
  t.match(text, /3\.3 V and gives or takes at most 16 mA/)
})
