import * as v from 'valibot'
import { PincerError } from '../errors.ts'
import type { Origins } from '../guard/origins.ts'
import { showPath, steersTurns } from '../guard/paths.ts'
import type { Workspace } from '../guard/workspace.ts'
import { limits } from '../limits.ts'
import { replaceOnce } from './files/edit.ts'
import { formatListing, namesFromOutside } from './files/listing.ts'
import { followOwnership } from './files/ownership.ts'
import { pageOf } from './files/page.ts'
import { searchFiles } from './files/search.ts'
import { defineTool, type Tool } from './tool.ts'

/**
 * The six file tools. Names and arguments are a contract. Descriptions say what a model cannot guess and no more, because
 * every byte of them is sent with every request. The workspace confines the paths; nothing here opens a file. What they
 * show of a file that `origins` does not know as our own is text from outside.
 */
export function createFileTools(workspace: Workspace, origins: Origins): readonly Tool[] {
  const files = { workspace, origins }
  /** Files that steer later turns are more than ordinary ones; what is refused anyway reaches nothing. */
  const acts = (args: { readonly path: string }): boolean => {
    try {
      return steersTurns(workspace.validate(args.path))
    } catch {
      return false
    }
  }
  return Object.freeze([
    readFile(files),
    writeFile(files, acts),
    editFile(files, acts),
    appendFile(files, acts),
    listDir(files),
    searchFilesTool(files),
  ])
}

interface Files {
  readonly workspace: Workspace
  readonly origins: Origins
}

type Acts = (args: { readonly path: string }) => boolean

const timeoutMs = limits.toolTimeoutMs

function readFile({ workspace, origins }: Files): Tool {
  return defineTool({
    name: 'read_file',
    description: `Up to limit (${limits.fileReadLinesMax}) lines of a text file, from line offset (1)`,
    arguments: v.strictObject({ path: v.string(), offset: v.optional(line), limit: v.optional(line) }),
    access: 'read',
    acts: () => false,
    timeoutMs,
    async run({ path, offset = 1, limit = limits.fileReadLinesMax }, context) {
      const text = await workspace.readText(path)
      if (text === undefined) throw missing(path)
      if (!origins.isClean(path, text)) context.foreign(showPath(path))
      return pageOf(text, { offset, limit, path: workspace.validate(path).text })
    },
  })
}

function writeFile({ workspace, origins }: Files, acts: Acts): Tool {
  return defineTool({
    name: 'write_file',
    description: 'Write a whole text file',
    arguments: v.strictObject({ path: v.string(), content: v.string() }),
    access: 'change',
    acts,
    timeoutMs,
    async run({ path, content }, context) {
      const ownership = followOwnership(origins, path, context)
      ownership.writing(undefined, content)
      await workspace.write(path, content)
      await ownership.written()
      return `Wrote ${showPath(path)}.`
    },
  })
}

function editFile({ workspace, origins }: Files, acts: Acts): Tool {
  return defineTool({
    name: 'edit_file',
    description: 'Replace old_text; it must be there exactly once',
    arguments: v.strictObject({ path: v.string(), old_text: v.string(), new_text: v.string() }),
    access: 'change',
    acts,
    timeoutMs,
    async run({ path, old_text, new_text }, context) {
      const ownership = followOwnership(origins, path, context)
      await workspace.update(path, (text) => {
        if (text === undefined) throw missing(path)
        // Where old_text does not stand in the file, the sentence quotes what does.
        if (!origins.isClean(path, text)) context.foreign(showPath(path))
        const edited = replaceOnce(text, { oldText: old_text, newText: new_text, path: showPath(path) })
        ownership.writing(text, edited)
        return edited
      })
      await ownership.written()
      return `Edited ${showPath(path)}.`
    },
  })
}

function appendFile({ workspace, origins }: Files, acts: Acts): Tool {
  return defineTool({
    name: 'append_file',
    description: 'Add at the end of a file, on a new line',
    arguments: v.strictObject({ path: v.string(), content: v.string() }),
    access: 'change',
    acts,
    timeoutMs,
    async run({ path, content }, context) {
      const ownership = followOwnership(origins, path, context)
      await workspace.append(path, content, (old, whole) => ownership.writing(old, whole))
      await ownership.written()
      return `Appended to ${showPath(path)}.`
    },
  })
}

function listDir({ workspace, origins }: Files): Tool {
  return defineTool({
    name: 'list_dir',
    description: 'List a folder, or the workspace',
    arguments: v.strictObject({ path: v.optional(v.string()) }),
    access: 'read',
    acts: () => false,
    timeoutMs,
    async run({ path }, context) {
      // Models send an empty string for an argument that they leave out.
      const folder = path === undefined || path === '' ? '.' : path
      const listing = await workspace.list(folder, limits.listEntriesMax)
      if (listing === undefined) throw missing(folder)
      const { text } = workspace.validate(folder)
      if (namesFromOutside(listing.entries, text, origins)) context.foreign(`names in ${showPath(text)}`)
      return formatListing(listing, text)
    },
  })
}

function searchFilesTool({ workspace, origins }: Files): Tool {
  return defineTool({
    name: 'search_files',
    // Plain text: a regular expression from outside can keep one core busy for hours.
    description: 'Lines with the pattern: plain text, any case',
    arguments: v.strictObject({ pattern: v.string(), path: v.optional(v.string()) }),
    access: 'read',
    acts: () => false,
    timeoutMs,
    async run({ pattern, path }, context) {
      const top = path === undefined || path === '' ? '.' : path
      if ((await workspace.stat(top)) === undefined) throw missing(top)
      return searchFiles({ workspace, origins }, { pattern, path: top, context })
    },
  })
}

const line = v.pipe(v.number(), v.integer())

function missing(path: string): PincerError {
  return new PincerError('file', `${showPath(path)} does not exist; list_dir shows what does.`)
}
