import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { FakeOpenai } from './support/fake-openai.ts'
import { startEnvironment } from './support/start-environment.ts'
import { processesWith, sleepMarker } from './support/sandbox-rig.ts'
import { until } from './support/until.ts'

/** Whole turns through the real program: a scripted provider at one end, the real sandbox at the other. */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

async function start(t: Test, shell: string) {
  const model = await FakeOpenai.start()
  t.teardown(() => model.close())
  const home = t.testdir({})
  const provider = `{ api: openai, baseUrl: "${model.baseUrl}", apiKey: "${model.key}" }`
  const config = ['board: simulated', 'model: lan/fake', `providers: { lan: ${provider} }`, `shell: ${shell}`]
  fs.writeFileSync(join(home, 'pincer.yaml'), config.join('\n'), { mode: 0o600 })
  const program = spawn(process.execPath, [main, '--home', home], {
    env: startEnvironment,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  t.teardown(() => program.kill('SIGKILL'))
  let out = ''
  program.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()))
  return { model, home, program, out: () => out }
}

const runs = (command: string): object => ({ calls: [{ name: 'shell', arguments: { command } }] })

void t.test('a model runs commands in the sandbox, and /status says what that is', async (t) => {
  const { model, home, program, out } = await start(t, '{ policy: allow }')
  model.will([runs(`echo made > made.txt; cat ${home}/pincer.yaml ${home}/state/*; ls /`), { text: 'Done.' }])
  program.stdin.end('make it\n/status\n')
  await until(() => out().includes('Waiting:'), 'the status')
  t.match(out(), /Done\.\n/)
  t.match(out(), /Shell: allow; bubblewrap, tried out: the workspace alone is writable, no network\.\n/)
  t.equal(fs.readFileSync(join(home, 'workspace/made.txt'), 'utf8'), 'made\n')
  const sent = JSON.stringify(model.bodies().at(-1))
  t.match(sent, 'No such file or directory')
  t.notMatch(sent, 'baseUrl')
})

void t.test('where nobody can be asked nothing is run, and with policy off there is no shell', async (t) => {
  const asking = await start(t, '{ policy: ask }')
  asking.model.will([runs('touch made.txt'), { text: 'No.' }])
  asking.program.stdin.end('make it\n')
  await until(() => asking.out().includes('No.'), 'the answer')
  t.notOk(fs.existsSync(join(asking.home, 'workspace/made.txt')))

  const off = await start(t, '{ policy: off }')
  off.model.will([runs('touch made.txt'), { text: 'No.' }])
  off.program.stdin.end('make it\n/status\n')
  await until(() => off.out().includes('Waiting:'), 'the status')
  t.match(off.out(), 'Shell: off (shell.policy).')
  t.notMatch(JSON.stringify(off.model.bodies()[0]), '"name":"shell"')
  t.notOk(fs.existsSync(join(off.home, 'workspace/made.txt')))
})

void t.test('a command that runs ends with the program, stopped or killed', async (t) => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const marker = sleepMarker()
    const { model, home, program } = await start(t, '{ policy: allow }')
    model.will([runs(`setsid sleep ${marker} & touch runs; sleep ${marker}`), { text: 'Done.' }])
    program.stdin.write('wait\n')
    await until(() => fs.existsSync(join(home, 'workspace/runs')), 'the command')
    t.ok(processesWith(marker).length > 0)
    program.kill(signal)
    await until(() => processesWith(marker).length === 0, 'all of it dead')
  }
})
