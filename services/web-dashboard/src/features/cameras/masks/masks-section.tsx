import { EyeOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '@/shared/ui/button';
import type { Mask } from '../camera-draft';
import { MaskEditor } from './mask-editor';

interface MasksSectionProps {
  readonly masks: readonly Mask[];
  readonly aspect: number;
  readonly picture: ReactNode;
  readonly onChange: (masks: readonly Mask[]) => void;
}

/** In a camera's form: how many masks there are, and the editor on demand. */
export function MasksSection(props: MasksSectionProps) {
  const { masks } = props;
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label="Privacy masks" className="flex flex-col gap-2">
      <div className="flex items-center gap-3 text-sm">
        <span className="flex items-center gap-1.5">
          <EyeOff className="size-3.5 text-muted" aria-hidden="true" /> Privacy masks
        </span>
        <span className="text-muted">{masks.length === 0 ? 'none' : masks.length}</span>
        <Button size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide the picture' : 'Draw on the picture'}
        </Button>
      </div>
      {isOpen && <MaskEditor {...props} />}
    </section>
  );
}
