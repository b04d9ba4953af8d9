import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../support/terminal-rig.ts'

const main = join(import.meta.dirname, '../../../src/main.ts')
// util-linux brings it; Debian always has it.
const skip = existsSync('/usr/bin/script') ? false : 'no script(1) here'
const environment = { PATH: process.env['PATH'] ?? '', TERM: 'xterm', SHELL: '/bin/sh' }

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

void t.test(
  'Pincer ends when its terminal is gone, and what was typed and not sent is not done',
  { skip },
  async (t) => {
    const home = t.testdir()
    const command = `exec '${process.execPath}' '${main}' --home '${home}'`
    const terminal = spawn('/usr/bin/script', ['-qfec', command, '/dev/null'], { env: environment })
    let text = ''
    terminal.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await until(() => text.includes('you> '), 'the prompt')
    const pid = Number(readFileSync(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'utf8'))
    t.ok(pid > 1 && isAlive(pid))
    t.teardown(() => isAlive(pid) && process.kill(pid, 'SIGKILL'))
    // Words that its greeting does not have.
    terminal.stdin.write('turn off the fan')
    await until(() => text.includes('turn off the fan'), 'the echo')
    terminal.kill('SIGKILL')
    await until(() => !isAlive(pid), 'the end of the program')
    t.notMatch(readFileSync(join(home, 'state/journal.jsonl'), 'utf8'), 'turn off the fan')
  },
)

void t.test('a reader that leaves early is no bug', async (t) => {
  const home = t.testdir()
  const child = spawn(process.execPath, [main, '--home', home], { env: environment })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.write('status\n')
  await once(child.stdout, 'data')
  child.stdout.destroy()
  child.stdin.write('help\nhelp\n')
  const [exitCode] = await once(child, 'exit')
  t.equal(exitCode, 1)
  t.equal(complaints, '')
})

void t.test('a daemon goes on and stops as ever when nobody reads what it says', async (t) => {
  const child = spawn(process.execPath, [main, 'run', '--home', t.testdir()], { env: environment })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.stdout.destroy()
  child.stderr.destroy()
  child.kill('SIGTERM')
  t.same(await once(child, 'exit'), [0, null])
})
