import type { ChildProcess } from 'node:child_process'

/** Passes on what it waits for, unless the program ends before. */
export type WhileRunning = <Result>(wait: Promise<Result>) => Promise<Result>

/**
 * For waits on what a program does: when it ends instead, they fail at once with what it said on standard error, and not
 * at the time-out of the test. SIGKILL is how tests end programs, and no failure.
 */
export function whileRunning(program: ChildProcess): WhileRunning {
  let said = ''
  program.stderr?.on('data', (data: Buffer) => (said += data.toString()))
  const ended = new Promise<string>((resolve) => {
    program.once('close', (code, signal) => {
      if (signal !== 'SIGKILL') resolve(`The program ended with ${signal ?? code} before that:\n${said}`)
    })
  })
  return (wait) => Promise.race([wait, ended.then((sentence) => Promise.reject(new Error(sentence)))])
}
