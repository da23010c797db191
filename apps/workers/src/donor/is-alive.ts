/**
 * Whether another process of this machine is there; signal 0 asks and does nothing. What lies there under this process's own
 * id at its start is of one that was killed: in a container each start often gets the same.
 */
export function isAnotherAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}
