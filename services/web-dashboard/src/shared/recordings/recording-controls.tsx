import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Circle, Download, Square } from 'lucide-react';
import { problemOf } from '../api/problem';
import {
  isUnfinished,
  recordingsQuery,
  saveClip,
  startRecording,
  stopRecording,
} from '../api/recordings';
import { useMay } from '../api/roles';
import type { Camera, Recording } from '../api/types';
import { Button } from '../ui/button';
import { Age } from '../ui/moment';

const LONGEST_S = 3_600;
/** What a server keeps of each camera unless it was told otherwise. */
const CLIP_S = 20;

/** Starts and stops a recording of a camera, and keeps what was just seen. */
export function RecordingControls({ camera }: { readonly camera: Camera }) {
  const client = useQueryClient();
  const isOperator = useMay('operator');
  const query = recordingsQuery(camera.key);
  const known = useQuery(query);
  const running = known.data?.find(({ state }) => state === 'recording');
  const refresh = () => client.invalidateQueries({ queryKey: query.queryKey });
  const start = useMutation({
    mutationFn: () => startRecording(camera.key, LONGEST_S),
    onSettled: refresh,
  });
  const stop = useMutation({
    mutationFn: (recording: Recording) => stopRecording(recording.id),
    onSettled: refresh,
  });
  const clip = useMutation({ mutationFn: () => saveClip(camera.key, CLIP_S) });
  const error = start.error ?? stop.error ?? clip.error;
  const title = isOperator ? undefined : 'Recordings are made by operators';
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-center gap-1.5">
        {running === undefined ? (
          <Button
            size="small"
            title={title}
            // Until it is known whether one goes on, a press could mean its end.
            disabled={!isOperator || !known.isSuccess || start.isPending || !camera.enabled}
            onClick={() => start.mutate()}
          >
            <Circle className="size-3 fill-critical text-critical" aria-hidden="true" /> Record
          </Button>
        ) : (
          <Button
            size="small"
            title={title ?? `Started by ${running.requested_by}`}
            disabled={!isOperator || stop.isPending || running.ended_at !== null}
            onClick={() => stop.mutate(running)}
          >
            <Square className="size-3 fill-critical text-critical" aria-hidden="true" /> Stop ·{' '}
            <Age at={running.started_at} />
          </Button>
        )}
        <Button
          size="small"
          title={title ?? 'As far as the server keeps them'}
          disabled={!isOperator || clip.isPending}
          onClick={() => clip.mutate()}
        >
          <Download className="size-3" aria-hidden="true" />
          {clip.isPending ? 'Cutting…' : `Save the last ${CLIP_S} s`}
        </Button>
      </div>
      {error !== null && (
        <p role="alert" className="text-critical text-xs">
          {problemOf(error).detail}
        </p>
      )}
    </div>
  );
}

/** Shown on a picture while it is recorded. Looks only where a recording is known to go on. */
export function RecordingMark({ cameraKey }: { readonly cameraKey: string }) {
  const query = recordingsQuery(cameraKey);
  const known = useQuery({ ...query, enabled: false }).data;
  useQuery({ ...query, enabled: known?.some(isUnfinished) ?? false });
  const running = known?.find(({ state }) => state === 'recording');
  if (running === undefined) return null;
  return (
    <span className="flex shrink-0 items-center gap-1 text-critical" title="Being recorded">
      <Circle className="size-2 fill-current" aria-hidden="true" /> REC
    </span>
  );
}
