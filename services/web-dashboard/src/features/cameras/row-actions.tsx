import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Film, Pencil, Pentagon, Power } from 'lucide-react';
import { camerasQuery, deleteCamera, patchCamera } from '@/shared/api/cameras';
import { problemOf } from '@/shared/api/problem';
import { useMay } from '@/shared/api/roles';
import type { Camera } from '@/shared/api/types';
import { Button, IconButton } from '@/shared/ui/button';
import { ConfirmButton } from '@/shared/ui/confirm-button';

interface RowActionsProps {
  readonly camera: Camera;
  readonly onEdit: () => void;
  readonly onZones: () => void;
  readonly onRecordings: () => void;
}

/** What can be done with one camera. Deleting asks in its own place. */
export function RowActions({ camera, onEdit, onZones, onRecordings }: RowActionsProps) {
  const client = useQueryClient();
  const isAdmin = useMay('admin');
  const refresh = () => client.invalidateQueries({ queryKey: camerasQuery.queryKey });
  const toggle = useMutation({
    mutationFn: () =>
      patchCamera(camera.id, { revision: camera.revision, enabled: !camera.enabled }),
    onSettled: refresh,
  });
  const remove = useMutation({ mutationFn: () => deleteCamera(camera.id), onSettled: refresh });
  const error = toggle.error ?? remove.error;
  return (
    <div className="relative flex items-center justify-end gap-1">
      {error !== null && (
        <span role="alert" className="truncate text-critical text-xs">
          {problemOf(error).detail}
        </span>
      )}
      <Button size="small" variant="ghost" onClick={onZones}>
        <Pentagon className="size-3.5" aria-hidden="true" /> Zones
      </Button>
      <IconButton label={`Recordings of ${camera.name}`} onClick={onRecordings}>
        <Film />
      </IconButton>
      {isAdmin && (
        <>
          <IconButton label={`Edit ${camera.name}`} onClick={onEdit}>
            <Pencil />
          </IconButton>
          <IconButton
            label={camera.enabled ? `Switch ${camera.name} off` : `Switch ${camera.name} on`}
            pressed={camera.enabled}
            disabled={toggle.isPending}
            onClick={() => toggle.mutate()}
          >
            <Power />
          </IconButton>
          <ConfirmButton
            question="Delete the camera and its zones?"
            verb="Delete"
            isOver
            isBusy={remove.isPending}
            onConfirm={() => remove.mutate()}
          >
            Delete
          </ConfirmButton>
        </>
      )}
    </div>
  );
}
