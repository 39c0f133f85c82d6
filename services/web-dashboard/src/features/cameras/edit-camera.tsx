import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useCallback, useState } from 'react';
import { camerasQuery, patchCamera } from '@/shared/api/cameras';
import { problemOf } from '@/shared/api/problem';
import type { Camera } from '@/shared/api/types';
import { Button } from '@/shared/ui/button';
import { Dialog } from '@/shared/ui/dialog';
import { FormProblem } from '@/shared/ui/panel-state';
import { CameraPicture } from '@/shared/ui/picture';
import { type CameraDraft, draftFaults, draftOf, toPatch } from './camera-draft';
import { CameraFields } from './camera-fields';
import { MasksSection } from './masks/masks-section';
import { SourceField } from './source-field';

interface EditCameraProps {
  readonly camera: Camera;
  readonly onClose: () => void;
}

export function EditCamera({ camera, onClose }: EditCameraProps) {
  const client = useQueryClient();
  // The camera as it was when the form was opened: what is typed is a change of that.
  const [base, setBase] = useState(camera);
  const [draft, setDraft] = useState<CameraDraft>(() => draftOf(camera));
  const save = useMutation({
    mutationFn: () => patchCamera(base.id, toPatch(draft, base)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: camerasQuery.queryKey });
      onClose();
    },
    onError: () => client.invalidateQueries({ queryKey: camerasQuery.queryKey }),
  });
  const faults = draftFaults(draft);
  const isStale = save.isError && problemOf(save.error).status === 409;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (Object.keys(faults).length === 0) save.mutate();
  };
  const reload = () => {
    setBase(camera);
    setDraft(draftOf(camera));
    save.reset();
  };
  return (
    <Dialog title={`Edit ${base.name}`} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <SourceField
          value={draft.sourceUrl}
          error={faults.sourceUrl ?? null}
          hint={
            base.has_credentials
              ? 'The stored user name and password stay as long as this is not changed.'
              : 'A user name and password are stored encrypted.'
          }
          onChange={(sourceUrl) => setDraft({ ...draft, sourceUrl })}
        />
        <CameraFields
          draft={draft}
          faults={faults}
          onChange={(change) => setDraft((known) => ({ ...known, ...change }))}
        />
        <StoredMasks camera={base} draft={draft} onChange={setDraft} />
        <FormProblem error={save.error} />
        <div className="-bottom-4 -mx-4 -mb-4 sticky z-10 flex justify-end gap-2 border-hairline border-t bg-panel px-4 py-3">
          {isStale && <Button onClick={reload}>Load the newer state</Button>}
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" disabled={save.isPending || isStale}>
            {save.isPending ? 'Saving…' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface StoredMasksProps {
  readonly camera: Camera;
  readonly draft: CameraDraft;
  readonly onChange: (change: (known: CameraDraft) => CameraDraft) => void;
}

/** Until the picture has told its own. */
const USUAL_ASPECT = 16 / 9;

function StoredMasks({ camera, draft, onChange }: StoredMasksProps) {
  const [aspect, setAspect] = useState(USUAL_ASPECT);
  const change = useCallback(
    (masks: CameraDraft['masks']) => onChange((known) => ({ ...known, masks })),
    [onChange],
  );
  return (
    <MasksSection
      key={camera.revision}
      masks={draft.masks}
      aspect={aspect}
      picture={
        <CameraPicture
          cameraKey={camera.key}
          alt="Newest picture of the camera"
          fallback="The camera has not sent a picture yet"
          className="absolute inset-0 size-full"
          maxAgeMs={10_000}
          onAspect={setAspect}
        />
      }
      onChange={change}
    />
  );
}
