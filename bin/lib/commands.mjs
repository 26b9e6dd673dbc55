/**
 * The commands of the npm scripts, in one table. `needs` names what the machine must have before anything is installed
 * (lib/machine.mjs), `steps` what Node is given, one after the other until one fails.
 */
import { join } from 'node:path';
import { root } from './root.mjs';

const inPackages = (path) => join(root, 'node_modules', path);

const tsc = [inPackages('typescript/bin/tsc'), '-p', root];
const tscOfWeb = [inPackages('typescript/bin/tsc'), '-p', join(root, 'src/web')];
const biome = inPackages('@biomejs/biome/bin/biome');
const ava = inPackages('ava/entrypoints/cli.mjs');
const endToEnd = [ava, '--config', 'ava.end-to-end.config.js'];
const everything = ['java', 'javac', 'pip'];

export const commands = {
  start: { needs: everything, takesArguments: true, steps: [[join(root, 'src/main.ts'), 'start']] },
  test: { needs: everything, takesArguments: false, steps: [tsc, tscOfWeb, [biome, 'check'], [ava], endToEnd] },
  'test:unit': { needs: [], takesArguments: true, steps: [[ava]] },
  'test:end-to-end': { needs: everything, takesArguments: true, steps: [endToEnd] },
  'test:oldest-flink': {
    needs: everything,
    takesArguments: true,
    steps: [[ava, '--config', 'ava.oldest-flink.config.js']],
  },
  check: { needs: [], takesArguments: false, steps: [tsc, tscOfWeb, [biome, 'check']] },
  format: { needs: [], takesArguments: false, steps: [[biome, 'check', '--write']] },
  dist: { needs: [], takesArguments: false, steps: [tsc, [join(root, 'bin/archive/main.ts')]] },
  'dcos-plugin': { needs: [], takesArguments: true, steps: [[join(root, 'bin/dcos-plugin/main.ts')]] },
  package: { needs: [], takesArguments: false, steps: [[join(root, 'bin/package/main.ts')]] },
  conformance: { needs: [], takesArguments: true, steps: [[join(root, 'test/conformance/run.ts')]] },
  'crash-points': { needs: ['java', 'pip'], takesArguments: true, steps: [[join(root, 'test/crash-points/run.ts')]] },
  sim: { needs: [], takesArguments: true, steps: [[join(root, 'test/simulation/main.ts')]] },
  universe: { needs: [], takesArguments: true, steps: [[join(root, 'universe/main.ts')]] },
  'web:pictures': { needs: everything, takesArguments: false, steps: [[join(root, 'test/pictures/take.ts')]] },
  'bench:web': { needs: [], takesArguments: true, steps: [[join(root, 'bench/web.ts')]] },
  'bench:start': { needs: everything, takesArguments: true, steps: [[join(root, 'bench/start.ts')]] },
  'bench:elasticity': { needs: everything, takesArguments: true, steps: [[join(root, 'bench/elasticity.ts')]] },
  'elasticity:picture': {
    needs: everything,
    takesArguments: true,
    steps: [[join(root, 'bench/elasticity-picture.ts')]],
  },
  'bench:local-recovery': {
    needs: everything,
    takesArguments: true,
    steps: [[join(root, 'bench/local-recovery.ts')]],
  },
  'bench:failover': { needs: ['java', 'pip'], takesArguments: true, steps: [[join(root, 'bench/failover.ts')]] },
  'bench:launch': { needs: ['java', 'pip'], takesArguments: true, steps: [[join(root, 'bench/launch.ts')]] },
  fuzz: { needs: [], takesArguments: true, steps: [[join(root, 'test/mesos-api-client/fuzz/run.ts')]] },
  'bench:mesos-api': { needs: [], takesArguments: true, steps: [[join(root, 'bench/mesos-api.ts')]] },
  'bench:allocator': { needs: [], takesArguments: true, steps: [[join(root, 'bench/allocator.ts')]] },
  'bench:matching': { needs: ['java', 'javac'], takesArguments: true, steps: [[join(root, 'bench/matching.ts')]] },
};
