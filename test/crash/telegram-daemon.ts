import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { FakeBotApi } from '../support/fake-bot-api.ts'
import type { FakeOpenai } from '../support/fake-openai.ts'
import { wholeProgram, type Program } from '../support/whole-program.ts'

/** Free lines of the simulated board, each with a device of its own: `d17` is on GPIO17. */
export const lines = [4, 5, 6, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27] as const

export function furnish(home: string, bot: FakeBotApi, provider: FakeOpenai, owners: readonly number[]): void {
  fs.mkdirSync(home, { recursive: true, mode: 0o700 })
  const config = [
    'board: simulated',
    'model: lan/test',
    'devices:',
    ...lines.map((line) => `  d${line}: { kind: switch, line: GPIO${line} }`),
    `providers: { lan: { api: openai, baseUrl: "${provider.baseUrl}", apiKey: ${provider.key} } }`,
    'channels:',
    `  telegram: { token: "${bot.token}", allow: ${JSON.stringify(owners)}, progress: false, apiRoot: "${bot.apiRoot}" }`,
  ]
  fs.writeFileSync(join(home, 'pincer.yaml'), config.join('\n'), { mode: 0o600 })
}

export interface Daemon {
  readonly child: ChildProcess
  /** Resolves when it has ended and all that it said was heard. */
  readonly ended: Promise<{
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly said: string
  }>
}

/** `pincer` in one file, behind modules that change or watch what it is made of. */
export function daemonProgram(folder: string, modules: readonly string[]): Promise<Program> {
  return wholeProgram(folder, [...modules, 'src/main.ts'])
}

/** Starts `pincer run` over the home. `hear`: its file descriptor 3. */
export function startDaemon(options: {
  readonly home: string
  readonly program: Program
  readonly environment?: Readonly<Record<string, string>>
  readonly hear?: (line: string) => void
}): Daemon {
  const { home, program, environment, hear } = options
  const child = spawn(program.command, [...program.words, '--home', home, 'run'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { TZ: 'UTC', ...program.environment, ...environment },
  })
  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => hear?.(line))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (said += text.toString()))
  const ended = new Promise<Awaited<Daemon['ended']>>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, said })),
  )
  return { child, ended }
}
