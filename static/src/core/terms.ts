/** The glossary's term for each kind of operation. */
import type { Op } from './types';

export const OP_TERMS: Readonly<Partial<Record<Op, string>>> = {
  input: 'image',
  conv: 'convolutional_layer',
  activation: 'activation_function',
  pool: 'pooling',
  norm: 'batch_normalization',
  dropout: 'dropout',
  flatten: 'flatten',
  dense: 'fully_connected_layer',
  add: 'skip_connection',
  concat: 'concatenate',
  softmax: 'softmax',
};
