import { pipeline, Readable } from 'node:stream'
import { isPincerError } from '../errors.ts'
import { loadPart } from '../parts.ts'
import type { Compression } from './body-decoder.ts'
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
    case 'gzip':
    case 'x-gzip':
      return through(body, 'gzip', host)
    case 'deflate':
      return through(body, 'deflate', host)
    case 'br':
      return through(body, 'br', host)
    default:
      return unreadable(body, host)
  }
}

async function* through(
  body: AsyncIterable<Uint8Array>,
  compression: Compression,
  host: string,
): AsyncGenerator<Uint8Array, void> {
  // A part: what it loads of the runtime stays in memory, and hardly any server compresses unasked.
  const decoder = (await loadPart('decoder')).createDecoder(compression)
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
