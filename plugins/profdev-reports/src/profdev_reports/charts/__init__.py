"""Charts as SVG with words for those who do not see them: trend, slope, funnel, spark, shades of a heat map."""

from profdev_reports.charts.absences import ABSENCES, Absence
from profdev_reports.charts.drawing import Chart, stylesheet
from profdev_reports.charts.funnels import funnel
from profdev_reports.charts.raster import png
from profdev_reports.charts.shading import shade, steps
from profdev_reports.charts.slopes import slope
from profdev_reports.charts.sparks import spark
from profdev_reports.charts.trends import trend

__all__ = [
    "ABSENCES",
    "Absence",
    "Chart",
    "funnel",
    "png",
    "shade",
    "slope",
    "spark",
    "steps",
    "stylesheet",
    "trend",
]
