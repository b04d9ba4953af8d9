import fs from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { lineStart, readLines } from '../src/line-reader.ts'

async function withFile<T>(t: Test, text: string, work: (handle: fs.promises.FileHandle) => Promise<T>): Promise<T> {
  const path = join(t.testdir({}), 'lines')
  fs.writeFileSync(path, text)
  const handle = await fs.promises.open(path)
  try {
    return await work(handle)
  } finally {
    await handle.close()
  }
}

async function linesOf(t: Test, text: string): Promise<string[]> {
  const lines: string[] = []
  await withFile(t, text, (handle) =>
    readLines(handle, { fromByte: 0, toByte: Buffer.byteLength(text), onLine: (line) => void lines.push(line) }),
  )
  return lines
}

void t.test('each line is read whole, wherever the pieces end that the file is read in', async (t) => {
  for (const length of [1, 65_533, 65_534, 65_535, 65_536, 65_537, 200_000]) {
    const lines = ['x'.repeat(length), '☂ä', '', 'ü'.repeat(length), '\r\u2028', 'end']
    t.strictSame(await linesOf(t, `${lines.join('\n')}\n`), lines, `${length} characters`)
  }
  t.same(await linesOf(t, ''), [])
  t.same(await linesOf(t, '\n'), [''])
})

void t.test('a line begins behind the last newline before a place, however far that is', async (t) => {
  const far = 150_000
  await withFile(t, `one\n${'x'.repeat(far)}\nthree`, async (handle) => {
    const starts = [0, 1, 3, 4, 5, far, far + 4, far + 5, far + 8].map((at) => lineStart(handle, at))
    t.same(await Promise.all(starts), [0, 0, 0, 4, 4, 4, 4, far + 5, far + 5])
  })
})

void t.test('a file that ends too soon is an error, never a shorter answer', async (t) => {
  await withFile(t, 'one\ntwo\n', async (handle) => {
    const lines: string[] = []
    const onLine = (line: string): void => void lines.push(line)
    await t.rejects(readLines(handle, { fromByte: 0, toByte: 9, onLine }), { code: 'disk', message: /became shorter/ })
    await t.rejects(lineStart(handle, 9), { code: 'disk' })
    t.same(lines, [])
  })
})
