// Runs inside the page that holds one picture, after in-page.cjs.
{
  const boxOf = ({ left, top, right, bottom }) => ({ left, top, right, bottom });

  const around = (boxes) => ({
    left: Math.min(...boxes.map(({ left }) => left)),
    top: Math.min(...boxes.map(({ top }) => top)),
    right: Math.max(...boxes.map(({ right }) => right)),
    bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
  });

  /** Where the letters are: the element around them may be larger, or smaller. */
  const inkOf = (element) => {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const boxes = [];
    while (walk.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(walk.currentNode);
      boxes.push(...[...range.getClientRects()].map(boxOf));
    }
    return around(boxes);
  };

  const KINDS = { node: 'g.node', edge: 'g.edgeLabels > g.edgeLabel', frame: 'g.cluster' };

  const partOf = (kind, group, scale) => {
    const shapes = [...group.querySelectorAll(':scope > :not(.label, .cluster-label)')];
    const shape = shapes.length === 0 ? null : around(shapes.map((one) => boxOf(one.getBoundingClientRect())));
    const text = group.querySelector('foreignObject p');
    const words = (text?.innerText ?? '').replace(/\s+/g, ' ').trim();
    if (words === '') return { kind, shape, label: null };
    const { color, fontSize } = getComputedStyle(text);
    const paint = shapes.map((one) => getComputedStyle(one).fill).find((fill) => fill !== 'none');
    const label = {
      words,
      ink: inkOf(text),
      holder: boxOf(text.closest('foreignObject').getBoundingClientRect()),
      pixels: Number.parseFloat(fontSize) * scale,
      // Words beside a line have the colours of Mermaid.
      contrast: paint === undefined ? null : inPage.contrastOf(color, paint),
      seen: text.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
    };
    return { kind, shape, label };
  };

  /** Draws the source as wide as a page of a document, and tells where each part of the picture stands. */
  globalThis.drawPicture = async (source, theme) => {
    mermaid.initialize({ startOnLoad: false, theme });
    const { svg } = await mermaid.render('picture', source);
    document.querySelector('main').innerHTML = svg;
    const picture = document.querySelector('main > svg');
    const scale = picture.getBoundingClientRect().width / picture.viewBox.baseVal.width;
    const parts = Object.entries(KINDS).flatMap(([kind, selector]) =>
      [...picture.querySelectorAll(selector)].map((group) => partOf(kind, group, scale)),
    );
    return { outline: boxOf(picture.getBoundingClientRect()), parts };
  };
}
