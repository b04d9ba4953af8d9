import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { CanarySearch } from './canary-search.ts'

/** Beyond this a file is no file that something was written into. */
const fileBytesMax = 64 * 1024 * 1024

/** What looks for the canaries of one file of tests, in all that its homes, servers and daemons tell it of. */
export interface CanaryWatch {
  /** Fails with each canary that got out until now, and where nothing was heard. */
  search(t: Pick<Test, 'same' | 'ok' | 'comment'>): void
  leaks(): readonly string[]
}

class Watch implements CanaryWatch {
  readonly canaries = new CanarySearch()
  /** Files that hold a canary by right, by their numbers, with their paths: they may be renamed, and have second names. */
  readonly sources = new Map<string, string>()
  /** What came out, with where. The same text is kept once. */
  readonly heard = new Map<string, string>()
  #bytes = 0

  hear(where: string, text: string): void {
    if (this.heard.has(text)) return
    this.heard.set(text, where)
    this.#bytes += text.length
  }

  leaks(): readonly string[] {
    const leaks = [...this.heard].flatMap(([text, where]) =>
      this.canaries.found(text).map(({ name, way }) => `${where}: ${name}, ${way}`),
    )
    return [...new Set(leaks)]
  }

  search(t: Pick<Test, 'same' | 'ok' | 'comment'>): void {
    t.same(this.leaks(), [])
    const sentence = `${this.heard.size} texts with ${this.#bytes} bytes, and none of ${this.canaries.pieces} writings of canaries`
    t.ok(this.#bytes > 0 && this.canaries.pieces > 0, sentence)
    t.comment(sentence)
  }
}

let running: Watch | undefined

/** Variables of a daemon, and so of the process in which tests stand for one. */
const variables = ['ANTHROPIC_API_KEY', 'BRAVE_API_KEY', 'CLOUD_TOKEN', 'MAIL_PASSWORD'] as const

/** From here on all is looked at that the homes, daemons and servers of this process are told, say and write. */
export function watchCanaries(): CanaryWatch {
  running = new Watch()
  for (const name of variables) process.env[name] = canary('variable')
  return running
}

export function isWatching(): boolean {
  return running !== undefined
}

/** A text that stands nowhere else, to be found again in whatever came out. */
export function canary(place: string): string {
  const secret = `canary-${place.slice(0, 8)}-${randomBytes(12).toString('hex')}`
  plant(place, secret)
  return secret
}

/** A secret that is looked for from here on. */
export function plant(name: string, secret: string): void {
  running?.canaries.plant(name, secret)
}

/** This file holds a secret by right: the test wrote it. */
export function isSource(path: string): void {
  running?.sources.set(numberOf(fs.statSync(path)), fs.realpathSync(path))
}

/** What was answered, sent or printed; answers it. */
export function cameOut(where: string, text: string): string {
  running?.hear(where, text)
  return text
}

const made = new WeakSet<Test>()

/** The folder of this test, as `t.testdir`; all that was written into it, names too, came out when it goes. */
export function watchedFolder(t: Test, content: Parameters<Test['testdir']>[0] = {}): string {
  // Made anew, it loses what is in it.
  if (made.has(t)) readLast(t.testdirName)
  // Set up before the folder is, it is called before the folder goes.
  else t.teardown(() => readLast(t.testdirName))
  made.add(t)
  return t.testdir(content)
}

/** The numbers of files that go are given to others. */
function readLast(folder: string): void {
  read(folder)
  const real = fs.realpathSync(folder)
  for (const [number, path] of running?.sources ?? []) {
    if (path.startsWith(`${real}/`)) running?.sources.delete(number)
  }
}

function read(folder: string): void {
  if (running === undefined) return
  for (const name of fs.readdirSync(folder)) {
    const path = join(folder, name)
    const stats = fs.lstatSync(path)
    if (running.sources.has(numberOf(stats))) continue
    cameOut(`the name ${path}`, name)
    // Not by readdir itself, which follows links.
    if (stats.isDirectory()) read(path)
    if (stats.isSymbolicLink()) cameOut(`the link ${path}`, fs.readlinkSync(path))
    if (!stats.isFile()) continue
    if (stats.size > fileBytesMax) throw new Error(`${path} is too large to be searched.`)
    cameOut(path, fs.readFileSync(path, 'latin1'))
  }
}

/** With the time of birth: the number of a file that is gone goes to the next one. */
function numberOf({ dev, ino, birthtimeMs }: fs.Stats): string {
  return `${dev} ${ino} ${birthtimeMs}`
}
