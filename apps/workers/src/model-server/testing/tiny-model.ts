import { llamaParameters } from '@tsudoi/engine';
import { createTokenizer, PieceType, type UnigramModel } from '@tsudoi/engine/tokenizer';

/** A model of 32 positions whose pieces are single letters, with weights that are a function of their place. */
export async function tinyModel() {
  const letters = [...'abcdefghijkl'];
  const pieces: UnigramModel['pieces'] = [
    { piece: '<unk>', score: 0, type: PieceType.unknown },
    { piece: '<s>', score: 0, type: PieceType.control },
    { piece: '</s>', score: 0, type: PieceType.control },
    { piece: '<pad>', score: 0, type: PieceType.control },
    ...letters.map((piece) => ({ piece, score: -2, type: PieceType.normal })),
  ];
  const ids = { unkId: 0, bosId: 1, eosId: 2, padId: 3 };
  const tokenizer = createTokenizer({
    pieces,
    ...ids,
    byteFallback: false,
    addDummyPrefix: false,
    arithmetic: 'float32',
  });
  const config = {
    vocabSize: pieces.length,
    hiddenSize: 16,
    layers: 1,
    heads: 2,
    intermediateSize: 32,
    maxPositions: 32,
    tieEmbeddings: true,
  };
  const parameters = new Map(
    llamaParameters(config).map(({ name, shape }) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const data = Float32Array.from({ length: count }, (_, i) =>
        shape.length === 1 ? 1 : Math.sin(i * 12.9898 + name.length) * 0.3,
      );
      return [name, { shape, data }];
    }),
  );
  return { config, parameters, tokenizer };
}
