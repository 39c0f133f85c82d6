'use client';

import { SignIn } from '@/features/auth';

export default function SignInRoute() {
  return <SignIn />;
}
