import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'

export type SubjectName = 'bare' | 'bundle' | 'executable'

/** What is measured. Each has a runtime file of its own: two processes that share one halve each other's PSS. */
export interface Subject {
  readonly name: SubjectName
  readonly command: string
  /** The words that make it serve `home` until it is ended; the bare runtime serves nothing. */
  serve(home: string): readonly string[]
}

export interface Running {
  readonly pid: number
  /** From before the start of the process to its first line, by which it is ready. */
  readonly readyMs: number
  end(): Promise<void>
}

/** Copies dist/ and the runtime into `folder`, laid out as in the repository, so that `dist/pincer` finds its runtime. */
export function prepareSubjects(root: string, folder: string): Readonly<Record<SubjectName, Subject>> {
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
  copy(process.execPath, join(folder, 'bundle', runtimeInRoot))
  const executable = copy(join(root, 'dist', executableName), join(folder, 'executable/pincer'))

  const serve = (home: string): readonly string[] => ['--home', home, 'run']
  return {
    bare: { name: 'bare', command: runtime, serve: () => [bareScript] },
    bundle: { name: 'bundle', command: join(folder, 'bundle/dist/pincer'), serve },
    executable: { name: 'executable', command: executable, serve },
  }
}

/** Starts it on `home` with an empty environment and resolves at its first line. */
export async function start(subject: Subject, home: string): Promise<Running> {
  const startedMs = performance.now()
  const child = spawn(subject.command, subject.serve(home), { env: {}, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const complaints: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk))
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line'), exited.then(() => undefined)])
  if (first === undefined) {
    throw new Error(`${subject.name} ended before it was ready: ${Buffer.concat(complaints).toString()}`)
  }
  return { pid: pidOf(child), readyMs: performance.now() - startedMs, end: () => end(child, exited) }
}

async function end(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  await exited
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} could not be started.`)
  return child.pid
}

function copy(from: string, to: string): string {
  fs.mkdirSync(dirname(to), { recursive: true })
  fs.copyFileSync(from, to)
  fs.chmodSync(to, 0o755)
  return to
}
