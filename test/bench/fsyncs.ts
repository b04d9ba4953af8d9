import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'

/** The calls of fsync and fdatasync of the process during `work`, or why they cannot be counted. */
export async function countFsyncs(pid: number, log: string, work: () => Promise<unknown>): Promise<number | string> {
  const strace = spawn('strace', ['-f', '-e', 'trace=fsync,fdatasync', '-o', log, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const failed = once(strace, 'error').then(() => 'strace is not installed')
  const exited = once(strace, 'exit')
  const attached = once(strace.stderr, 'data').then(([text]) => String(text))
  const said = await Promise.race([failed, attached])
  if (!/attached/.test(said)) return said.trim()
  await work()
  strace.kill('SIGINT')
  await exited
  return (fs.readFileSync(log, 'utf8').match(/ f(?:data)?sync\(/g) ?? []).length
}
