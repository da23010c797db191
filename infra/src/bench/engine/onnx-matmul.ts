// The smallest ONNX model: C = MatMul(A, B) on [n, n], as protobuf bytes (onnx.proto, IR version 8, opset 13).

const varint = (value: number): number[] => {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return [...out, rest];
};
const int = (field: number, value: number) => [...varint(field << 3), ...varint(value)];
const bytes = (field: number, value: readonly number[]) => [
  ...varint((field << 3) | 2),
  ...varint(value.length),
  ...value,
];
const text = (field: number, value: string) => bytes(field, [...Buffer.from(value)]);

const FLOAT = 1;

/** ValueInfoProto of a float matrix. */
const matrix = (field: number, name: string, n: number) => {
  const dimension = bytes(1, int(1, n));
  const tensor = [...int(1, FLOAT), ...bytes(2, [...dimension, ...dimension])];
  return bytes(field, [...text(1, name), ...bytes(2, bytes(1, tensor))]);
};

export function matmulModel(n: number): Uint8Array {
  const node = [...text(1, 'A'), ...text(1, 'B'), ...text(2, 'C'), ...text(4, 'MatMul')];
  const graph = [
    ...bytes(1, node),
    ...text(2, 'product'),
    ...matrix(11, 'A', n),
    ...matrix(11, 'B', n),
    ...matrix(12, 'C', n),
  ];
  return Uint8Array.from([...int(1, 8), ...bytes(7, graph), ...bytes(8, int(2, 13))]);
}
