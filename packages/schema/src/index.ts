export * from './canonical.ts';
export * from './ids.ts';
export * from './licence-verdict.ts';
export * from './manifest.ts';
export * from './recipes.ts';
export * from './rejection.ts';
export * from './source-part.ts';
