import fs from 'node:fs'

/** A program that plays attacks inside: what it runs, and what it does with a table of lines `number<TAB>path`. */
export interface Interpreter {
  readonly name: string
  readonly run: (script: string) => string
  /** Says `OPEN number` of each path that can be looked at, opened, listed or entered, with what stands there. */
  readonly reads: string
  /** Says `WROTE number way` of each path that can be changed, in whatever way. */
  readonly writes?: string
}

const shellReads = `
n=0
while IFS='\t' read -r id path; do
  n=$((n+1))
  if [ -e "$path" ] || [ -r "$path" ]; then echo "OPEN $id"; fi
  if { IFS= read -r line <"$path"; } 2>/dev/null; then echo "OPEN $id $line"; fi
  if (cd -P "$path") 2>/dev/null; then echo "OPEN $id entered"; fi
done <table
echo "tried $n"`

const shellWrites = `
n=0
touch own
while IFS='\t' read -r id path; do
  n=$((n+1))
  ( : >"$path/evil" ) && echo "WROTE $id create"
  ( [ -f "$path" ] && : >>"$path" ) && echo "WROTE $id append"
  ( [ -f "$path" ] && : <>"$path" ) && echo "WROTE $id both"
  mkdir "$path/evil" && echo "WROTE $id mkdir"
  ln -s x "$path/evil" && echo "WROTE $id symlink"
  ln -T own "$path/evil" && echo "WROTE $id link"
  [ -d "$path" ] && mv -T own "$path/evil" && echo "WROTE $id rename"
  [ -d "$path" ] && mkfifo "$path/evil" && echo "WROTE $id mkfifo"
  chmod --reference="$path" "$path" && echo "WROTE $id chmod"
  [ -e "$path" ] && touch -c "$path" && echo "WROTE $id times"
done <table 2>/dev/null
echo "tried $n"`

const perlReads = `
use Fcntl; my $n = 0;
open(my $t, '<', 'table'); chomp(my @rows = <$t>); close $t;
for (@rows) {
  my ($id, $path) = split /\\t/; $n++;
  print "OPEN $id\\n" if lstat($path) && !-l _ or stat($path);
  if (open(my $f, '<', $path)) { my $x = <$f> // ''; print "OPEN $id $x\\n" }
  if (opendir(my $d, $path)) { print "OPEN $id ", join(' ', readdir $d), "\\n" }
  if (sysopen(my $f, $path, 010000000)) { print "OPEN $id pinned\\n" }
  if (chdir $path) { print "OPEN $id entered\\n" } chdir '/workspace';
  unlink 'planted'; symlink $path, 'planted'; if (open(my $f, '<', 'planted')) { print "OPEN $id planted ", scalar(<$f>) // '', "\\n" }
  unlink 'hard'; if (link $path, 'hard') { print "OPEN $id linked\\n" }
}
print "tried $n\\n";`

const perlWrites = `
use Fcntl; use POSIX; my $n = 0;
open(my $t, '<', 'table'); chomp(my @rows = <$t>); close $t;
for (@rows) {
  my ($id, $path) = split /\\t/; $n++; open(my $o, '>', 'own'); close $o;
  my $way = sub { print "WROTE $id $_[0]\\n" if $_[1] };
  $way->('create', sysopen(my $a, "$path/evil", O_CREAT | O_WRONLY | O_EXCL));
  $way->('append', -f $path && sysopen(my $b, $path, O_WRONLY | O_APPEND));
  $way->('both', -f $path && sysopen(my $c, $path, O_RDWR));
  $way->('mkdir', mkdir "$path/evil");
  $way->('symlink', symlink 'x', "$path/evil");
  $way->('link', link 'own', "$path/evil");
  $way->('rename', -d $path && rename 'own', "$path/evil");
  $way->('mkfifo', -d $path && mkfifo("$path/evil", 0600));
  $way->('chmod', chmod((stat $path)[2] & 07777, $path)) if -e $path;
  $way->('times', utime undef, undef, $path);
}
print "tried $n\\n";`

const pythonReads = `
import os
rows = [l.rstrip('\\n').split('\\t') for l in open('table')]
def tried(id, what):
    try:
        print('OPEN', id, what() or '')
    except (OSError, ValueError):
        pass
for id, path in rows:
    tried(id, lambda: os.stat(path) and None)
    tried(id, lambda: open(path, 'rb').read(200))
    tried(id, lambda: os.listdir(path))
    tried(id, lambda: os.open(path, os.O_PATH) and None)
    tried(id, lambda: os.chdir(path)); os.chdir('/workspace')
    root = os.open('/', os.O_RDONLY)
    tried(id, lambda: os.open(path.lstrip('/'), os.O_RDONLY, dir_fd=root) and None)
    os.close(root)
    tried(id, lambda: os.getxattr(path, 'user.x') and None)
    tried(id, lambda: os.rename(path, 'taken'))
print('tried', len(rows))`

