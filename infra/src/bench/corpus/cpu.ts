/** Processor seconds (user) that `work` takes in this process; wall time would count what else the machine does. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1e6;
}
