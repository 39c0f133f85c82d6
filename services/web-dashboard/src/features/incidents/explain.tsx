import type { Incident } from '@/shared/api/types';
import { Moment } from '@/shared/ui/moment';
import { conditionWord } from '@/shared/words';

type Explained = Incident['explain'][number];

const numbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });

/** `0.31 < 0.6 body lengths/s`: on which side of its threshold the measured value lies. */
export function compareText({ measured, threshold, unit }: Explained): string {
  const relation = measured < threshold ? '<' : '≥';
  return `${numbers.format(measured)} ${relation} ${numbers.format(threshold)} ${unit}`.trim();
}

const UNITS: Readonly<Record<string, string>> = {
  BL: 'body lengths of the vehicle',
  'BL/s': 'body lengths of the vehicle per second',
};

function unitTitle(unit: string): string | undefined {
  return UNITS[unit];
}

/** Why it fired, in as many lines as it has conditions. */
export function ExplainList({ explain }: { readonly explain: readonly Explained[] }) {
  return (
    <dl className="flex flex-col gap-0.5 text-xs">
      {explain.map((entry) => (
        <div key={entry.condition} className="flex justify-between gap-3">
          <dt className="truncate text-muted">{conditionWord(entry.condition)}</dt>
          <dd className="shrink-0" title={unitTitle(entry.unit)}>
            {compareText(entry)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The same with every column, for the incident's own page. */
export function ExplainTable({ explain }: { readonly explain: readonly Explained[] }) {
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="border-hairline border-b text-left text-muted text-xs">
          <th className="py-1.5 pr-3 font-normal">Condition</th>
          <th className="py-1.5 pr-3 text-right font-normal">Measured</th>
          <th className="py-1.5 pr-3 text-right font-normal">Threshold</th>
          <th className="py-1.5 pr-3 font-normal">Unit</th>
          <th className="py-1.5 text-right font-normal">Since</th>
        </tr>
      </thead>
      <tbody>
        {explain.map((entry) => (
          <tr key={entry.condition} className="border-hairline/60 border-b last:border-0">
            <td className="py-1.5 pr-3">{conditionWord(entry.condition)}</td>
            <td className="py-1.5 pr-3 text-right font-strong">{numbers.format(entry.measured)}</td>
            <td className="whitespace-nowrap py-1.5 pr-3 text-right text-muted">
              {entry.measured < entry.threshold ? '< ' : '≥ '}
              {numbers.format(entry.threshold)}
            </td>
            <td className="py-1.5 pr-3 text-muted text-xs" title={unitTitle(entry.unit)}>
              {entry.unit}
            </td>
            <td className="py-1.5 text-right">
              <Moment at={entry.since} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
