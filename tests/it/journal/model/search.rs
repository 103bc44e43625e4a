//! Looks at every state a small world can get into, breadth first, so that the first trace to a fault is
//! a shortest one.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::hash::Hash;

/// A world that can be searched. Equal states behave alike.
pub(super) trait Searched {
    type State: Clone + Eq + Hash;
    type Action: Clone + Debug;
    type Fault: Copy + Ord + Debug;

    fn start(&self) -> Self::State;
    /// All that may happen next, with the promises each step breaks.
    fn steps(&self, state: &Self::State) -> Vec<Step<Self>>;
    /// Whether nothing more is wanted of this state.
    fn is_end(&self, state: &Self::State) -> bool;
    /// The same state under the name that stands for all which behave alike.
    fn canonical(&self, state: &Self::State) -> Self::State;
}

/// Something that may happen.
pub(super) struct Step<W: Searched + ?Sized> {
    pub(super) action: W::Action,
    pub(super) state: W::State,
    pub(super) faults: Vec<W::Fault>,
}

/// What a search found.
#[derive(Debug)]
pub(super) struct Found<W: Searched + ?Sized> {
    pub(super) states: usize,
    pub(super) transitions: usize,
    /// Whether every state was seen.
    pub(super) whole: bool,
    /// For each broken promise a shortest trace to it.
    pub(super) faults: BTreeMap<W::Fault, Vec<W::Action>>,
    /// The trace to a state from which no end can be reached.
    pub(super) dead_end: Option<Vec<W::Action>>,
}

/// Searches until all is seen, `most` states are, or `enough` has been found.
pub(super) fn search<W: Searched>(
    world: &W,
    most: usize,
    enough: impl Fn(&BTreeMap<W::Fault, Vec<W::Action>>) -> bool,
) -> Found<W> {
    let start = world.canonical(&world.start());
    let mut states = vec![start.clone()];
    let mut known = HashMap::from([(start, 0)]);
    let mut came_from = vec![0];
    let mut edges: Vec<(u32, u32)> = Vec::new();
    let mut faults = BTreeMap::new();
    let mut at = 0;
    while at < states.len() && states.len() < most && !enough(&faults) {
        for step in world.steps(&states[at].clone()) {
            for fault in step.faults {
                faults.entry(fault).or_insert_with(|| {
                    let (mut trace, before) = trace(world, &states, &came_from, at);
                    let last = world.steps(&before).into_iter().find(|step| step.faults.contains(&fault));
                    trace.push(last.expect("states with one name behave alike").action);
                    trace
                });
            }
            let next = world.canonical(&step.state);
            let number = *known.entry(next.clone()).or_insert(states.len());
            if number == states.len() {
                states.push(next);
                came_from.push(at);
            }
            edges.push((u32::try_from(number).unwrap(), u32::try_from(at).unwrap()));
        }
        at += 1;
    }
    let whole = at == states.len();
    let lost = if whole { dead_end(world, &states, &mut edges) } else { None };
    let dead_end = lost.map(|lost| trace(world, &states, &came_from, lost).0);
    Found { states: states.len(), transitions: edges.len(), whole, faults, dead_end }
}

/// The first state from which no end can be reached: whoever is not found by walking back from the ends.
fn dead_end<W: Searched>(world: &W, states: &[W::State], edges: &mut [(u32, u32)]) -> Option<usize> {
    edges.sort_unstable();
    let mut reaches: Vec<bool> = states.iter().map(|state| world.is_end(state)).collect();
    let mut open: Vec<usize> = (0..states.len()).filter(|state| reaches[*state]).collect();
    while let Some(state) = open.pop() {
        let first = edges.partition_point(|(to, _)| (*to as usize) < state);
        for (_, from) in edges[first..].iter().take_while(|(to, _)| *to as usize == state) {
            if !std::mem::replace(&mut reaches[*from as usize], true) {
                open.push(*from as usize);
            }
        }
    }
    reaches.iter().position(|reaches| !reaches)
}

/// How one gets to a state, and the state. The steps are walked once more from the start, so that every name
/// in the trace stands for the same worker throughout.
fn trace<W: Searched>(
    world: &W,
    states: &[W::State],
    came_from: &[usize],
    to: usize,
) -> (Vec<W::Action>, W::State) {
    let mut path = vec![to];
    while path[path.len() - 1] != 0 {
        path.push(came_from[path[path.len() - 1]]);
    }
    let mut now = world.start();
    let mut trace = Vec::new();
    for number in path.into_iter().rev().skip(1) {
        let step = world
            .steps(&now)
            .into_iter()
            .find(|step| world.canonical(&step.state) == states[number])
            .expect("states with one name behave alike");
        trace.push(step.action);
        now = step.state;
    }
    (trace, now)
}
