/** How activation functions are written, by torch's names. */
import { formatNumber } from './numbers';
import type { Settings } from './activations';

interface Written {
  name: string;
  /** In x; a setting in braces. */
  formula: string;
}

const WRITTEN: Readonly<Record<string, Written>> = {
  relu: { name: 'ReLU', formula: 'max(0, x)' },
  leaky_relu: { name: 'LeakyReLU', formula: 'max(0, x) + {negative_slope} · min(0, x)' },
  prelu: { name: 'PReLU', formula: 'max(0, x) + {weight} · min(0, x)' },
  rrelu: { name: 'RReLU', formula: 'max(0, x) + ({lower} + {upper}) / 2 · min(0, x)' },
  relu6: { name: 'ReLU6', formula: 'min(6, max(0, x))' },
  hardtanh: { name: 'Hardtanh', formula: 'min({max_val}, max({min_val}, x))' },
  elu: { name: 'ELU', formula: 'max(0, x) + {alpha} · (exp(min(0, x)) − 1)' },
  celu: { name: 'CELU', formula: 'max(0, x) + {alpha} · (exp(min(0, x) / {alpha}) − 1)' },
  selu: { name: 'SELU', formula: '1.0507 · (max(0, x) + 1.6733 · (exp(min(0, x)) − 1))' },
  gelu: { name: 'GELU', formula: 'x · Φ(x)' },
  silu: { name: 'SiLU', formula: 'x / (1 + exp(−x))' },
  mish: { name: 'Mish', formula: 'x · tanh(ln(1 + exp(x)))' },
  sigmoid: { name: 'sigmoid', formula: '1 / (1 + exp(−x))' },
  tanh: { name: 'tanh', formula: 'tanh(x)' },
  hardsigmoid: { name: 'Hardsigmoid', formula: 'min(1, max(0, x / 6 + 0.5))' },
  hardswish: { name: 'Hardswish', formula: 'x · min(1, max(0, x / 6 + 0.5))' },
  softplus: { name: 'Softplus', formula: 'ln(1 + exp({beta} · x)) / {beta}' },
  logsigmoid: { name: 'LogSigmoid', formula: '−ln(1 + exp(−x))' },
  softsign: { name: 'Softsign', formula: 'x / (1 + |x|)' },
  tanhshrink: { name: 'Tanhshrink', formula: 'x − tanh(x)' },
  hardshrink: { name: 'Hardshrink', formula: '|x| > {lambd} ? x : 0' },
  softshrink: { name: 'Softshrink', formula: 'sign(x) · max(0, |x| − {lambd})' },
  threshold: { name: 'Threshold', formula: 'x > {threshold} ? x : {value}' },
};

/** Torch's own defaults of the settings above. */
const USUAL: Settings = {
  ...{ negative_slope: 0.01, weight: 0.25, lower: 1 / 8, upper: 1 / 3 },
  ...{ min_val: -1, max_val: 1, alpha: 1, beta: 1, lambd: 0.5, threshold: 0, value: 0 },
};

/** The name of a function as papers write it; torch's where there is none. */
export function nameOf(name: string): string {
  return Object.hasOwn(WRITTEN, name) ? (WRITTEN[name] as Written).name : name;
}

/** The formula of a function with its settings; '' where there is none. */
export function formulaOf(name: string, settings: Settings): string {
  if (!Object.hasOwn(WRITTEN, name)) return '';
  return (WRITTEN[name] as Written).formula.replace(/\{(\w+)\}/g, (_, setting: string) => {
    const value = settings[setting] ?? USUAL[setting];
    return typeof value === 'number' ? formatNumber(value) : setting;
  });
}
