import type { GroupEvent } from '@tsudoi/schema';
import type { Aggregate } from '../command/aggregate.ts';

export interface GroupState {
  exists: boolean;
  members: readonly string[];
}

export const group: Aggregate<GroupState, GroupEvent> = {
  streamType: 'group',
  initial: { exists: false, members: [] },
  evolve(state, { type, data }) {
    switch (type) {
      case 'GroupCreated':
        return { ...state, exists: true };
      case 'MemberAdded':
        return { ...state, members: [...state.members, data.personId] };
      case 'MemberRemoved':
        return { ...state, members: state.members.filter((personId) => personId !== data.personId) };
    }
  },
};
