import { LEAST_CONTRAST } from './test-browser.js';

/** As much as sites that show documents give to their text. */
export const COLUMN = 830;
/** A reader magnifies what is smaller. Letters of a picture that has room are 16 pixels high. */
const LEAST_PIXELS = 11;
/** Boxes that touch do not overlap. */
const TOUCH = 1;

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Label {
  readonly words: string;
  /** Where its letters are. */
  readonly ink: Box;
  /** Where letters are shown: what is outside is cut off. */
  readonly holder: Box;
  readonly pixels: number;
  readonly contrast: number | null;
  readonly seen: boolean;
}

interface Part {
  readonly kind: 'node' | 'edge' | 'frame';
  readonly shape: Box | null;
  readonly label: Label | null;
}

export interface Picture {
  readonly outline: Box;
  readonly parts: readonly Part[];
}

/** What is wrong with a drawn picture whose source names these labels. */
export function judgePicture({ outline, parts }: Picture, wanted: readonly string[]): readonly string[] {
  const labels = parts.flatMap((part) => (part.label === null ? [] : [{ ...part, label: part.label }]));
  const shown = labels.map(({ label }) => label.words).sort();
  return [
    ...without(wanted, shown).map((words) => `does not show "${words}"`),
    ...without(shown, wanted).map((words) => `shows "${words}", which its source does not name`),
    ...labels.flatMap(({ shape, label, kind }) => faultsOf(label, kind === 'edge' ? null : shape, outline)),
    ...overlaps(parts),
  ];
}

function faultsOf(label: Label, shape: Box | null, outline: Box): readonly string[] {
  const { words, ink, holder, pixels, contrast, seen } = label;
  return [
    seen ? '' : 'cannot be seen',
    isInside(ink, outline) ? '' : 'is outside of the picture',
    isInside(ink, holder) ? '' : 'is cut off',
    shape === null || isInside(ink, shape) ? '' : 'is wider than its box',
    pixels >= LEAST_PIXELS ? '' : `is ${pixels.toFixed(1)} pixels high in a column of ${COLUMN}`,
    contrast === null || contrast >= LEAST_CONTRAST ? '' : `has a contrast of ${contrast.toFixed(2)}`,
  ].flatMap((fault) => (fault === '' ? [] : [`"${words}" ${fault}`]));
}

/** Boxes of nodes and labels of edges and frames: none may lie on another. */
function overlaps(parts: readonly Part[]): readonly string[] {
  const solid = parts.flatMap(({ kind, shape, label }) => {
    const box = kind === 'node' ? shape : (label?.ink ?? null);
    return box === null ? [] : [{ box, name: label === null ? 'a mark' : `"${label.words}"` }];
  });
  return solid.flatMap((one, index) =>
    solid.slice(index + 1).flatMap((other) => (isApart(one.box, other.box) ? [] : [`${one.name} lies on ${other.name}`])),
  );
}

const isInside = (box: Box, outer: Box): boolean =>
  box.left >= outer.left - TOUCH &&
  box.top >= outer.top - TOUCH &&
  box.right <= outer.right + TOUCH &&
  box.bottom <= outer.bottom + TOUCH;

const isApart = (one: Box, other: Box): boolean =>
  one.right <= other.left + TOUCH ||
  other.right <= one.left + TOUCH ||
  one.bottom <= other.top + TOUCH ||
  other.bottom <= one.top + TOUCH;

/** What the first list has more often than the second. */
function without(some: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return some.filter((word) => {
    const place = left.indexOf(word);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}
