import { limits } from '../../limits.ts'

interface Line {
  readonly text: string
  readonly state: 'running' | 'done' | 'failed'
  /** What it is at. */
  readonly progress?: string
}

/** The words of a progress message: one line for each tool call, the newest last. */
export class ProgressLines {
  #lines: readonly Line[] = []
  #left = 0

  started(text: string): void {
    const lines: readonly Line[] = [...this.#lines, { text, state: 'running' }]
    const over = Math.max(0, lines.length - limits.telegramProgressLinesMax)
    this.#left += over
    this.#lines = lines.slice(over)
  }

  /** Of calls with the same line the oldest that runs is meant, as for the end. */
  progressed(text: string, progress: string): void {
    const at = this.#lines.findIndex((line) => line.state === 'running' && line.text === text)
    if (at !== -1) this.#lines = this.#lines.with(at, { text, state: 'running', progress })
  }

  /** The oldest running call with this line is the one that ended. */
  finished(text: string, failed: boolean): void {
    const at = this.#lines.findIndex((line) => line.state === 'running' && line.text === text)
    if (at !== -1) this.#lines = this.#lines.with(at, { text, state: failed ? 'failed' : 'done' })
  }

  text(): string {
    const head = this.#left === 0 ? 'Working on it…' : `Working on it… (${this.#left} steps before these)`
    return [head, ...this.#lines.map(formatLine)].join('\n')
  }
}

function formatLine({ text, state, progress }: Line): string {
  switch (state) {
    case 'running':
      return progress === undefined ? `- ${text} …` : `- ${text} … ${progress}`
    case 'done':
      return `- ${text}`
    case 'failed':
      return `- ${text} (failed)`
  }
}
