/**
 * The first `bytesMax` bytes of a body, counted as they come out of their compression. `isCut`: there were more, and the
 * exchange was ended there. Fails as the body does.
 */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> {
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of body) {
    pieces.push(piece)
    sizeBytes += piece.length
    if (sizeBytes > bytesMax) break
  }
  return { bytes: Buffer.concat(pieces).subarray(0, bytesMax), isCut: sizeBytes > bytesMax }
}
