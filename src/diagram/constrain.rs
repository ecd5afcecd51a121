//! The combinations of values that some note can have, and graphs that no other combination affects.

use rustc_hash::FxHashMap;

use super::{Ref, Store};

impl Store {
    /// Returns a graph of the combinations of values that some note can have. It may also contain others.
    pub fn possible(&self) -> Ref {
        self.possible
    }

    /// Sets the combinations of values that some note can have.
    pub(super) fn set_possible(&mut self, possible: Ref) {
        self.possible = possible;
    }

    /// Returns a graph that agrees with this one on every possible combination; every other combination has the leaf of
    /// a possible one beside it (the generalized cofactor of Coudert and Madre).
    ///
    /// Which one is the same for all graphs, so what is combined from such graphs is such a graph itself. Two graphs
    /// that agree on every possible combination become the same node.
    pub fn constrain(&mut self, root: Ref) -> Ref {
        if self.possible == Ref::FALSE {
            return root;
        }
        self.constrain_from(root, self.possible, &mut FxHashMap::default())
    }

    /// `possible` must not be `FALSE`.
    fn constrain_from(&mut self, at: Ref, possible: Ref, done: &mut FxHashMap<(Ref, Ref), Ref>) -> Ref {
        if at.is_leaf() || possible.is_leaf() {
            return at;
        }
        let key = (at, possible);
        if let Some(known) = done.get(&key) {
            return *known;
        }
        let Some(variable) = self.first_asked(&[at, possible]) else { return at };
        let among = self.values(variable).filter(|value| self.cofactor(possible, variable, *value) != Ref::FALSE);
        let among: Vec<u16> = among.collect();
        let mut children = Vec::with_capacity(self.values(variable).len());
        for value in self.values(variable) {
            let nearest = among.iter().copied().min_by_key(|other| other.abs_diff(value)).unwrap_or(value);
            let (at, possible) = (self.cofactor(at, variable, nearest), self.cofactor(possible, variable, nearest));
            children.push(self.constrain_from(at, possible, done));
        }
        let made = self.make_node(variable, children);
        done.insert(key, made);
        made
    }
}