const pythonWrites = `
import os
rows = [l.rstrip('\\n').split('\\t') for l in open('table')]
def tried(id, way, what):
    try:
        if what() is not False: print('WROTE', id, way)
    except OSError:
        pass
for id, path in rows:
    open('own', 'w').close()
    evil = path + '/evil'
    tried(id, 'create', lambda: os.open(evil, os.O_CREAT | os.O_WRONLY | os.O_EXCL))
    tried(id, 'append', lambda: os.path.isfile(path) and os.open(path, os.O_WRONLY | os.O_APPEND))
    tried(id, 'both', lambda: os.path.isfile(path) and os.open(path, os.O_RDWR))
    tried(id, 'mkdir', lambda: os.mkdir(evil))
    tried(id, 'symlink', lambda: os.symlink('x', evil))
    tried(id, 'link', lambda: os.link('own', evil))
    tried(id, 'rename', lambda: os.path.isdir(path) and os.rename('own', evil))
    tried(id, 'mkfifo', lambda: os.path.isdir(path) and os.mkfifo(evil))
    tried(id, 'chmod', lambda: os.chmod(path, os.stat(path).st_mode & 0o7777))
    tried(id, 'times', lambda: os.utime(path))
    tried(id, 'attribute', lambda: os.setxattr(path, 'user.evil', b'x'))
    tried(id, 'unnamed', lambda: os.open(path, os.O_TMPFILE | os.O_WRONLY))
print('tried', len(rows))`

const nodeReads = `
const fs = require('fs')
const rows = fs.readFileSync('table', 'utf8').trim().split('\\n').map((row) => row.split('\\t'))
for (const [id, path] of rows) {
  const tried = (what) => { try { console.log('OPEN', id, String(what() ?? '').slice(0, 200)) } catch {} }
  tried(() => void fs.statSync(path))
  tried(() => fs.readFileSync(path))
  tried(() => fs.readdirSync(path))
  tried(() => fs.copyFileSync(path, 'copy'))
  tried(() => fs.linkSync(path, 'hard'))
  tried(() => fs.realpathSync(path) && fs.accessSync(path))
}
console.log('tried', rows.length)`

const nodeWrites = `
const fs = require('fs')
const rows = fs.readFileSync('table', 'utf8').trim().split('\\n').map((row) => row.split('\\t'))
for (const [id, path] of rows) {
  fs.writeFileSync('own', '')
  const is = (kind) => { if (!fs.statSync(path)[kind]()) throw 1 }
  const tried = (way, what) => { try { what(); console.log('WROTE', id, way) } catch {} }
  tried('create', () => fs.openSync(path + '/evil', 'wx'))
  tried('append', () => (is('isFile'), fs.openSync(path, 'a')))
  tried('both', () => (is('isFile'), fs.openSync(path, 'r+')))
  tried('mkdir', () => fs.mkdirSync(path + '/evil'))
  tried('symlink', () => fs.symlinkSync('x', path + '/evil'))
  tried('link', () => fs.linkSync('own', path + '/evil'))
  tried('rename', () => (is('isDirectory'), fs.renameSync('own', path + '/evil')))
  tried('chmod', () => fs.chmodSync(path, fs.statSync(path).mode & 0o7777))
  tried('times', () => fs.utimesSync(path, new Date(), new Date()))
}
console.log('tried', rows.length)`

const awkReads = `{
  id = $1; path = $2; n++
  if ((getline line < path) >= 0) print "OPEN " id " " line
  close(path)
} END { print "tried " n }`

const all: readonly Interpreter[] = [
  { name: '/bin/sh', run: (script) => `sh ${script}`, reads: shellReads, writes: shellWrites },
  { name: '/bin/bash', run: (script) => `bash ${script}`, reads: shellReads, writes: shellWrites },
  { name: '/usr/bin/perl', run: (script) => `perl ${script}`, reads: perlReads, writes: perlWrites },
  { name: '/usr/bin/python3', run: (script) => `python3 ${script}`, reads: pythonReads, writes: pythonWrites },
  { name: '/usr/bin/node', run: (script) => `node ${script}`, reads: nodeReads, writes: nodeWrites },
  { name: '/usr/bin/awk', run: (script) => `awk -F '\t' -f ${script} table`, reads: awkReads },
]

/** Those that this host has, and so the sandbox. */
export const interpreters: readonly Interpreter[] = all.filter(({ name }) => fs.existsSync(name))
