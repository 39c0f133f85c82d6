import { useQuery } from '@tanstack/react-query';
import { Search, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { camerasQuery } from '../api/cameras';
import { useShortcuts } from '../keyboard/shortcuts';
import { Button } from '../ui/button';
import { Select, TextInput } from '../ui/field';
import { INCIDENT_TYPE_CODES, incidentTypeWord } from '../words';
import { CLEAR_FILTER, type HistoryFilter, isNarrowed, RANGES } from './history-filter';

const HANDLINGS = {
  '': 'Any handling',
  open: 'Open',
  new: 'New',
  acknowledged: 'Acknowledged',
  in_progress: 'In progress',
  resolved: 'Resolved',
  false_alarm: 'False alarm',
} as const;

interface FilterBarProps {
  readonly filter: HistoryFilter;
  readonly onChange: (change: Partial<HistoryFilter>) => void;
  /** Events know neither handling nor free text. */
  readonly isOfEvents?: boolean;
  readonly children?: ReactNode;
}

/** One row of filters; what they say stands in the address. */
export function FilterBar({ filter, onChange, isOfEvents = false, children }: FilterBarProps) {
  const cameras = useQuery(camerasQuery).data ?? [];
  return (
    <search className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-hairline border-b px-3 py-1.5">
      {!isOfEvents && <SearchInput value={filter.q} onChange={(q) => onChange({ q })} />}
      {!isOfEvents && (
        <Choice
          label="Handling"
          value={filter.handling}
          options={HANDLINGS}
          onChange={(handling) => onChange({ handling })}
        />
      )}
      <Choice
        label="Type"
        value={filter.type}
        options={{
          '': 'Any type',
          ...Object.fromEntries(INCIDENT_TYPE_CODES.map((code) => [code, incidentTypeWord(code)])),
        }}
        onChange={(type) => onChange({ type })}
      />
      <Choice
        label="Camera"
        value={filter.camera}
        options={{
          '': 'Any camera',
          ...Object.fromEntries(cameras.map((camera) => [camera.key, camera.name])),
        }}
        onChange={(camera) => onChange({ camera })}
      />
      <Choice
        label="Time"
        value={filter.range}
        options={RANGES}
        onChange={(range) => onChange({ range, start: '', end: '' })}
      />
      {filter.range === 'custom' && <CustomRange filter={filter} onChange={onChange} />}
      {isNarrowed(filter) && (
        <Button variant="ghost" onClick={() => onChange(CLEAR_FILTER)}>
          <X className="size-3.5" aria-hidden="true" /> Clear
        </Button>
      )}
      <span className="flex-1" />
      {children}
    </search>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: Readonly<Record<string, string>>;
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <Select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="max-w-44"
      style={{ width: 'auto' }}
    >
      {Object.entries(options).map(([code, word]) => (
        <option key={code} value={code}>
          {word}
        </option>
      ))}
    </Select>
  );
}

function CustomRange({ filter, onChange }: Pick<FilterBarProps, 'filter' | 'onChange'>) {
  return (
    <>
      <TextInput
        type="datetime-local"
        aria-label="From"
        value={filter.start}
        onChange={(event) => onChange({ start: event.target.value })}
        style={{ width: '12rem' }}
      />
      <TextInput
        type="datetime-local"
        aria-label="To"
        value={filter.end}
        onChange={(event) => onChange({ end: event.target.value })}
        style={{ width: '12rem' }}
      />
    </>
  );
}

/** How long one may pause while typing before the list follows. */
const TYPING_MS = 250;

function SearchInput({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const report = useRef(onChange);
  useEffect(() => {
    report.current = onChange;
  });
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => report.current(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  useShortcuts({ 'global.search': () => input.current?.focus() });
  return (
    <div className="relative">
      <Search
        aria-hidden="true"
        className="pointer-events-none absolute top-2 left-2 size-4 text-faint"
      />
      <TextInput
        ref={input}
        type="search"
        aria-label="Search camera, zone or type"
        placeholder="Camera, zone, type"
        value={text}
        maxLength={100}
        onChange={(event) => setText(event.target.value)}
        style={{ width: '13.75rem', paddingLeft: '1.875rem' }}
      />
    </div>
  );
}
