/**
 * The order in which clients are given something: the lowest dominant share first (dominant-resource fairness,
 * docs/allocation-module.md of Mesos), divided by the weight of its node; ties go to the one that was given something
 * less often, then to the lower name. Clients are paths (`eng/web`): at each node of the tree its children compete,
 * and a role that has children competes with them as the leaf `.` (src/master/allocator/mesos/sorter/drf/sorter.cpp).
 *
 * The order is kept while allocations are made (one node moves to its new place), and made anew only after anything else
 * has changed, so that a round over thousands of agents does not sort for each of them.
 */
import { addQuantities, type Quantities, subtractQuantities } from './quantities.ts';

export interface Sorter {
  /** Active clients, the poorest first. */
  sorted(): readonly string[];
  /** Whether it takes part; a client that is not known yet becomes one. */
  setActive(client: string, active: boolean): void;
  /** `counts` says that it is an allocation of its own, and not what became of an earlier one. */
  allocated(client: string, quantities: Quantities, counts: boolean): void;
  unallocated(client: string, quantities: Quantities): void;
  setWeight(path: string, weight: number): void;
  /** The whole, which shares are parts of, has changed. */
  totalChanged(): void;
  /** Of the client and, for a path, of everything below it. */
  heldBelow(path: string): Quantities | undefined;
  has(client: string): boolean;
  isEmpty(): boolean;
  /** Forgets a client that holds nothing. */
  remove(client: string): void;
}

interface Node {
  readonly path: string;
  readonly parent: Node | undefined;
  /** Only of leaves: the client that it stands for. */
  client: string | undefined;
  active: boolean;
  /** Those that are active or have children come first, in their order. */
  children: Node[];
  readonly held: Quantities;
  share: number;
  allocations: number;
}

interface Tree {
  readonly total: Quantities;
  readonly root: Node;
  readonly leaves: Map<string, Node>;
  readonly inner: Map<string, Node>;
  readonly weights: Map<string, number>;
  /** Shares have to be counted anew. */
  dirty: boolean;
  order: readonly string[] | undefined;
}

export function createSorter(total: Quantities): Sorter {
  const root = createNode('', undefined);
  const inner = new Map([['', root]]);
  const tree: Tree = { total, root, leaves: new Map(), inner, weights: new Map(), dirty: false, order: undefined };
  return {
    sorted: () => {
      if (tree.dirty) {
        sortBelow(tree, root);
        tree.dirty = false;
      }
      tree.order ??= activeClients(root, []);
      return tree.order;
    },
    setActive: (client, active) => {
      const leaf = leafOf(tree, client);
      if (leaf.active !== active) {
        leaf.active = active;
        changed(tree);
      }
    },
    allocated: (client, quantities, counts) => {
      for (let node: Node | undefined = leafOf(tree, client); node !== undefined; node = node.parent) {
        addQuantities(node.held, quantities);
        node.allocations += counts ? 1 : 0;
        if (!tree.dirty) {
          moveToItsPlace(tree, node);
        }
      }
      tree.order = undefined;
    },
    unallocated: (client, quantities) => {
      for (let node: Node | undefined = leafOf(tree, client); node !== undefined; node = node.parent) {
        subtractQuantities(node.held, quantities);
      }
      changed(tree);
    },
    setWeight: (path, weight) => {
      tree.weights.set(path, weight);
      changed(tree);
    },
    totalChanged: () => changed(tree),
    heldBelow: (path) => inner.get(path)?.held,
    has: (client) => tree.leaves.has(client),
    isEmpty: () => tree.leaves.size === 0,
    remove: (client) => removeLeaf(tree, client),
  };
}

function changed(tree: Tree): void {
  tree.dirty = true;
  tree.order = undefined;
}

function leafOf(tree: Tree, client: string): Node {
  const known = tree.leaves.get(client);
  if (known !== undefined) {
    return known;
  }
  const node = innerOf(tree, client);
  const leaf = createNode(`${node.path}/.`, node);
  leaf.client = client;
  node.children.push(leaf);
  tree.leaves.set(client, leaf);
  changed(tree);
  return leaf;
}

/** Every client is the leaf of an inner node of its name: a node with one leaf sorts as the leaf alone would. */
function innerOf(tree: Tree, path: string): Node {
  const known = tree.inner.get(path);
  if (known !== undefined) {
    return known;
  }
  const parent = innerOf(tree, path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
  const node = createNode(path, parent);
  parent.children.push(node);
  tree.inner.set(path, node);
  return node;
}

function removeLeaf(tree: Tree, client: string): void {
  const leaf = tree.leaves.get(client);
  tree.leaves.delete(client);
  for (let node = leaf; node?.parent !== undefined && node.children.length === 0; node = node.parent) {
    const gone = node;
    node.parent.children = node.parent.children.filter((child) => child !== gone);
    if (node.client === undefined) {
      tree.inner.delete(node.path);
    }
  }
  changed(tree);
}

/** A leaf has its role's weight at the node above it, not once more. */
function shareOf({ total, weights }: Tree, node: Node): number {
  let share = 0;
  for (const [name, amount] of total) {
    if (amount > 0) {
      share = Math.max(share, (node.held.get(name) ?? 0) / amount);
    }
  }
  return node.client === undefined ? share / (weights.get(node.path) ?? 1) : share;
}

function sortBelow(tree: Tree, node: Node): void {
  for (const child of node.children) {
    child.share = shareOf(tree, child);
  }
  node.children.sort(compare);
  for (const child of node.children) {
    sortBelow(tree, child);
  }
}

function moveToItsPlace(tree: Tree, node: Node): void {
  const siblings = node.parent?.children;
  if (siblings === undefined) {
    return;
  }
  node.share = shareOf(tree, node);
  let place = siblings.indexOf(node);
  for (let before = siblings[place - 1]; before !== undefined && compare(node, before) < 0; ) {
    siblings[place] = before;
    place -= 1;
    siblings[place] = node;
    before = siblings[place - 1];
  }
  for (let after = siblings[place + 1]; after !== undefined && compare(after, node) < 0; ) {
    siblings[place] = after;
    place += 1;
    siblings[place] = node;
    after = siblings[place + 1];
  }
}

function createNode(path: string, parent: Node | undefined): Node {
  return { path, parent, client: undefined, active: false, children: [], held: new Map(), share: 0, allocations: 0 };
}

function compare(left: Node, right: Node): number {
  if (left.share !== right.share) {
    return left.share - right.share;
  }
  if (left.allocations !== right.allocations) {
    return left.allocations - right.allocations;
  }
  return left.path < right.path ? -1 : 1;
}

function activeClients(node: Node, found: string[]): string[] {
  for (const child of node.children) {
    if (child.client === undefined) {
      activeClients(child, found);
    } else if (child.active) {
      found.push(child.client);
    }
  }
  return found;
}
