/**
 * One value for the whole process. The bundler may give a route handler and a page their own copy of a module, so
 * what must exist once (a pool, a connection, a subscription) is kept on `globalThis`.
 */
export function processWide<Value>(name: string, make: () => Value): () => Value {
  const key = Symbol.for(`tsudoi.web.${name}`);
  const store = globalThis as unknown as Record<symbol, Value | undefined>;
  return () => {
    store[key] ??= make();
    return store[key];
  };
}
