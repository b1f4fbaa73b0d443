"use strict";
// What all figures look like: the colours of style sheet's theme, and plotly's layout and buttons.

report.dark = matchMedia("(prefers-color-scheme: dark)");
report.touch = matchMedia("(pointer: coarse)").matches;
report.narrow = () => innerWidth < 760;

// Value of a colour of the theme, by its name in the style sheet without the dashes.
report.colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Plotly layout that every figure starts from. The label of a mark stands out from the page; the
// label of all lines at a place, which covers much of a figure, has the colours of the page.
report.layout = (more) => {
  const [card, ink] = [report.colour("card"), report.colour("ink")];
  const [back, front] = more.hovermode === "x unified" ? [card, ink] : [ink, card];
  const family = getComputedStyle(document.body).fontFamily;
  return {
    paper_bgcolor: card,
    plot_bgcolor: card,
    dragmode: report.touch ? false : "zoom",
    font: { family, size: 13, color: ink },
    hoverlabel: {
      bgcolor: back,
      bordercolor: ink,
      align: "left",
      font: { family, size: 13, color: front },
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
