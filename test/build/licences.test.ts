import t from 'tap'
import { licencesText } from '../../build/licences.ts'

const bundled = (...inputs: readonly string[]) => ({
  inputs: Object.fromEntries(inputs.map((path) => [path, { bytes: 1, imports: [] }])),
  outputs: {},
})

void t.test('each package of which a file is bundled is named once, with its licence, nested ones too', async (t) => {
  const root = t.testdir({
    LICENSE: 'ours',
    node_modules: {
      plain: { 'package.json': '{"name":"plain","version":"1.2.3"}', 'LICENSE.md': 'plain terms' },
      unused: { 'package.json': '{"name":"unused","version":"1.0.0"}', LICENSE: 'unused terms' },
      '@scope': {
        inner: {
          'package.json': '{"name":"@scope/inner","version":"4.5.6"}',
          COPYING: 'scoped terms',
          node_modules: { deep: { 'package.json': '{"name":"deep","version":"7.8.9"}', licence: 'deep terms' } },
        },
      },
    },
  })
  const text = licencesText(
    root,
    [
      bundled('src/main.ts', 'node_modules/plain/a.js', 'node_modules/plain/lib/b.js'),
      bundled('node_modules/@scope/inner/i.js', 'node_modules/@scope/inner/node_modules/deep/d.js'),
    ],
    'runtime terms',
  )
  const titles = [...text.matchAll(/={100}\n(.*)\n={100}\n\n(.*)/g)].map((found) => `${found[1]}: ${found[2]}`)
  t.strictSame(titles, [
    'Pincer: ours',
    '@scope/inner 4.5.6: scoped terms',
    'deep 7.8.9: deep terms',
    'plain 1.2.3: plain terms',
    `Node.js ${process.version}: runtime terms`,
  ])
})

void t.test('a bundled package without a licence stops the build', async (t) => {
  const root = t.testdir({
    LICENSE: 'ours',
    node_modules: { bare: { 'package.json': '{"name":"bare","version":"1.0.0"}' } },
  })
  t.throws(() => licencesText(root, [bundled('node_modules/bare/x.js')], ''), /bare is bundled but holds no licence/)
})
