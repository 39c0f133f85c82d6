import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Download, Film } from 'lucide-react';
import { problemOf } from '../api/problem';
import { deleteRecording, isUnfinished, recordingsQuery, saveRecording } from '../api/recordings';
import { useMay } from '../api/roles';
import type { Recording } from '../api/types';
import { Button } from '../ui/button';
import { ConfirmButton } from '../ui/confirm-button';
import { Moment } from '../ui/moment';
import { ErrorState, PanelMessage, SkeletonRows } from '../ui/panel-state';
import { extentText, STATE_WORDS } from './recording-words';

/** The recordings of a camera, newest first: what they are, to be fetched or deleted. */
export function RecordingList({ cameraKey }: { readonly cameraKey: string }) {
  const query = useQuery(recordingsQuery(cameraKey));
  if (query.isPending) return <SkeletonRows rows={3} height={44} />;
  if (query.data === undefined) {
    return (
      <ErrorState what="The recordings" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  if (query.data.length === 0) {
    return (
      <PanelMessage icon={<Film aria-hidden="true" />} title="No recordings yet">
        Record begins with the next key frame and ends when you stop it, after an hour at most.
      </PanelMessage>
    );
  }
  return (
    <ul aria-label="Recordings" className="flex flex-col">
      {query.data.map((recording) => (
        <RecordingRow key={recording.id} recording={recording} />
      ))}
    </ul>
  );
}

function RecordingRow({ recording }: { readonly recording: Recording }) {
  const client = useQueryClient();
  const isAdmin = useMay('admin');
  const save = useMutation({ mutationFn: () => saveRecording(recording) });
  const remove = useMutation({
    mutationFn: () => deleteRecording(recording.id),
    onSettled: () =>
      client.invalidateQueries({ queryKey: recordingsQuery(recording.camera_id).queryKey }),
  });
  const error = save.error ?? remove.error;
  const note = error === null ? recording.detail : problemOf(error).detail;
  return (
    <li className="flex min-h-12 items-center gap-3 border-hairline border-b py-1.5 text-sm">
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <Moment at={recording.started_at} withAge />
          <span className="text-muted text-xs">{extentText(recording)}</span>
        </p>
        <p className="truncate text-muted text-xs" title={note ?? undefined}>
          <StateWord state={recording.state} /> · {recording.requested_by}
          {note !== null && (
            <span className={error === null ? '' : 'text-critical'}> · {note}</span>
          )}
        </p>
      </div>
      <Button
        size="small"
        disabled={!recording.has_video || save.isPending}
        onClick={() => save.mutate()}
      >
        <Download className="size-3" aria-hidden="true" />
        {save.isPending ? 'Fetching…' : 'Download'}
      </Button>
      {isAdmin && !isUnfinished(recording) && (
        <ConfirmButton
          question="Delete for ever?"
          verb="Delete"
          isBusy={remove.isPending}
          onConfirm={() => remove.mutate()}
        >
          Delete
        </ConfirmButton>
      )}
    </li>
  );
}

function StateWord({ state }: Pick<Recording, 'state'>) {
  const isBad = state === 'failed' || state === 'interrupted';
  const colour = state === 'recording' ? 'text-critical' : isBad ? 'text-warn' : '';
  return <span className={colour}>{STATE_WORDS[state]}</span>;
}
