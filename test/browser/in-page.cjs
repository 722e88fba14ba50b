// Runs inside the page that a test looks at: the types of the project know no page.
{
  const numbers = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);

  /** Relative luminance of an opaque sRGB colour, as WCAG 2.2 defines it. */
  const luminance = (color) => {
    const [red, green, blue] = numbers(color).map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  const groundOf = (element) => {
    if (element === null) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(element);
    return numbers(backgroundColor)[3] === 0 ? groundOf(element.parentElement) : backgroundColor;
  };

  const contrastOf = (ink, ground) => {
    const [dark, light] = [luminance(ink), luminance(ground)].sort((one, other) => one - other);
    return (light + 0.05) / (dark + 0.05);
  };

  const ownWords = ({ childNodes }) =>
    [...childNodes]
      .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
      .map(({ textContent }) => textContent.trim())
      .join(' ')
      .trim();

  globalThis.inPage = {
    contrastOf,

    /** Texts whose contrast with the ground behind them is less than this. */
    paleTexts: (least) =>
      [...document.querySelectorAll('body *:not(title)')].flatMap((element) => {
        const words = ownWords(element);
        if (words === '') return [];
        const { fill, color } = getComputedStyle(element);
        const contrast = contrastOf(element instanceof SVGElement ? fill : color, groundOf(element));
        return contrast < least ? [`contrast ${contrast.toFixed(2)}: ${words.slice(0, 40)}`] : [];
      }),

    /** The tooltip under a pointer in the middle of each mark that can be seen; null where there is none. */
    tips: (marks) =>
      [...document.querySelectorAll(marks)].flatMap((mark) => {
        mark.scrollIntoView({ block: 'center' });
        const { x, y, width, height } = mark.getBoundingClientRect();
        if (height < 1) return [];
        const hit = document.elementFromPoint(x + width / 2, y + height / 2);
        return [hit?.querySelector(':scope > title')?.textContent ?? null];
      }),

    width: () => document.documentElement.scrollWidth,
  };
}
