import { CATALOG, type ShortcutId } from './catalog';

type Handler = () => void;

/** What the registry needs of a KeyboardEvent. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  /** ms */
  readonly timeStamp: number;
}

/** How long after its first key the second one of a sequence may come. */
const SEQUENCE_MS = 1000;

/** The press in the words of the catalog, or null where it is none of ours. */
export function nameOf(press: KeyPress): string | null {
  if (press.altKey) return null;
  const digit = /^Digit(\d)$/.exec(press.code)?.[1];
  if (press.shiftKey && digit !== undefined) return `Shift+${digit}`;
  const isLetter = /^[a-z]$/i.test(press.key);
  const key = isLetter ? press.key.toLowerCase() : press.key;
  if (press.ctrlKey || press.metaKey) return `Ctrl+${key}`;
  return press.shiftKey && isLetter ? `Shift+${key}` : key;
}

/** Whether the keys belong to the element: text is typed, or the element has keys of its own. */
export function takesKeys(element: EventTarget | null): boolean {
  if (!(element instanceof HTMLElement)) return false;
  return (
    element.isContentEditable ||
    element.matches(
      'input, textarea, select, [role="dialog"] *, [data-own-keys], [data-own-keys] *',
    )
  );
}

/** Binds keys to handlers. The newest binding of a shortcut wins until it is taken back. */
export class ShortcutRegistry {
  readonly #handlers = new Map<ShortcutId, Handler[]>();
  #prefix: { readonly key: string; readonly at: number } | null = null;

  /** @returns what takes the binding back. */
  bind(id: ShortcutId, handler: Handler): () => void {
    this.#handlers.set(id, [...(this.#handlers.get(id) ?? []), handler]);
    return () => {
      const rest = (this.#handlers.get(id) ?? []).filter((bound) => bound !== handler);
      if (rest.length === 0) this.#handlers.delete(id);
      else this.#handlers.set(id, rest);
    };
  }

  /** What can be done now. */
  bound(): ShortcutId[] {
    return [...this.#handlers.keys()];
  }

  run(id: ShortcutId): void {
    this.#handlers.get(id)?.at(-1)?.();
  }

  /** @returns whether the press did something, so that the browser must not. */
  press(press: KeyPress): boolean {
    const name = nameOf(press);
    if (name === null) return false;
    const prefix = this.#prefix;
    this.#prefix = null;
    if (prefix !== null && press.timeStamp - prefix.at <= SEQUENCE_MS) {
      const sequence = this.#find(`${prefix.key} ${name}`);
      if (sequence !== null) return this.#did(sequence);
    }
    if (this.#startsSequence(name)) this.#prefix = { key: name, at: press.timeStamp };
    const single = this.#find(name);
    return single !== null && this.#did(single);
  }

  #did(id: ShortcutId): boolean {
    this.run(id);
    return true;
  }

  /** Newest first: what was bound last is nearest to the person. */
  #find(keys: string): ShortcutId | null {
    const found = this.bound().findLast((id) =>
      (CATALOG[id].keys as readonly string[]).includes(keys),
    );
    return found ?? null;
  }

  #startsSequence(name: string): boolean {
    return this.bound().some((id) => CATALOG[id].keys.some((keys) => keys.startsWith(`${name} `)));
  }
}
