type Listener = () => void;

/**
 * One value outside React. Setting an equal value changes nothing and tells nobody, so that a
 * component renders again only when there is something else to see.
 */
export class ValueStore<T> {
  private readonly listeners = new Set<Listener>();

  constructor(private value: T) {}

  readonly get = (): T => this.value;

  set(value: T): void {
    if (isEqual(this.value, value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener();
  }

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** One `ValueStore` per topic: a change of one camera wakes only those who look at that camera. */
export class TopicStore<T> {
  private readonly topics = new Map<string, ValueStore<T | undefined>>();

  topic(key: string): ValueStore<T | undefined> {
    let topic = this.topics.get(key);
    if (!topic) {
      topic = new ValueStore<T | undefined>(undefined);
      this.topics.set(key, topic);
    }
    return topic;
  }

  get(key: string): T | undefined {
    return this.topics.get(key)?.get();
  }

  set(key: string, value: T | undefined): void {
    this.topic(key).set(value);
  }
}

/** Equality of what JSON can say. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(b, key) &&
      isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
