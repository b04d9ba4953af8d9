import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startEnvironment } from './support/start-environment.ts'

t.setTimeout(115_000)

/** `pincer board` as a person runs it. */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function pincerBoard(home: string) {
  return new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [main, '--home', home, 'board'],
      { env: startEnvironment },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
    child.stdin?.end()
  })
}

void t.test('without any configuration it is the simulated board with its devices', async (t) => {
  const { code, out, err } = await pincerBoard(t.testdir({}))
  t.strictSame([code, err], [0, ''])
  t.match(out, /^Simulated Raspberry Pi \(board: simulated\)\n/)
  t.match(out, 'lamp (switch)  GPIO17 11 |')
  t.notMatch(out, '\x1b', 'plain text')
})

void t.test('whoever named a line wrongly sees the board that is meant, and what is wrong', async (t) => {
  const config = 'board: raspberry-pi-5\ndevices:\n  lamp: { kind: switch, line: GPIO71 }\n'
  const { code, out, err } = await pincerBoard(t.testdir({ 'pincer.yaml': config }))
  t.equal(code, 2)
  t.match(out, /^Raspberry Pi 5 \(board: raspberry-pi-5\)\n/)
  t.match(err, 'devices.lamp.line: found "GPIO71", expected a line that this board has. Did you mean GPIO17?')
  t.match(err, /No device is shown: correct this first\.\n$/)
})
