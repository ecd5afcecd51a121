//! Variable ordering: the variables that rules ask together are placed close to each other.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Number of rounds of the search for an order; it converges within a few.
const ROUNDS: usize = 24;

/// Returns an order of all variables, starting with those that rules ask.
///
/// `together` lists, for each alternative of a rule's condition, the variables that it asks. Each round moves every
/// variable to the mean position of the alternatives that ask it (the FORCE heuristic); the round with the smallest
/// total span of the alternatives wins. Graphs of disjoint alternatives then stay as small as the alternatives
/// themselves.
pub(super) fn order(variables: usize, together: &[Vec<usize>]) -> Vec<usize> {
    let mut asked: BTreeMap<usize, usize> = BTreeMap::new();
    for variable in together.iter().flatten() {
        *asked.entry(*variable).or_default() += 1;
    }
    let mut order: Vec<usize> = asked.keys().copied().collect();
    order.sort_by_key(|variable| (std::cmp::Reverse(asked.get(variable).copied()), *variable));
    let mut best = (span(&order, together), order.clone());
    for _ in 0..ROUNDS {
        order = rearranged(&order, together);
        let span = span(&order, together);
        if span < best.0 {
            best = (span, order.clone());
        }
    }
    let unasked = (0..variables).filter(|variable| !asked.contains_key(variable));
    best.1.into_iter().chain(unasked).collect()
}

fn positions(order: &[usize]) -> BTreeMap<usize, i64> {
    order.iter().copied().zip(0..).collect()
}

/// Returns the sum over all alternatives of the distance between their first and last variables.
fn span(order: &[usize], together: &[Vec<usize>]) -> i64 {
    let positions = positions(order);
    let spans = together.iter().map(|alternative| {
        let places = || alternative.iter().filter_map(|variable| positions.get(variable));
        places().max().zip(places().min()).map_or(0, |(last, first)| last - first)
    });
    spans.sum()
}

fn rearranged(order: &[usize], together: &[Vec<usize>]) -> Vec<usize> {
    let positions = positions(order);
    // For each variable, the sum of the mean positions of its alternatives, in units of 1 / `SCALE`, and their number.
    let mut pulls: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
    for alternative in together.iter().filter(|alternative| !alternative.is_empty()) {
        let sum: i64 = alternative.iter().filter_map(|variable| positions.get(variable)).sum();
        let count = i64::try_from(alternative.len()).unwrap_or(i64::MAX);
        for variable in alternative {
            let pull = pulls.entry(*variable).or_default();
            pull.0 += sum * SCALE / count;
            pull.1 += 1;
        }
    }
    let mut order = order.to_vec();
    order.sort_by(|left, right| match (pulls.get(left), pulls.get(right)) {
        (Some(one), Some(other)) => (one.0 * other.1).cmp(&(other.0 * one.1)),
        _ => Ordering::Equal,
    });
    order
}

/// Mean positions are compared to a thousandth.
const SCALE: i64 = 1_000;
