import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Test } from 'tap'

/** An image of an empty disk with an ext4 file system, for one test. */
export async function makeDisk(t: Test): Promise<string> {
  const image = join(t.testdir({}), 'disk.img')
  // Where programs for administrators are is not in everybody's path.
  const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }
  await promisify(execFile)('mkfs.ext4', ['-q', image, '32M'], { env })
  return image
}
