/** Every scenario, in the order in which they run. */
import type { Scenario } from '../scenario.ts';
import { endings } from './endings.ts';
import { files } from './files.ts';
import { groups } from './groups.ts';
import { kills } from './kills.ts';
import { launches } from './launches.ts';
import { offers } from './offers.ts';
import { reconciliation } from './reconciliation.ts';
import { refusals } from './refusals.ts';
import { requests } from './requests.ts';
import { subscriptions } from './subscriptions.ts';
import { updates } from './updates.ts';
import { views } from './views.ts';

export const scenarios: readonly Scenario[] = [
  ...requests,
  ...subscriptions,
  ...offers,
  ...launches,
  ...refusals,
  ...updates,
  ...kills,
  ...groups,
  ...reconciliation,
  ...views,
  ...files,
  ...endings,
];
