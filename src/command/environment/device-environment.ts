/** The variables that show a child process these devices and no others. None at all: every device of the machine is hidden from it. */
export function deviceEnvironment(devices: readonly string[]): { readonly [name: string]: string } {
  const ids = devices.join(',');
  return { CUDA_VISIBLE_DEVICES: ids, NVIDIA_VISIBLE_DEVICES: ids === '' ? 'none' : ids };
}
