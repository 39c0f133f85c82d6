import dynamic from 'next/dynamic';
import { Field, TextInput } from '@/shared/ui/field';
import type { CameraDraft, draftFaults } from './camera-draft';
import { CameraOptions } from './camera-options';

const PlacePicker = dynamic(() => import('./place-picker'), {
  ssr: false,
  loading: () => <div className="h-55 rounded-md bg-page" />,
});

interface CameraFieldsProps {
  readonly draft: CameraDraft;
  readonly faults: ReturnType<typeof draftFaults>;
  readonly onChange: (change: Partial<CameraDraft>) => void;
}

/** Name, rate, place and options: the part that adding and editing share. */
export function CameraFields({ draft, faults, onChange }: CameraFieldsProps) {
  return (
    <>
      <div className="grid grid-cols-[1fr_8.75rem] gap-3">
        <Field
          label="Name"
          hint="As the operators say it: street, direction"
          error={faults.name ?? null}
        >
          {(ids) => (
            <TextInput
              {...ids}
              value={draft.name}
              maxLength={80}
              placeholder="Toll km 39, north"
              onChange={(event) => onChange({ name: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Frames per second"
          error={faults.sampleFps ?? null}
          hint="5 suits traffic; fewer under load"
        >
          {(ids) => (
            <TextInput
              {...ids}
              value={draft.sampleFps}
              inputMode="decimal"
              onChange={(event) => onChange({ sampleFps: event.target.value })}
            />
          )}
        </Field>
      </div>
      <div className="flex flex-col gap-1">
        <span className="text-muted text-xs">Place</span>
        <PlacePicker value={draft.location} onChange={(location) => onChange({ location })} />
      </div>
      <CameraOptions draft={draft} onChange={onChange} />
    </>
  );
}
