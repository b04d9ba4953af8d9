import { acquireHomeLock } from '../../src/daemon/home-lock.ts'

// A process that takes the lock of the home in its first argument, says so, and holds it until it is killed.
const lock = await acquireHomeLock(process.argv[2] ?? '', Number(process.argv[3]))
process.stdout.write(lock === 'taken' ? 'taken\n' : 'held\n')
if (lock !== 'taken') process.stdin.resume()
