//! The curve of a sweep as a picture.

use super::{RateCurve, RatePoint};
use std::fmt::Write;

/// The size of the picture, and the place of its axes in it.
const SIZE: (f64, f64) = (640.0, 400.0);
const LEFT: f64 = 72.0;
const RIGHT: f64 = 620.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 344.0;

impl RateCurve {
    /// Draws the curve as SVG: the losses over the rates, raw and smoothed, with a logarithmic axis, and a mark at the
    /// [suggestion](Self::suggestion). The vertical axis shows the losses up to the lowest one, and cuts off an explosion behind it.
    ///
    /// ```
    /// # use callbacks::shelf::RateCurve;
    /// # let curve = RateCurve::default();
    /// # let folder = std::env::temp_dir();
    /// std::fs::write(folder.join("rates.svg"), curve.to_svg())?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn to_svg(&self) -> String {
        Plot::of(self).draw(self)
    }
}

/// The ranges of the axes.
struct Plot {
    /// The logarithms of the first and the last rate, with base 10.
    rates: (f64, f64),
    losses: (f64, f64),
}

impl Plot {
    fn of(curve: &RateCurve) -> Self {
        let points = curve.points();
        let rates = range(points.iter().map(|point| point.rate.log10()));
        let (low, high) = range(shown(points).iter().map(|point| point.smoothed));
        let raw = shown(points).iter().map(|point| point.loss);
        // Raw losses below the smoothed ones are shown, and those of an explosion are cut off.
        let low = raw.filter(|loss| loss.is_finite()).fold(low, f64::min);
        let height = high - low;
        Self {
            rates,
            losses: (low - 0.08 * height, high + 0.4 * height),
        }
    }

    fn x(&self, rate: f64) -> f64 {
        let (first, last) = self.rates;
        LEFT + (RIGHT - LEFT) * (rate.log10() - first) / (last - first)
    }

    fn y(&self, loss: f64) -> f64 {
        let (low, high) = self.losses;
        BOTTOM - (BOTTOM - TOP) * (loss - low) / (high - low)
    }

    fn draw(&self, curve: &RateCurve) -> String {
        let (width, height) = SIZE;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n\
             <clipPath id=\"inside\"><rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{}\" height=\"{}\"/></clipPath>\n",
            RIGHT - LEFT,
            BOTTOM - TOP,
        );
        svg += &self.rate_axis();
        svg += &self.loss_axis();
        svg += &self.line(curve, "#9db2c9", 1.0, |point| point.loss);
        svg += &self.line(curve, "#1f5fa8", 2.0, |point| point.smoothed);
        svg += &self.suggestion(curve);
        svg += LEGEND;
        svg + "</svg>\n"
    }

    fn rate_axis(&self) -> String {
        let mut axis = String::new();
        for rate in rate_ticks(self.rates) {
            let x = self.x(rate);
            let label = format!("{rate:e}");
            line_to(&mut axis, [x, TOP, x, BOTTOM], "#e4e4e4");
            text(&mut axis, [x, BOTTOM + 18.0], "middle", &label);
        }
        line_to(&mut axis, [LEFT, BOTTOM, RIGHT, BOTTOM], "#444");
        let middle = f64::midpoint(LEFT, RIGHT);
        text(
            &mut axis,
            [middle, BOTTOM + 42.0],
            "middle",
            "learning rate",
        );
        axis
    }

    fn loss_axis(&self) -> String {
        let mut axis = String::new();
        let (ticks, step) = loss_ticks(self.losses);
        for loss in ticks {
            let y = self.y(loss);
            line_to(&mut axis, [LEFT, y, RIGHT, y], "#e4e4e4");
            text(
                &mut axis,
                [LEFT - 8.0, y + 4.0],
                "end",
                &loss_label(loss, step),
            );
        }
        line_to(&mut axis, [LEFT, TOP, LEFT, BOTTOM], "#444");
        let middle = f64::midpoint(TOP, BOTTOM);
        let _ = writeln!(
            axis,
            "<text transform=\"translate(16 {middle}) rotate(-90)\" text-anchor=\"middle\">loss</text>"
        );
        axis
    }

    /// Draws a line through the points that are finite. Of the points in one column of the picture, it shows the lowest and the greatest.
    fn line(
        &self,
        curve: &RateCurve,
        color: &str,
        width: f64,
        loss: impl Fn(&RatePoint) -> f64,
    ) -> String {
        let mut columns: Vec<(f64, f64, f64)> = Vec::new();
        for point in curve.points() {
            let (x, loss) = (self.x(point.rate), loss(point));
            if !(x.is_finite() && loss.is_finite()) {
                continue;
            }
            // Far outside of the picture, a renderer has no numbers.
            let y = self.y(loss).clamp(TOP - 1e4, BOTTOM + 1e4);
            match columns.last_mut() {
                Some((column, low, high)) if x - *column < 0.5 => {
                    (*low, *high) = (low.min(y), high.max(y));
                }
                _ => columns.push((x, y, y)),
            }
        }
        let mut places = String::new();
        for (x, low, high) in &columns {
            let _ = write!(places, "{x:.1},{high:.1} ");
            if low < high {
                let _ = write!(places, "{x:.1},{low:.1} ");
            }
        }
        if let [(x, y, _)] = columns[..] {
            return format!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{}\" fill=\"{color}\"/>\n",
                2.0 * width
            );
        }
        let places = places.trim_end();
        format!(
            "<polyline points=\"{places}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" \
             clip-path=\"url(#inside)\"/>\n"
        )
    }

    fn suggestion(&self, curve: &RateCurve) -> String {
        let mut mark = String::new();
        let Some(rate) = curve.suggestion() else {
            return mark;
        };
        let mut points = curve.points().iter();
        let (x, at) = (self.x(rate), points.find(|point| point.rate >= rate));
        line_to(&mut mark, [x, TOP, x, BOTTOM], "#c2410c");
        if let Some(point) = at {
            let y = self.y(point.smoothed);
            let _ = writeln!(
                mark,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#c2410c\"/>"
            );
        }
        let is_right = x > f64::midpoint(LEFT, RIGHT);
        let (x, anchor) = if is_right {
            (x - 6.0, "end")
        } else {
            (x + 6.0, "start")
        };
        text(
            &mut mark,
            [x, TOP + 14.0],
            anchor,
            &format!("suggestion {rate:.1e}"),
        );
        mark
    }
}

