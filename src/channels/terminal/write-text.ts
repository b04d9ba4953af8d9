import type { Writable } from 'node:stream'

/** Resolves once the stream has really written the text; rejects when it cannot (the reader is gone, say). */
export function writeText(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
  })
}
