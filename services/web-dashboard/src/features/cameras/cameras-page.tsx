import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Cctv, Plus } from 'lucide-react';
import { camerasQuery, removeDemo } from '@/shared/api/cameras';
import { useMay } from '@/shared/api/roles';
import type { Camera } from '@/shared/api/types';
import { Button } from '@/shared/ui/button';
import { ConfirmButton } from '@/shared/ui/confirm-button';
import { ErrorState, PanelMessage, SkeletonRows, StaleNote } from '@/shared/ui/panel-state';
import { useUrlState } from '@/shared/url/use-url-state';
import { AddCamera } from './add-camera';
import { CameraRecordings } from './camera-recordings';
import { CameraTable } from './camera-table';
import { EditCamera } from './edit-camera';
import { ZoneEditor } from './zones/zone-editor';

const URL_NAMES = ['add', 'edit', 'zones', 'recordings'] as const;

/** All cameras; `?add`, `?edit=key`, `?zones=key` and `?recordings=key` open what they say. */
export function CamerasPage() {
  const query = useQuery(camerasQuery);
  const [url, setUrl] = useUrlState(URL_NAMES);
  const find = (key: string) => query.data?.find((camera) => camera.key === key);
  const zoned = find(url.zones);
  const edited = find(url.edit);
  const recorded = find(url.recordings);
  if (zoned !== undefined) {
    return <ZoneEditor key={zoned.key} camera={zoned} onClose={() => setUrl({ zones: '' })} />;
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Toolbar cameras={query.data ?? []} onAdd={() => setUrl({ add: '1' })} />
      {query.isError && query.data !== undefined && <StaleNote error={query.error} />}
      <div className="min-h-0 flex-1 overflow-auto">
        <Body query={query} onAdd={() => setUrl({ add: '1' })}>
          {(cameras) => (
            <CameraTable
              cameras={cameras}
              onEdit={(camera) => setUrl({ edit: camera.key })}
              onZones={(camera) => setUrl({ zones: camera.key })}
              onRecordings={(camera) => setUrl({ recordings: camera.key })}
            />
          )}
        </Body>
      </div>
      {url.add !== '' && (
        <AddCamera onClose={() => setUrl({ add: '' })} onAdded={() => setUrl({ add: '' })} />
      )}
      {recorded !== undefined && (
        <CameraRecordings camera={recorded} onClose={() => setUrl({ recordings: '' })} />
      )}
      {edited !== undefined && (
        <EditCamera key={edited.key} camera={edited} onClose={() => setUrl({ edit: '' })} />
      )}
    </div>
  );
}

interface BodyProps {
  readonly query: {
    readonly data: Camera[] | undefined;
    readonly isPending: boolean;
    readonly error: unknown;
    refetch(): unknown;
  };
  readonly onAdd: () => void;
  readonly children: (cameras: readonly Camera[]) => React.ReactNode;
}

function Body({ query, onAdd, children }: BodyProps) {
  const isAdmin = useMay('admin');
  if (query.isPending) return <SkeletonRows rows={8} height={52} />;
  if (query.data === undefined) {
    return <ErrorState what="The cameras" error={query.error} onRetry={() => query.refetch()} />;
  }
  if (query.data.length === 0) {
    return (
      <PanelMessage
        icon={<Cctv aria-hidden="true" />}
        title="No cameras yet"
        className="pt-28"
        action={
          isAdmin && (
            <Button variant="primary" onClick={onAdd}>
              Add a camera
            </Button>
          )
        }
      >
        Add an RTSP camera or a video file. The source is tested first, so that you see what it
        sends before anything is stored.
      </PanelMessage>
    );
  }
  return children(query.data);
}

function Toolbar({ cameras, onAdd }: { cameras: readonly Camera[]; onAdd: () => void }) {
  const client = useQueryClient();
  const isAdmin = useMay('admin');
  const leaveDemo = useMutation({
    mutationFn: removeDemo,
    onSettled: () => client.invalidateQueries({ queryKey: camerasQuery.queryKey }),
  });
  const demoCount = cameras.filter((camera) => camera.is_demo).length;
  return (
    <header className="flex h-11 shrink-0 items-center gap-3 border-hairline border-b px-3">
      <p className="text-muted">
        {cameras.length} {cameras.length === 1 ? 'camera' : 'cameras'}
      </p>
      <span className="flex-1" />
      {isAdmin && demoCount > 0 && (
        <ConfirmButton
          question={`Remove ${demoCount} demo cameras and their zones?`}
          verb="Remove demo"
          isBusy={leaveDemo.isPending}
          onConfirm={() => leaveDemo.mutate()}
        >
          Remove demo
        </ConfirmButton>
      )}
      {isAdmin && (
        <Button variant="primary" onClick={onAdd}>
          <Plus className="size-4" aria-hidden="true" /> Add camera
        </Button>
      )}
    </header>
  );
}
