import type { ToolContext } from '../../src/tools/tool.ts'

/** What a tool is given with a call of an owner at the terminal, where a test calls it without the registry. */
export function toolContext(more: Partial<ToolContext> = {}): ToolContext {
  return {
    channel: 'terminal',
    chat: 'here',
    person: { id: '1', name: 'Ada', role: 'owner' },
    signal: new AbortController().signal,
    approved: undefined,
    untrusted: undefined,
    isPlanned: false,
    foreign: () => undefined,
    progress: () => undefined,
    ...more,
  }
}
