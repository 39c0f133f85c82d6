import clsx from 'clsx';
import { Kbd } from '../ui/kbd';
import { CATALOG, printedKeys, SCOPES, type Scope, type ShortcutSpec } from './catalog';

const SPECS: readonly ShortcutSpec[] = Object.values(CATALOG);

/** Shortcuts of a scope; those that say the same share a line. */
function linesOf(scope: Scope): Map<string, ShortcutSpec[]> {
  return Map.groupBy(
    SPECS.filter((spec) => spec.scope === scope),
    (spec) => spec.label,
  );
}

/** All keys, from the table that the handlers are bound by. */
export function KeySheet({ columns }: { readonly columns: 1 | 3 }) {
  return (
    <div className={clsx(columns === 3 && 'columns-3 gap-10 max-lg:columns-1')}>
      {(Object.keys(SCOPES) as Scope[]).map((scope) => (
        <section key={scope} className="mb-5 break-inside-avoid">
          <h3 className="mb-1.5 text-muted text-xs">{SCOPES[scope]}</h3>
          <dl className="flex flex-col">
            {[...linesOf(scope)].map(([label, specs]) => (
              <div key={label} className="flex h-7 items-center justify-between gap-4">
                <dt className="truncate">{label}</dt>
                <dd className="flex gap-1">
                  <span className="sr-only">{specs.flatMap((spec) => spec.keys).join(' or ')}</span>
                  {specs.map((spec) => (
                    <PrintedKeys key={spec.keys[0]} keys={spec.keys[0] ?? ''} />
                  ))}
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
