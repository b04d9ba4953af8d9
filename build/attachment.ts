import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { PincerError } from '../src/errors.ts'

/**
 * Files behind the end of an executable: their bytes, an index of them (`NAME OFFSET SIZE` a line), and the length of that
 * as a line of 12 characters.
 *
 * Why they are not assets of the single executable: those are mapped into memory, where each page that was ever touched
 * counts as the program's for as long as it runs (3.6 MiB of the idle daemon). What stands here is read.
 */
const lengthLine = { chars: 12, form: /^ *\d+\n$/ } as const

/** The running executable itself, also when another file has taken its path since: an upgrade does just that. */
const runningExecutable = '/proc/self/exe'

/** Adds files behind the end of `executable`; `files`: the path of each by its name. To be done once. */
export function attach(executable: string, files: readonly (readonly [name: string, path: string])[]): void {
  const file = openSync(executable, 'r+')
  try {
    let end = fstatSync(file).size
    const add = (bytes: Uint8Array): readonly [number, number] => {
      const offset = end
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, offset + done)
      end += bytes.length
      return [offset, bytes.length]
    }
    const index = files.map(([name, path]) => [name, ...add(readFileSync(path))].join(' '))
    const [, length] = add(Buffer.from(index.join('\n'), 'latin1'))
    add(Buffer.from(`${length}\n`.padStart(lengthLine.chars), 'latin1'))
  } finally {
    closeSync(file)
  }
}

/**
 * The bytes of an attached file, undefined when there is none of this name. PincerError `file` where `executable` was cut
 * short, as by a download that broke off, and where the kernel cannot read it.
 */
export function readAttached(name: string, executable: string = runningExecutable): Buffer | undefined {
  try {
    return readFrom(executable, name)
  } catch (cause) {
    const where = executable === runningExecutable ? process.execPath : executable
    const kernel = cause instanceof Error && 'syscall' in cause && 'code' in cause ? String(cause.code) : undefined
    throw new PincerError(
      'file',
      kernel === undefined
        ? `The executable ${where} is not whole: copy or download it again.`
        : `The executable ${where} could not be read (${kernel}, for its part ${name}): start it again, and if this is said again, its disk or card fails: copy it to another one.`,
      { cause },
    )
  }
}

function readFrom(executable: string, name: string): Buffer | undefined {
  const file = openSync(executable, 'r')
  try {
    const { size } = fstatSync(file)
    const tail = size - lengthLine.chars
    const line = readAt(file, tail, lengthLine.chars).toString('latin1')
    if (!lengthLine.form.test(line)) throw new Error(`It ends with ${JSON.stringify(line)}.`)
    const index = readAt(file, tail - Number(line), Number(line))
      .toString('latin1')
      .split('\n')
    const [, offset, sizeBytes] = index.map((line) => line.split(' ')).find(([found]) => found === name) ?? []
    return offset === undefined ? undefined : readAt(file, Number(offset), Number(sizeBytes))
  } finally {
    closeSync(file)
  }
}

function readAt(file: number, offset: number, sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes)
  if (readSync(file, bytes, 0, sizeBytes, offset) !== sizeBytes)
    throw new Error(`It ends before byte ${offset + sizeBytes}.`)
  return bytes
}
