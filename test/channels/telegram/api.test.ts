import t from 'tap'
import { BotApi } from '../../../src/channels/telegram/api.ts'
import type { HttpClient } from '../../../src/http/http-client.ts'
import { limits } from '../../../src/limits.ts'

const token = '4711:some-token-of-a-bot'

/** A Bot API that answers every call with this body. */
function apiOver(body: () => AsyncGenerator<Uint8Array, void>): BotApi {
  const http: HttpClient = {
    request: () => Promise.resolve({ status: 200, headers: {}, body: body() }),
    reset: () => undefined,
    close: () => Promise.resolve(),
  }
  return new BotApi({ token, apiRoot: 'https://api.test', http })
}

void t.test('an answer without end is given up at its bound, and may be asked for again', async (t) => {
  const pieceBytes = 1024 * 1024
  let given = 0
  const api = apiOver(async function* () {
    for (;;) {
      given += pieceBytes
      yield Buffer.alloc(pieceBytes, ' ')
    }
  })
  const called = await api.call(new AbortController().signal, (raw) => raw.getMe())
  t.match(called, {
    ok: false,
    failure: { kind: 'retryable', sentence: /^Telegram's answer is longer than \d+ bytes/ },
  })
  t.equal(given, limits.telegramAnswerBytesMax + pieceBytes, 'one piece more than fits was read')
})

void t.test(
  'a page in the place of an answer is a network that is not there yet, and no failure names the token',
  async (t) => {
    for (const page of [
      '<html>Sign in</html>',
      '[]',
      '{"not": "an answer"}',
      `{"ok": false, "description": "${token}"}`,
    ]) {
      const api = apiOver(async function* () {
        yield Buffer.from(page)
      })
      const called = await api.call(new AbortController().signal, (raw) => raw.getMe())
      t.equal(called.ok, false, page)
      t.notMatch(JSON.stringify(called), token, page)
    }
  },
)
