// Where NVIDIA's libraries lie: in the loader's path, in a toolkit's folder, or inside a Python installation
// (GPU images often have them nowhere else). The first that loads is taken.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import koffi, { type LibraryHandle } from 'koffi';

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
};

/** Folders that hold Python packages, system-wide or in the usual environments. */
function pythonFolders(): string[] {
  const roots = ['/usr/lib', '/usr/local/lib', '/opt/conda/lib', '/opt/venv/lib', '/venv/lib'];
  const pythons = roots.flatMap(list).filter((path) => /\/python3(\.\d+)?$/.test(path));
  return pythons.flatMap((path) => [join(path, 'site-packages'), join(path, 'dist-packages')]);
}

function libraryFolders(): string[] {
  const toolkits = list('/usr/local').filter((path) => /\/cuda(-[\d.]+)?$/.test(path));
  const wheels = pythonFolders().flatMap((path) => list(join(path, 'nvidia')));
  return [
    ...toolkits.flatMap((path) => [join(path, 'lib64'), join(path, 'targets/x86_64-linux/lib')]),
    ...wheels.map((path) => join(path, 'lib')),
  ];
}

/** Loads the first of `names` found; `places` are files or folders to look in before all others. */
export function loadLibrary(
  names: readonly string[],
  places: readonly string[] = [],
): LibraryHandle | undefined {
  const given = places.flatMap((place) =>
    names.some((name) => place.endsWith(name)) || /\.so[.\d]*$/.test(place)
      ? [place]
      : names.map((name) => join(place, name)),
  );
  const found = libraryFolders().flatMap((folder) => names.map((name) => join(folder, name)));
  for (const path of [...given.filter(existsSync), ...names, ...found.filter(existsSync)]) {
    try {
      return koffi.load(path);
    } catch {
      // The next place may have one that fits this machine.
    }
  }
  return undefined;
}
