import type { Origins } from '../../guard/origins.ts'
import type { ToolContext } from '../tool.ts'

/** Follows one change of a file, so that its new bytes count as our own where nothing in them is from outside. */
export interface Ownership {
  /** Just before the file is written: what stood there, where that stays in it, and what is to stand there. */
  writing(kept: string | undefined, content: string): void
  /** The file is written. */
  written(): Promise<void>
}

/**
 * What the model wrote with text from outside before its eyes is no clean text, unless a person has seen exactly this and
 * said yes. Nor is a file clean of which only a part is: what is added to foreign text leaves it foreign.
 */
export function followOwnership(
  origins: Origins,
  path: string,
  { untrusted, approved }: Pick<ToolContext, 'untrusted' | 'approved'>,
): Ownership {
  let clean: string | undefined
  return {
    writing(kept, content) {
      const isOurs = untrusted === undefined || approved !== undefined
      if (!isOurs || (kept !== undefined && !origins.isClean(path, kept))) return
      clean = content
      origins.expect(path, content)
    },
    async written() {
      if (clean !== undefined) await origins.record(path, clean)
    },
  }
}
