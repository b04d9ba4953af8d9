import { promises as fs } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** What to say to somebody who may not open the control socket of a home: who may, and `command` as they would give it. */
export async function refusedSentence(home: string, command: string): Promise<string> {
  const owner = await ownerOf(resolve(home))
  return `You may not open the control socket of ${home}: it belongs to ${owner.name}. Use: sudo -u ${owner.argument} pincer --home ${home} ${command}`
}

/** The owner of the home, or of the first folder above it that one may look at. */
async function ownerOf(path: string): Promise<{ readonly name: string; readonly argument: string }> {
  try {
    const { uid } = await fs.stat(path)
    const passwd = await fs.readFile('/etc/passwd', 'utf8')
    const name = passwd
      .split('\n')
      .map((line) => line.split(':'))
      .find((fields) => fields[2] === String(uid))?.[0]
    return name === undefined ? { name: `user ${uid}`, argument: `'#${uid}'` } : { name, argument: name }
  } catch {
    return path === '/' ? { name: 'root', argument: 'root' } : ownerOf(dirname(path))
  }
}
