import fs from 'node:fs'

/**
 * Ends what kills have left behind, of this process group: where a bubblewrap is killed in its first milliseconds, before
 * its child knows that it is to die with it, the child waits for a word from it for ever. It runs nothing.
 */
export function endOrphanedSandboxes(): void {
  const [, ownGroup] = parentAndGroup('self', /\) \S (\d+) (\d+)/) ?? []
  for (const id of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const [parent, group] = parentAndGroup(id, /^\d+ \(bwrap\) \S (\d+) (\d+)/) ?? []
    if (parent === '1' && group === ownGroup) end(Number(id))
  }
}

function end(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch {
    // It has ended meanwhile, or belongs to the user that it was started for.
  }
}

function parentAndGroup(id: string, form: RegExp): readonly (string | undefined)[] | undefined {
  try {
    return form.exec(fs.readFileSync(`/proc/${id}/stat`, 'utf8'))?.slice(1)
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}
