import { execFileSync } from 'node:child_process'
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { buildTimeMs } from '../../build/build-time.ts'

void t.test('a build has the time that is given, else its commit, else its package.json', (t) => {
  const root = t.testdir({ 'package.json': '{}', src: { 'x.ts': '' } })
  utimesSync(join(root, 'package.json'), 1_700_000_000, 1_700_000_000)
  // This folder lies in the repository of the tests, which knows nothing of its files.
  t.equal(buildTimeMs(root, {}), 1_700_000_000_000, 'no commit has it')
  t.equal(buildTimeMs(root, { SOURCE_DATE_EPOCH: '1600000000' }), 1_600_000_000_000)
  t.equal(buildTimeMs(root, { SOURCE_DATE_EPOCH: 'yesterday' }), 1_700_000_000_000, 'what is no time is not used')

  const env = { ...process.env, GIT_COMMITTER_DATE: '1650000000 +0000', GIT_CONFIG_GLOBAL: '/dev/null' }
  const git = (...words: readonly string[]): unknown =>
    execFileSync('git', ['-C', root, ...words], { env, stdio: 'ignore' })
  git('init')
  git('add', '.')
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-m', 'x')
  t.equal(buildTimeMs(root, {}), 1_650_000_000_000)
  t.end()
})
