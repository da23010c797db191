import { filterPresets } from '@tsudoi/engine/corpus';
import type { FilterPresets } from './drafts.ts';

const PRESET = 'tsudoi-v1'; // its rules know the language of a document, so it serves every source

/** The rules every source goes through. They are copied into the recipe, so that the record of a job is whole. */
export const currentPresets: FilterPresets = () => ({ preset: PRESET, rules: filterPresets[PRESET] });
