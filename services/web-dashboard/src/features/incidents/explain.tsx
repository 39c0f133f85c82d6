import type { Incident } from '@/shared/api/types';
import { Moment } from '@/shared/ui/moment';
import { ShapeMark } from '@/shared/ui/status';
import { type Explanation, explanationOf, headlineOf } from './explanation-words';

type Explained = Pick<Incident, 'type' | 'explain'>;

/** Why it fired: a sentence for each condition that was as the rule asks. */
export function ExplainList({ incident }: { readonly incident: Explained }) {
  const met = incident.explain
    .map((entry) => explanationOf(incident.type, entry))
    .filter(({ isMet }) => isMet);
  return (
    <ul aria-label="Why it fired" className="flex flex-col gap-0.5 text-muted text-xs">
      {met.map((explanation) => (
        <li key={explanation.condition}>
          <Sentence explanation={explanation} />
        </li>
      ))}
    </ul>
  );
}

/** What happened in words, every condition as a sentence, and all of it as numbers. */
export function ExplainStory({ incident }: { readonly incident: Explained }) {
  const explanations = incident.explain.map((entry) => explanationOf(incident.type, entry));
  const headline = headlineOf(incident.type);
  return (
    <div className="flex flex-col gap-3">
      {headline !== null && <p>{headline}</p>}
      <ul className="flex flex-col gap-1.5 text-sm">
        {explanations.map((explanation) => (
          <li key={explanation.condition} className="flex gap-2">
            <ShapeMark
              shape={explanation.isMet ? 'dot' : 'ring'}
              className={`mt-1 size-2.5 ${explanation.isMet ? 'text-alert' : 'text-faint'}`}
            />
            <span className={explanation.isMet ? '' : 'text-muted'}>
              <Sentence explanation={explanation} />
              {!explanation.isMet && <span className="text-faint"> This did not raise it.</span>}
            </span>
          </li>
        ))}
      </ul>
      <details className="text-sm">
        <summary className="w-fit cursor-pointer rounded-md text-muted text-xs hover:text-text">
          As numbers
        </summary>
        <ExplainTable explanations={explanations} />
      </details>
    </div>
  );
}

function Sentence({ explanation }: { readonly explanation: Explanation }) {
  const { before, measured, after } = explanation;
  return (
    <>
      {unbroken(before)}
      <strong className="whitespace-nowrap font-strong text-text">{measured}</strong>
      {unbroken(after)}
    </>
  );
}

/** A number and its unit stay on one line. */
function unbroken(text: string): string {
  return text.replaceAll(/(\d) (?=\S)/g, '$1\u00a0');
}

interface ExplainTableProps {
  readonly explanations: readonly Explanation[];
}

function ExplainTable({ explanations }: ExplainTableProps) {
  return (
    <table className="mt-1 w-full text-xs">
      <thead>
        <tr className="border-hairline border-b text-left text-muted">
          <th scope="col" className="py-1.5 pr-3 font-normal">
            Condition
          </th>
          <th scope="col" className="py-1.5 pr-3 text-right font-normal">
            Measured
          </th>
          <th scope="col" className="py-1.5 pr-3 font-normal">
            Asked for
          </th>
          <th scope="col" className="py-1.5 text-right font-normal">
            Since
          </th>
        </tr>
      </thead>
      <tbody>
        {explanations.map(({ condition, measured, limit, since }) => (
          <tr key={condition} className="border-hairline/60 border-b align-top last:border-0">
            <td className="py-1.5 pr-3">{condition}</td>
            <td className="py-1.5 pr-3 text-right font-strong">{measured}</td>
            <td className="py-1.5 pr-3 text-muted">{limit}</td>
            <td className="py-1.5 text-right">
              <Moment at={since} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
