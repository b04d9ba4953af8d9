/** What only commands of a moment need: the daemon answers to them over its socket, and runs none of it. */
export { showBoard } from './board-command.ts'
export { runOnce, runPiped } from './channels/terminal/script-mode.ts'
export { askDaemon } from './daemon/ask-daemon.ts'
export { connectControl } from './daemon/control-client.ts'
export { safeState } from './safe-state-command.ts'
