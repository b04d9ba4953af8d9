import t from 'tap'
import { measureFirstRequest } from '../bench/first-request.ts'

void t.test('the first request of a fresh chat, with every tool, is under 8 KB in both wire formats', async (t) => {
  const { openaiBytes, anthropicBytes, tools } = await measureFirstRequest(t.testdir())
  t.equal(tools, 20, 'the shell, the web, the raw tools and the schedule too')
  for (const bytes of [openaiBytes, anthropicBytes]) t.ok(bytes > 2_000 && bytes < 8_192, `${bytes} bytes`)
})
