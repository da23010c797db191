/**
 * The layout of Megatron-LM's indexed datasets. `.bin` holds the tokens alone, back to back. `.idx`, little endian:
 *
 *   0   9 bytes  "MMIDIDX" 00 00
 *   9   uint64   version 1
 *   17  uint8    dtype code
 *   18  uint64   sequence count S
 *   26  uint64   length D of the document table (documents + 1)
 *   34  int32[S] tokens of each sequence
 *       int64[S] byte offset of each sequence in .bin
 *       int64[D] index of the first sequence of each document, beginning with 0 and ending with S
 */
export const MAGIC = Buffer.from('MMIDIDX\0\0', 'latin1');
export const VERSION = 1n;
export const HEADER_BYTES = 34;

export type TokenType = 'uint16' | 'int32';

/** Codes of Megatron's `DType` enumeration for the two types that vocabularies need. */
export const DTYPE_CODE: Record<TokenType, number> = { int32: 4, uint16: 8 };
export const TOKEN_BYTES: Record<TokenType, number> = { int32: 4, uint16: 2 };

/** Megatron's `optimal_dtype`: 16 bits where every id fits with some room, else a signed 32-bit integer. */
export function tokenTypeFor(vocabSize: number): TokenType {
  return vocabSize < 65_500 ? 'uint16' : 'int32';
}
