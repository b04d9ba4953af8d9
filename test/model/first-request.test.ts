import t from 'tap'
import { firstRequestBytes } from '../bench/first-request.ts'

void t.test('the first request of a fresh chat, with every tool, is under 8 KB in both wire formats', async (t) => {
  const { bytes, tools } = await firstRequestBytes(t.testdir())
  t.ok(tools >= 13, `${tools} tools`)
  t.ok(bytes > 2_000 && bytes < 8_192, `${bytes} bytes in the larger one`)
})
