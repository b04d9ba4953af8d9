import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startEnvironment } from './support/start-environment.ts'

t.setTimeout(600_000)

/** The program on whatever host the tests run on, with a configuration: never a simulated board. No line is touched. */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const config = `model: offline
devices:
  room: { kind: bme280, bus: 250 }
  soil: { kind: mcp3008, spi: "200.0", channel: 0 }
`

function pincer(home: string, ...args: readonly string[]) {
  return new Promise<{ readonly code: number; readonly out: string; readonly err: string }>((resolve) => {
    const all = [main, '--home', home, ...args]
    const child = execFile(process.execPath, all, { env: startEnvironment }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    )
    child.stdin?.end()
  })
}

void t.test('with a configuration the board is the host itself, and nothing of it is simulated', async (t) => {
  const home = t.testdir({ 'pincer.yaml': config })
  t.match(await pincer(home, 'check'), {
    code: 0,
    err: '',
    out: /^board: auto is a [^\n]+\.\n(Unverified[^\n]+\n)?pincer\.yaml is valid: board auto, 2 devices/,
  })
  const status = await pincer(home, 'chat', '-m', '/status')
  t.match(status, { code: 0, out: /^Board: /m })
  t.notMatch(status.out, /simulated/)
  const sim = await pincer(home, 'chat', '-m', '/sim help')
  t.match(sim, { code: 1, out: /I do not know \/sim/ })
})

void t.test('a bus that the host has not is said with what mends it', async (t) => {
  const home = t.testdir({ 'pincer.yaml': config })
  const room = await pincer(home, 'chat', '-m', '/read room')
  t.match(room.out, /There is no I2C bus 250\b.*[.:]/)
  const soil = await pincer(home, 'chat', '-m', '/read soil')
  t.match(soil.out, /There is no SPI device 200\.0\b/)
})
