import { boardIds } from './boards.ts'
import { builtAs, version } from './runtime.ts'

/** What `pincer version` says: version, runtime, platform, and what was built in. */
export function versionLine(runtime: {
  readonly version: string
  readonly platform: string
  readonly arch: string
}): string {
  return [
    `pincer ${version()}, Node ${runtime.version}, ${runtime.platform}-${runtime.arch}, ${builtAs()}`,
    `built in: models offline, openai, anthropic; channels terminal, telegram; boards ${boardIds().join(', ')}`,
  ].join('\n')
}
