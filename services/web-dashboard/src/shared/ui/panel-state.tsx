import clsx from 'clsx';
import { type ReactNode, useEffect, useState } from 'react';
import { problemOf } from '../api/problem';
import { Button } from './button';
import { ShapeMark } from './status';

/** Nothing flashes for an answer that comes at once. */
const SKELETON_DELAY_MS = 150;

function useDelay(ms: number): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return isOver;
}

/** Grey bars in the place and the height of the rows that will come. */
export function SkeletonRows({ rows, height }: { rows: number; height: number }) {
  const isVisible = useDelay(SKELETON_DELAY_MS);
  return (
    <div role="status" aria-label="Loading" className="flex flex-col">
      {Array.from({ length: rows }, (_, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all the same
          key={index}
          style={{ height, opacity: isVisible ? 1 - index / rows : 0 }}
          className="flex flex-col justify-center gap-2 border-hairline border-b px-3"
        >
          <div className="h-2.5 w-2/5 animate-breathe rounded-sm bg-hover" />
          <div className="h-2 w-3/5 animate-breathe rounded-sm bg-raised" />
        </div>
      ))}
    </div>
  );
}

interface MessageProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly className?: string;
}

/** What a panel says when it has nothing to show. */
export function PanelMessage({ icon, title, children, action, className }: MessageProps) {
  return (
    <div
      className={clsx(
        'flex flex-col items-center justify-center gap-2 px-6 py-10 text-center',
        className,
      )}
    >
      {icon !== undefined && <div className="mb-1 text-faint [&_svg]:size-6">{icon}</div>}
      <p className="font-strong text-base text-text">{title}</p>
      {children !== undefined && <div className="max-w-md text-muted text-sm">{children}</div>}
      {action !== undefined && <div className="mt-2 flex gap-2">{action}</div>}
    </div>
  );
}

interface ErrorStateProps {
  readonly error: unknown;
  readonly what: string;
  readonly onRetry?: () => void;
}

/** A failed request: what could not be had, why, under which id, and the way to try again. */
export function ErrorState({ error, what, onRetry }: ErrorStateProps) {
  const problem = problemOf(error);
  return (
    <div role="alert">
      <PanelMessage
        icon={<ShapeMark shape="cross" className="text-critical" />}
        title={`${what} could not be loaded`}
        action={onRetry && <Button onClick={onRetry}>Try again</Button>}
      >
        {problem.detail}
        {problem.requestId !== null && (
          <span className="mt-1 block select-all text-faint text-xs">
            Request {problem.requestId}
          </span>
        )}
      </PanelMessage>
    </div>
  );
}

/** Old data stays on the screen, and says that it is old. */
export function StaleNote({ error }: { error: unknown }) {
  return (
    <p
      role="status"
      className="flex items-center gap-2 border-hairline border-b bg-raised px-3 py-1.5 text-warn text-xs"
    >
      <ShapeMark shape="triangle" />
      Not up to date: {problemOf(error).detail}
    </p>
  );
}

interface FormProblemProps {
  readonly error: unknown;
  /** What a field of the request is called on the screen. */
  readonly nameOf?: (field: string) => string;
}

/** What went wrong with the thing just tried, beside it. */
export function FormProblem({ error, nameOf = (field) => field }: FormProblemProps) {
  if (error === null || error === undefined) return null;
  const problem = problemOf(error);
  return (
    <div
      role="alert"
      className="rounded-md border border-critical/40 bg-critical/10 px-3 py-2 text-sm"
    >
      <p className="text-critical">{problem.detail}</p>
      {problem.fields.map(({ field, reason }) => (
        <p key={field} className="text-muted text-xs">
          {nameOf(field)}: {reason}
        </p>
      ))}
      {problem.requestId !== null && (
        <p className="select-all text-faint text-xs">Request {problem.requestId}</p>
      )}
    </div>
  );
}
