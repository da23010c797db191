/** A model that is loaded and can generate. */
export interface Disposable {
  dispose(): void;
}

interface Entry<T> {
  loading: Promise<T>;
  users: number;
}

/**
 * Keeps the last few models that were used. A model is loaded once however many ask for it at the same time, and is
 * given up only when nobody is using it.
 */
export class ModelCache<T extends Disposable> {
  private readonly entries = new Map<string, Entry<T>>(); // least recently used first
  private readonly capacity: number;
  private readonly load: (artifactId: string) => Promise<T>;

  constructor(capacity: number, load: (artifactId: string) => Promise<T>) {
    this.capacity = capacity;
    this.load = load;
  }

  /** Runs `use` with the model; the model stays loaded until it returns. */
  async with<R>(artifactId: string, use: (model: T) => Promise<R>): Promise<R> {
    const entry = this.entries.get(artifactId) ?? { loading: this.load(artifactId), users: 0 };
    this.entries.delete(artifactId);
    this.entries.set(artifactId, entry);
    entry.users++;
    try {
      return await use(await entry.loading);
    } finally {
      entry.users--;
      await this.trim(artifactId, entry);
    }
  }

  private async trim(artifactId: string, used: Entry<T>): Promise<void> {
    const failed = await used.loading.then(
      () => false,
      () => true,
    );
    // A failure is not kept: the next request may find the artifact registered or the store up again.
    if (failed && this.entries.get(artifactId) === used) this.entries.delete(artifactId);
    for (const [id, entry] of this.entries) {
      if (this.entries.size <= this.capacity) return;
      if (entry.users > 0) continue;
      this.entries.delete(id);
      (await entry.loading.catch(() => null))?.dispose();
    }
  }
}
