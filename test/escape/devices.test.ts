import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { watchCanaries } from '../support/canary-watch.ts'
import { EscapeTally } from '../support/escape-cases.ts'
import { createEscapeHome } from '../support/escape-home.ts'
import { interpreters } from '../support/escape-interpreters.ts'
import { createEscapeShell, weakBubblewrap } from '../support/escape-shell.ts'

const watch = watchCanaries()

const slow = { timeout: 600_000 }
const given = new Set(['null', 'zero', 'full', 'random', 'urandom'])

/** What boards have; this host may have none of it. */
const ofBoards =
  `gpiochip0 gpiochip1 gpiochip4 gpiomem gpiomem0 mem kmem port kmsg i2c-0 i2c-1 i2c-2 spidev0.0 spidev0.1 spidev1.0
  ttyAMA0 ttyS0 ttyACM0 ttyUSB0 serial0 tty tty0 tty1 console ptmx pts/0 vcs vcsa fb0 dri/card0 dri/renderD128 video0
  media0 v4l-subdev0 snd/pcmC0D0p snd/controlC0 input/event0 input/mice uinput uhid hidraw0 usb/hiddev0 bus/usb/001/001
  vcio vchiq vcsm-cma rpivid-mem dma_heap/system mmcblk0 mmcblk0p1 mmcblk0boot0 sda sda1 nvme0 nvme0n1 vda loop0 loop-control
  mapper/control dm-0 md0 ram0 zram0 zram-control nbd0 disk/by-uuid root watchdog watchdog0 rtc0 rtc hwrng tpm0 tpmrm0
  pps0 ptp0 iio:device0 rfkill net/tun ppp vhci vhost-net vhost-vsock vsock kvm fuse cuse autofs btrfs-control cpu/0/msr
  cpu/0/cpuid cpu_dma_latency mtd0 mtdblock0 ubi0 lirc0 cec0 pwm snapshot userio vfio/vfio crypto bsg/0 sg0 sr0 st0 shm
  mqueue hugepages log initctl stdin stdout stderr fd core`
    .trim()
    .split(/\s+/)

/** Where the kernel has its pins, buses and switches as files. */
const kernelFiles =
  `/sys/class/gpio/export /sys/class/gpio/gpio17/value /sys/class/i2c-dev /sys/bus/i2c/devices /sys/bus/spi/devices
  /sys/class/pwm/pwmchip0/export /sys/class/leds /sys/class/thermal /sys/class/backlight /sys/class/watchdog /sys/class/net
  /sys/block /sys/power/state /sys/kernel/debug/gpio /sys/kernel/debug/pinctrl /sys/kernel/config/device-tree
  /sys/kernel/uevent_helper /sys/kernel/mm/ksm/run /sys/module /sys/fs/cgroup/release_agent /sys/fs/cgroup/cgroup.procs
  /sys/firmware/devicetree/base /sys/firmware/efi/efivars /sys/bus/usb/devices /sys/bus/platform/drivers_probe
  /sys/devices/platform /sys/devices/system/cpu/cpu0/online /proc/device-tree /proc/sysrq-trigger /proc/kcore
  /proc/kmsg /proc/vmcore`
    .trim()
    .split(/\s+/)

/** Numbers at the end are spellings of one device. */
const kindOf = (name: string): string => name.replaceAll(/\d+/g, 'N')

