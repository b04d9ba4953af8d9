import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { liveOnce } from '../support/scheduled-life.ts'

/**
 * A real process keeps the schedule and is killed (SIGKILL) at one change of the disk after the other, before it, in its
 * middle and behind it, or by a hand at any time. This process stands outside and counts what was really done.
 */
interface Heard {
  readonly event: 'started' | 'made' | 'done' | 'told' | 'owner' | 'log'
  readonly text: string
}

class Witness {
  readonly #home: string
  readonly #bornMs = Date.now()
  readonly made = new Set<string>()
  readonly done = new Map<string, number>()
  readonly told: string[] = []
  readonly faults: string[] = []
  kills = 0

  constructor(home: string) {
    this.#home = home
  }

  /** Until it is killed, or all that it knows of is settled. */
  async live(
    add: readonly string[],
    killAt: { readonly operation: number; readonly how: string } | undefined,
  ): Promise<void> {
    const root = join(import.meta.dirname, '../..')
    const child = spawn(
      process.execPath,
      [
        '--import',
        join(root, 'test/support/kill-at.ts'),
        '--input-type=module',
        '--eval',
        `import { ${liveOnce.name} as live } from ${JSON.stringify(join(root, 'test/support/scheduled-life.ts'))}
        await live(...${JSON.stringify([this.#home, this.#bornMs, add])})`,
      ],
      {
        stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
        env: killAt === undefined ? {} : { KILL_AT: String(killAt.operation), KILL_HOW: killAt.how },
      },
    )
    let complaint = ''
    child.stderr?.on('data', (text: Buffer) => (complaint += text.toString()))
    child.stdin?.on('error', () => undefined)
    const seen = new Set<string>()
    createInterface({ input: child.stdio[3] as NodeJS.ReadableStream }).on('line', (line) => {
      const heard = JSON.parse(line) as Heard
      this.#hear(heard)
      if (heard.event === 'made') seen.add(heard.text)
      if (seen.size === add.length && this.#isSettled()) child.stdin?.end()
    })
    const [code, signal] = await ended(child)
    if (signal === 'SIGKILL') this.kills++
    else if (code !== 0) this.faults.push(`it ended with ${code ?? signal}: ${complaint}`)
  }

  judge(): readonly string[] {
    for (const [name, count] of this.done) if (count > 1) this.faults.push(`${name} was done ${count} times`)
    for (const name of this.made) if (!this.#knows(name)) this.faults.push(`${name} was lost without a word`)
    return this.faults
  }

  #hear({ event, text }: Heard): void {
    switch (event) {
      case 'made':
        this.made.add(text)
        break
      case 'done':
        this.done.set(text, (this.done.get(text) ?? 0) + 1)
        break
      case 'told':
        this.told.push(text)
        break
      case 'owner':
      case 'log':
        this.faults.push(text)
        break
      case 'started':
        break
    }
  }

  #knows(name: string): boolean {
    return this.done.has(name) || this.told.some((text) => text.startsWith(`${name} `))
  }

  #isSettled(): boolean {
    return [...this.made].every((name) => this.#knows(name))
  }
}

function ended(child: ChildProcess): Promise<readonly [number | null, string | null]> {
  return new Promise((resolve) => child.once('close', (code, signal) => resolve([code, signal])))
}

/**
 * A real process keeps the schedule and is killed (SIGKILL) at one change of the disk after the other, before it, in its
 * middle and behind it. This process stands outside and counts what was really done.
 */
t.setTimeout(900_000)

void t.test(
  'no job is done twice and none is lost without a word when its process is killed over and over',
  async (t) => {
    const witness = new Witness(t.testdir({}))
    const ways = ['before', 'middle', 'after'] as const
    const lives = 15
    const isEnough = (): boolean => witness.kills > lives / 2 && witness.done.size > lives
    // On a slow machine more of a life is its start, and less is done in it.
    for (let life = 0; life < lives || !isEnough(); life++) {
      const add = Array.from({ length: 4 }, (_, index) => `job-${life}-${index}`)
      // Each life comes to other changes of the disk than the one before.
      await witness.live(add, { operation: 2 + ((life * 7) % 29), how: ways[life % 3] ?? 'before' })
    }
    await witness.live([], undefined)
    t.comment(`${witness.kills} kills, ${witness.made.size} jobs, ${witness.done.size} done`)
    t.same(witness.judge(), [])
  },
)
