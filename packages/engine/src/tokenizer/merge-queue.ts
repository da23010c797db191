/** Pairs waiting to be joined, the earliest merge first, of equal ones the leftmost (a binary heap). */
export class MergeQueue {
  private readonly ranks: number[] = [];
  private readonly places: number[] = [];

  push(rank: number, place: number): void {
    let at = this.ranks.length;
    for (; at > 0; ) {
      const up = (at - 1) >> 1;
      if (this.ranks[up] < rank || (this.ranks[up] === rank && this.places[up] <= place)) break;
      this.ranks[at] = this.ranks[up];
      this.places[at] = this.places[up];
      at = up;
    }
    this.ranks[at] = rank;
    this.places[at] = place;
  }

  pop(): [rank: number, place: number] | undefined {
    if (this.ranks.length === 0) return undefined;
    const first: [number, number] = [this.ranks[0], this.places[0]];
    const rank = this.ranks.pop()!;
    const place = this.places.pop()!;
    const n = this.ranks.length;
    if (n === 0) return first;
    const before = (a: number, rankB: number, placeB: number) =>
      this.ranks[a] < rankB || (this.ranks[a] === rankB && this.places[a] < placeB);
    let at = 0;
    for (let down = 1; down < n; down = 2 * at + 1) {
      if (down + 1 < n && before(down + 1, this.ranks[down], this.places[down])) down++;
      if (!before(down, rank, place)) break;
      this.ranks[at] = this.ranks[down];
      this.places[at] = this.places[down];
      at = down;
    }
    this.ranks[at] = rank;
    this.places[at] = place;
    return first;
  }
}
