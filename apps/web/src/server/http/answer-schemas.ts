import ts from 'typescript';
import type { JsonSchema } from './input-schema.ts';

/** What procedures answer, as JSON Schema: read off the types that TypeScript infers for the router. */
export interface AnswerSchemas {
  /** By name of the procedure. */
  answers: Record<string, JsonSchema>;
  /** Interfaces that answers share. */
  schemas: Record<string, JsonSchema>;
}

/**
 * Queries answer with interfaces and have no run-time schema of their output, since their rows were parsed when they
 * were read. So the one definition of an answer is its type, and this walks it with the compiler.
 * @param routerFile file that exports `AppRouter`
 */
export function answerSchemas(routerFile: string): AnswerSchemas {
  const configFile = ts.findConfigFile(routerFile, ts.sys.fileExists, 'tsconfig.json');
  if (!configFile) throw new Error(`no tsconfig.json above ${routerFile}`);
  const { config } = ts.readConfigFile(configFile, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ts.sys.resolvePath(`${configFile}/..`));
  const program = ts.createProgram([routerFile], { ...options, noEmit: true, plugins: [] });
  const source = program.getSourceFile(routerFile);
  if (!source) throw new Error(`cannot read ${routerFile}`);
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
  const router = exported.find(({ name }) => name === 'AppRouter');
  if (!router) throw new Error(`${routerFile} exports no AppRouter`);
  const walk = new TypeWalk(checker, source);
  const namespaces = walk.member(walk.member(checker.getDeclaredTypeOfSymbol(router), '_def'), 'record');
  const answers: Record<string, JsonSchema> = {};
  for (const namespace of walk.members(namespaces)) {
    for (const procedure of walk.members(namespace.type)) {
      const types = walk.member(walk.member(procedure.type, '_def'), '$types');
      answers[`${namespace.name}.${procedure.name}`] = walk.schema(walk.member(types, 'output'));
    }
  }
  return { answers, schemas: walk.named };
}

class TypeWalk {
  readonly named: Record<string, JsonSchema> = {};
  readonly #owners = new Map<string, ts.Type>();
  readonly #checker: ts.TypeChecker;
  readonly #at: ts.Node;

  constructor(checker: ts.TypeChecker, at: ts.Node) {
    this.#checker = checker;
    this.#at = at;
  }

  members(type: ts.Type): { name: string; type: ts.Type; optional: boolean; comment: string }[] {
    return this.#checker.getPropertiesOfType(type).map((symbol) => ({
      name: symbol.name,
      type: this.#checker.getTypeOfSymbolAtLocation(symbol, this.#at),
      optional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
      comment: ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).replaceAll('\n', ' '),
    }));
  }

  member(type: ts.Type, name: string): ts.Type {
    const found = this.members(type).find((member) => member.name === name);
    if (!found) throw new Error(`${this.#checker.typeToString(type)} has no ${name}`);
    return found.type;
  }

  schema(type: ts.Type): JsonSchema {
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (type.flags & ts.TypeFlags.Never) return { not: {} };
    if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral)
      return { const: this.#checker.typeToString(type) === 'true' };
    if (type.flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (type.flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (type.flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
    if (type.isUnion()) return this.#union(type);
    if (type.flags & ts.TypeFlags.Object || type.isIntersection()) return this.#object(type);
    throw new Error(`${this.#checker.typeToString(type)} does not travel as JSON`);
  }

  /** Literals become an enum; what only stands for "not there" is dropped, since JSON leaves such members out. */
  #union({ types }: ts.UnionType): JsonSchema {
    const parts = types
      .filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0)
      .map((part) => this.schema(part));
    const literals = parts.filter((part) => 'const' in part).map((part) => part.const);
    const others = parts.filter((part) => !('const' in part));
    const isBoolean = literals.length === 2 && literals.includes(true) && literals.includes(false);
    const enumeration: JsonSchema[] =
      literals.length === 0 ? [] : isBoolean ? [{ type: 'boolean' }] : [{ enum: literals.sort() }];
    const all = [...enumeration, ...others];
    return all.length === 1 ? all[0]! : { anyOf: all };
  }

  #object(type: ts.Type): JsonSchema {
    const checker = this.#checker;
    if (checker.isTupleType(type)) {
      const items = checker.getTypeArguments(type as ts.TypeReference).map((item) => this.schema(item));
      return { type: 'array', prefixItems: items, minItems: items.length, items: {} };
    }
    if (checker.isArrayType(type))
      return { type: 'array', items: this.schema(checker.getTypeArguments(type as ts.TypeReference)[0]!) };
    const name = nameOf(type);
    if (!name) return this.#shape(type);
    if (!this.#owners.has(name)) {
      this.#owners.set(name, type); // before its members, which may hold it again
      this.named[name] = this.#shape(type);
    }
    if (this.#owners.get(name) !== type) return this.#shape(type);
    return { $ref: `#/components/schemas/${name}` };
  }

  #shape(type: ts.Type): JsonSchema {
    const members = this.members(type);
    const index = this.#checker.getIndexInfoOfType(type, ts.IndexKind.String);
    if (index) return { type: 'object', additionalProperties: this.schema(index.type) };
    const required = members.filter(({ optional }) => !optional).map(({ name }) => name);
    const properties = members.map((member) => {
      const schema = this.schema(member.type);
      const isNamed = '$ref' in schema || member.comment === '';
      return [member.name, isNamed ? schema : { ...schema, description: member.comment }] as const;
    });
    return { type: 'object', properties: Object.fromEntries(properties), required };
  }
}

/** An interface's own name. Generic ones differ from use to use and are written out each time. */
function nameOf(type: ts.Type): string | null {
  const generic = ((type as ts.TypeReference).typeArguments?.length ?? 0) > 0;
  const { symbol } = type;
  const isInterface = symbol && (symbol.flags & ts.SymbolFlags.Interface) !== 0;
  return isInterface && !generic ? symbol.name : null;
}
