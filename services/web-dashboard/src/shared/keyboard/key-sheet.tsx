import clsx from 'clsx';
import { Kbd } from '../ui/kbd';
import { CATALOG, printedKeys, SCOPES, type Scope, type ShortcutSpec } from './catalog';

const SPECS: readonly ShortcutSpec[] = Object.values(CATALOG);

/** All keys, from the table that the handlers are bound by. */
export function KeySheet({ columns }: { readonly columns: 1 | 2 }) {
  return (
    <div className={clsx(columns === 2 && 'columns-2 gap-10 max-md:columns-1')}>
      {(Object.keys(SCOPES) as Scope[]).map((scope) => (
        <section key={scope} className="mb-5 break-inside-avoid">
          <h3 className="mb-1.5 text-muted text-xs">{SCOPES[scope]}</h3>
          <dl className="flex flex-col">
            {SPECS.filter((spec) => spec.scope === scope).map((spec) => (
              <div key={spec.label} className="flex h-7 items-center justify-between gap-4">
                <dt className="truncate">{spec.label}</dt>
                <dd className="flex gap-1">
                  <span className="sr-only">{spec.keys.join(' or ')}</span>
                  <PrintedKeys keys={spec.keys[0] ?? ''} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

export function PrintedKeys({ keys }: { readonly keys: string }) {
  return printedKeys(keys).map((key) => <Kbd key={key}>{key}</Kbd>);
}
