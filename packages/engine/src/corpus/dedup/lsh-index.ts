import type { Signature } from './minhash.ts';
import { avalanche } from './shingles.ts';

/**
 * Locality-sensitive hashing over MinHash signatures (Indyk and Motwani 1998): a signature is cut into `buckets` bands
 * of `rows` values; two documents are candidates when one whole band is equal, which happens with probability
 * 1 - (1 - s^rows)^buckets at Jaccard similarity s. Each band keeps one table from its 64-bit key to the first
 * document that had it. Memory: about 24 bytes per document and band.
 */
export function createLshIndex(buckets: number, rows: number) {
  const bands = Array.from({ length: buckets }, createBandTable);
  return {
    /** Enters a document; `onCandidate` hears of the first document of each band that is equal. */
    add(document: number, signature: Signature, onCandidate: (earlier: number) => void): void {
      for (let band = 0; band < buckets; band++) {
        let high = band + 1;
        let low = ~band;
        for (let k = band * rows; k < (band + 1) * rows; k++) {
          high = Math.imul(high ^ signature.high[k], 0xcc9e2d51);
          high = ((high << 15) | (high >>> 17)) + signature.low[k];
          low = Math.imul(low ^ signature.low[k], 0x1b873593);
          low = ((low << 13) | (low >>> 19)) + signature.high[k];
        }
        const earlier = bands[band].firstWith(avalanche(high ^ low), avalanche(low + 0x9e3779b9), document);
        if (earlier !== document) onCandidate(earlier);
      }
    },
  };
}

/** Open addressing from 64-bit keys to document numbers, at most half full. */
function createBandTable() {
  let size = 1024;
  let highs = new Uint32Array(size);
  let lows = new Uint32Array(size);
  let documents = new Int32Array(size).fill(-1);
  let used = 0;
  const slotOf = (high: number, low: number): number => {
    let slot = low & (size - 1);
    while (documents[slot] !== -1 && (highs[slot] !== high || lows[slot] !== low))
      slot = (slot + 1) & (size - 1);
    return slot;
  };
  const grow = () => {
    const [oldHighs, oldLows, oldDocuments] = [highs, lows, documents];
    size *= 2;
    highs = new Uint32Array(size);
    lows = new Uint32Array(size);
    documents = new Int32Array(size).fill(-1);
    oldDocuments.forEach((document, i) => {
      if (document !== -1) put(slotOf(oldHighs[i], oldLows[i]), oldHighs[i], oldLows[i], document);
    });
  };
  const put = (slot: number, high: number, low: number, document: number) => {
    highs[slot] = high;
    lows[slot] = low;
    documents[slot] = document;
  };
  return {
    /** The first document entered with this key; enters `document` when there is none. */
    firstWith(high: number, low: number, document: number): number {
      const slot = slotOf(high, low);
      if (documents[slot] !== -1) return documents[slot];
      put(slot, high, low, document);
      used += 1;
      if (used * 2 > size) grow();
      return document;
    },
  };
}
