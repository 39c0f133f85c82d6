import clsx from 'clsx';
import { type ComponentPropsWithRef, type ReactNode, useId } from 'react';

const CONTROL =
  'h-8 w-full rounded-md border border-control bg-page px-2.5 text-sm text-text placeholder:text-faint hover:border-muted disabled:opacity-50';

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | null;
  readonly children: (ids: { id: string; 'aria-describedby': string }) => ReactNode;
}

/** A label, a control, and under it either help or what is wrong. */
export function Field({ label, hint, error = null, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-muted text-xs">
        {label}
      </label>
      {children({ id, 'aria-describedby': noteId })}
      <p id={noteId} className={clsx('min-h-4 text-xs', error ? 'text-critical' : 'text-faint')}>
        {error ?? hint}
      </p>
    </div>
  );
}

export function TextInput({ className, ...rest }: ComponentPropsWithRef<'input'>) {
  return <input {...rest} className={clsx(CONTROL, className)} />;
}

export function Select({ className, ...rest }: ComponentPropsWithRef<'select'>) {
  return <select {...rest} className={clsx(CONTROL, 'cursor-pointer pr-7', className)} />;
}
