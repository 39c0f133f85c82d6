import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { camerasQuery, createCamera, probeSource } from '@/shared/api/cameras';
import { problemOf } from '@/shared/api/problem';
import type { Camera } from '@/shared/api/types';
import { Button } from '@/shared/ui/button';
import { Dialog } from '@/shared/ui/dialog';
import { FormProblem } from '@/shared/ui/panel-state';
import { type CameraDraft, draftFaults, EMPTY_DRAFT, toCreate } from './camera-draft';
import { CameraFields } from './camera-fields';
import { MasksSection } from './masks/masks-section';
import { ProbeProgress } from './probe-progress';
import { ProbeFailure, ProbePicture, ProbeReport } from './probe-result';
import { SourceField } from './source-field';
import { kindOf } from './source-kind';

interface AddCameraProps {
  readonly onClose: () => void;
  readonly onAdded: (camera: Camera) => void;
}

/** First look at the source, then name it and put it on the map. */
export function AddCamera({ onClose, onAdded }: AddCameraProps) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<CameraDraft>(EMPTY_DRAFT);
  const [wasTried, setTried] = useState(false);
  const probe = useMutation({ mutationFn: probeSource });
  const create = useMutation({
    mutationFn: () => createCamera(toCreate(draft)),
    onSuccess: async (camera) => {
      await client.invalidateQueries({ queryKey: camerasQuery.queryKey });
      onAdded(camera);
    },
  });
  const change = (part: Partial<CameraDraft>) => setDraft((known) => ({ ...known, ...part }));
  const faults = draftFaults(draft);
  const isTested = probe.isSuccess || mayAddAnyway(probe.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isTested) {
      if (faults.sourceUrl === undefined) probe.mutate(draft.sourceUrl.trim());
      return;
    }
    setTried(true);
    if (Object.keys(faults).length === 0) create.mutate();
  };
  return (
    <Dialog title="Add a camera" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <div className="grid grid-cols-[1fr_auto] items-start gap-3">
          <SourceField
            value={draft.sourceUrl}
            error={null}
            hint="The password is stored encrypted and shown to nobody."
            onChange={(sourceUrl) => {
              change({ sourceUrl });
              probe.reset();
            }}
          />
          <Button
            className="mt-5 h-8"
            variant={isTested ? 'default' : 'primary'}
            type={isTested ? 'button' : 'submit'}
            disabled={probe.isPending || draft.sourceUrl.trim() === ''}
            onClick={isTested ? () => probe.mutate(draft.sourceUrl.trim()) : undefined}
          >
            {probe.isPending ? 'Looking…' : isTested ? 'Test again' : 'Test the source'}
          </Button>
        </div>
        {probe.isPending && <ProbeProgress kind={kindOf(draft.sourceUrl)} />}
        {probe.isError && <ProbeFailure error={probe.error} />}
        {probe.isSuccess && <ProbeReport result={probe.data} />}
        {isTested && (
          <>
            <CameraFields draft={draft} faults={wasTried ? faults : {}} onChange={change} />
            {probe.isSuccess && (
              <MasksSection
                masks={draft.masks}
                aspect={probe.data.width / probe.data.height}
                picture={<ProbePicture result={probe.data} />}
                onChange={(masks) => change({ masks })}
              />
            )}
            <FormProblem error={create.error} />
            <div className="-bottom-4 -mx-4 -mb-4 sticky z-10 flex justify-end gap-2 border-hairline border-t bg-panel px-4 py-3">
              <Button variant="ghost" onClick={onClose}>
                Cancel
              </Button>
              <Button variant="primary" type="submit" disabled={create.isPending}>
                {create.isPending ? 'Adding…' : 'Add camera'}
              </Button>
            </div>
          </>
        )}
      </form>
    </Dialog>
  );
}

/** A source that fails today may work tomorrow; one that is refused never will. */
function mayAddAnyway(error: unknown): boolean {
  return error !== null && problemOf(error).code === 'source-failed';
}
