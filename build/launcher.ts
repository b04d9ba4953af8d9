/**
 * `dist/pincer`: a shell script that becomes the runtime by `exec`, so there is one process with one pid. It starts no
 * other program unless it was called through a symbolic link, and it takes nothing from the environment.
 */
export function launcherScript(options: { readonly runtime: string; readonly flags: readonly string[] }): string {
  return `#!/bin/sh
# Made by \`npm run build\`. Runs the bundle beside this file on the pinned runtime, never on the \`node\` of the PATH.
self=$0
if [ -h "$self" ]; then self=$(readlink -f -- "$self"); fi
case $self in
  */*) here=\${self%/*} ;;
  *) here=. ;;
esac
runtime=${options.runtime}
if [ ! -x "$runtime" ]; then
  echo "pincer: the pinned runtime is missing ($runtime): run \\\`npm ci && npm run build\\\` in the repository." >&2
  exit 2
fi
# A crash leaves no memory, and with it no key, on the disk.
ulimit -c 0 2>/dev/null
unset ${ignoredVariables.join(' ')}
exec "$runtime" ${options.flags.join(' ')} "$here/boot.cjs" "$@"
`
}

/** What would change how the runtime works behind our back: load other code, open an inspector, trust any certificate. */
const ignoredVariables: readonly string[] = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'NODE_V8_COVERAGE',
  'NODE_COMPILE_CACHE',
  'NODE_INSPECT_RESUME_ON_START',
  'NODE_PENDING_DEPRECATION',
  'NODE_PRESERVE_SYMLINKS',
  'NODE_PRESERVE_SYMLINKS_MAIN',
  'NODE_REDIRECT_WARNINGS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_ICU_DATA',
  'OPENSSL_CONF',
  'OPENSSL_MODULES',
]
