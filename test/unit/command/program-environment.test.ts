import { describe, expect, it } from '@jest/globals';
import { UNCONTROLLED } from '../../../src/worker/step/attempt/step-orders.js';
import { type ProgramFacts, programEnvironment } from '../../../src/command/environment/program-environment.js';

const folderAt = (root: string): ProgramFacts['folder'] =>
  ({
    root,
    input: `${root}/input`,
    data: `${root}/input/data`,
    output: `${root}/output`,
    model: `${root}/model`,
    control: `${root}/control.json`,
  }) as never;

const environmentOf = (context: Partial<ProgramFacts['context']>): { readonly [name: string]: string } =>
  programEnvironment({
    settings: { env: {}, inherit: [], hyperparameters: {} },
    data: {},
    folder: folderAt('/step'),
    context: {
      run: { pipeline: 'p', planHash: 'h', workflowId: 'w', runId: 'r' },
      step: 'train',
      seed: 1,
      attempt: 1,
      devices: [],
      control: UNCONTROLLED.control,
      ...context,
    },
    project: '/project',
    worker: { CUDA_VISIBLE_DEVICES: '0,1,2', NVIDIA_VISIBLE_DEVICES: 'all', SECRET: 'no' },
  });

describe('the devices that a program sees', () => {
  it('are those of its lease where devices are lent', () => {
    expect(environmentOf({ devicesAreLent: true, devices: ['1', '2'] })).toMatchObject({
      CUDA_VISIBLE_DEVICES: '1,2',
      NVIDIA_VISIBLE_DEVICES: '1,2',
      SM_NUM_GPUS: '2',
    });
  });

  it('are none where devices are lent and it asked for none', () => {
    expect(environmentOf({ devicesAreLent: true })).toMatchObject({
      CUDA_VISIBLE_DEVICES: '',
      NVIDIA_VISIBLE_DEVICES: 'none',
      SM_NUM_GPUS: '0',
    });
  });

  it('are those of the worker elsewhere', () => {
    const seen = environmentOf({});
    expect(seen).toMatchObject({ CUDA_VISIBLE_DEVICES: '0,1,2', NVIDIA_VISIBLE_DEVICES: 'all', SM_NUM_GPUS: '3' });
    expect(seen).not.toHaveProperty('SECRET');
  });
});

describe('the control file', () => {
  it('is named to a program whose step takes orders, and to no other', () => {
    const control = { ...UNCONTROLLED.control, takesOrders: true };
    expect(environmentOf({ control })).toMatchObject({ PERENNIAL_CONTROL: '/step/control.json' });
    expect(environmentOf({})).not.toHaveProperty('PERENNIAL_CONTROL');
  });
});
