/** Bars, drawn on the server: an image for wide screens and one for narrow ones, which nothing has to be run for. */
import "server-only";
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, GridComponent, LegendComponent, AriaComponent, SVGRenderer]);

export type Bars = {
  categories: readonly string[];
  /** A value for each category. */
  series: readonly { name: string; values: readonly number[] }[];
  /** One bar of all series, or a bar for each. */
  isStacked: boolean;
};

export type Plot = { wide: string; narrow: string };

const ink = "#1a1a1c";
/** Apart from each other in grey, too; each has its pattern and a dark edge besides. */
const colors = ["#0017c1", "#7096f8", "#d9e6ff"];
const patterns = [
  { symbol: "none" },
  {
    symbol: "rect",
    rotation: -Math.PI / 4,
    dashArrayX: [1, 0],
    dashArrayY: [2, 6],
    color: "rgba(0,0,0,0.35)",
  },
  {
    symbol: "circle",
    symbolSize: 0.5,
    dashArrayX: [
      [5, 5],
      [0, 5, 5, 0],
    ],
    dashArrayY: [5, 0],
    color: "rgba(0,0,0,0.5)",
  },
];

/** Both as addresses of images (`data:`). */
export function plotOf(bars: Bars): Plot {
  const { categories, series, isStacked } = bars;
  const thickness = isStacked ? 32 : 24 + 14 * series.length;
  const height = categories.length * thickness + 72;
  return {
    wide: isStacked ? draw(bars, 800, height, true) : draw(bars, 800, 360, false),
    narrow: draw(bars, 328, height, true),
  };
}

function draw(
  { categories, series, isStacked }: Bars,
  width: number,
  height: number,
  isLying: boolean,
): string {
  const text = { fontSize: 13, color: ink };
  const named = {
    type: "category" as const,
    data: [...categories],
    inverse: isLying,
    axisLabel: { ...text, interval: 0 },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: ink } },
  };
  const counted = {
    type: "value" as const,
    minInterval: 1,
    splitNumber: 3,
    axisLabel: { ...text, hideOverlap: true },
    splitLine: { lineStyle: { color: "#b3b3b3" } },
  };
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      textStyle: { fontFamily: "sans-serif", ...text },
      color: colors,
      aria: { enabled: true, label: { enabled: false }, decal: { show: true, decals: patterns } },
      legend: { top: 0, left: 0, textStyle: text, itemStyle: { borderColor: ink, borderWidth: 1 } },
      grid: { left: 8, right: 24, top: 40, bottom: 8, outerBoundsMode: "same" },
      xAxis: isLying ? counted : named,
      yAxis: isLying ? named : counted,
      series: series.map(({ name, values }) => ({
        type: "bar" as const,
        name,
        data: [...values],
        itemStyle: { borderColor: ink, borderWidth: 1 },
        ...(isStacked && { stack: "all" }),
      })),
    });
    return `data:image/svg+xml;base64,${Buffer.from(withoutStyles(chart.renderToSVGString())).toString("base64")}`;
  } finally {
    chart.dispose();
  }
}

/** As attributes of SVG: a policy that allows no styles of an element's own may hold for images, too. */
function withoutStyles(svg: string): string {
  return svg
    .replaceAll(/<style[^>]*>[\s\S]*?<\/style>/g, "")
    .replaceAll(/ style="([^"]*)"/g, (_, style: string) =>
      style
        .split(";")
        .filter((rule) => rule.includes(":"))
        .map(
          (rule) =>
            ` ${rule.slice(0, rule.indexOf(":")).trim()}="${rule.slice(rule.indexOf(":") + 1).trim()}"`,
        )
        .join(""),
    );
}
