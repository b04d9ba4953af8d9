import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

export type Compression = 'gzip' | 'deflate' | 'br'

/** A stream whose last block is missing is shown as far as it came, as without compression. */
export function createDecoder(compression: Compression): NodeJS.ReadWriteStream & AsyncIterable<unknown> {
  switch (compression) {
    case 'gzip':
      return createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
    case 'deflate':
      return createInflate({ finishFlush: constants.Z_SYNC_FLUSH })
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })
  }
}
