import { pipeline, Readable } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { isPincerError } from '../errors.ts'
import { httpError } from './network-failure.ts'

/** We ask for bodies as they are; some servers and proxies compress all the same. */
export function decodedBody(
  body: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  host: string,
): AsyncIterable<Uint8Array> {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return body
    // A stream whose last block is missing is shown as far as it came, as without compression.
    case 'gzip':
    case 'x-gzip':
      return through(body, createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }), host)
    case 'deflate':
      return through(body, createInflate({ finishFlush: constants.Z_SYNC_FLUSH }), host)
    case 'br':
      return through(body, createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }), host)
    default:
      return unreadable(body, host)
  }
}

async function* through(
  body: AsyncIterable<Uint8Array>,
  decoder: NodeJS.ReadWriteStream & AsyncIterable<unknown>,
  host: string,
): AsyncGenerator<Uint8Array, void> {
  // What the body fails with reaches the reader through the decoder.
  pipeline(Readable.from(body), decoder, () => {})
  try {
    for await (const piece of decoder) if (piece instanceof Uint8Array) yield piece
  } catch (error) {
    throw isPincerError(error) ? error : httpError('not-http', host, 'damaged compression')
  }
}

function unreadable(body: AsyncIterable<Uint8Array>, host: string): AsyncIterable<Uint8Array> {
  const next = async (): Promise<never> => {
    await body[Symbol.asyncIterator]().return?.()
    throw httpError('not-http', host, 'unknown compression')
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}
