import type { Person } from '../bus/message.ts'
import { buildPrompt, promptFiles, type PromptSources } from './prompt.ts'

interface Cached {
  readonly text: string
  readonly paths: readonly string[]
  readonly fingerprint: string
}

export interface WorkspaceWatch {
  /** Changes when one of these workspace paths was written, made or removed. */
  fingerprint(paths: readonly string[]): string
  /** Names of the folders in a folder; none when it is not there. */
  listFolders(path: string): Promise<readonly string[]>
}

/** Keeps the prompt until one of its files changes: reading them anew would cost most of a turn's own time. */
export class PromptCache {
  readonly #sources: PromptSources
  readonly #workspace: WorkspaceWatch
  readonly #cached = new Map<Person['role'], Cached>()

  constructor(sources: PromptSources, workspace: WorkspaceWatch) {
    this.#sources = sources
    this.#workspace = workspace
  }

  async get(role: Person['role']): Promise<string> {
    const cached = this.#cached.get(role)
    if (cached !== undefined && this.#workspace.fingerprint(cached.paths) === cached.fingerprint) return cached.text
    // Folders that are no skill yet count too: a SKILL.md may come.
    const folders = await this.#workspace.listFolders('skills')
    const skillPaths = folders.flatMap((name) => [`skills/${name}`, `skills/${name}/SKILL.md`])
    const paths = [...promptFiles, 'skills', ...skillPaths]
    // Taken before the files are read: what is written meanwhile is noticed at the next turn.
    const fingerprint = this.#workspace.fingerprint(paths)
    const text = await buildPrompt(this.#sources, role)
    this.#cached.set(role, { text, paths, fingerprint })
    return text
  }
}
