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
  safety: {
    groupId: deterministicId('group', 'safety'),
    slug: 'safety',
    nameJa: '安全性WG',
    nameEn: 'Safety',
  },
} as const;

interface Persona {
  personId: string;
  displayName: string;
  /** Roles count in the group they are held in; null: in the whole hub. */
  roles: { group: keyof typeof groups | null; role: Role }[];
}

export const personas: Record<'misaki' | 'ken' | 'maria' | 'aya' | 'ren', Persona> = {
  misaki: {
    personId: deterministicId('person', 'misaki'),
    displayName: '佐藤 美咲',
    roles: [{ group: 'corpus', role: 'contributor' }],
  },
  ken: {
    personId: deterministicId('person', 'ken'),
    displayName: '田中 健',
    roles: [
      { group: 'corpus', role: 'contributor' },
      { group: 'corpus', role: 'reviewer' },
      { group: 'corpus', role: 'supervisor' },
      { group: 'model', role: 'supervisor' },
      { group: 'safety', role: 'reviewer' },
    ],
  },
  maria: {
    personId: deterministicId('person', 'maria'),
    displayName: 'Maria Lindqvist',
    roles: [
      { group: 'model', role: 'contributor' },
      { group: 'model', role: 'reviewer' },
      { group: 'model', role: 'lead' },
      { group: 'corpus', role: 'reviewer' },
    ],
  },
  aya: {
    personId: deterministicId('person', 'aya'),
    displayName: '渡辺 彩',
    roles: [
      { group: null, role: 'admin' },
      { group: 'model', role: 'lead' },
    ],
  },
  ren: {
    personId: deterministicId('person', 'ren'),
    displayName: '高橋 蓮',
    roles: [
      { group: 'safety', role: 'lead' },
      { group: 'model', role: 'lead' },
    ],
  },
};
