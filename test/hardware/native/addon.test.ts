import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isPincerError } from '../../../src/errors.ts'
import { isNativeError, loadAddon } from '../../../src/hardware/native/addon.ts'
import { addonPath, withoutAddon } from '../../support/built-addon.ts'
import { receiveDatagrams } from '../../support/datagram-receiver.ts'

/** Fails with this kernel name, out of this call. */
function fails(t: Test, code: string, syscall: string, work: () => unknown): void {
  try {
    work()
    t.fail(`expected ${code}, but it succeeded`)
  } catch (error) {
    t.ok(isNativeError(error), String(error))
    t.match(error, { code, syscall })
  }
}

void t.test('a file that is no addon, or another one, is refused with what to do', async (t) => {
  const folder = t.testdir({ 'broken.node': 'this is no library' })
  for (const file of ['broken.node', 'absent.node']) {
    try {
      loadAddon(join(folder, file))
      t.fail('it was loaded')
    } catch (error) {
      t.ok(isPincerError(error))
      t.match(error, { code: 'hardware', message: /does not load \(.*\): compile it .*`npm run native`\.$/s })
    }
  }
})

void t.test(
  'an addon of another kind is noticed before anything of it is called',
  { skip: withoutAddon },
  async (t) => {
    const other = join(import.meta.dirname, '../../../dist/native/spi.node')
    t.throws(() => loadAddon(other), { code: 'hardware', message: /is of another version of Pincer/ })
  },
)

void t.test('without devices', { skip: withoutAddon }, async (t) => {
  const addon = loadAddon(addonPath ?? '')
  const { gpioFlags } = addon

  void t.test('the flags are those of the kernel, each its own bit', async (t) => {
    const flags = Object.values(gpioFlags)
    t.equal(flags.length, 11)
    t.equal(new Set(flags).size, flags.length)
    for (const flag of flags) t.equal(flag & (flag - 1), 0, `${flag} is one bit`)
  })

  void t.test('a chip that is not there, or is something else, is an error that names the call', async (t) => {
    const folder = t.testdir({ file: 'x' })
    fails(t, 'ENOENT', 'open', () => addon.gpioChip(join(folder, 'absent')))
    fails(t, 'ENOTTY', 'GPIO_GET_CHIPINFO_IOCTL', () => addon.gpioChip('/dev/null'))
    fails(t, 'ENOTTY', 'GPIO_GET_CHIPINFO_IOCTL', () => addon.gpioChip(join(folder, 'file')))
    fails(t, 'EISDIR', 'open', () => addon.gpioChip(folder))
    const request = { offset: 0, consumer: 'test', flags: gpioFlags.input, value: 0, debounceUs: 0 } as const
    fails(t, 'ENOTTY', 'GPIO_V2_GET_LINE_IOCTL', () => addon.gpioRequest({ ...request, path: '/dev/null' }))
    const listener = { onEdge: () => undefined, onGone: () => undefined }
    fails(t, 'ENOENT', 'open', () => addon.gpioRequest({ ...request, path: '/dev/no', listener }))
  })

  void t.test('an I2C call goes to nothing but an I2C adapter', async (t) => {
    const file = fs.openSync('/dev/null', 'r+')
    t.teardown(() => fs.closeSync(file))
    fails(t, 'ENOTTY', 'I2C_TIMEOUT', () => addon.i2cSetTimeout(file, 100, 1))
    await t.rejects(addon.i2cTransfer(file, 0x20, Uint8Array.of(0), 1), { code: 'ENOTTY', syscall: 'I2C_RDWR' })
    await t.rejects(addon.i2cTransfer(999_999, 0x20, null, 1), { code: 'EBADF' })
  })

  void t.test('what runs undisturbed takes no signal meanwhile, and answers or fails as it does', async (t) => {
    const blocked = () => /^SigBlk:\s+(\w+)$/m.exec(fs.readFileSync('/proc/thread-self/status', 'utf8'))?.[1]
    const [before, meanwhile] = [blocked(), addon.undisturbed(blocked)]
    // But for SIGKILL, SIGSTOP and two of the C library's own, which nobody can hold back.
    t.equal(meanwhile, 'fffffffe7ffbfeff')
    t.equal(blocked(), before)
    const failure = new Error('no')
    t.throws(
      () =>
        addon.undisturbed(() => {
          throw failure
        }),
      failure,
    )
    t.equal(blocked(), before, 'also behind a failure')
    fails(t, 'EINVAL', 'undisturbed', () => addon.undisturbed(JSON.parse('1')))
  })

  void t.test('the service manager gets one datagram, by path and by abstract name', async (t) => {
    for (const name of [join(shortFolder(t), 'notify'), `@pincer-test-${process.pid}`]) {
      const receiver = await receiveDatagrams(t, name)
      for (const text of ['READY=1\nSTATUS=äöü', 'x'.repeat(4_096)]) {
        addon.notify(name, text)
        t.equal(await receiver.next(), text, name)
      }
    }
  })

  void t.test('a service manager that cannot be reached is an error, and nothing waits for it', async (t) => {
    const folder = shortFolder(t)
    fs.writeFileSync(join(folder, 'file'), '')
    fails(t, 'ENOENT', 'sendto', () => addon.notify(join(folder, 'absent'), 'READY=1'))
    fails(t, 'ECONNREFUSED', 'sendto', () => addon.notify(join(folder, 'file'), 'READY=1'))
    fails(t, 'ECONNREFUSED', 'sendto', () => addon.notify('@pincer-test-nobody-listens', 'READY=1'))
    for (const path of ['', 'relative', 'a/b', `/${'x'.repeat(107)}`, '/with\0nul'])
      fails(t, 'EINVAL', 'notify', () => addon.notify(path, 'READY=1'))
    fails(t, 'EINVAL', 'notify', () => addon.notify('/x', ''))
    fails(t, 'EINVAL', 'notify', () => addon.notify('/x', 'x'.repeat(4_097)))
  })

  void t.test('the user at the other end of a Unix socket is told, of anything else an error', async (t) => {
    const server = net.createServer()
    const path = join(shortFolder(t), 'socket')
    server.listen(path)
    await once(server, 'listening')
    const client = net.connect(path)
    const [accepted] = (await once(server, 'connection')) as [net.Socket]
    t.teardown(() => {
      client.destroy()
      accepted.destroy()
      server.close()
    })
    t.equal(addon.peerUserId(descriptorOf(accepted)), process.getuid?.())
    t.equal(addon.peerUserId(descriptorOf(client)), process.getuid?.())
    const file = fs.openSync('/dev/null', 'r')
    t.teardown(() => fs.closeSync(file))
    fails(t, 'ENOTSOCK', 'SO_PEERCRED', () => addon.peerUserId(file))
    fails(t, 'EBADF', 'SO_PEERCRED', () => addon.peerUserId(999_999))
  })

  void t.test('the peer of a network socket is not known: an error, not a user', async (t) => {
    const server = net.createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address() as net.AddressInfo
    const client = net.connect(address.port, '127.0.0.1')
    const [accepted] = (await once(server, 'connection')) as [net.Socket]
    t.teardown(() => {
      client.destroy()
      accepted.destroy()
      server.close()
    })
    fails(t, 'ENOTCONN', 'SO_PEERCRED', () => addon.peerUserId(descriptorOf(accepted)))
  })
})

