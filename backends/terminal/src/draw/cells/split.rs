//! Two colors for the dots of a cell.

/// Rounds in which dots go to the nearer of two colors and the colors to the middle of their dots.
const ROUNDS: usize = 3;

/// The dots that get the first of two colors, bit by bit, and the colors: those with the least
/// squared error that are found by starting from the two dots furthest apart on the longest axis.
pub(super) fn halves(dots: &[[u8; 4]]) -> (u8, [u8; 4], [u8; 4]) {
    let range = |axis: usize| {
        let (mut least, mut most) = (0, 0);
        for (n, dot) in dots.iter().enumerate() {
            if dot[axis] < dots[least][axis] {
                least = n;
            }
            if dot[axis] > dots[most][axis] {
                most = n;
            }
        }
        (dots[most][axis] - dots[least][axis], least, most)
    };
    let (length, least, most) =
        (0..3).map(range).max_by_key(|(length, ..)| *length).unwrap_or_default();
    if length == 0 {
        return (0, dots[0], dots[0]);
    }
    let (mut ink, mut paper) = (dots[most], dots[least]);
    let mut mask = 0;
    for _ in 0..ROUNDS {
        let nearer =
            (0..dots.len()).filter(|n| distance(dots[*n], ink) < distance(dots[*n], paper));
        let found = nearer.fold(0_u8, |mask, n| mask | 1 << n);
        if found == mask {
            break;
        }
        mask = found;
        ink = mean(dots, mask).unwrap_or(ink);
        paper = mean(dots, !mask).unwrap_or(paper);
    }
    (mask, ink, paper)
}

fn distance(one: [u8; 4], other: [u8; 4]) -> u32 {
    (0..3).map(|axis| u32::from(one[axis].abs_diff(other[axis])).pow(2)).sum()
}

/// The mean of the dots in a mask, if there are any.
fn mean(dots: &[[u8; 4]], mask: u8) -> Option<[u8; 4]> {
    let mut sum = [0_u32; 3];
    let mut count = 0;
    for (_, dot) in dots.iter().enumerate().filter(|(n, _)| mask & 1 << n != 0) {
        count += 1;
        for axis in 0..3 {
            sum[axis] += u32::from(dot[axis]);
        }
    }
    let [r, g, b] = sum.map(|sum| (sum + count / 2).checked_div(count).unwrap_or(0) as u8);
    (count > 0).then_some([r, g, b, 255])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(dots: &[[u8; 4]], (mask, ink, paper): (u8, [u8; 4], [u8; 4])) -> u32 {
        let dot = |(n, dot): (usize, &[u8; 4])| {
            distance(*dot, if mask & 1 << n == 0 { paper } else { ink })
        };
        dots.iter().enumerate().map(dot).sum()
    }

    #[test]
    fn two_colors_are_kept_exactly() {
        let (a, b) = ([10, 200, 30, 255], [90, 20, 250, 255]);
        for mask in 1..255_u8 {
            let dots: Vec<_> = (0..8).map(|n| if mask & 1 << n == 0 { b } else { a }).collect();
            let found = halves(&dots);
            assert_eq!(error(&dots, found), 0, "{mask:08b}");
        }
        assert_eq!(halves(&[a; 4]), (0, a, a));
    }

    #[test]
    fn the_error_is_near_the_least_there_is() {
        let mut state = 7_u32;
        let (mut found, mut least) = (0, 0);
        for _ in 0..500 {
            let dots: [[u8; 4]; 6] = std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.to_be_bytes()
            });
            found += error(&dots, halves(&dots));
            least += (0..32)
                .map(|mask| {
                    let ink = mean(&dots, mask).unwrap_or_default();
                    let paper = mean(&dots, !mask).unwrap_or_default();
                    error(&dots, (mask, ink, paper))
                })
                .min()
                .unwrap();
        }
        // Random dots are the worst there are.
        assert!(found < least * 5 / 4, "{found} of {least}");
    }
}
