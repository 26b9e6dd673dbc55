/** The embedded store as the contract opens it, in the test's process and in others. */
export { openEmbeddedStore as open } from '../../src/store/embedded-store.ts';
