import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkoutRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
