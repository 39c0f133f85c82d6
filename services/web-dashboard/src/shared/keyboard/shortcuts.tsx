import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import type { ShortcutId } from './catalog';
import { ShortcutRegistry, takesKeys } from './registry';

const RegistryContext = createContext<ShortcutRegistry | null>(null);

/** Listens to the keyboard for everything inside. */
export function ShortcutProvider({ children }: { readonly children: ReactNode }) {
  const [registry] = useState(() => new ShortcutRegistry());
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isCommand = event.ctrlKey || event.metaKey;
      if (event.defaultPrevented || (!isCommand && takesKeys(event.target))) return;
      // Enter and Space belong to the button that has the focus.
      const pressesButton = event.key === 'Enter' && isButton(event.target);
      if (!pressesButton && registry.press(event)) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [registry]);
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

function isButton(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('button:not([data-tile]), a[href]');
}

export function useShortcutRegistry(): ShortcutRegistry {
  const registry = useContext(RegistryContext);
  if (registry === null) throw new Error('useShortcut needs a ShortcutProvider');
  return registry;
}

/** Binds handlers while the component is mounted; those that are null are not bound. */
export function useShortcuts(handlers: Partial<Record<ShortcutId, (() => void) | null>>): void {
  const registry = useShortcutRegistry();
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const bound = Object.keys(handlers).filter((id) => handlers[id as ShortcutId] !== null);
  const signature = bound.join(' ');
  useEffect(() => {
    const ids = signature.split(' ').filter((id) => id !== '') as ShortcutId[];
    const releases = ids.map((id) => registry.bind(id, () => latest.current[id]?.()));
    return () => {
      for (const release of releases) release();
    };
  }, [registry, signature]);
}
