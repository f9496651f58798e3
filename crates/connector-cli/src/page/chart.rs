//! What happened in the last runs, drawn: one step for each run, the newest at the right.

use maud::{Markup, PreEscaped, html};
use plotters::prelude::{BLACK, ChartBuilder, IntoDrawingArea as _, LineSeries, SVGBackend};

use super::RUNS;

/// The size of a chart; a run is eight pixels wide.
const SIZE: (u32, u32) = (240, 44);

/// Lines of numbers, one number for each run; a run may have none. The colours are those of the
/// page, which knows light from dark.
pub(super) fn lines(series: &[Vec<Option<u64>>]) -> Markup {
    let mut svg = String::new();
    // Text takes every drawing.
    let _ = draw(&mut svg, series);
    // It is as wide as its place on the page.
    let sized = format!("<svg width=\"{}\" height=\"{}\"", SIZE.0, SIZE.1);
    let svg = svg.replacen(&sized, "<svg preserveAspectRatio=\"none\"", 1);
    let svg = svg.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
    html! { (PreEscaped(svg)) }
}

#[expect(clippy::cast_precision_loss, reason = "it is drawn, and a pixel is larger")]
fn draw(svg: &mut String, series: &[Vec<Option<u64>>]) -> Result<(), Box<dyn std::error::Error>> {
    let highest = series.iter().flatten().flatten().max().copied().unwrap_or_default().max(1);
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let mut chart = ChartBuilder::on(&area)
        .margin_top(3)
        .margin_bottom(2)
        .build_cartesian_2d(0f64..RUNS as f64, 0f64..highest as f64)?;
    for values in series {
        for steps in steps(values) {
            let points = steps.into_iter().map(|(at, value)| (at as f64, value as f64));
            chart.draw_series(LineSeries::new(points, &BLACK))?;
        }
    }
    drop(chart);
    area.present()?;
    Ok(())
}

/// The corners of a line that is level within each run, and begins anew behind a run without a number.
fn steps(values: &[Option<u64>]) -> Vec<Vec<(usize, u64)>> {
    let first = usize::try_from(RUNS).unwrap_or_default().saturating_sub(values.len());
    let mut lines: Vec<Vec<(usize, u64)>> = Vec::new();
    let mut drawing = false;
    for (at, value) in values.iter().enumerate().map(|(at, value)| (first + at, value)) {
        let Some(value) = *value else {
            drawing = false;
            continue;
        };
        if !drawing {
            lines.push(vec![(at, value)]);
        }
        drawing = true;
        let Some(line) = lines.last_mut() else { continue };
        match line[..] {
            // As high as before: the line goes on.
            [.., (_, before), (_, last)] if before == value && last == value => {
                line.pop();
            }
            [.., (_, last)] if last != value => line.push((at, value)),
            _ => {}
        }
        line.push((at + 1, value));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_more_corners_than_it_needs_and_a_gap_where_nothing_is_known() {
        let values = [Some(5), Some(5), Some(5), Some(7), None, Some(1)];
        let corners = [vec![(24, 5), (27, 5), (27, 7), (28, 7)], vec![(29, 1), (30, 1)]];
        assert_eq!(steps(&values), corners);
        assert!(steps(&[None, None]).is_empty());
    }

    #[test]
    fn a_drawing_has_a_line_for_each_series_within_its_frame() {
        let svg = lines(&[vec![Some(0), Some(u64::MAX)], vec![Some(3)]]).into_string();
        assert_eq!(svg.matches("<polyline").count(), 2, "{svg}");
        let frame = "<svg preserveAspectRatio=\"none\" viewBox=\"0 0 240 44\">";
        assert!(svg.starts_with(frame), "{svg}");
        assert!(svg.trim_end().ends_with("</svg>"), "{svg}");
        assert!(!svg.contains(",-"), "{svg}");
    }
}
