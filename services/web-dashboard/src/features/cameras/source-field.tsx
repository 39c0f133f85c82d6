import { Field, TextInput } from '@/shared/ui/field';
import { EXAMPLES, KIND_WORDS, kindOf } from './source-kind';

interface SourceFieldProps {
  readonly value: string;
  readonly error: string | null;
  readonly hint: string;
  readonly onChange: (value: string) => void;
}

/** Where the video comes from; while nothing is typed, one address of each kind to begin with. */
export function SourceField({ value, error, hint, onChange }: SourceFieldProps) {
  const kind = kindOf(value);
  const isRemote = kind === 'rtsp' || kind === 'http';
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <Field
        label="Source"
        hint={kind === null ? hint : `${KIND_WORDS[kind]}.${isRemote ? ` ${hint}` : ''}`}
        error={error}
      >
        {(ids) => (
          <TextInput
            {...ids}
            value={value}
            maxLength={2048}
            spellCheck={false}
            autoComplete="off"
            placeholder={EXAMPLES[0]?.url}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      {value === '' && (
        <div className="flex flex-wrap items-center gap-1 text-faint text-xs">
          Begin with
          {EXAMPLES.map(({ label, url }) => (
            <button
              key={label}
              type="button"
              title={url}
              onClick={() => onChange(url)}
              className="h-6 rounded-md px-1.5 text-muted hover:bg-hover hover:text-text"
            >
              {label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
