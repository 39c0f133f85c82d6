import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback, useMemo } from 'react';

type UrlState = Readonly<Record<string, string>>;

/** The query string without what is empty, in a stable order. */
export function writeQuery(current: string, changes: UrlState): string {
  const params = new URLSearchParams(current);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') params.delete(name);
    else params.set(name, value);
  }
  params.sort();
  return params.toString();
}

/**
 * Reads the named parameters of the address ('' where one is absent) and changes them in place,
 * so that a copied address restores what is on the screen.
 */
export function useUrlState<Name extends string>(
  names: readonly Name[],
): readonly [Readonly<Record<Name, string>>, (changes: Partial<Record<Name, string>>) => void] {
  const pathname = usePathname();
  const query = useSearchParams().toString();
  const values = useMemo(() => {
    const params = new URLSearchParams(query);
    return Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<
      Name,
      string
    >;
  }, [query, names]);
  const change = useCallback(
    (changes: Partial<Record<Name, string>>) => {
      const next = writeQuery(window.location.search, changes as UrlState);
      window.history.replaceState(null, '', next === '' ? pathname : `${pathname}?${next}`);
    },
    [pathname],
  );
  return [values, change];
}
