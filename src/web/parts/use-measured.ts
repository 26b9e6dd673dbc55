/** What is measured of an element: at first, whenever its size changes, and as it scrolls. */
import { useEffect } from 'preact/hooks';

export function useMeasured(
  frame: { readonly current: HTMLElement | null },
  measured: (element: HTMLElement) => void,
): void {
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = () => measured(element);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
    // Measuring is the same each time; only another element begins it anew.
  }, [frame]);
}
