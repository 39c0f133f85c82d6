import { Check } from '@/shared/ui/check';
import { Segmented } from '@/shared/ui/segmented';
import type { CameraDraft } from './camera-draft';
import { kindOf } from './source-kind';

interface CameraOptionsProps {
  readonly draft: CameraDraft;
  readonly onChange: (change: Partial<CameraDraft>) => void;
}

const VIEWS = [
  { value: 'source', label: 'As it comes' },
  { value: 'transcoded', label: 'Encoded anew' },
] as const;

const TRANSPORTS = [
  { value: 'tcp', label: 'TCP' },
  { value: 'udp', label: 'UDP' },
] as const;

/** How a camera is read and shown; only what its kind of source knows. */
export function CameraOptions({ draft, onChange }: CameraOptionsProps) {
  const kind = kindOf(draft.sourceUrl);
  const hasMasks = draft.masks.length > 0;
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-1 text-muted text-xs">Options</legend>
      <Choice
        label="Live view"
        hint={
          hasMasks
            ? 'A camera with masks is always encoded anew, so that nobody sees what they hide.'
            : 'Encode anew what browsers cannot play, H.265 or B-frames. It costs the server a part of a core.'
        }
      >
        <Segmented
          label="Live view"
          value={hasMasks ? 'transcoded' : draft.liveView}
          options={VIEWS}
          onChange={(liveView) => onChange({ liveView })}
        />
      </Choice>
      {kind === 'rtsp' && (
        <Choice label="RTSP over" hint="UDP only where the camera cannot do TCP: it loses packets.">
          <Segmented
            label="RTSP over"
            value={draft.rtspTransport}
            options={TRANSPORTS}
            onChange={(rtspTransport) => onChange({ rtspTransport })}
          />
        </Choice>
      )}
      {kind === 'file' && (
        <Check
          label="Loop the file"
          hint="It starts again at its end; if not, the camera ends with it."
          isOn={draft.loops}
          onChange={(loops) => onChange({ loops })}
        />
      )}
      <Check
        label="Skip pictures in which nothing moves"
        hint="Saves work on quiet roads; one picture is looked at every few seconds all the same."
        isOn={draft.motionGating}
        onChange={(motionGating) => onChange({ motionGating })}
      />
    </fieldset>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly hint: string;
  readonly children: React.ReactNode;
}

function Choice({ label, hint, children }: ChoiceProps) {
  return (
    <div className="flex flex-col">
      <div className="flex items-center gap-3 text-sm">
        <span className="w-20">{label}</span>
        {children}
      </div>
      <p className="text-faint text-xs">{hint}</p>
    </div>
  );
}
