import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Peers } from './peers.ts'

export type SubjectName = 'bare' | 'bundle' | 'executable'

/** What is measured. Each has a runtime file of its own: two processes that share one halve each other's PSS. */
export interface Subject {
  readonly name: SubjectName | 'relay'
  readonly command: string
  /** The file that its code is mapped from: the runtime, or the executable. */
  readonly program: string
  /** The words that make it serve `home` between these peers; the bare runtime serves nothing, the relay has no home. */
  serve(home: string, peers: Peers): readonly string[]
}

export interface Running {
  readonly pid: number
  readonly startedMs: number
  /** Resolves at the first line that it prints. */
  readonly firstLine: Promise<unknown>
  /** What `work` answers; fails as soon as the process has ended before. */
  during<Value>(work: Promise<Value>): Promise<Value>
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/** Copies dist/ and the runtime into `folder`, laid out as in the repository, so that `dist/pincer` finds its runtime. */
export function prepareSubjects(root: string, folder: string): Readonly<Record<Subject['name'], Subject>> {
  const runtime = copy(process.execPath, join(folder, 'bare/node'))
  const bareScript = join(folder, 'bare/ready.cjs')
  // Waits as a daemon does, for something that never comes.
  fs.writeFileSync(bareScript, "console.log('ready'); setInterval(() => {}, 2 ** 30)\n")

  const executableName = fs.readdirSync(join(root, 'dist')).find((name) => /^pincer-.*-linux-/.test(name))
  if (!fs.existsSync(join(root, 'dist/pincer')) || executableName === undefined) {
    throw new Error('There is nothing to measure in dist/: run `npm run package` first.')
  }
  fs.cpSync(join(root, 'dist'), join(folder, 'bundle/dist'), {
    recursive: true,
    filter: (path) => !path.endsWith(executableName),
  })
  const runtimeInRoot = relative(fs.realpathSync(root), process.execPath)
  if (runtimeInRoot.startsWith('..')) {
    // The launcher would take that one, and share its pages with whatever else runs on it.
    throw new Error(`The runtime ${process.execPath} is not in ${root}: run \`npm ci\` there, without links.`)
  }
  const bundleRuntime = copy(process.execPath, join(folder, 'bundle', runtimeInRoot))
  const executable = copy(join(root, 'dist', executableName), join(folder, 'executable/pincer'))

  const serve = (home: string): readonly string[] => ['--home', home, 'run']
  const relayScript = fileURLToPath(import.meta.resolve('./relay-main.ts'))
  return {
    bare: { name: 'bare', command: runtime, program: runtime, serve: () => [bareScript] },
    relay: {
      name: 'relay',
      command: runtime,
      program: runtime,
      serve: (_home, { bot, apiRoot, baseUrl, provider }) => [relayScript, apiRoot, bot.token, baseUrl, provider.key],
    },
    bundle: { name: 'bundle', command: join(folder, 'bundle/dist/pincer'), program: bundleRuntime, serve },
    executable: { name: 'executable', command: executable, program: executable, serve },
  }
}

/** Starts it on `home`, with nothing in its environment but what makes the peers trusted. */
export function start(subject: Subject, home: string, peers: Peers): Running {
  const startedMs = performance.now()
  const child = spawn(subject.command, subject.serve(home, peers), {
    env: peers.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (child.pid === undefined) throw new Error(`${subject.command} could not be started.`)
  const complaints: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
  const firstLine = new Promise((resolve) => child.stdout.once('data', resolve))
  const exited = once(child, 'exit')
  const during = async <Value>(work: Promise<Value>): Promise<Value> => {
    const endedEarly = exited.then(() => {
      throw new Error(`${subject.name} ended too early: ${Buffer.concat(complaints).toString()}`)
    })
    return Promise.race([work, endedEarly])
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    child.kill(signal)
    await exited
  }
  return { pid: child.pid, startedMs, firstLine, during, end }
}

/**
 * Leaves none of its program in the page cache, as after a boot. From there the kernel maps whole folios, and how large
 * those are was decided by whoever read or wrote the file before: a `cat` of it makes 25 MiB more of the same process.
 */
export function forgetPages({ program }: Subject): void {
  execFileSync('sync', [program])
  execFileSync('dd', [`if=${program}`, 'iflag=nocache', 'count=0', 'status=none'])
}

/** Starts it and waits until Telegram holds its poll. */
export async function startPolling(subject: Subject, home: string, peers: Peers): Promise<Running> {
  // The connection of the one before may not be gone yet.
  await peers.bot.until(() => !peers.bot.isPolled())
  const running = start(subject, home, peers)
  await running.during(peers.bot.untilPolled())
  return running
}

function copy(from: string, to: string): string {
  fs.mkdirSync(dirname(to), { recursive: true })
  fs.copyFileSync(from, to)
  fs.chmodSync(to, 0o755)
  return to
}
