import fs from 'node:fs'
import { join } from 'node:path'
import { createApp } from '../../src/app.ts'
import { boardsForConfig } from '../../src/boards.ts'
import { ScriptPeer } from '../../src/channels/terminal/script-peer.ts'
import { createSystemClock, type Clock } from '../../src/clock.ts'
import { providerFlags, type ProviderFlags } from '../../src/config/known-providers.ts'
import { loadConfig } from '../../src/config/load.ts'
import { openWorkspace } from '../../src/guard/workspace.ts'
import { furnishHome, openHome } from '../../src/home.ts'
import { anthropicRequestBody } from '../../src/model/anthropic/request-body.ts'
import type { Model, ModelRequest } from '../../src/model/model.ts'
import { openaiRequestBody } from '../../src/model/openai/request-body.ts'
import { loadPart } from '../../src/parts.ts'
import { createShellTool } from '../../src/tools/shell.ts'
import type { Tool } from '../../src/tools/tool.ts'

export interface FirstRequestFigures {
  readonly openaiBytes: number
  readonly anthropicBytes: number
  readonly tools: number
}

/** The bytes of the bodies that the two wire formats make of it. */
export async function measureFirstRequest(folder: string): Promise<FirstRequestFigures> {
  const request = await firstRequest(folder)
  const options = { modelName: 'claude-sonnet-5-5', windowTokens: 200_000 }
  const flagsOf = (provider: string): ProviderFlags => providerFlags(provider, options.modelName)
  const bytes = (body: object): number => Buffer.byteLength(JSON.stringify(body))
  return {
    openaiBytes: bytes(openaiRequestBody(request, { ...options, flags: flagsOf('openai') })),
    anthropicBytes: bytes(anthropicRequestBody(request, { ...options, flags: flagsOf('anthropic') })),
    tools: request.tools.length,
  }
}

/** The first request of a fresh chat in a fresh home, with every tool that there is. */
export async function firstRequest(folder: string): Promise<ModelRequest> {
  const path = join(folder, 'home')
  const clock = createSystemClock()
  fs.mkdirSync(path, { mode: 0o700 })
  // The shell is offered where there is a sandbox: it comes in below, so that the figure is the same everywhere.
  const config = 'board: simulated\nshell: { policy: off }\nweb: { search: brave }\nhardware: { raw: ask }\n'
  fs.writeFileSync(join(path, 'pincer.yaml'), config, { mode: 0o600 })
  const loaded = await loadConfig({
    home: path,
    environment: { BRAVE_API_KEY: 'a-key-for-the-bench' },
    readYaml: async (text) => (await loadPart('yaml')).readYaml(text),
    ...boardsForConfig('/'),
  })
  if (loaded.status !== 'ok') throw new Error('The configuration of the bench is refused.')
  const requests: ModelRequest[] = []
  const model: Model = {
    id: 'recorder',
    windowTokens: 100_000,
    complete: (request) => {
      requests.push(request)
      const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0 }
      return Promise.resolve({ text: 'heard', toolCalls: [], usage })
    },
  }
  const quiet = (): void => undefined
  const home = await furnishHome(await openHome(path))
  const app = await createApp({
    home,
    config: loaded.config,
    redact: (text) => text,
    clock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    person: { id: '0', name: 'owner', role: 'owner' },
    environment: {},
    servesChannels: false,
    memoryBytes: () => 0,
    model,
    tools: [await shellTool(home.workspace, clock)],
  })
  await app.start()
  const peer = new ScriptPeer(() => Promise.resolve())
  const link = app.terminal.attach(peer)
  await peer.exchange(link, 'Hello!', { clock, onFull: quiet })
  await link.close()
  await app.stop()
  const [first] = requests
  if (first === undefined) throw new Error('The model was not asked.')
  return first
}

/** As it is offered to owners who say nothing of the shell in their configuration; nobody calls it here. */
async function shellTool(root: string, clock: Clock): Promise<Tool> {
  return createShellTool({
    settings: { policy: 'ask', allow: [], deny: [], network: false, timeoutMs: 60_000 },
    workspace: await openWorkspace({ root }),
    clock,
    origins: { everythingIsOurs: () => Promise.resolve(true), recordChanges: () => Promise.resolve() },
    sandbox: {
      boundary: 'none',
      folder: '/workspace',
      network: false,
      run: () => Promise.reject(new Error('The bench runs no commands.')),
    },
  })
}
