import { badRequest, Refusal, type Parameters, type Upload } from './fake-bot-request.ts'

const megabyte = 1024 * 1024
const downloadBytesMax = 20 * megabyte

export interface KnownFile extends Upload {
  readonly id: string
  /** What is said of the size: a large file need not be made for a test. */
  readonly size: number
}

/** The files that the bot has sent or been sent. */
export class Files {
  readonly #files = new Map<string, KnownFile>()

  add(upload: Upload, size = upload.bytes.length): KnownFile {
    const file = { ...upload, size, id: `file-${this.#files.size + 1}` }
    this.#files.set(file.id, file)
    return file
  }

  /** The answer of getFile. */
  describe(id: string | undefined): object {
    if (id === undefined || id === '') throw badRequest('file_id not specified')
    const file = this.#files.get(id)
    if (file === undefined) throw badRequest('invalid file_id')
    if (file.size > downloadBytesMax) throw badRequest('file is too big')
    return { ...fields(file), file_path: `documents/${file.id}` }
  }

  download(path: string): Buffer | undefined {
    return this.#files.get(path.replace(/^documents\//, ''))?.bytes
  }

  /** The file that a call sends: new, or one that is known by its id. */
  sent(parameters: Parameters, name: 'document' | 'photo'): KnownFile {
    const given = parameters.file(name)
    if (given === undefined) throw badRequest(`There is no ${name} in the request`)
    if (typeof given !== 'string') {
      checkUpload(given, name)
      return this.add(given)
    }
    const known = this.#files.get(given)
    if (/^https?:/.test(given)) throw badRequest('failed to get HTTP URL content')
    if (known === undefined) throw badRequest("wrong remote file identifier specified: can't unserialize it")
    return known
  }
}

/** The fields of a message that carries the file. */
export function fileFields(file: KnownFile, name: 'document' | 'photo'): Readonly<Record<string, unknown>> {
  if (name === 'document') return { document: { ...fields(file), file_name: file.name } }
  const { width, height } = sizeOf(file.bytes) ?? { width: 0, height: 0 }
  return { photo: [{ ...fields(file), width, height }] }
}

function fields(file: KnownFile): Readonly<Record<string, unknown>> {
  return { file_id: file.id, file_unique_id: `unique-${file.id}`, file_size: file.size }
}

function checkUpload({ bytes }: Upload, name: 'document' | 'photo'): void {
  if (bytes.length > 50 * megabyte) throw new Refusal(413, 'Request Entity Too Large')
  if (bytes.length === 0) throw badRequest('file must be non-empty')
  if (name === 'document') return
  if (bytes.length > 10 * megabyte) {
    throw badRequest(
      `file of size ${bytes.length} bytes is too big for a photo; the maximum size is ${10 * megabyte} bytes`,
    )
  }
  const size = sizeOf(bytes)
  if (size === undefined) throw badRequest('IMAGE_PROCESS_FAILED')
  const { width, height } = size
  const isUnfit = width + height > 10_000 || Math.max(width, height) > 20 * Math.min(width, height)
  if (isUnfit) throw badRequest('PHOTO_INVALID_DIMENSIONS')
}

/** Of a PNG, the one format that is known here. */
function sizeOf(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < 24 || bytes.toString('latin1', 1, 4) !== 'PNG') return undefined
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}
