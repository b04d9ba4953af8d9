import fs from 'node:fs'
import { dirname, join } from 'node:path'

interface Renamed {
  readonly from: string
  readonly path: string
  /** The file that had this name before, if there was one. */
  readonly before: { readonly keptAs: string; readonly syncedBytes: number } | undefined
}

/**
 * Knows what of the files that a program writes no fsync has confirmed, and takes it from them, as the worst power cut
 * would: bytes behind the last fsync of their file, names and renames behind the last fsync of their folder.
 */
export class UnsyncedDisk {
  /** Bytes that are on the disk, for each file that was written to. */
  readonly #syncedBytes = new Map<string, number>()
  /** Names of files and folders that were made and are not on the disk. */
  readonly #unsyncedNames = new Set<string>()
  #renames: Renamed[] = []
  #count = 0

  willWrite(path: string, sizeBytes: number): void {
    if (!this.#syncedBytes.has(path)) this.#syncedBytes.set(path, sizeBytes)
  }

  made(path: string): void {
    this.#unsyncedNames.add(path)
  }

  synced(path: string, sizeBytes: number): void {
    this.#syncedBytes.set(path, sizeBytes)
  }

  folderSynced(folder: string): void {
    for (const name of this.#unsyncedNames) if (dirname(name) === folder) this.#unsyncedNames.delete(name)
    for (const { path, before } of this.#renames) {
      if (dirname(path) === folder && before !== undefined) fs.unlinkSync(before.keptAs)
    }
    this.#renames = this.#renames.filter(({ path }) => dirname(path) !== folder)
  }

  willRename(from: string, to: string): void {
    const keptAs = join(dirname(to), `.before-the-cut-${++this.#count}`)
    const before = fs.existsSync(to) ? { keptAs, syncedBytes: this.#synced(to) } : undefined
    if (before !== undefined) fs.linkSync(to, keptAs)
    this.#renames.push({ from, path: to, before })
    this.#syncedBytes.set(to, this.#synced(from))
    this.#syncedBytes.delete(from)
  }

  cut(): void {
    for (const { from, path, before } of this.#renames.toReversed()) {
      // The rename may be what the program is killed before.
      if (!fs.existsSync(from)) fs.renameSync(path, from)
      if (before === undefined) continue
      fs.renameSync(before.keptAs, path)
      this.#syncedBytes.set(path, before.syncedBytes)
    }
    for (const path of this.#unsyncedNames) fs.rmSync(path, { recursive: true, force: true })
    for (const [path, syncedBytes] of this.#syncedBytes) {
      if (fs.existsSync(path) && fs.statSync(path).size > syncedBytes) fs.truncateSync(path, syncedBytes)
    }
  }

  /** A file that was not written to in this life is on the disk as it is. */
  #synced(path: string): number {
    return this.#syncedBytes.get(path) ?? fs.statSync(path).size
  }
}
