import { useMutation, useQueryClient } from '@tanstack/react-query';
import { saveZones, zonesQuery } from '@/shared/api/cameras';
import { problemOf } from '@/shared/api/problem';
import { useMay } from '@/shared/api/roles';
import type { Camera, ZoneSet } from '@/shared/api/types';
import { Button } from '@/shared/ui/button';
import { FormProblem } from '@/shared/ui/panel-state';
import type { ParameterDraft } from './parameter-drafts';
import { fieldWords } from './server-field';
import { editorFault, toZoneSet, type ZoneEditorState } from './zone-state';

interface SaveBarProps {
  readonly camera: Camera;
  readonly loaded: ZoneSet;
  readonly state: ZoneEditorState;
  readonly onRevert: () => void;
  /** Brings the field into sight that keeps all from being saved. */
  readonly onShow: (draft: ParameterDraft) => void;
}

/** Saves all as one version, or says what stands against it. */
export function SaveBar({ camera, loaded, state, onRevert, onShow }: SaveBarProps) {
  const { isDirty } = state;
  const client = useQueryClient();
  const isAllowed = useMay('engineer');
  const save = useMutation({
    mutationFn: () => saveZones(camera.key, toZoneSet(state, loaded)),
    onSuccess: (saved) => client.setQueryData(zonesQuery(camera.key).queryKey, saved),
  });
  const isStale = save.isError && problemOf(save.error).status === 409;
  const reload = () => {
    save.reset();
    void client.invalidateQueries({ queryKey: zonesQuery(camera.key).queryKey });
  };
  const revert = () => {
    save.reset();
    onRevert();
  };
  const fault = editorFault(state);
  const draft = state.drafts[0];
  return (
    <footer className="flex shrink-0 flex-col gap-2 border-hairline border-t p-3">
      <FormProblem error={save.error} nameOf={(field) => fieldWords(field, state.zones)} />
      {isStale && <Button onClick={reload}>Load the newer zones (drops what you drew)</Button>}
      {isDirty && fault !== null && (
        <p role="status" className="flex items-start justify-between gap-2 text-warn text-xs">
          {fault}
          {draft !== undefined && (
            <Button size="small" onClick={() => onShow(draft)}>
              Show
            </Button>
          )}
        </p>
      )}
      <div className="flex items-center gap-2">
        <Button
          variant="primary"
          disabled={!isDirty || fault !== null || save.isPending || !isAllowed}
          title={isAllowed ? undefined : 'Zones are drawn by engineers'}
          onClick={() => save.mutate()}
        >
          {save.isPending ? 'Saving…' : 'Save zones'}
        </Button>
        <Button variant="ghost" disabled={!isDirty} onClick={revert}>
          Undo changes
        </Button>
        <span className="ml-auto whitespace-nowrap text-faint text-xs">
          version {loaded.version}
        </span>
      </div>
    </footer>
  );
}
