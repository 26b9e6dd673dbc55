/** Those who act on clusters that stand, each kind by a chance of its own. */
import { Asking, type AskingParts } from './asking.ts';
import type { Operator } from './operator.ts';

export abstract class People {
  protected readonly parts: AskingParts;
  protected readonly operator: Operator;
  protected readonly asking: Asking;

  constructor(parts: AskingParts, operator: Operator) {
    this.parts = parts;
    this.operator = operator;
    this.asking = new Asking(parts);
  }

  waitMs(meanMs: number): number {
    return this.parts.chance.wait(meanMs);
  }

  /** One of the things that they do. */
  abstract some(): void;
}
