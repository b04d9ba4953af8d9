import { plainText, simpleCommands, type Words } from './command-words.ts'

export interface CommandRule {
  /** Shown to people as what was matched. */
  readonly pattern: string
  /** What to do instead; a whole sentence. */
  readonly instead: string
  matches(command: string): boolean
}

/** The patterns that no configuration switches off. Few, so that they are rarely wrong: the sandbox is the boundary. */
export const commandRules: readonly CommandRule[] = [
  {
    pattern: 'removing everything',
    instead: 'Name the files or folders that are to go, for example rm -r build.',
    matches: (command) => anyCommand(removesEverything)(withFolderEntered(command)),
  },
  {
    pattern: 'fork bomb',
    instead: 'Start as many processes as the work needs, and wait for them.',
    matches: startsItselfTwice,
  },
  {
    pattern: 'writing to a device or to the kernel',
    instead: 'Use the tools for devices and buses, which hold the limits of each output.',
    matches: writesToDevice,
  },
  {
    pattern: 'disk tool',
    instead: 'The sandbox has no disks: a person does this on the host.',
    matches: anyCommand(
      ([name = '']) => /^(?:mkfs|mkswap|wipefs|blkdiscard|s?fdisk|parted)(?:\.|$)/.test(name) && !name.endsWith('.md'),
    ),
  },
  {
    pattern: 'more privilege',
    instead: 'Nothing in the sandbox can have more rights: do it without, or ask a person to do it on the host.',
    matches: anyCommand(
      ([name = '', ...rest]) =>
        privileged.has(name) ||
        // Without a word it lists what is mounted.
        (name === 'mount' && rest.some((word) => !word.startsWith('-'))) ||
        (name === 'chmod' && rest.some((word) => setsId.test(word))),
    ),
  },
  {
    pattern: 'power and services',
    instead: 'Ask a person to do it on the host.',
    matches: anyCommand(switchesPower),
  },
  {
    pattern: 'pins and buses',
    instead: 'Use device_set, gpio_write or i2c_transfer, which hold the limits.',
    matches: anyCommand(([name = '']) =>
      /^(?:gpio(?:set|get|mon|detect|info)|i2c(?:set|get|dump|detect|transfer)|spi-config|pinctrl|raspi-gpio|devmem2?)$/.test(
        name,
      ),
    ),
  },
  {
    pattern: 'running a download unread',
    instead: 'Save it to a file, read it, then run the file.',
    matches: (command) =>
      /\b(?:curl|wget)\b[^;\n]*\|\s*(?:[\w./]*\/)?(?:env )?(?:(?:ba|da|z|k)?sh|python[\d.]*|perl|node|ruby)\b/.test(
        plainText(command),
      ),
  },
]

/** An entry of `shell.deny`: its words in this order, anywhere in a command; `*` stands for any part of a word. */
export function deniedBy(entry: string): (command: string) => boolean {
  const wanted = plainText(entry)
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => new RegExp(`^${word.split('*').map(escapeRegExp).join('.*')}$`, 's'))
  const isAt = (words: Words, at: number): boolean =>
    wanted.every((pattern, index) => pattern.test(words[at + index] ?? ''))
  return (command) => {
    if (wanted.length === 0) return false
    // Also as plain words, so that an entry with signs of the shell in it, such as `| sh`, means what it says.
    const lines = [...simpleCommands(command), plainText(command).split(/\s+/)]
    return lines.some((words) => words.some((_word, at) => isAt(words, at)))
  }
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

function anyCommand(test: (words: Words) => boolean): (command: string) => boolean {
  return (command) => simpleCommands(command).some(test)
}

const privileged: ReadonlySet<string> = new Set(
  `sudo su doas pkexec nsenter unshare chroot setpriv setcap bwrap umount insmod modprobe rmmod`.split(' '),
)

/** Modes with the bits that run a file as its owner or group. */
const setsId = /^(?:[ugoa]*\+[rwxt]*s|0?[2-7][0-7]{3})$/

/** A function whose body starts it twice at once. One pattern for all of it would take seconds with some texts. */
function startsItselfTwice(command: string): boolean {
  const text = command.replaceAll(/\s+/g, '')
  return [...text.matchAll(/([\w:.]{1,64})\(\)\{/g)].some(({ 1: name = '', index }) => {
    const body = text.substring(index, Math.max(index, text.lastIndexOf('}')))
    return ['|', '|&', '&'].some((sign) => body.includes(`${name}${sign}${name}`))
  })
}

/** `cd build && rm -r *` as `rm -r build/*`. Behind `;` it would run where the folder is missing, too. */
function withFolderEntered(command: string): string {
  const entered = /(?<=^|[;&|(\n])\s*cd\s+(?!\S*\.\.)([\w./~][\w./~-]*)\s*&&\s*(rm\s[^;&|<>()\n]*)/g
  return command.replaceAll(entered, (_whole, folder: string, removal: string) =>
    removal.replaceAll(/(?<=\s)(?:\.\/+)*(?=[.*])/g, `${folder}/`),
  )
}

/** All of the workspace, the home or the root, however it is spelled. */
const everything = /^(?:\/+|(?:\/+workspace|~|\$\{?(?:home|pwd)\}?|\.)?\/*(?:\.?\*|\.)?\/*)$/

function removesEverything([name, ...rest]: Words): boolean {
  const targets = rest.filter((word) => !word.startsWith('-'))
  if (rest.includes('--no-preserve-root')) return true
  if (name === 'rm') {
    return rest.some((word) => /^-\w*r|^--recursive$/.test(word)) && targets.some((word) => everything.test(word))
  }
  if (name !== 'find' || !rest.includes('-delete')) return false
  return everything.test(targets[0] ?? '.') && !rest.some((word) => narrows.test(word))
}

/** Tests of find that leave something standing. */
const narrows = /^-(?:i?name|i?path|i?regex|size|[acm](?:time|min)|newer|empty|user|perm)/

function writesToDevice(command: string): boolean {
  const text = plainText(command)
  const named = (path: string): boolean => !/^\/dev\/(?:null|zero|full|u?random|std(?:in|out|err)|tty|fd)\b/.test(path)
  const targets = text.matchAll(/(?:>>?\|?|\bof=|\btee (?:-a )?)\s*(\/(?:dev|sys|proc)\/[^\s;&|)]+)/g)
  return [...targets].some(([, path = '']) => named(path))
}

function switchesPower([name = '', ...rest]: Words): boolean {
  if (/^(?:shutdown|reboot|halt|poweroff|telinit|kexec)$/.test(name)) return true
  if (name === 'init') return /^[06]$/.test(rest[0] ?? '')
  if (name !== 'systemctl' && name !== 'service') return false
  return rest.some((word) =>
    /^(?:poweroff|reboot|halt|suspend|hibernate|kexec|isolate|start|stop|restart|enable|disable|mask)$/.test(word),
  )
}
