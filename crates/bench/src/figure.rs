//! A figure and its goal.

use std::time::Duration;

/// Which side of a bound is good.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

/// Prints a figure.
pub fn print(name: &str, value: f64, unit: &str, goal: Goal) {
    let (bound, met) = match goal {
        Goal::AtMost(bound) => (bound, value <= bound),
        Goal::AtLeast(bound) => (bound, value >= bound),
    };
    println!("figure {name} {value:.3} {unit} {bound} {}", if met { "ok" } else { "short" });
}

/// The value below which `share` of all lie.
pub fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    // a place in a list
    let place = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1)) - 1;
    times.get(place).copied().unwrap_or_default().as_secs_f64() * 1000.0
}
