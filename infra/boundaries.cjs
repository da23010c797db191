// Dependencies point one way: schema <- hub, schema <- engine, both <- apps. A breach is an error.
const only = (from, ...allowed) => ({
  name: `${from} may import only ${['itself', ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: { path: '^(packages|apps|infra)/', pathNot: [`^${from}/`, ...allowed.map((a) => `^${a}/`)] },
});

module.exports = {
  forbidden: [
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'what a browser loads of the engine needs no Node',
      severity: 'error',
      from: { path: '^packages/engine/src/browser\\.ts$' },
      to: {
        reachable: true,
        path: '^(node:)?(assert|child_process|crypto|fs|module|os|path|process|stream|timers|url|util|worker_threads|zlib)(/|$)|/koffi/|/webgpu/dist|runtime/webgpu/node\\.ts$|runtime/cpu\\.ts$',
      },
    },
    only('packages/schema'),
    only('packages/hub', 'packages/schema'),
    only('packages/engine', 'packages/schema'),
    only('apps/web', 'packages/schema', 'packages/hub', 'packages/engine'),
    only('apps/workers', 'packages/schema', 'packages/hub', 'packages/engine'),
    // The texts that people read are data: tests in a browser look for them by their keys, not by copies.
    only('infra', 'packages/schema', 'packages/hub', 'packages/engine', 'apps/web/messages'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(\\.next|dist|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
