import fs from 'node:fs'
import { join } from 'node:path'
import { createSystemClock } from '../../src/clock.ts'
import { certificate } from '../support/certificate.ts'
import { FakeBotApi } from '../support/fake-bot-api.ts'
import { FakeOpenai } from '../support/fake-openai.ts'
import { startTlsTerminator } from '../support/tls-terminator.ts'

/** What a daemon talks to: a Bot API behind TLS and a provider. Both live here, so that one clock times both sockets. */
export interface Peers {
  readonly bot: FakeBotApi
  readonly provider: FakeOpenai
  /** What the Bot API is reached by from outside. */
  readonly apiRoot: string
  /** Makes it trusted by a Node process. */
  readonly environment: Readonly<Record<string, string>>
  /** A new home whose configuration names both. */
  makeHome(): string
  stop(): Promise<void>
}

/** The only person in the chats. */
export const person = 7

export async function startPeers(scratch: string): Promise<Peers> {
  const bot = new FakeBotApi({
    // Fractions of milliseconds: `atMs` of the calls is what the turns are timed by.
    clock: { ...createSystemClock(), monotonicMs: () => performance.now() },
    hasFloodControl: false,
  })
  await bot.start()
  const tls = await startTlsTerminator(bot.port)
  const provider = await FakeOpenai.start()
  const apiRoot = `https://127.0.0.1:${tls.port}`
  const trusted = join(scratch, 'certificate.pem')
  fs.writeFileSync(trusted, certificate)
  const makeHome = (): string => {
    const home = fs.mkdtempSync(join(scratch, 'home-'))
    const config = [
      'board: simulated',
      'model: lan/test',
      `providers: { lan: { api: openai, baseUrl: "${provider.baseUrl}", apiKey: ${provider.key} } }`,
      `channels: { telegram: { token: "${bot.token}", allow: [${person}], apiRoot: "${apiRoot}" } }`,
    ]
    fs.writeFileSync(join(home, 'pincer.yaml'), `${config.join('\n')}\n`, { mode: 0o600 })
    return home
  }
  const stop = async (): Promise<void> => {
    await tls.stop()
    await provider.close()
    await bot.stop()
  }
  return { bot, provider, apiRoot, environment: { NODE_EXTRA_CA_CERTS: trusted }, makeHome, stop }
}
