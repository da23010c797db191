import { deterministicId, type Role } from '@tsudoi/schema';

/** The people and groups of a hub on one machine: personas for trying things out, refused as soon as it listens further. */
export const groups = {
  corpus: {
    groupId: deterministicId('group', 'corpus'),
    slug: 'corpus',
    nameJa: 'コーパス構築WG',
    nameEn: 'Corpus Building',
  },
  model: {
    groupId: deterministicId('group', 'model'),
    slug: 'model',
    nameJa: 'モデル構築WG',
    nameEn: 'Model Building',
  },
} as const;

interface Persona {
  personId: string;
  displayName: string;
  group: keyof typeof groups;
  roles: Role[];
}

export const personas: Record<'misaki' | 'ken' | 'maria', Persona> = {
  misaki: {
    personId: deterministicId('person', 'misaki'),
    displayName: '佐藤 美咲',
    group: 'corpus',
    roles: ['contributor'],
  },
  ken: {
    personId: deterministicId('person', 'ken'),
    displayName: '田中 健',
    group: 'corpus',
    roles: ['contributor', 'reviewer', 'supervisor'],
  },
  maria: {
    personId: deterministicId('person', 'maria'),
    displayName: 'Maria Lindqvist',
    group: 'model',
    roles: ['contributor', 'reviewer', 'lead'],
  },
};
