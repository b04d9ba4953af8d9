import type { Call } from './file-tools.ts'

/** One way in for a path that a model writes. */
export interface FileEntry {
  readonly name: string
  /** The path is a folder's for these. */
  readonly wants: 'file' | 'folder' | 'any'
  attempt(call: Call, path: unknown): Promise<string>
}

/** Each file tool with a path, doing the most that it can do with it. */
export const fileEntries: readonly FileEntry[] = [
  { name: 'read_file', wants: 'file', attempt: (call, path) => call('read_file', { path }) },
  { name: 'write_file', wants: 'file', attempt: (call, path) => call('write_file', { path, content: 'evil' }) },
  {
    name: 'edit_file',
    wants: 'file',
    // Every secret of the tests begins so; where it stands more often than once, the sentence would quote the lines.
    attempt: (call, path) => call('edit_file', { path, old_text: 'canary', new_text: 'evil' }),
  },
  { name: 'append_file', wants: 'file', attempt: (call, path) => call('append_file', { path, content: 'evil' }) },
  { name: 'list_dir', wants: 'folder', attempt: (call, path) => call('list_dir', { path }) },
  { name: 'search_files', wants: 'any', attempt: (call, path) => call('search_files', { pattern: 'canary', path }) },
]
