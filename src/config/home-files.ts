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
  if (read.status !== 'read') return read
  const lines = splitLines(read.content)
  const broken = lines.findIndex((line) => !isUtf8(line))
  if (broken >= 0) {
    return fault(configFileName, broken + 1, 'bytes that are not UTF-8', 'text', 'Save the file as UTF-8.')
  }
  const text = read.content.toString('utf8')
  const controlled = text.split('\n').findIndex((line) => /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(line))
  if (controlled >= 0) return fault(configFileName, controlled + 1, 'a control character', 'text')
  return { ...read, content: text }
}

export async function readDotEnv(home: string): Promise<FileOutcome<Variables>> {
  const read = await readBytes(home, dotEnvName)
  return read.status === 'read' ? { ...read, content: parseEnv(read.content.toString('utf8')) } : read
}

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
    if (code === 'ENOENT' || code === 'ENOTDIR') return { status: 'none' }
    if (code === 'EACCES') {
      return fault(name, 0, 'a file that this user may not read', 'a readable one', `See ls -l ${join(home, name)}`)
    }
    return fault(name, 0, `a file that cannot be read (${sentenceOf(error)})`, 'a readable one')
  }
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
