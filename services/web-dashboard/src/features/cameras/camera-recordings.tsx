import type { Camera } from '@/shared/api/types';
import { RecordingControls } from '@/shared/recordings/recording-controls';
import { RecordingList } from '@/shared/recordings/recording-list';
import { Dialog } from '@/shared/ui/dialog';

interface CameraRecordingsProps {
  readonly camera: Camera;
  readonly onClose: () => void;
}

export function CameraRecordings({ camera, onClose }: CameraRecordingsProps) {
  return (
    <Dialog title={`Recordings of ${camera.name}`} onClose={onClose}>
      <div className="flex flex-col gap-3">
        <RecordingControls camera={camera} />
        <RecordingList cameraKey={camera.key} />
      </div>
    </Dialog>
  );
}
