import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { sentenceOf } from '../errors.ts'
import { errorName } from '../files.ts'
import { limits } from '../limits.ts'
import type { Variables } from './environment.ts'
import type { Fault } from './faults.ts'

export const configFileName = 'pincer.yaml'
export const dotEnvName = '.env'

export type FileOutcome<Content> =
  | { readonly status: 'none' }
  | { readonly status: 'read'; readonly content: Content; readonly mode: number }
  | { readonly status: 'faulty'; readonly fault: Fault }

/** The text of pincer.yaml. A file that no one can read as text is one fault. */
export async function readConfigText(home: string): Promise<FileOutcome<string>> {
  const read = await readBytes(home, configFileName)
  if (read.status === 'none' && fs.existsSync(join(home, 'pincer.yml'))) {
    return fault(
      'pincer.yml',
      0,
      'a file with this name',
      configFileName,
      `Rename it: mv ${home}/pincer.yml ${home}/pincer.yaml`,
    )
  }
  return read.status === 'read' ? textOf(configFileName, read) : read
}

/** The variables of `.env`, and the lines of it that set none though they look as if they should. */
export async function readDotEnv(
  home: string,
): Promise<FileOutcome<{ readonly variables: Variables; readonly strayLines: readonly number[] }>> {
  const read = await readBytes(home, dotEnvName)
  const outcome = read.status === 'read' ? textOf(dotEnvName, read) : read
  if (outcome.status !== 'read') return outcome
  const text = outcome.content.replace(/^\uFEFF/, '')
  return { ...outcome, content: { variables: parseEnv(text), strayLines: strayLines(text) } }
}

/** A value in quotes may go on over lines, so it is taken out first. */
function strayLines(text: string): readonly number[] {
  const plain = text.replaceAll(/=[ \t]*(["'`])[^]*?\1/g, (value) => `=${value.replaceAll(/[^\n]/g, '')}`)
  return plain.split('\n').flatMap((line, index) => (/^\s*(#|$|(export\s+)?[\w.-]+\s*=)/.test(line) ? [] : [index + 1]))
}

/** What an editor shows: UTF-8 without control characters, in lines that end as YAML and .env take them. */
function textOf(
  name: string,
  read: { readonly content: Buffer; readonly mode: number },
): FileOutcome<string> & { readonly status: 'read' | 'faulty' } {
  const broken = splitLines(read.content).findIndex((line) => !isUtf8(line))
  if (broken >= 0) return fault(name, broken + 1, 'bytes that are not UTF-8', 'text', utf8Fix)
  const text = read.content.toString('utf8')
  for (const [index, line] of text.split('\n').entries()) {
    if (/\r(?!$)/.test(line)) {
      return fault(name, index + 1, 'a carriage return inside a line', 'lines that end with a line feed')
    }
    const [character] = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(line) ?? []
    if (character === undefined) continue
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    const fix = character === '\0' ? utf8Fix : undefined
    return fault(name, index + 1, `the control character U+${code}`, 'text', fix)
  }
  return { status: 'read', content: text, mode: read.mode }
}

const utf8Fix = 'Save the file as UTF-8.'

async function readBytes(home: string, name: string): Promise<FileOutcome<Buffer>> {
  try {
    // A FIFO would be waited for without end.
    const handle = await fs.promises.open(join(home, name), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
    try {
      const stat = await handle.stat()
      if (!stat.isFile()) return fault(name, 0, stat.isDirectory() ? 'a folder' : 'no plain file', 'a text file')
      if (stat.size > limits.configFileBytesMax) {
        const sizeKb = Math.ceil(stat.size / 1024)
        return fault(name, 0, `a file of ${sizeKb} KB`, `at most ${limits.configFileBytesMax / 1024} KB`)
      }
      return { status: 'read', content: await handle.readFile(), mode: stat.mode & 0o777 }
    } finally {
      await handle.close()
    }
  } catch (error) {
    const code = errorName(error)
    if (code === 'ENOENT' && isLink(join(home, name))) {
      return fault(name, 0, 'a link that leads nowhere', 'a text file', `See ls -l ${join(home, name)}`)
    }
    if (code === 'ENOENT' || code === 'ENOTDIR') return { status: 'none' }
    if (code === 'ELOOP') return fault(name, 0, 'a link that leads to itself', 'a text file')
    if (code === 'EACCES') {
      return fault(name, 0, 'a file that this user may not read', 'a readable one', `See ls -l ${join(home, name)}`)
    }
    return fault(name, 0, `a file that cannot be read (${sentenceOf(error)})`, 'a readable one')
  }
}

function isLink(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
}

function splitLines(content: Buffer): readonly Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = content.indexOf(0x0a); end >= 0; end = content.indexOf(0x0a, start)) {
    lines.push(content.subarray(start, end))
    start = end + 1
  }
  return [...lines, content.subarray(start)]
}

function fault(
  file: string,
  line: number,
  found: string,
  expected: string,
  fix?: string,
): { readonly status: 'faulty'; readonly fault: Fault } {
  return { status: 'faulty', fault: { file, line, path: '', found, expected, ...(fix === undefined ? {} : { fix }) } }
}