void t.test('whether something keeps the clock is what adjtimex says', { skip: withoutAddon }, async (t) => {
  const kept = (preload: Record<string, string>): string => {
    const file = join(import.meta.dirname, '../../../src/hardware/native/addon.ts')
    const script = `import { loadAddon } from ${JSON.stringify(file)}
      try { console.log(loadAddon(${JSON.stringify(addonPath)}).clockIsKept()) } catch (error) { console.log(error.code, error.syscall) }`
    const words = ['--input-type=module', '--eval', script]
    return spawnSync(process.execPath, words, { encoding: 'utf8', env: preload }).stdout.trim()
  }
  const folder = t.testdir({
    'kernel.c': `#include <errno.h>
      #include <stdlib.h>
      #include <sys/timex.h>
      int adjtimex(struct timex *state) {
        if (state->modes != 0) abort();
        state->status = atoi(getenv("STATUS"));
        errno = EPERM;
        return atoi(getenv("ANSWER"));
      }`,
  })
  const library = join(folder, 'kernel.so')
  const { stderr, status } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, join(folder, 'kernel.c')])
  t.equal(status, 0, stderr.toString())
  const answer = (ANSWER: number, STATUS: number) =>
    kept({ LD_PRELOAD: library, ANSWER: String(ANSWER), STATUS: String(STATUS) })
  t.equal(answer(0, 0x2001), 'true', 'kept, as timesyncd and chrony tell it')
  t.equal(answer(1, 0x0011), 'true', 'kept, and a leap second comes')
  t.equal(answer(5, 0x0040), 'false', 'TIME_ERROR, as after a boot')
  t.equal(answer(0, 0x0040), 'false', 'STA_UNSYNC alone')
  t.equal(answer(-1, 0), 'EPERM adjtimex', 'in a sandbox')
  // What the kernel of this machine says, asked by another program.
  const python = `import ctypes
state = ctypes.create_string_buffer(512)
print(ctypes.CDLL(None).adjtimex(state) not in (-1, 5))`
  const other = spawnSync('python3', ['-c', python], { encoding: 'utf8' })
  if (other.status === 0) t.equal(kept({}), other.stdout.trim().toLowerCase())
  else t.comment('no python3 to compare with')
})

/** The path of a socket has at most 107 bytes. */
function shortFolder(t: Test): string {
  const folder = fs.mkdtempSync(join(tmpdir(), 'pincer-'))
  t.teardown(() => fs.rmSync(folder, { recursive: true }))
  return folder
}

/** The descriptor that Node keeps for itself. */
function descriptorOf(socket: net.Socket): number {
  return (socket as unknown as { readonly _handle: { readonly fd: number } })._handle.fd
}
