//! Which of a population go on: front by front, of the last front those with most room around them (Deb, Pratap, Agarwal and Meyarivan
//! 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II").

use crate::sampler::merit::Merit;

/// One that goes on: its position in the history, its front (0 is dominated by none), and the room around it in its front.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Survivor {
    pub at: usize,
    pub front: usize,
    pub room: f64,
}

/// The best `most` of those at `members`.
pub(super) fn survivors(merits: &[Merit], members: &[usize], most: usize) -> Vec<Survivor> {
    let mut all = Vec::with_capacity(most);
    for (front, members) in fronts(merits, members).into_iter().enumerate() {
        let room = crowding(merits, &members);
        let mut own: Vec<Survivor> = members.into_iter().zip(room).map(|(at, room)| Survivor { at, front, room }).collect();
        // Of equals the earlier first.
        own.sort_by(|a, b| b.room.total_cmp(&a.room));
        own.truncate(most - all.len());
        all.extend(own);
        if all.len() == most {
            break;
        }
    }
    all
}

/// Members by front; each is dominated by one of the front before it and by none of its own.
fn fronts(merits: &[Merit], members: &[usize]) -> Vec<Vec<usize>> {
    let mut dominators = vec![0_usize; members.len()];
    let mut dominated = vec![Vec::new(); members.len()];
    for (i, a) in members.iter().enumerate() {
        for (j, b) in members.iter().enumerate().skip(i + 1) {
            if merits[*a].dominates(&merits[*b]) {
                dominated[i].push(j);
                dominators[j] += 1;
            } else if merits[*b].dominates(&merits[*a]) {
                dominated[j].push(i);
                dominators[i] += 1;
            }
        }
    }
    let mut fronts = Vec::new();
    let mut front: Vec<usize> = (0..members.len()).filter(|i| dominators[*i] == 0).collect();
    while !front.is_empty() {
        let mut next = Vec::new();
        for i in &front {
            for j in &dominated[*i] {
                dominators[*j] -= 1;
                if dominators[*j] == 0 {
                    next.push(*j);
                }
            }
        }
        next.sort_unstable();
        fronts.push(front.iter().map(|i| members[*i]).collect());
        front = next;
    }
    fronts
}

/// Crowding distance of each of a front, as pymoo 0.6 has it: for each objective the way from the neighbour before to the one after, in
/// parts of the front's range, on average over the objectives; of the outermost without end. 0 where an objective is the same for all, and
/// where constraints are broken.
pub(super) fn crowding(merits: &[Merit], members: &[usize]) -> Vec<f64> {
    let objectives: Option<Vec<&Vec<f64>>> =
        members.iter().map(|at| if let Merit::Feasible(objectives) = &merits[*at] { Some(objectives) } else { None }).collect();
    let Some(objectives) = objectives else { return vec![0.0; members.len()] };
    if members.len() <= 2 {
        return vec![f64::INFINITY; members.len()];
    }
    let mut room = vec![0.0; members.len()];
    let count = objectives[0].len();
    for objective in 0..count {
        let values: Vec<f64> = objectives.iter().map(|objectives| objectives[objective]).collect();
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let range = values[order[order.len() - 1]] - values[order[0]];
        if range == 0.0 {
            continue;
        }
        for (place, &i) in order.iter().enumerate() {
            let before = place.checked_sub(1).map_or(f64::INFINITY, |before| values[i] - values[order[before]]);
            let after = order.get(place + 1).map_or(f64::INFINITY, |after| values[*after] - values[i]);
            room[i] += (before / range + after / range) / count as f64;
        }
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feasible(all: &[[f64; 2]]) -> Vec<Merit> {
        all.iter().map(|objectives| Merit::Feasible(objectives.to_vec())).collect()
    }

    /// `calc_crowding_distance` of pymoo 0.6.2.
    #[test]
    fn crowding_is_that_of_pymoo() {
        let merits = feasible(&[[1.0, 9.0], [2.0, 7.0], [4.0, 4.0], [5.0, 3.5], [9.0, 1.0]]);
        assert_eq!(crowding(&merits, &[0, 1, 2, 3, 4]), [f64::INFINITY, 0.5, 0.40625, 0.5, f64::INFINITY]);
        assert_eq!(crowding(&merits, &[0, 1]), [f64::INFINITY; 2]);
    }

    #[test]
    fn fronts_by_head() {
        let mut merits = feasible(&[[1.0, 3.0], [3.0, 1.0], [2.0, 4.0], [4.0, 2.0], [5.0, 5.0]]);
        merits.extend([Merit::Undefined, Merit::Infeasible(2.0), Merit::Infeasible(1.0)]);
        assert_eq!(fronts(&merits, &[0, 1, 2, 3, 4, 5, 6, 7]), [vec![0, 1], vec![2, 3], vec![4], vec![7], vec![6], vec![5]]);
    }

    #[test]
    fn the_crowded_go_first() {
        let merits = feasible(&[[1.0, 9.0], [2.0, 7.0], [4.0, 4.0], [5.0, 3.5], [9.0, 1.0], [9.0, 9.0]]);
        let kept: Vec<usize> = survivors(&merits, &[0, 1, 2, 3, 4, 5], 4).iter().map(|survivor| survivor.at).collect();
        assert_eq!(kept, [0, 4, 1, 3]);
    }
}
