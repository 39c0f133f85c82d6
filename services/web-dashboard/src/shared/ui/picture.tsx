import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { fetchPicture } from '../api/client';
import { useHasPicture } from '../api/stats';
import { useObjectUrl } from './object-url';

const NOTHING = 'No picture';

interface PictureProps {
  /** Path of the API. */
  readonly src: string;
  readonly alt: string;
  readonly className?: string;
  /** Shown where the API has no picture. */
  readonly fallback?: string;
  /** How long one may be shown again, ms. */
  readonly maxAgeMs?: number;
  /** Told the width by the height, once it is known. */
  readonly onAspect?: (aspect: number) => void;
}

/** A picture of the API, fetched with the token. Takes the size that its class gives it. */
export function Picture(props: PictureProps) {
  const { src, alt, className, fallback = NOTHING, maxAgeMs = 300_000, onAspect } = props;
  const query = useQuery({
    queryKey: ['picture', src],
    queryFn: ({ signal }) => fetchPicture(src, signal),
    staleTime: maxAgeMs,
    retry: false,
  });
  const url = useObjectUrl(query.data);
  if (url !== null) {
    return (
      // biome-ignore lint/performance/noImgElement: a blob of the API, nothing to optimise
      <img
        src={url}
        alt={alt}
        className={clsx('object-contain', className)}
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
          naturalHeight > 0 && onAspect?.(naturalWidth / naturalHeight)
        }
      />
    );
  }
  return <NoPicture className={className} text={query.isError ? fallback : ''} />;
}

function NoPicture({ className, text }: { className: string | undefined; text: string }) {
  return (
    <div
      className={clsx('flex items-center justify-center bg-raised text-faint text-xs', className)}
    >
      {text}
    </div>
  );
}

interface CameraPictureProps extends Omit<PictureProps, 'src'> {
  readonly cameraKey: string;
}

/** The newest picture of a camera, asked for only when there is one. */
export function CameraPicture({ cameraKey, ...rest }: CameraPictureProps) {
  const hasPicture = useHasPicture(cameraKey);
  if (hasPicture) return <Picture src={`/api/cameras/${cameraKey}/snapshot`} {...rest} />;
  return <NoPicture className={rest.className} text={rest.fallback ?? NOTHING} />;
}
