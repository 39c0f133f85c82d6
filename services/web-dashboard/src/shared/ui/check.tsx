import { useId } from 'react';

interface CheckProps {
  readonly label: string;
  readonly hint: string;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** Yes or no, with what it means under it. */
export function Check({ label, hint, isOn, isDisabled = false, onChange }: CheckProps) {
  const noteId = useId();
  return (
    <label className="flex cursor-pointer items-start gap-2 text-sm has-disabled:cursor-default has-disabled:opacity-50">
      <input
        type="checkbox"
        checked={isOn}
        disabled={isDisabled}
        aria-describedby={noteId}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-3.5 accent-accent"
      />
      <span className="flex flex-col">
        {label}
        <span id={noteId} className="text-faint text-xs">
          {hint}
        </span>
      </span>
    </label>
  );
}
