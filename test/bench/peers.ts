import fs from 'node:fs'
import { join } from 'node:path'
import { createSystemClock } from '../../src/clock.ts'
import { listIn, objectIn, type JsonObject } from '../../src/model/json-value.ts'
import { certificate } from '../support/certificate.ts'
import { FakeBotApi } from '../support/fake-bot-api.ts'
import { FakeOpenai } from '../support/fake-openai.ts'
import { startTlsTerminator } from '../support/tls-terminator.ts'

/**
 * What a daemon talks to: a Bot API and a provider, both behind TLS as the real ones are; one on plain http would be
 * taken for a small server of one's own. Both live here, so that one clock times both sockets.
 */
export interface Peers {
  readonly bot: FakeBotApi
  readonly provider: FakeOpenai
  /** What the Bot API is reached by from outside. */
  readonly apiRoot: string
  /** What the provider is reached by from outside. */
  readonly baseUrl: string
  /** Makes both trusted by a Node process. */
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
  const botTls = await startTlsTerminator(bot.port)
  const provider = await FakeOpenai.start()
  provider.aside = (body) => (isForSummary(body) ? { text: 'They asked, and were answered.' } : undefined)
  const providerTls = await startTlsTerminator(Number(new URL(provider.baseUrl).port))
  const apiRoot = `https://127.0.0.1:${botTls.port}`
  const baseUrl = `https://127.0.0.1:${providerTls.port}/v1`
  const trusted = join(scratch, 'certificate.pem')
  fs.writeFileSync(trusted, certificate)
  const makeHome = (): string => {
    const home = fs.mkdtempSync(join(scratch, 'home-'))
    const config = [
      'board: simulated',
      'model: openai/gpt-5',
      `providers: { openai: { api: openai, baseUrl: "${baseUrl}", apiKey: ${provider.key} } }`,
      `channels: { telegram: { token: "${bot.token}", allow: [${person}], apiRoot: "${apiRoot}" } }`,
    ]
    fs.writeFileSync(join(home, 'pincer.yaml'), `${config.join('\n')}\n`, { mode: 0o600 })
    return home
  }
  const stop = async (): Promise<void> => {
    await Promise.all([botTls.stop(), providerTls.stop()])
    await provider.close()
    await bot.stop()
  }
  return { bot, provider, apiRoot, baseUrl, environment: { NODE_EXTRA_CA_CERTS: trusted }, makeHome, stop }
}

/** Every request of a turn offers tools; the relay's have no system prompt. */
function isForSummary({ tools, messages }: JsonObject): boolean {
  return tools === undefined && objectIn(listIn(messages)[0])['role'] === 'system'
}
