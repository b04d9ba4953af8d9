import { homedir } from 'node:os'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { createApp, type App } from './app.ts'
import { boardRemarks, boardsForConfig } from './boards.ts'
import type { OpenLink } from './channels/terminal/terminal-peer.ts'
import { createSystemClock, type Clock } from './clock.ts'
import { parseCommandLine, usage } from './command-line.ts'
import { loadConfig, type LoadedConfig } from './config/load.ts'
import { formatCheck, formatNote } from './config/report.ts'
import { tryControl } from './daemon/control-socket.ts'
import { acquireHomeLock, homeLockHolder } from './daemon/home-lock.ts'
import { isPincerError, PincerError } from './errors.ts'
import { checkHome, furnishHome, homePath, openHome, type HomeFolders } from './home.ts'
import { hostPerson } from './host-person.ts'
import { createLog, type Log, type LogLevel, type Redact } from './log.ts'
import { modeOf, type Mode } from './mode.ts'
import { loadPart } from './parts.ts'
import { forgetSecrets, leaveMemoryOutOfCoreDumps } from './process-memory.ts'
import { createRedact } from './secrets.ts'
import { versionLine } from './version-line.ts'

type ExitCode = 0 | 1 | 2

/** What one start knows before any part is built. */
interface Start {
  readonly home: HomeFolders
  readonly loaded: LoadedConfig & { readonly status: 'ok' }
  readonly mode: Mode
  readonly clock: Clock
  readonly log: Log
  readonly redact: Redact
  readonly signal: AbortSignal
  readonly environment: NodeJS.ProcessEnv
}

async function main(): Promise<ExitCode> {
  const { home, command } = parseCommandLine(process.argv.slice(2))
  switch (command.name) {
    case 'help':
      say(usage)
      return 0
    case 'version':
      say(versionLine(process))
      return 0
    case 'check': {
      const loaded = await load(pathOf(home))
      if (loaded.status === 'ok') redactOutput = createRedact(loaded.secrets)
      const remarks = loaded.status === 'ok' ? await boardRemarks(loaded.config.board, '/') : []
      say([...remarks, formatCheck(loaded)].join('\n'))
      return loaded.status === 'ok' ? 0 : 2
    }
    case 'status':
    case 'jobs':
    case 'trigger':
    case 'send':
    case 'pair': {
      const { askDaemon } = await loadPart('commands')
      const answer = await askDaemon({ home: pathOf(home), request: command, clock: createSystemClock() })
      ;(answer.failed ? complain : say)(answer.text)
      return answer.failed ? 1 : 0
    }
    case 'safe-state':
    case 'board':
      return onHost(command.name, pathOf(home))
    case 'run':
    case 'chat':
    case 'default':
      return talk(pathOf(home), modeOf(command, { reads: isatty(0), writes: isatty(1) }))
  }
}

function pathOf(home: string | undefined): string {
  return homePath(home, process.env, homedir)
}

function userId(): number {
  return process.getuid?.() ?? 0
}

async function load(home: string): Promise<LoadedConfig> {
  await checkHome(home, userId())
  return loadConfig({
    home,
    environment: process.env,
    readYaml: async (text) => (await loadPart('yaml')).readYaml(text),
    ...boardsForConfig('/'),
  })
}

/** What needs the configuration and the board, and no daemon. */
async function onHost(name: 'safe-state' | 'board', path: string): Promise<ExitCode> {
  await checkHome(path, userId())
  const host = {
    home: path,
    async load() {
      const loaded = await load(path)
      if (loaded.status === 'ok') redactOutput = createRedact(loaded.secrets)
      return loaded
    },
    clock: createSystemClock(),
    redact: (text: string) => redactOutput(text),
    output: process.stdout,
    error: process.stderr,
  }
  const { showBoard, safeState } = await loadPart('commands')
  return name === 'board' ? showBoard(host) : safeState({ ...host, userId: userId(), signal: endSignal() })
}

async function talk(path: string, mode: Mode): Promise<ExitCode> {
  const loaded = await load(path)
  if (loaded.status === 'faulty' || loaded.notes.some((note) => note.blocks)) {
    complain(`${formatCheck(loaded)}\nNot started: correct this first. \`pincer check\` shows it again.`)
    return 2
  }
  const redact = createRedact(loaded.secrets)
  redactOutput = redact
  // An address of a proxy may hold a password: it goes to who uses it alone.
  const proxies = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name))
  forgetSecrets(process.env, loaded.secrets)
  const level: LogLevel = mode.kind === 'run' ? 'info' : 'warn'
  const start: Start = {
    home: await openHome(path),
    loaded,
    mode,
    clock: createSystemClock(),
    log: createLog({ level, redact, write: (line) => process.stderr.write(`${line}\n`) }),
    redact,
    signal: endSignal(),
    environment: Object.fromEntries(proxies),
  }
  // Date's local getters, all that is used for local time, follow this.
  process.env['TZ'] = loaded.config.timezone
  const lock = await acquireHomeLock(start.home.path, userId())
  if (lock === 'taken') return attach(start)
  try {
    return await serve(start)
  } finally {
    await lock.release()
  }
}

