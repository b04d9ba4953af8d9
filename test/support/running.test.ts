import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { whileRunning } from './running.ts'

function run(script: string): ChildProcess {
  return spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'ignore', 'pipe'] })
}

void t.test('a wait on a program that ends fails at once, with its exit code and what it said', async (t) => {
  const running = whileRunning(run("process.stderr.write('no such thing\\n'); process.exitCode = 3"))
  const never = new Promise<void>(() => {})
  const sentence = 'The program ended with 3 before that:\nno such thing\n'
  await t.rejects(running(never), { message: sentence })
  await t.rejects(running(never), { message: sentence }, 'also a wait that begins later')
})

void t.test('a wait on a program that runs ends as it would, and a kill by the test is no failure', async (t) => {
  const program = run('process.stdin.resume()')
  const running = whileRunning(program)
  t.equal(await running(Promise.resolve('said')), 'said')
  await t.rejects(running(Promise.reject(new Error('other'))), { message: 'other' })
  const closed = once(program, 'close')
  program.kill('SIGKILL')
  t.equal(await running(closed.then(() => 'killed')), 'killed')
})
