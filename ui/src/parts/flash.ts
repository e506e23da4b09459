/** That something was just done, for as long as it is worth showing. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const SHOWN_FOR_MS = 2500;

export function useFlash(): { readonly fresh: boolean; readonly flash: () => void } {
  const count = useSignal(0);
  const fresh = useSignal(false);
  useEffect(() => {
    if (count.value === 0) return;
    fresh.value = true;
    const timer = setTimeout(() => {
      fresh.value = false;
    }, SHOWN_FOR_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [count.value]);
  const flash = () => {
    count.value += 1;
  };
  return { fresh: fresh.value, flash };
}
