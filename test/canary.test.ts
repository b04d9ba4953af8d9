import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { createSystemClock } from '../src/clock.ts'
import { FakeBotApi } from './support/fake-bot-api.ts'
import { FakeOpenai } from './support/fake-openai.ts'
import { until } from './support/until.ts'
import { CanarySearch } from './support/canary-search.ts'
import { jsonInside, writings } from './support/secret-writings.ts'

/** A secret in every place that secrets come from. Each is searched for in every byte that goes out. */
const canaries = {
  environment: 'env-Canary/q8Zt+3Lw0Xv7Rb2Kd5',
  proxyPassword: 'proxyCanary~h6Yg1Nf4Jm9Ps',
  dotEnv: 'dot"env\\Canary c3Vx8Bq5Wz0Tn',
  dotEnvOddName: 'oddCanary.u7Ei2Oa9Lk4Sd1Fh6',
  privateKey: `-----BEGIN PRIVATE KEY-----\n${['MIICanaryADANBgkqhkiG9w0BAQEFAASCBKcwggSjAg', 'EAAoIBCanaryVWg0Zy8m3oQbT1rS5pXn2fYcD4eHjL'].join('\n')}\n-----END PRIVATE KEY-----`,
  credential: 'credCanary_m5Qr0Uc7Yt2Ib8Ge',
  unusedCredential: 'unusedCanary_x9Nw4Hj6Pv1Ma3',
  yamlKey: 'yamlCanaryKey-d2Rf7Tg1Yb6Uh0',
  botToken: '110201543:AACanaryCH1vGWJxfSeofSAs0K5PALDsaw',
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const [owner, blocked] = [7, 8]
/** Our own hands put canaries into these: nothing else may hold one. */
const sources = new Set(['pincer.yaml', '.env', 'workspace/AGENTS.md', 'workspace/echo.txt'])

/** What Pincer sends, writes and prints while it runs. */
interface Rig {
  readonly home: string
  readonly bot: FakeBotApi
  readonly provider: FakeOpenai
  readonly daemon: ChildProcess
  readonly printed: () => string
  readonly command: (...words: string[]) => Promise<string>
}

const everyWriting = Object.values(canaries).flatMap((secret) => Object.values(writings).map((write) => write(secret)))

async function serve(t: Test): Promise<Rig> {
  const bot = new FakeBotApi({ clock: createSystemClock(), token: canaries.botToken, hasFloodControl: false })
  await bot.start()
  const provider = await FakeOpenai.start({ key: canaries.yamlKey })
  const root = t.testdir({
    credentials: { BACKUP_KEY: `${canaries.credential}\n`, OTHER: canaries.unusedCredential },
    home: { workspace: {} },
  })
  const home = join(root, 'home')
  const write = (name: string, lines: readonly string[]): void =>
    fs.writeFileSync(join(home, name), `${lines.join('\n')}\n`, { mode: 0o600 })
  write('pincer.yaml', [
    'board: simulated',
    'model: [lan/test, backup/test]',
    `providers:`,
    `  lan: { api: openai, baseUrl: "${provider.baseUrl}", apiKey: ${canaries.yamlKey} }`,
    `  backup: { api: openai, baseUrl: "http://127.0.0.1:9/v1", apiKey: "\${BACKUP_KEY}" }`,
    `channels: { telegram: { token: "${canaries.botToken}", allow: [${owner}, ${blocked}], apiRoot: "${bot.apiRoot}" } }`,
  ])
  write('.env', [
    `MAIL_PASSWORD='${canaries.dotEnv}'`,
    `ODD=${canaries.dotEnvOddName}`,
    `DEPLOY_KEY="${canaries.privateKey}"`,
  ])
  write('workspace/AGENTS.md', ['Be brief.', ...Object.values(canaries)])
  write('workspace/echo.txt', everyWriting)
  const environment = {
    TZ: 'UTC',
    CLOUD_TOKEN: canaries.environment,
    HTTPS_PROXY: `http://someone:${canaries.proxyPassword}@127.0.0.1:9`,
    CREDENTIALS_DIRECTORY: join(root, 'credentials'),
  }
  const bug = `boom ${Object.values(canaries).join(' ')}`
  const loader = `process.on('SIGUSR2', () => { throw new Error(Buffer.from('${Buffer.from(bug).toString('base64')}', 'base64').toString()) })`
  const start = (words: readonly string[], more: readonly string[] = []): ChildProcess =>
    spawn(process.execPath, [...more, main, '--home', home, ...words], { env: environment })
  const daemon = start(['run'], ['--import', `data:text/javascript,${encodeURIComponent(loader)}`])
  let printed = ''
  for (const stream of [daemon.stdout, daemon.stderr])
    stream?.on('data', (data: Buffer) => (printed += data.toString()))
  t.teardown(async () => {
    daemon.kill('SIGKILL')
    await provider.close()
    await bot.stop()
  })
  await bot.untilPolled()
  const command: Rig['command'] = async (...words) => {
    const { stdout, stderr } = start(words)
    if (stdout === null || stderr === null) throw new Error('No output to read.')
    return (await Promise.all([text(stdout), text(stderr)])).join('')
  }
  return { home, bot, provider, daemon, printed: () => printed, command }
}

const search = new CanarySearch(canaries)

function found(bytes: string): readonly string[] {
  return search.found(bytes).map(({ name, way }) => `${name}, ${way}`)
}

function filesBelow(folder: string): readonly string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

void t.test(
  'no secret leaves but as a key to whom it belongs: not sent, not written, not printed',
  { timeout: 600_000 },
  async (t) => {
    const rig = await serve(t)
    const { bot, provider, home, daemon, command } = rig
    const answers: string[] = []
    let count = 0
    const says = async (words: string): Promise<void> => {
      // A turn that takes its time says so meanwhile, which is no answer.
      const answered = () => bot.botTexts(owner).filter((each) => !each.startsWith('Working on it')).length
      const before = answered()
      bot.say({ from: owner, text: words })
      await bot.until(() => answered() > before)
      count++
    }
    // A tool gives it, the model says it back and writes it down, each in every way.
    provider.will([
      { calls: [{ name: 'read_file', arguments: { path: 'echo.txt' } }] },
      {
        calls: [
          { name: 'write_file', arguments: { path: 'kept.txt', content: everyWriting.slice(0, 120).join('\n') } },
        ],
      },
      {
        calls: [{ name: 'append_file', arguments: { path: 'kept.txt', content: everyWriting.slice(120).join('\n') } }],
      },
      { text: 'Written.' },
    ])
    await says('copy the file')
    for (const secret of Object.values(canaries)) {
      const spoken = Object.values(writings).map((write) => `It is ${write(secret)} here.`)
      provider.will([
        { calls: [{ name: 'device_set', arguments: { name: secret, value: 'on' } }] },
        { calls: [{ name: secret, id: `call-${jsonInside(secret).slice(0, 30)}`, arguments: secret }] },
        { calls: [{ name: 'search_files', arguments: { pattern: secret } }] },
        { text: spoken.join('\n') },
      ])
      await says(`say ${secret} again`)
      for (const word of ['/set', '/pair', '/model', '/stop', '/nonsense']) await says(`${word} ${secret}`)
      // A provider that repeats the key it was given, in words of its own.
      for (const status of [400, 401]) {
        provider.will({
          status,
          error: { error: { message: `Bad key ${secret}`, type: secret, code: secret, param: null } },
        })
        await says('hello')
        provider.will({ status, error: `<html>${secret}</html>` })
        await says('hello')
      }
    }
    const all = Object.values(canaries).join(' ')
    answers.push(await command('send', `your keys are ${all}`), await command('pair', all))
    // A message that can never arrive, for a reason that names the token.
    bot.fail(
      { do: 'refuse', status: 403, description: `Forbidden: ${canaries.botToken} was blocked by the user` },
      { method: 'sendMessage', chat: blocked, times: 5 },
    )
    bot.say({ from: blocked, text: '/whoami' })
    await until(() => bot.callsOf('sendMessage').some((call) => call.fault === 'refuse' && call.status === 403))
    answers.push(await command('status'), await command('check'), await command('chat', '-m', '/status'))
    t.match(answers.join(''), /could not be delivered|undeliverable|403|not delivered/i, 'the dead letter is told of')

    t.strictSame(
      found(fs.readFileSync(`/proc/${daemon.pid}/environ`, 'utf8')),
      [],
      'what the kernel shows of the start',
    )
    t.equal(fs.readFileSync(`/proc/${daemon.pid}/coredump_filter`, 'utf8').trim(), '00000000')
    const exit = once(daemon, 'exit')
    daemon.kill('SIGUSR2')
    t.strictSame(await exit, [1, null])
    t.match(rig.printed(), /a bug ended Pincer: Error: boom \[secret\]/)

    t.ok(count > 80)
    t.strictSame(found(rig.printed()), [], 'what the daemon printed')
    t.strictSame(found(answers.join('\n')), [], 'what its commands printed')
    t.strictSame(
      found(JSON.stringify(bot.calls.map(({ method, parameters }) => [method, parameters]))),
      [],
      'sent to Telegram',
    )
    for (const { text: body, headers } of provider.requests) {
      t.equal(headers['authorization'], `Bearer ${canaries.yamlKey}`)
      const others = Object.entries(headers).filter(([name]) => name !== 'authorization')
      t.strictSame(found(JSON.stringify(others) + body), [], 'sent to the provider')
    }
    const files = filesBelow(home).filter((path) => !sources.has(path.slice(home.length + 1)))
    t.ok(files.some((path) => path.endsWith('kept.txt')) && files.some((path) => path.endsWith('audit.jsonl')))
    for (const path of files) {
      t.strictSame(found(fs.readFileSync(path, 'latin1')), [], path)
      t.strictSame(found(fs.readFileSync(path, 'utf8')), [], path)
    }
  },
)