/** Another process serves this home: talk through it. */
async function attach(start: Start): Promise<ExitCode> {
  const { home, mode, clock } = start
  if (mode.kind === 'run') {
    const pid = await homeLockHolder(home.path, userId())
    const which = pid === undefined ? '' : ` (process ${pid})`
    const text = `pincer --home ${home.path} chat`
    complain(`Another Pincer${which} serves ${home.path} already: text it with \`${text}\`, or stop it first.`)
    return 1
  }
  const { connectControl } = await loadPart('commands')
  const client = await connectControl(home.path, clock)
  if (client === 'none') {
    complain(`Another Pincer holds ${home.path} and does not listen yet (or is just ending): try again in a moment.`)
    return 1
  }
  const greeting = [`Attached to the Pincer that serves ${home.path}. /help lists commands; Ctrl-D leaves.`]
  return converse(
    start,
    (peer) => client.attach(peer),
    () => Promise.resolve(greeting),
    { commands: ['/help'], devices: [] },
  )
}

async function serve(start: Start): Promise<ExitCode> {
  const { loaded, mode, clock, log, redact, signal, environment } = start
  const home = await furnishHome(start.home)
  // A script's output stays clean of what only a person can mend.
  if (mode.kind === 'run' || mode.kind === 'interactive') for (const note of loaded.notes) complain(formatNote(note))
  const app = await createApp({
    home,
    config: loaded.config,
    redact,
    clock,
    log,
    person: hostPerson(userId()),
    memoryBytes: () => process.memoryUsage.rss(),
    environment,
    // Only one process may poll for a bot: whoever just chats here leaves that to the daemon.
    servesChannels: mode.kind === 'run',
  })
  onBug = () => app.stop()
  try {
    await app.start()
    const { terminal, requests } = app
    const control = await tryControl({ home: home.path, attach: (peer) => terminal.attach(peer), requests, clock, log })
    try {
      if (mode.kind === 'run') return await serveUntilEnd(app, signal)
      return await converse(
        start,
        (peer) => Promise.resolve(app.terminal.attach(peer)),
        app.greeting,
        app.completions(),
      )
    } finally {
      await control?.close()
    }
  } finally {
    await app.stop()
  }
}

async function serveUntilEnd(app: App, signal: AbortSignal): Promise<ExitCode> {
  for (const line of app.served) say(line)
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  say('Stopping: outputs go to their safe state.')
  return 0
}

async function converse(
  start: Start,
  openLink: OpenLink,
  greeting: App['greeting'],
  completions: App['completions'] extends () => infer Words ? Words : never,
): Promise<ExitCode> {
  const { home, mode, clock, redact, signal } = start
  const streams = { output: process.stdout, error: process.stderr }
  switch (mode.kind) {
    case 'once':
      return (await loadPart('commands')).runOnce({ openLink, ...streams, clock, signal, text: mode.text })
    case 'piped':
      return (await loadPart('commands')).runPiped({ openLink, ...streams, input: process.stdin, clock, signal })
    case 'interactive': {
      const { runInteractive } = await loadPart('terminal')
      return runInteractive({
        openLink,
        ...streams,
        input: process.stdin,
        clock,
        greeting: await greeting(),
        environment: process.env,
        historyPath: join(home.state, 'terminal-history'),
        redact,
        completions,
        signal,
      })
    }
    case 'run':
      throw new PincerError('usage', 'run does not converse.')
  }
}

/** Aborts on SIGINT, SIGTERM and SIGHUP. Where readline reads the terminal, Ctrl-C is a key and not a signal. */
function endSignal(): AbortSignal {
  const aborter = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => aborter.abort())
  // Asleep, it would hold no limit while its outputs stay as they are.
  process.on('SIGTSTP', () => complain('Not paused: limits on outputs must go on being held. Ctrl-C ends Pincer.'))
  return aborter.signal
}

/** Before anything is read, what has the shape of a token is all that can be known of secrets. */
let redactOutput: Redact = createRedact([])

function say(text: string): void {
  process.stdout.write(`${redactOutput(text)}\n`)
}

function complain(text: string): void {
  process.stderr.write(`${redactOutput(text)}\n`)
}

/** What to do about the outputs before a bug ends the process. */
let onBug: () => Promise<void> = () => Promise.resolve()
let endsOnBug = false

/** A fault nobody expected: outputs safe, then end with 1, so that a supervisor starts afresh from the journal. */
async function endOnBug(error: unknown): Promise<void> {
  complain(`error main: a bug ended Pincer: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  if (endsOnBug) return
  endsOnBug = true
  try {
    await onBug()
  } finally {
    process.exit(1)
  }
}

// Nobody reads us any more (a terminal that hung up, `| head -1`): no bug. Telling of it there would only fail again.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
process.on('uncaughtException', (error) => void endOnBug(error))
process.on('unhandledRejection', (error) => void endOnBug(error))
leaveMemoryOutOfCoreDumps()
void runToEnd()

async function runToEnd(): Promise<void> {
  try {
    process.exit(await main())
  } catch (error) {
    if (!isPincerError(error)) return endOnBug(error)
    complain(`pincer: ${error.message}`)
    process.exit(['usage', 'config', 'not_in_version'].includes(error.code) ? 2 : 1)
  }
}
