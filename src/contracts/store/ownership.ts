/** Memo key, of what a schedule starts, that says who owns the schedule. */
export const OWNER_MEMO = 'perennialOwner';

/** Where a project keeps its objects. Its id stays when the store is reached by another address. */
export type Project = { readonly id: string; readonly store: string };

/** Owner of a model's monitor and retraining, or of a schedule, in a shared namespace. */
export type Owner = {
  readonly pipeline: string;
  readonly project: Project;
  /** Set when it was taken over from another owner. */
  readonly taken?: TakeOver;
};

export type TakeOver = { readonly by: string; readonly reason: string; readonly at: string };

/** The one who claims a name in a namespace. */
export type Claimant = {
  readonly project: Project;
  /** Absent: it is the project's, whatever its pipelines are. */
  readonly pipeline?: string;
};

/**
 * Whether what is named in a namespace is somebody else's. Everything that is found there by a name that another team may use as well is asked
 * about here before it is changed: schedules, monitors, retraining, followers of changes, the cleaning of the store. What nobody owns may be taken.
 */
export const belongsToOther = (present: Owner | null | undefined, { project, pipeline }: Claimant): boolean =>
  present !== null &&
  present !== undefined &&
  (present.project.id !== project.id || (pipeline !== undefined && present.pipeline !== pipeline));

/** Null for what nobody owns yet, as what was made before owners were kept. */
export function ownerIn(value: unknown): Owner | null {
  if (typeof value !== 'object' || value === null || !('pipeline' in value) || !('project' in value)) return null;
  const { pipeline, project } = value;
  if (typeof pipeline !== 'string' || typeof project !== 'object' || project === null || !('id' in project)) return null;
  return typeof project.id === 'string' ? (value as Owner) : null;
}

export const ownerInWords = ({ pipeline, project }: Owner): string =>
  `${pipeline === '' ? '' : `pipeline ${pipeline} of `}the store ${project.store}`;
