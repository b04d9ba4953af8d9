import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import t from 'tap'
import { boardKernel, builtKernel, cacheFolder, kernelFor } from './board-kernel.ts'

void t.test('a kernel is kept by version and configuration: one of another configuration is not taken', async (t) => {
  const before = process.env['XDG_CACHE_HOME']
  process.env['XDG_CACHE_HOME'] = t.testdir({})
  t.teardown(() => {
    if (before === undefined) delete process.env['XDG_CACHE_HOME']
    else process.env['XDG_CACHE_HOME'] = before
  })
  await mkdir(`${cacheFolder()}/linux-6.12.107-1-um-000000000000`, { recursive: true })
  t.equal(await builtKernel('um'), undefined)
  await t.rejects(boardKernel('um'), { message: /run `npm run board:kernel`/ })
  await mkdir(dirname((await kernelFor('arm64', '7.3.4-1')).kernel))
  t.equal(await builtKernel('um'), undefined, 'nor one of another machine')
  for (const version of ['6.12.99-1', '6.12.107-1']) {
    const { kernel } = await kernelFor('um', version)
    await mkdir(dirname(kernel))
    t.match(await builtKernel('um'), { kernel, version }, 'the newest')
  }
})
