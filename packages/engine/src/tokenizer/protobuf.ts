/** As much of the Protocol Buffers wire format as SentencePiece files need. */
export type Field =
  | { number: number; wire: 'varint'; value: bigint }
  | { number: number; wire: 'bytes'; value: Uint8Array }
  | { number: number; wire: 'fixed32' | 'fixed64'; value: DataView };

/** @throws RangeError at a message that ends in the middle of a field or uses an unknown wire type */
export function* readFields(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= message.length) throw new RangeError(`ends inside a number at byte ${at}`);
      const byte = message[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError(`a number is longer than 64 bits at byte ${at}`);
  };
  const take = (size: number): Uint8Array => {
    if (size > message.length - at) throw new RangeError(`ends inside a field at byte ${at}`);
    at += size;
    return message.subarray(at - size, at);
  };
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  while (at < message.length) {
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, wire: 'varint', value: varint() };
        break;
      case 1:
        yield { number, wire: 'fixed64', value: view(take(8)) };
        break;
      case 2:
        yield { number, wire: 'bytes', value: take(Number(varint())) };
        break;
      case 5:
        yield { number, wire: 'fixed32', value: view(take(4)) };
        break;
      default:
        throw new RangeError(`unknown wire type ${tag % 8} at byte ${at}`);
    }
  }
}

/** Appends fields in the order they are written. */
export class MessageWriter {
  private readonly parts: Uint8Array[] = [];

  /** Integers and booleans; negative numbers as 64-bit two's complement, as int32 fields are. */
  varint(number: number, value: number | boolean): this {
    this.raw(BigInt(number * 8));
    return this.raw(BigInt.asUintN(64, BigInt(Number(value))));
  }

  float(number: number, value: number): this {
    this.raw(BigInt(number * 8 + 5));
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.parts.push(bytes);
    return this;
  }

  bytes(number: number, value: Uint8Array): this {
    this.raw(BigInt(number * 8 + 2)).raw(BigInt(value.length));
    this.parts.push(value);
    return this;
  }

  string(number: number, value: string): this {
    return this.bytes(number, new TextEncoder().encode(value));
  }

  finish(): Uint8Array {
    const result = new Uint8Array(this.parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of this.parts) {
      result.set(part, at);
      at += part.length;
    }
    return result;
  }

  private raw(value: bigint): this {
    const bytes: number[] = [];
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.parts.push(Uint8Array.from(bytes));
    return this;
  }
}
