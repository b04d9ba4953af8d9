import type { FileHandle } from 'node:fs/promises'
import { PincerError } from './errors.ts'
import { limits } from './limits.ts'

/** Reading a file of lines in small pieces: a board has little memory, and a log may have become long. */

const newline = 0x0a

/** Behind the last newline before `beforeByte`: where a line begins. 0 when there is none. */
export async function lineStart(handle: FileHandle, beforeByte: number): Promise<number> {
  for (let toByte = beforeByte; toByte > 0;) {
    const fromByte = Math.max(0, toByte - limits.filePieceBytes)
    const at = (await readPiece(handle, fromByte, toByte)).lastIndexOf(newline)
    if (at !== -1) return fromByte + at + 1
    toByte = fromByte
  }
  return 0
}

/** Gives each line between two line starts to `onLine`, in order and without its newline. */
export async function readLines(
  handle: FileHandle,
  options: { readonly fromByte: number; readonly toByte: number; readonly onLine: (line: string) => void },
): Promise<void> {
  // Cut at newlines as bytes and decoded then: a piece may end inside a character.
  let begun: Buffer[] = []
  for (let at = options.fromByte; at < options.toByte;) {
    const piece = await readPiece(handle, at, Math.min(at + limits.filePieceBytes, options.toByte))
    at += piece.length
    let begin = 0
    for (let end = piece.indexOf(newline); end !== -1; end = piece.indexOf(newline, begin)) {
      options.onLine(Buffer.concat([...begun, piece.subarray(begin, end)]).toString())
      begun = []
      begin = end + 1
    }
    if (begin < piece.length) begun.push(piece.subarray(begin))
  }
}

/** All of it or an error: who cuts and rewrites files by what he has read must not take a part for the whole. */
async function readPiece(handle: FileHandle, fromByte: number, toByte: number): Promise<Buffer> {
  const piece = Buffer.alloc(toByte - fromByte)
  for (let filled = 0; filled < piece.length;) {
    const { bytesRead } = await handle.read(piece, filled, piece.length - filled, fromByte + filled)
    if (bytesRead === 0) throw new PincerError('disk', 'the file became shorter while it was read')
    filled += bytesRead
  }
  return piece
}
