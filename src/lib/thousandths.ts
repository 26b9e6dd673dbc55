/**
 * Scalars as Mesos counts them: fixed-point with three decimals (src/common/values.cpp of Mesos). All arithmetic is done
 * on whole thousandths, so 0.1 + 0.2 is 0.3 and three tasks of 0.1 cpus fit in 0.3.
 */
import type { Brand } from './brand.ts';

export type Thousandths = Brand<number, 'Thousandths'>;

export function toThousandths(scalar: number): Thousandths {
  return Math.round(scalar * 1000) as Thousandths;
}

export function fromThousandths(thousandths: number): number {
  return thousandths / 1000;
}
