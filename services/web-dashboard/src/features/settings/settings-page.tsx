import type { ReactNode } from 'react';
import { useMay } from '@/shared/api/roles';
import { KeySheet } from '@/shared/keyboard/key-sheet';
import { About } from './about';
import { Account } from './account';
import { SystemFacts } from './system-facts';
import { Users } from './users';
import { VideoChoice } from './video-choice';

export function SettingsPage() {
  const isAdmin = useMay('admin');
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="mx-auto grid max-w-6xl grid-cols-2 gap-x-12 gap-y-8 p-6 max-lg:grid-cols-1">
        <div className="flex flex-col gap-8">
          <Section title="Account">
            <Account />
          </Section>
          {isAdmin && (
            <Section title="Users">
              <Users />
            </Section>
          )}
          <Section title="Live video">
            <VideoChoice />
          </Section>
          <Section title="System">
            <SystemFacts />
          </Section>
          <Section title="About">
            <About />
          </Section>
        </div>
        <Section title="Keys">
          <KeySheet columns={1} />
        </Section>
      </div>
    </div>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-3">
      <h2 className="border-hairline border-b pb-1.5 font-strong text-base">{title}</h2>
      {children}
    </section>
  );
}