const LEGEND: &str = "<path d=\"M72 20h22\" stroke=\"#9db2c9\"/><text x=\"100\" y=\"24\">loss</text>\n\
                      <path d=\"M140 20h22\" stroke=\"#1f5fa8\" stroke-width=\"2\"/><text x=\"168\" y=\"24\">smoothed</text>\n";

fn line_to(svg: &mut String, [x1, y1, x2, y2]: [f64; 4], color: &str) {
    let _ = writeln!(
        svg,
        "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{color}\"/>"
    );
}

fn text(svg: &mut String, [x, y]: [f64; 2], anchor: &str, text: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
    );
}

/// Returns the points that the vertical axis is for: those up to the lowest one, behind which the loss may explode.
fn shown(points: &[RatePoint]) -> &[RatePoint] {
    let losses = points.iter().map(|point| point.smoothed).enumerate();
    let losses = losses.filter(|(_, loss)| loss.is_finite());
    let lowest = losses.min_by(|(_, one), (_, other)| one.total_cmp(other));
    match lowest {
        Some((lowest @ 1.., _)) => &points[..=lowest],
        _ => points,
    }
}

/// Returns the smallest and the greatest of the finite values, at a distance: a range around a single value, and 0 to 1 around none.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.filter(|value| value.is_finite()) {
        range = (range.0.min(value), range.1.max(value));
    }
    let (low, high) = range;
    if low > high {
        return (0.0, 1.0);
    }
    let least = 1e-9 * low.abs().max(high.abs()).max(1e-300);
    if high - low > least {
        return range;
    }
    let around = if low == 0.0 { 0.5 } else { 0.5 * low.abs() };
    (low - around, high + around)
}

/// Returns at most 9 powers of 10 in the range of their logarithms; if there are less than two, the multiples by 1, 2 and 5.
fn rate_ticks((first, last): (f64, f64)) -> Vec<f64> {
    let (low, high) = (first.ceil(), last.floor());
    let every = ((high - low) / 8.0).ceil().max(1.0);
    let is_inside = |rate: &f64| (first - 1e-9..=last + 1e-9).contains(&rate.log10());
    let powers = steps(low, high, every).map(power_of_ten);
    let powers: Vec<f64> = powers.filter(is_inside).collect();
    if powers.len() > 1 {
        return powers;
    }
    let decades = steps(first.floor(), last.ceil(), 1.0).map(power_of_ten);
    let multiples = decades.flat_map(|rate| [rate, 2.0 * rate, 5.0 * rate]);
    multiples.filter(is_inside).collect()
}

/// Returns 10 to the power of a whole number, as a literal of that value has it.
fn power_of_ten(exponent: f64) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::NAN)
}

/// Returns about 5 losses that are multiples of 1, 2 or 5 times a power of 10, and their distance.
fn loss_ticks((low, high): (f64, f64)) -> (Vec<f64>, f64) {
    let rough = (high - low) / 5.0;
    let power = power_of_ten(rough.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0].into_iter();
    let step = factors.map(|factor| factor * power);
    let step = step
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(rough);
    let ticks = steps((low / step).ceil(), (high / step).floor(), 1.0);
    (ticks.map(|tick| tick * step).collect(), step)
}

/// Returns `from`, `from + by` and so on up to `to`, at most 50 of them.
fn steps(from: f64, to: f64, by: f64) -> impl Iterator<Item = f64> {
    let all = (0..50_u32).map(move |index| from + by * f64::from(index));
    all.take_while(move |value| *value <= to)
}

/// Returns a loss with as many digits as ticks at this distance need.
fn loss_label(loss: f64, step: f64) -> String {
    if !(1e-4..1e5).contains(&step) {
        return format!("{loss:.1e}");
    }
    let decimals = (0..=4).find(|decimals| {
        let scaled = step * 10.0_f64.powi(*decimals);
        (scaled - scaled.round()).abs() < 1e-6
    });
    let decimals = decimals.and_then(|decimals| usize::try_from(decimals).ok());
    format!("{loss:.0$}", decimals.unwrap_or(4))
}
