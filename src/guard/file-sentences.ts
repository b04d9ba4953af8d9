import { PincerError, sentenceOf } from '../errors.ts'
import { errorName } from '../files.ts'
import { showPath } from './paths.ts'

/** What went wrong with a file, for the model and for people: its relative path and a reason, never a kernel path. */

/** `verb` as in "Cannot write notes/today.md"; `cause` as Node threw it. Code `disk` or `file`. */
export function fileError(verb: string, path: string, cause: unknown): PincerError {
  const what = `Cannot ${verb} ${showPath(path)}`
  const name = errorName(cause) ?? sentenceOf(cause)
  switch (name) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new PincerError('disk', `${what}: the disk is full. Nothing was changed; free some space.`, { cause })
    case 'EROFS':
      return new PincerError('disk', `${what}: the file system is read-only. Remount it writable.`, { cause })
    case 'EIO':
      return new PincerError('disk', `${what}: the disk failed to read or write.`, { cause })
    case 'EACCES':
    case 'EPERM':
      return new PincerError('file', `${what}: Pincer has no permission for it. ${mended}`, { cause })
    case 'ENOENT':
      return new PincerError('file', `${what}: it was moved or removed meanwhile.`, { cause })
    default:
      return new PincerError('file', `${what}: the system answers ${name}.`, { cause })
  }
}

const mended = 'chmod -R u+rwX on it or its folder, in the shell or on the host, gives it back.'

export function tooLarge(path: string, sizeBytes: number, sizeBytesMax: number): PincerError {
  const max = formatSize(sizeBytesMax)
  return new PincerError('file', `${showPath(path)} is ${formatSize(sizeBytes)}: ${max} is the most that is read.`)
}

/** A size for people: `820 B`, `3.4 KB`, `1.0 MB`. */
export function formatSize(sizeBytes: number): string {
  if (sizeBytes < 1024) return `${sizeBytes} B`
  if (sizeBytes < 1024 * 1024) return `${(sizeBytes / 1024).toFixed(1)} KB`
  return `${(sizeBytes / 1024 / 1024).toFixed(1)} MB`
}
