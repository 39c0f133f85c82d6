import Link from 'next/link';

export default function NotFound() {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-3">
      <p className="font-strong text-lg">There is no such page</p>
      <Link prefetch={false} href="/" className="text-accent hover:underline">
        Go to Mission Control
      </Link>
    </div>
  );
}
