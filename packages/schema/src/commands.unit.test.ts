import { describe, expect, test } from 'vitest';
import { commandDefinition, commandDefinitions } from './commands.ts';
import frozen from './events/fixtures.json' with { type: 'json' };
import { ArtifactFile, artifactIdOf, type Manifest } from './manifest.ts';
import { Permission, permissionsOfRole, Role } from './permissions.ts';

test('every command says who may send it, and every name is used once', () => {
  const types = commandDefinitions.map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  for (const { by } of commandDefinitions) expect(['system', ...Permission.options]).toContain(by);
});

test('work permissions are held by tokens and never by a role', () => {
  for (const role of Role.options) {
    expect(permissionsOfRole[role]).not.toContain('node.work');
    expect(permissionsOfRole[role]).not.toContain('telemetry.write');
  }
});

describe('shapes of input', () => {
  const propose = commandDefinition('source.propose').data;
  const proposed = frozen.find(({ type }) => type === 'SourceProposed')!.data as Record<string, unknown>;
  const { proposerId: _, verdict: __, quorum: ___, ...valid } = proposed;

  test('a valid proposal passes; unknown fields do not', () => {
    expect(propose.safeParse(valid).success).toBe(true);
    expect(propose.safeParse({ ...valid, verdict: {} }).success).toBe(false);
  });

  test.each([
    ['evidenceUrl', 'javascript:alert(1)'],
    ['evidenceUrl', 'file:///etc/passwd'],
    ['titleJa', '  '],
    ['parts', []],
    ['sourceId', 'x'],
    ['rights', { train: 'yes', search: true, redistribute: true }],
  ])('%s is refused as %j', (field, value) => {
    expect(propose.safeParse({ ...valid, [field]: value }).success).toBe(false);
  });

  test('ids are compared in lower case', () => {
    const upper = (valid.sourceId as string).toUpperCase();
    expect(propose.parse({ ...valid, sourceId: upper }).sourceId).toBe(valid.sourceId);
  });

  test.each(['../x', '/etc/passwd', 'a/../b', 'a//b', './a', 'a\\b', ''])(
    'the path %j leads nowhere',
    (path) => {
      const file = { path, sha256: 'a'.repeat(64), size: 1, mediaType: 'text/plain' };
      expect(ArtifactFile.safeParse(file).success).toBe(false);
    },
  );
});

test('an artifact id follows from the manifest alone, whatever the order of its members', () => {
  const { artifactId: _, manifest } = frozen.find(({ type }) => type === 'ArtifactRegistered')!
    .data as unknown as {
    artifactId: string;
    manifest: Manifest;
  };
  const turned = Object.fromEntries(Object.entries(manifest).reverse()) as unknown as Manifest;
  expect(artifactIdOf(turned)).toBe(artifactIdOf(manifest));
  expect(artifactIdOf({ ...manifest, codeCommit: 'other' })).not.toBe(artifactIdOf(manifest));
});
