// The package ships no types.
declare module 'spdx-expression-parse' {
  export default function parse(expression: string): unknown;
}