void t.test('no device but the five can be looked at, opened or listed', slow, async (t) => {
  const tally = new EscapeTally('devices and files of the kernel')
  const home = createEscapeHome(t)
  const ofThisHost = fs.readdirSync('/dev', { recursive: true, encoding: 'utf8' })
  // Where stdin and the like are named, they are the process's own.
  const own = /^(?:fd|stdin|stdout|stderr|pts|shm|mqueue|core)\b/
  const names = [...new Set([...ofBoards, ...ofThisHost])].filter((name) => !given.has(name) && !own.test(name))
  const forms = {
    'as it is': '/dev/',
    'through the root of the first process': '/proc/1/root/dev/',
    'up from a device': '/dev/null/../',
    'up from the workspace': '../dev/',
    'of the daemon': `/proc/${process.pid}/root/dev/`,
  }
  const rows = [
    ...names.flatMap((name) =>
      Object.entries(forms).map(([form, before]) => ({
        what: kindOf(name),
        form,
        path: before + name,
        isHere: fs.existsSync(`/dev/${name}`),
      })),
    ),
    ...['fd', 'pts', 'shm', 'mqueue', 'core'].map((name) => ({
      what: name,
      form: 'as it is',
      path: `/dev/${name}`,
      isHere: fs.existsSync(`/dev/${name}`),
    })),
    ...kernelFiles.map((path) => ({ what: path, form: 'as it is', path, isHere: fs.existsSync(path) })),
    ...kernelFiles.map((path) => ({
      what: path,
      form: 'through the first process',
      path: `/proc/1/root${path}`,
      isHere: fs.existsSync(path),
    })),
  ]
  fs.writeFileSync(join(home.workspace, 'table'), rows.map(({ path }, at) => `${at}\t${path}\n`).join(''))
  const shell = await createEscapeShell(home.workspace)
  for (const interpreter of interpreters) {
    fs.writeFileSync(join(home.workspace, 'script'), interpreter.reads)
    const said = await shell.run(interpreter.run('script'))
    t.match(said, `tried ${rows.length}`, `${interpreter.name} came to the end of the table`)
    const opened = [...said.matchAll(/^OPEN (\d+)(.*)/gm)].map(([, at, what]) => `${rows[Number(at)]?.path}${what}`)
    // Names and rights of these are there to see, and nothing in them to get.
    const seen = opened.filter(
      (each) => !/^(?:\/proc\/1\/root)?\/proc\/(?:kcore|kmsg|vmcore|sysrq-trigger)(?: pinned| linked| *)?$/.test(each),
    )
    t.same(seen, [], interpreter.name)
    // What this host has not got would be missing anyway: it is tried, and not counted.
    for (const { what, form, isHere } of rows) if (isHere) tally.count(what, form, interpreter.name)
  }
  tally.atLeast(t, 200)
})

const isRoot = process.getuid?.() === 0
const asRoot = { ...slow, skip: isRoot ? false : 'only root can make a device node' }

void t.test('a device node in the workspace is a name and nothing more', asRoot, async (t) => {
  const tally = new EscapeTally('nodes in the workspace')
  const home = createEscapeHome(t)
  // Under the names of pins and buses, and behind them what does no harm if it is opened: memory that is zero.
  const nodes = ['gpiochip0', 'i2c-1', 'spidev0.0', 'mem', 'kmsg', 'ttyS0', 'sub/gpiochip0', 'mmcblk0']
  fs.mkdirSync(join(home.workspace, 'sub'))
  for (const name of nodes) execFileSync('mknod', ['-m', '666', join(home.workspace, name), 'c', '1', '5'])
  fs.writeFileSync(join(home.workspace, 'table'), nodes.map((name, at) => `${at}\t/workspace/${name}\n`).join(''))
  const shell = await createEscapeShell(home.workspace)
  const open = `while IFS='\t' read -r id path; do
    head -c 1 "$path" && echo "READ $id"; (: >"$path") && echo "WROTE $id"
    cp "$path" /tmp/copy && [ -s /tmp/copy ] && echo "READ $id"; dd if="$path" bs=1 count=1 of=/tmp/dd && echo "READ $id"
    python3 -c 'import os, sys; os.open(sys.argv[1], os.O_RDWR); print("READ")' "$path"
    perl -e 'open(my $f, "+<", $ARGV[0]) and print "READ\\n"' "$path"
  done <table 2>/dev/null; echo tried all`
  t.equal(await shell.run(open), 'exit code 0\ntried all')
  for (const name of nodes)
    for (const entry of ['head', '>', 'cp', 'dd', 'python3', 'perl']) tally.count('a node', name, entry)

  const weak = weakBubblewrap(
    home.folder,
    `for at in "\${!words[@]}"; do [ "\${words[at]}" = --bind ] && words[at]=--dev-bind; done`,
  )
  const said = await (await createEscapeShell(home.workspace, { program: weak })).run(open)
  t.match(said, /READ 0\nWROTE 0\n/, 'with devices let into the workspace this class gets through')
  tally.atLeast(t, 48)
})

void t.test('with one device more this class gets through', slow, async (t) => {
  const home = createEscapeHome(t)
  const weak = weakBubblewrap(
    home.folder,
    `for at in "\${!words[@]}"; do [ "\${words[at]}" = --remount-ro ] && [ "\${words[at+1]}" = /dev ] && words=("\${words[@]:0:at}" --dev-bind /dev/tty /dev/gpiochip0 "\${words[@]:at}"); done`,
  )
  const shell = await createEscapeShell(home.workspace, { program: weak })
  t.match(await shell.run('[ -e /dev/gpiochip0 ] && echo there'), 'there')
})

void t.test('no canary is in any byte that was answered, sent, printed or written', (t) => {
  watch.search(t)
  t.end()
})
