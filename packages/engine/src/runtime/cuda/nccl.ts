// NCCL through koffi: the sum of gradients over GPUs, one process for each GPU. Process 0 draws an id, hands it to
// the others by any means, and all open their communicator together.

import koffi from 'koffi';
import { DeviceUnavailable } from '../device.ts';
import { CudaError } from './driver.ts';
import { loadLibrary } from './libraries.ts';

const FLOAT32 = 7;
const SUM = 0;
export const NCCL_ID_BYTES = 128;

export interface Communicator {
  readonly rank: number;
  readonly world: number;
  /** Sums `count` float32 at a device address over all processes, in place, in the order of the stream. */
  allReduce(address: number, count: number, stream: number): void;
  dispose(): void;
}

export interface Nccl {
  /** For process 0: the name of a new group. */
  uniqueId(): Uint8Array;
  /** Blocks until every process of the group has called it. The GPU's context must be current. */
  open(id: Uint8Array, rank: number, world: number): Communicator;
}

export function openNccl(places: readonly string[] = []): Nccl {
  const lib = loadLibrary(['libnccl.so.2', 'libnccl.so'], places);
  if (!lib) {
    throw new DeviceUnavailable(
      'Training on several GPUs needs NCCL (libnccl.so.2), which is not here. Install it with: pip install nvidia-nccl-cu12',
    );
  }
  const id = koffi.struct({ internal: koffi.array('uint8_t', NCCL_ID_BYTES) });
  const draw = lib.func('ncclGetUniqueId', 'int', [koffi.out(koffi.pointer('uint8_t'))]);
  const init = lib.func('ncclCommInitRank', 'int', [koffi.out(koffi.pointer('int64_t')), 'int', id, 'int']);
  const reduce = lib.func('ncclAllReduce', 'int', [
    ...['int64_t', 'int64_t', 'size_t', 'int', 'int', 'int64_t', 'int64_t'],
  ]);
  const destroy = lib.func('int ncclCommDestroy(int64_t communicator)');
  const describe = lib.func('const char *ncclGetErrorString(int code)');
  const check = (code: number, doing: string) => {
    if (code !== 0) throw new CudaError(`NCCL failed while ${doing}: ${describe(code)}.`, code);
  };
  return {
    uniqueId() {
      const out = new Uint8Array(NCCL_ID_BYTES);
      check(draw(out), 'naming a group');
      return out;
    },
    open(name, rank, world) {
      const out: [number] = [0];
      check(init(out, world, { internal: [...name] }, rank), `joining a group of ${world} GPUs`);
      const communicator = Number(out[0]);
      return {
        rank,
        world,
        allReduce: (address, count, stream) =>
          check(reduce(address, address, count, FLOAT32, SUM, communicator, stream), 'adding gradients'),
        dispose: () => void destroy(communicator),
      };
    },
  };
}
