"use strict";
// What all figures look like: the colours of the style sheet's theme, and plotly's layout and buttons.

report.dark = matchMedia("(prefers-color-scheme: dark)");
report.touch = matchMedia("(pointer: coarse)").matches;
report.narrow = () => innerWidth < 760;

// Value of a colour of the theme, by its name in the style sheet without the dashes. Each is looked
// up once per theme, because a look-up while figures are drawn computes the styles of the whole page.
report.colours = new Map();
report.dark.addEventListener("change", () => report.colours.clear());
report.colour = (name) => {
  if (!report.colours.has(name)) {
    const style = getComputedStyle(document.documentElement);
    report.colours.set(name, style.getPropertyValue(`--${name}`).trim());
  }
  return report.colours.get(name);
};

report.family = getComputedStyle(document.body).fontFamily;

// Plotly layout that every figure starts from. The label of a mark stands out from the page; the
// label of all lines at a place, which covers much of a figure, has the colours of the page.
report.layout = (more) => {
  const [card, ink] = [report.colour("card"), report.colour("ink")];
  const [back, front] = more.hovermode === "x unified" ? [card, ink] : [ink, card];
  return {
    paper_bgcolor: card,
    plot_bgcolor: card,
    dragmode: report.touch ? false : "zoom",
    font: { family: report.family, size: 13, color: ink },
    hoverlabel: {
      bgcolor: back,
      bordercolor: ink,
      align: "left",
      font: { family: report.family, size: 13, color: front },
    },
    ...more,
  };
};

report.options = {
  responsive: true,
  displaylogo: false,
  displayModeBar: report.touch ? false : "hover",
  modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
};
