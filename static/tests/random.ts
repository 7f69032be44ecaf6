/** The page's own numbers by seed, for tests. */
export { makeRandom } from '../src/core/random';
