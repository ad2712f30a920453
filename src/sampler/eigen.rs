//! Symmetric matrices, row by row: eigenvalues and eigenvectors by cyclic Jacobi rotations (Golub and Van Loan, "Matrix Computations",
//! 8.5). Only + − × ÷ and square roots in an order that never changes, so that every processor gets the same bits.

/// Rounds over all pairs; ten are enough for any matrix of sense.
const ROUNDS: usize = 64;

/// A square matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Matrix {
    pub size: usize,
    pub cells: Vec<f64>,
}

impl Matrix {
    /// Ones on the diagonal.
    pub fn identity(size: usize) -> Self {
        let mut cells = vec![0.0; size * size];
        (0..size).for_each(|i| cells[i * size + i] = 1.0);
        Self { size, cells }
    }

    /// An element, by row and column.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.size + column]
    }

    /// The matrix times a column.
    pub fn times(&self, column: &[f64]) -> Vec<f64> {
        self.cells.chunks(self.size).map(|row| row.iter().zip(column).map(|(a, b)| a * b).sum()).collect()
    }

    /// The transposed matrix times a column.
    pub fn transposed_times(&self, column: &[f64]) -> Vec<f64> {
        (0..self.size).map(|j| (0..self.size).map(|i| self.at(i, j) * column[i]).sum()).collect()
    }
}

/// `vectors` × diagonal of `values` × transposed `vectors` is the matrix; the vectors are columns of length one. In no particular order.
#[derive(Clone, Debug)]
pub(super) struct Eigen {
    pub values: Vec<f64>,
    pub vectors: Matrix,
}

/// Of a symmetric matrix.
pub(super) fn eigen(matrix: &Matrix) -> Eigen {
    let size = matrix.size;
    let mut rest = matrix.clone();
    let mut vectors = Matrix::identity(size);
    for _ in 0..ROUNDS {
        let mut is_diagonal = true;
        for p in 0..size {
            for q in p + 1..size {
                let (off, between) = (rest.at(p, q), rest.at(p, p).abs().min(rest.at(q, q).abs()));
                // Too small to change any digit of either value.
                if off == 0.0 || off.abs() <= 1e-18 * between {
                    continue;
                }
                is_diagonal = false;
                rotate(&mut rest, &mut vectors, p, q);
            }
        }
        if is_diagonal {
            break;
        }
    }
    Eigen { values: (0..size).map(|i| rest.at(i, i)).collect(), vectors }
}

/// Turns the plane of `p` and `q` so that the matrix has a zero there.
fn rotate(rest: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let size = rest.size;
    let theta = (rest.at(q, q) - rest.at(p, p)) / (2.0 * rest.at(p, q));
    // The smaller root of t² + 2 θ t − 1; where θ² is too large for a number, 1 / (2 θ) is the root to the last bit.
    let t = if theta.abs() > 1e150 { 0.5 / theta } else { theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt()) };
    let cosine = 1.0 / (t * t + 1.0).sqrt();
    let across = t * cosine;
    let turned = |a: f64, b: f64| (cosine * a - across * b, across * a + cosine * b);
    for i in 0..size {
        let (ip, iq) = (i * size + p, i * size + q);
        (rest.cells[ip], rest.cells[iq]) = turned(rest.cells[ip], rest.cells[iq]);
        (vectors.cells[ip], vectors.cells[iq]) = turned(vectors.cells[ip], vectors.cells[iq]);
    }
    for i in 0..size {
        let (pi, qi) = (p * size + i, q * size + i);
        (rest.cells[pi], rest.cells[qi]) = turned(rest.cells[pi], rest.cells[qi]);
    }
    (rest.cells[p * size + q], rest.cells[q * size + p]) = (0.0, 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampler::stream::Stream;

    #[test]
    fn a_matrix_of_two_by_head() {
        // [[2, 1], [1, 2]] has the values 1 and 3, along (1, −1) and (1, 1).
        let found = eigen(&Matrix { size: 2, cells: vec![2.0, 1.0, 1.0, 2.0] });
        assert!((found.values[0] - 1.0).abs() < 1e-15 && (found.values[1] - 3.0).abs() < 1e-15, "{found:?}");
        assert!((found.vectors.at(0, 0) + found.vectors.at(1, 0)).abs() < 1e-15);
        assert!((found.vectors.at(0, 1) - found.vectors.at(1, 1)).abs() < 1e-15);
    }

    #[test]
    fn what_is_taken_apart_comes_together() {
        let mut stream = Stream::of_proposal(1, 0);
        for size in [1, 2, 3, 8, 25] {
            let half: Vec<f64> = (0..size * size).map(|_| stream.normal()).collect();
            let product = |i: usize, j: usize| (0..size).map(|k| half[i * size + k] * half[j * size + k]).sum::<f64>();
            let matrix = Matrix { size, cells: (0..size * size).map(|cell| product(cell / size, cell % size)).collect() };
            let Eigen { values, vectors } = eigen(&matrix);
            for i in 0..size {
                for j in 0..size {
                    let again: f64 = (0..size).map(|k| vectors.at(i, k) * values[k] * vectors.at(j, k)).sum();
                    assert!((again - matrix.at(i, j)).abs() < 1e-12 * size as f64 * matrix.at(i, i).max(matrix.at(j, j)), "{size}");
                    let square: f64 = (0..size).map(|k| vectors.at(k, i) * vectors.at(k, j)).sum();
                    assert!((square - f64::from(i == j)).abs() < 1e-13, "{size}");
                }
            }
        }
    }

    #[test]
    fn diagonals_and_scales_far_apart_are_no_trouble() {
        assert_eq!(eigen(&Matrix::identity(4)).values, vec![1.0; 4]);
        let found = eigen(&Matrix { size: 2, cells: vec![1e200, 1.0, 1.0, 1e-200] });
        assert!(found.values.iter().chain(&found.vectors.cells).all(|cell| cell.is_finite()), "{found:?}");
    }
}
