/** The name under which users import this package and npm installs it. */
export const PACKAGE_NAME = 'perennial-ml';
